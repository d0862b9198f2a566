"""What network a file's tensors are: by its graph, by their names, by their structure, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from gnet_desktop.checkpoints.checkpoint import WEIGHTS_CHOICE
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor
from gnet_desktop.checkpoints.convention import InputScaling
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.dialects.other_networks import other_network
from gnet_desktop.checkpoints.fitting.choosing import USUAL
from gnet_desktop.checkpoints.fitting.gaps import OtherwiseNamed
from gnet_desktop.checkpoints.fitting.lying import Tensors, is_matrix
from gnet_desktop.checkpoints.fitting.network import Fitted, Told, fit
from gnet_desktop.checkpoints.recognition import keys
from gnet_desktop.checkpoints.recognition.beside import SETTINGS, Sides, is_setting
from gnet_desktop.checkpoints.recognition.checking import (
    check_classes,
    check_left_over,
    check_rectifiers,
    unused_norms,
)
from gnet_desktop.checkpoints.recognition.heads import Heads, find_heads
from gnet_desktop.checkpoints.recognition.matching import Match, Names, is_copy, match, set_name
from gnet_desktop.checkpoints.recognition.own import Described, described
from gnet_desktop.checkpoints.recognition.sequential import with_norm
from gnet_desktop.checkpoints.recognition.structure import OtherStem, find_structure
from gnet_desktop.checkpoints.recognition.tracing import Traced, trace
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.families import FAMILIES


@dataclass(frozen=True)
class Recognised:
    """A network and how it was found.

    ``names`` are the file's own by canonical layer and tensor, ``dialect`` is their
    scheme, if it is known. ``sets`` names the sets of weights that could be taken, the one
    that was first; empty where there is one only. ``beside`` counts the tensors that are
    none of the network's; ``entry`` is what the file's graph does before conv1.
    """

    fitted: Fitted
    names: Names
    by: Literal["names", "structure"]
    wrappers: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    beside: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    transform_input: bool | None = None
    dialect: str = ""
    entry: InputScaling | None = None


def recognise(contents: Contents, assume: Mapping[str, str]) -> Recognised:
    """The GoogLeNet in a file; raises CheckpointError with the reason if there is none."""
    if (own := described(contents)) is not None:
        return _by_description(contents, own)
    layers, _ = keys.layers(contents.tensors)
    shapes = {name: tensor.shape for name, tensor in contents.tensors.items()}
    found = match(layers, DIALECTS, shapes, assume.get(WEIGHTS_CHOICE))
    traced = trace(contents.graph, contents.tensors) if contents.graph is not None else None
    if traced is not None:
        return _by_graph(contents, traced, found, assume)
    if contents.graph is not None:
        check_rectifiers(contents.graph)
    if found is not None:
        check_classes(contents, found)
        try:
            recognised = _by_names(contents, found, assume)
        except OtherwiseNamed as error:
            return _under_other_names(contents, found, error, assume)
        if norms := unused_norms(contents, recognised.fitted.architecture, recognised.left_over):
            return _with_norms(contents, norms, assume)
        check_left_over(contents, found, recognised.left_over)
        if contents.graph is None:
            return recognised
        warning = "Its graph could not be followed, so that strides, pools and norms are those of its family."
        return replace(recognised, warnings=(*recognised.warnings, warning))
    if other := other_network({keys.path(name): tensor.shape for name, tensor in contents.tensors.items()}):
        raise CheckpointError(
            f"This is {other.title}, not a GoogLeNet.", other.why, "Open a checkpoint of a GoogLeNet."
        )
    return _by_structure(contents, assume)


def _by_description(contents: Contents, own: Described) -> Recognised:
    """A file of this program says everything itself, so that nothing is assumed."""
    fitted = fit(
        _tensors(contents, own.names),
        Told(
            families=(own.family,),
            named=("norms",) if _has_norms(own.names) else (),
            trunk=own.trunk,
            inputs_first=None,
            facts=own.facts,
            order=own.order,
            whole=True,
        ),
    )
    fitted = replace(fitted, assumed={}, open=frozenset())
    left_over = _left_over(contents, own.names, Heads(), Sides())
    return Recognised(fitted, own.names, "names", left_over=left_over, dialect="gnet-desktop")


def _by_names(contents: Contents, found: Match, assume: Mapping[str, str]) -> Recognised:
    dialect, facts, tensors = found.dialect, _facts(contents, found), _tensors(contents, found.names)
    expected = {layer: found.prefix + keys.path(path) for layer, path in dialect.linears.items()}
    sides = Sides(found.prefix, found.copies)
    heads = find_heads(_own(contents, sides), found.names, expected, assume)
    normed = _has_norms(found.names)
    fitted = fit(
        tensors | heads.tensors,
        Told(
            families=dialect.families,
            named=("norms",) if normed else (),
            trunk=dialect.trunk,
            heads=tuple(
                layer.removesuffix("/conv") for layer in dialect.convolutions if layer.startswith("aux")
            ),
            inputs_first=dialect.linear_transposed,
            facts=facts | heads.facts,
            switches={**dialect.switches, **({} if normed else dialect.unnormed)},
            has_sigmoid=heads.has_sigmoid,
            whole=bool(contents.classes),
            maps_last=contents.maps_last,
            assume=assume,
        ),
    )
    left_over = _left_over(contents, found.names, heads, sides)
    root = _by_path(contents).get(found.prefix.rstrip("."), {})
    transform = root.get("transform_input")
    return Recognised(
        _with_hidden(fitted, heads, assume),
        found.names,
        "names",
        wrappers=found.wrappers,
        left_over=left_over,
        sets=found.sets,
        beside=sides.count(contents.tensors),
        notes=(*_notes(contents, found), *_head_notes(heads)),
        warnings=(*fitted.warnings, *_warnings(left_over)),
        transform_input=transform if isinstance(transform, bool) else None,
        dialect=_scheme(found),
    )


def _has_norms(names: Names) -> bool:
    return any(part.startswith("norm.") for parts in names.values() for part in parts)


def _under_other_names(
    contents: Contents, found: Match, error: OtherwiseNamed, assume: Mapping[str, str]
) -> Recognised:
    """The network recognised by its structure, since some of its layers have names of their own.

    Raises the error that says which by their usual names, unless every tensor has its
    place then: otherwise they are missing rather than renamed.
    """
    try:
        recognised = _by_structure(contents, assume, found.dialect)
    except OtherStem:
        raise
    except CheckpointError:
        raise error from None
    if recognised.left_over:
        raise error
    return recognised


def _own(contents: Contents, sides: Sides) -> Contents:
    """The contents without counters, further sets of the weights, and what a training kept."""
    tensors = {name: tensor for name, tensor in contents.tensors.items() if not sides.kind(name, tensor)}
    return replace(contents, tensors=tensors)


def _with_hidden(fitted: Fitted, heads: Heads, assume: Mapping[str, str]) -> Fitted:
    """What was assumed between the layers of a classifier is said."""
    if not heads.hidden:
        return fitted
    doubts = fitted.open | ({"hidden"} - assume.keys())
    return replace(fitted, assumed={**fitted.assumed, "hidden": heads.hidden}, open=doubts)


def _head_notes(heads: Heads) -> Iterator[str]:
    for head, path in sorted(heads.called.items()):
        yield f"The head {head} ends in {path} in this file; it was found by its place and shape."


def _by_graph(
    contents: Contents, traced: Traced, found: Match | None, assume: Mapping[str, str]
) -> Recognised:
    """The operations decide; names, where they are known, only say whose network it is."""
    tensors = _tensors(replace(contents, tensors=traced.stored), traced.names)
    for layer in traced.turned:
        tensors[layer]["weight"] = tensors[layer]["weight"].permuted((1, 0))
    for layer in filter(is_matrix, tensors):
        tensors[layer] = _with_norms_inside(tensors[layer], traced.facts.get(layer, {}))
    fitted = fit(
        tensors,
        Told(
            families=found.dialect.families if found is not None else _EVERY,
            others=_EVERY,
            named=("norms",) if found is not None and _has_norms(found.names) else (),
            trunk=[layer for layer in _STEM if layer in traced.names],
            inputs_first=None,
            facts=traced.facts,
            order=traced.trunk,
            switches=found.dialect.switches if found is not None else {},
            has_sigmoid=traced.has_sigmoid,
            whole=True,
            maps_last=contents.maps_last,
            assume=assume,
        ),
    )
    # a graph tells everything that a family would, except how pictures are prepared for it
    assumed = {name: value for name, value in fitted.assumed.items() if name in ("family", "one_output")}
    fitted = replace(fitted, assumed=assumed, open=fitted.open & assumed.keys())
    names = {name for parts in traced.names.values() for name in parts.values()}
    settings = [name for name, tensor in contents.tensors.items() if name not in names and is_setting(tensor)]
    used = Heads(used={*traced.noticed, *settings})
    left_over = _left_over(contents, traced.names, used, Sides())
    return Recognised(
        fitted,
        traced.names,
        "names" if found is not None else "structure",
        wrappers=found.wrappers if found is not None else (),
        left_over=left_over,
        beside={SETTINGS: len(settings)} if settings else {},
        warnings=(*_entry_warnings(traced.entry), *traced.warnings, *_warnings(left_over)),
        transform_input=traced.entry.transforms_input if traced.entry is not None else None,
        entry=traced.entry,
        dialect=_scheme(found) if found is not None else "",
    )


def _entry_warnings(entry: InputScaling | None) -> tuple[str, ...]:
    if entry is None or entry.is_known:
        return ()
    what = entry.unknown or "an order of the channels that no convention has"
    return (f"Before conv1 the graph does something to the picture that is left out here ({what}).",)


def _by_structure(
    contents: Contents, assume: Mapping[str, str], dialect: Dialect | None = None
) -> Recognised:
    """Nothing but shapes: the family, which says how pools round, is assumed.

    ``dialect`` is what at least some of the names speak.
    """
    sides = Sides()
    own = _own(contents, sides)
    found = find_structure(own)
    heads = find_heads(own, found.names, {}, assume)
    fitted = fit(
        _tensors(contents, found.names) | heads.tensors,
        Told(
            families=dialect.families if dialect is not None else USUAL,
            others=USUAL,
            trunk=[layer for layer in _STEM if layer in found.names],
            facts={**contents.facts, **heads.facts},
            has_sigmoid=heads.has_sigmoid,
            maps_last=contents.maps_last,
            assume=assume,
        ),
    )
    assumed = {"family": fitted.architecture.family, **fitted.assumed}
    fitted = replace(fitted, assumed=assumed, open=frozenset(assumed) - assume.keys())
    left_over = _left_over(contents, found.names, heads, sides)
    return Recognised(
        _with_hidden(fitted, heads, assume),
        found.names,
        "structure",
        left_over=left_over,
        beside=sides.count(contents.tensors),
        warnings=(*found.warnings(), *fitted.warnings, *_warnings(left_over)),
    )


_STEM: Final = ("conv1", "conv2", "conv3", "conv4")


def _with_norms_inside(parts: dict[str, StoredTensor], facts: Mapping[str, Any]) -> dict[str, StoredTensor]:
    """A matrix with the norms before and behind it worked in."""
    matrix = {part: tensor for part, tensor in parts.items() if "." not in part}
    for place, setting in (("before", "epsilon before"), ("norm", "epsilon")):
        norm = {
            part.removeprefix(f"{place}."): tensor.squeezed(1)
            for part, tensor in parts.items()
            if part.startswith(f"{place}.")
        }
        if norm:
            matrix["weight"] = matrix["weight"].squeezed(2)
            matrix = with_norm(matrix, norm, float(facts.get(setting, 1e-5)), before=place == "before")
    return matrix


_EVERY: Final = tuple(dict.fromkeys((*USUAL, *FAMILIES)))
"""Families that a graph may be of, the likeliest first."""


def _tensors(contents: Contents, names: Names) -> Tensors:
    found: dict[str, dict[str, StoredTensor]] = {}
    for layer, parts in names.items():
        found[layer] = {
            tensor: contents.tensors[name] for tensor, name in parts.items() if tensor != "norm.count"
        }
    return found


def _scheme(found: Match) -> str:
    """The dialect's name; MATLAB's spelling of Caffe's names differs only in its hyphens."""
    hyphens = any("-" in name for names in found.names.values() for name in names.values())
    return "matlab" if hyphens and found.dialect.family == "caffe" else found.dialect.name


