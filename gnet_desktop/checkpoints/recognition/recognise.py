"""What network a file's tensors are: by its graph, by their names, by their structure, or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final, Literal

from gnet_desktop.checkpoints.checkpoint import WEIGHTS_CHOICE
from gnet_desktop.checkpoints.containers.graph import Graph
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, shape_text
from gnet_desktop.checkpoints.convention import Entry
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.dialects.strangers import stranger
from gnet_desktop.checkpoints.fitting.choosing import USUAL
from gnet_desktop.checkpoints.fitting.network import Fitted, Tensors, fit
from gnet_desktop.checkpoints.fitting.sequential import HIDDEN, find_chain
from gnet_desktop.checkpoints.recognition import keys
from gnet_desktop.checkpoints.recognition.matching import Match, Names, is_copy, match, set_name
from gnet_desktop.checkpoints.recognition.structure import find_structure
from gnet_desktop.checkpoints.recognition.tracing import Traced, trace
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.families import FAMILIES


@dataclass(frozen=True)
class Recognised:
    """A network and how it was found.

    ``names`` are the file's own by canonical layer and tensor, ``dialect`` is their
    scheme, if it is known. ``sets`` names the sets of weights that could be taken, the one
    that was first; empty where there is one only. ``entry`` is what the file's graph does before conv1.
    """

    fitted: Fitted
    names: Names
    by: Literal["names", "structure"]
    wrappers: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    transform_input: bool | None = None
    dialect: str = ""
    entry: Entry | None = None


def recognise(contents: Contents, assume: Mapping[str, str]) -> Recognised:
    """The GoogLeNet in a file; raises CheckpointError with the reason if there is none."""
    layers, _ = keys.layers(contents.tensors)
    shapes = {name: tensor.shape for name, tensor in contents.tensors.items()}
    found = match(layers, DIALECTS, shapes, assume.get(WEIGHTS_CHOICE))
    traced = trace(contents.graph, contents.tensors) if contents.graph is not None else None
    if traced is not None:
        return _by_graph(contents, traced, found, assume)
    if contents.graph is not None:
        _check_rectifiers(contents.graph)
    if found is not None:
        recognised = _by_names(contents, layers, found, assume)
        if contents.graph is None:
            return recognised
        warning = "Its graph could not be followed, so that strides, pools and norms are those of its family."
        return replace(recognised, warnings=(*recognised.warnings, warning))
    if title := stranger({keys.path(name): tensor.shape for name, tensor in contents.tensors.items()}):
        raise CheckpointError(
            f"This is {title}, not a GoogLeNet.",
            "Only GoogLeNet (Inception v1) can be looked into here.",
            "Open a checkpoint of a GoogLeNet.",
        )
    return _by_structure(contents, assume)


def _by_names(contents: Contents, layers: keys.Layers, found: Match, assume: Mapping[str, str]) -> Recognised:
    dialect, facts, tensors = found.dialect, _facts(contents, found), _tensors(contents, found.names)
    hidden, used = _replaced(contents, layers, found, tensors, facts, assume)
    fitted = fit(
        tensors,
        dialect.families,
        trunk=dialect.trunk,
        heads=[layer.removesuffix("/conv") for layer in dialect.convolutions if layer.startswith("aux")],
        inputs_first=dialect.linear_transposed,
        facts=facts,
        told=dialect.switches,
        assume=assume,
    )
    left_over = _left_over(contents, found, used)
    _check_left_over(contents, found, left_over)
    if hidden:
        doubts = fitted.open | ({"hidden"} - assume.keys())
        fitted = replace(fitted, assumed={**fitted.assumed, "hidden": hidden}, open=doubts)
    root = _by_path(contents).get(found.prefix.rstrip("."), {})
    transform = root.get("transform_input")
    return Recognised(
        fitted,
        found.names,
        "names",
        wrappers=found.wrappers,
        left_over=left_over,
        sets=found.sets,
        notes=_notes(contents, found),
        warnings=_warnings(left_over),
        transform_input=transform if isinstance(transform, bool) else None,
        dialect=_scheme(found),
    )


def _replaced(
    contents: Contents,
    layers: keys.Layers,
    found: Match,
    tensors: Tensors,
    facts: dict[str, dict[str, Any]],
    assume: Mapping[str, str],
) -> tuple[str, set[str]]:
    """Put in the layers of a classifier that was replaced by several.

    What is assumed between them ("" if the file tells), and the names that were used.
    """
    assumed, used = "", set[str]()
    for layer, path in found.dialect.linears.items():
        if "weight" in tensors.get(layer, {}):
            continue
        chain = find_chain(contents, layers, found.prefix + keys.path(path))
        if layer != "fc" and len(chain.matrices) != 1:
            continue  # a head has no room for further hidden layers
        names = [f"fc_{number}" for number in range(1, len(chain.matrices))] + [layer]
        for name, matrix, activation in zip(names, chain.matrices, chain.activations, strict=False):
            tensors[name] = matrix
            if name != layer and activation is None:
                assumed = activation = assume.get("hidden", HIDDEN[0])
            if name != layer:
                facts.setdefault(name, {})["activation"] = activation
        used |= chain.names
    return assumed, used


def _by_graph(
    contents: Contents, traced: Traced, found: Match | None, assume: Mapping[str, str]
) -> Recognised:
    """The operations decide; names, where they are known, only say whose network it is."""
    contents = replace(contents, tensors=traced.stored)
    tensors = _tensors(contents, traced.names)
    for layer in traced.turned:
        tensors[layer]["weight"] = tensors[layer]["weight"].permuted((1, 0))
    fitted = fit(
        tensors,
        _families(found),
        trunk=[layer for layer in _STEM if layer in traced.names],
        inputs_first=None,
        facts=traced.facts,
        order=traced.trunk,
        told=found.dialect.switches if found is not None else {},
        assume=assume,
    )
    # a graph tells everything that a family would, except how pictures are prepared for it
    assumed = {name: value for name, value in fitted.assumed.items() if name == "family"}
    fitted = replace(fitted, assumed=assumed, open=fitted.open & assumed.keys())
    used = {name for names in traced.names.values() for name in names.values()}
    return Recognised(
        fitted,
        traced.names,
        "names" if found is not None else "structure",
        wrappers=found.wrappers if found is not None else (),
        left_over=tuple(
            name for name, tensor in contents.tensors.items() if name not in used and len(tensor.shape) > 1
        ),
        warnings=_entry_warnings(traced.entry),
        transform_input=traced.entry.transforms_input if traced.entry is not None else None,
        entry=traced.entry,
        dialect=_scheme(found) if found is not None else "",
    )


_OTHER_RECTIFIERS: Final = frozenset(
    ("LeakyRelu", "Elu", "Selu", "PRelu", "Celu", "HardSwish", "Mish", "Gelu", "Tanh", "Softplus", "Sigmoid")
)


def _check_rectifiers(graph: Graph) -> None:
    """Raise CheckpointError where a graph that could not be followed has other rectifiers than known ones."""
    kinds = {node.kind for node in graph.nodes} & _OTHER_RECTIFIERS
    if kinds:
        raise CheckpointError(
            "This is no GoogLeNet that can be shown.",
            f"Its graph has {', '.join(sorted(kinds))} in place of a rectifier.",
            "Open a checkpoint of a GoogLeNet with rectifiers.",
        )


def _entry_warnings(entry: Entry | None) -> tuple[str, ...]:
    if entry is None or entry.is_known:
        return ()
    what = entry.unknown or "an order of the channels that no convention has"
    return (f"Before conv1 the graph does something to the picture that is left out here ({what}).",)


def _by_structure(contents: Contents, assume: Mapping[str, str]) -> Recognised:
    """Nothing but shapes: the family, which says how pools round, is assumed."""
    found = find_structure(contents)
    tensors = _tensors(contents, found.names)
    fitted = fit(
        tensors,
        USUAL,
        trunk=[layer for layer in _STEM if layer in found.names],
        facts=contents.facts,
        assume=assume,
    )
    assumed = {"family": fitted.architecture.family, **fitted.assumed}
    doubts = [f"Only the file's order tells {pair} apart." for pair in found.doubts]
    used = {name for names in found.names.values() for name in names.values()}
    return Recognised(
        replace(fitted, assumed=assumed, open=frozenset(assumed) - assume.keys()),
        found.names,
        "structure",
        left_over=tuple(
            name for name in contents.tensors if name not in used and not name.endswith("num_batches_tracked")
        ),
        warnings=tuple(doubts),
    )


_STEM: Final = ("conv1", "conv2", "conv3", "conv4")


def _families(found: Match | None) -> tuple[str, ...]:
    """Families that a graph may be of: those that its names speak for, then all others."""
    return tuple(dict.fromkeys((*(found.dialect.families if found is not None else ()), *USUAL, *FAMILIES)))


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


def _left_over(contents: Contents, found: Match, used: set[str]) -> tuple[str, ...]:
    """Tensors beside the network's own, under the same prefix."""
    used = used | {name for names in found.names.values() for name in names.values()}
    copies = tuple(copy for copy in found.copies if copy.startswith(found.prefix))
    return tuple(
        name
        for name in contents.tensors
        if keys.path(name).startswith(found.prefix)
        and name not in used
        and not name.endswith("num_batches_tracked")
        and not keys.path(name).startswith(copies)
    )