def _by_path(contents: Contents) -> dict[str, Mapping[str, Any]]:
    return {keys.path(path): settings for path, settings in contents.facts.items()}


def _facts(contents: Contents, found: Match) -> dict[str, dict[str, Any]]:
    """Settings by canonical layer; a norm's epsilon is put to its convolution's.

    Programs that follow TensorFlow's padding pad by themselves, so that their layers
    say 0: that tells nothing.
    """
    stem = FAMILIES[found.dialect.family].stem
    pads_itself = bool(contents.classes) and any(getattr(layer, "padding", 0) == "same" for layer in stem)
    silent = ("padding",) if pads_itself else ()
    by_path = _by_path(contents)
    facts: dict[str, dict[str, Any]] = {}
    for layer, (weights, norm) in found.dialect.convolutions.items():
        settings = dict(by_path.get(found.prefix + keys.path(weights), {}))
        for name in ("epsilon", *silent):
            settings.pop(name, None)
        epsilon = by_path.get(found.prefix + keys.path(norm), {}).get("epsilon") if norm else None
        if epsilon is not None:
            settings["epsilon"] = epsilon
        if settings:
            facts[layer] = settings
    for layer, path in found.dialect.pools.items():
        told = by_path.get(found.prefix + keys.path(path), {})
        facts[layer] = {name: value for name, value in told.items() if name not in silent}
    return facts