def _check_left_over(contents: Contents, found: Match, left_over: tuple[str, ...]) -> None:
    """A kernel inside a module that no part of it is: without it every number would be wrong.

    Raises CheckpointError naming it.
    """
    inside = tuple(f"{found.prefix}{path}." for path in _module_paths(found.dialect) if path)
    for name in left_over:
        tensor = contents.tensors[name]
        if len(tensor.shape) == 4 and keys.path(name).startswith(inside):
            raise CheckpointError(
                "This network has more than a GoogLeNet's parts.",
                f"{name} ({shape_text(tensor.shape)}) stands inside a module, and nothing is known of it.",
                "Open a checkpoint of a GoogLeNet.",
            )


def _module_paths(dialect: Dialect) -> Iterator[str]:
    """What the paths of all parts of a module have in common."""
    for module in MODULES:
        paths = [
            keys.path(path).split(".")
            for layer, (path, _) in dialect.convolutions.items()
            if layer.startswith(f"{module}/")
        ]
        common = takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))
        yield ".".join(steps[0] for steps in common)


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
        if root in contents.entries and name != root
    ]
    if others:
        notes.append(f"Entries beside the weights were not read: {', '.join(others[:8])}.")
    return tuple(notes)


def _warnings(left_over: tuple[str, ...]) -> tuple[str, ...]:
    if not left_over:
        return ()
    shown = ", ".join(left_over[:5])
    return (f"{len(left_over)} tensors belong to no part of the network: {shown}.",)