def _left_over(contents: Contents, names: Names, heads: Heads, sides: Sides) -> tuple[str, ...]:
    """Tensors that may be parts of the network but have no place in it."""
    used = heads.used | {name for parts in names.values() for name in parts.values()}
    return tuple(
        name for name, tensor in contents.tensors.items() if name not in used and not sides.kind(name, tensor)
    )


def _with_norms(contents: Contents, norms: Sequence[str], assume: Mapping[str, str]) -> Recognised:
    """The network recognised by its structure, where the norms find their convolutions by path and order.

    Raises CheckpointError where they don't: without them every number would be wrong.
    """
    try:
        recognised = _by_structure(contents, assume)
    except CheckpointError:
        recognised = None
    if recognised is None or set(norms) & set(recognised.left_over):
        raise CheckpointError(
            "This network has batch norms that have no place in it.",
            f"There are {len(norms)} (first {norms[0]}), and no convolution is known to be theirs.",
            "Save it with the names of its layers, and open that.",
        )
    return recognised


def _notes(contents: Contents, found: Match) -> tuple[str, ...]:
    notes = [
        f"The file also holds {'a smoothed copy' if is_copy(copy) else 'another set'} of the weights "
        f"under {copy.rstrip('.') or 'no prefix'}; it is not used. Choose it with --weights {set_name(copy)}."
        for copy in found.copies
    ]
    if is_copy(found.prefix):
        notes.append(f"These are a smoothed copy of the weights ({found.prefix.rstrip('.')}).")
    root = found.prefix.partition(".")[0]
    others = [
        f"{name} ({kind})" if "." in kind else name
        for name, kind in contents.entries.items()
        if root in contents.entries and name not in (root, *contents.labels)
    ]
    if others:
        notes.append(f"Entries beside the weights were not read: {', '.join(others[:8])}.")
    return tuple(notes)


def _warnings(left_over: tuple[str, ...]) -> tuple[str, ...]:
    if not left_over:
        return ()
    words = "tensors belong" if len(left_over) > 1 else "tensor belongs"
    return (f"{len(left_over)} {words} to no part of the network: {', '.join(left_over[:5])}.",)
