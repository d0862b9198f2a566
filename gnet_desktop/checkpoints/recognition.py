"""What network a file's tensors are: by their names, else by their structure, else not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gnet_desktop.checkpoints import keys
from gnet_desktop.checkpoints.containers.stored import Contents, Facts
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.checkpoints.fitting import Fitted, fit
from gnet_desktop.checkpoints.matching import Match, Names, is_copy, match
from gnet_desktop.errors import CheckpointError


@dataclass(frozen=True)
class Recognised:
    """A network and how it was found.

    ``names`` are the file's own by canonical layer and tensor.
    """

    fitted: Fitted
    names: Names
    by: Literal["names", "structure"]
    wrappers: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    transform_input: bool | None = None


def recognise(contents: Contents, assume: Mapping[str, str]) -> Recognised:
    """The GoogLeNet in a file; raises CheckpointError with the reason if there is none."""
    layers, _ = keys.layers(contents.tensors)
    found = match(layers, DIALECTS)
    if found is None:
        raise CheckpointError(
            "This is no GoogLeNet.",
            "Its tensors have neither a GoogLeNet's names nor its structure.",
            "Open a checkpoint of a GoogLeNet (Inception v1).",
        )
    return _by_names(contents, found, assume)


def _by_names(contents: Contents, found: Match, assume: Mapping[str, str]) -> Recognised:
    dialect = found.dialect
    facts = _facts(contents.facts, found)
    fitted = fit(
        {
            layer: {
                tensor: contents.tensors[name] for tensor, name in names.items() if tensor != "norm.count"
            }
            for layer, names in found.names.items()
        },
        dialect.family,
        trunk=dialect.trunk,
        heads=[layer.removesuffix("/conv") for layer in dialect.convolutions if layer.startswith("aux")],
        inputs_first=dialect.linear_transposed,
        facts=facts,
        told=dialect.switches,
        assume=assume,
    )
    root = {keys.path(path): settings for path, settings in contents.facts.items()}.get(
        found.prefix.rstrip("."), {}
    )
    transform = root.get("transform_input")
    return Recognised(
        fitted,
        found.names,
        "names",
        wrappers=found.wrappers,
        left_over=_left_over(contents, found),
        notes=_notes(contents, found),
        transform_input=transform if isinstance(transform, bool) else None,
    )


def _facts(told: Facts, found: Match) -> dict[str, dict[str, object]]:
    """Settings by canonical layer; a norm's epsilon is put to its convolution's."""
    by_path = {keys.path(path): settings for path, settings in told.items()}
    facts: dict[str, dict[str, object]] = {}
    for layer, (weights, norm) in found.dialect.convolutions.items():
        settings = dict(by_path.get(found.prefix + keys.path(weights), {}))
        settings.pop("epsilon", None)
        epsilon = by_path.get(found.prefix + keys.path(norm), {}).get("epsilon") if norm else None
        if epsilon is not None:
            settings["epsilon"] = epsilon
        if settings:
            facts[layer] = settings
    for layer, path in found.dialect.pools.items():
        facts[layer] = dict(by_path.get(found.prefix + keys.path(path), {}))
    return facts


def _left_over(contents: Contents, found: Match) -> tuple[str, ...]:
    """Tensors beside the network's own, under the same prefix."""
    used = {name for names in found.names.values() for name in names.values()}
    return tuple(
        name
        for name in contents.tensors
        if keys.path(name).startswith(found.prefix)
        and name not in used
        and not name.endswith("num_batches_tracked")
        and not any(
            keys.path(name).startswith(copy) for copy in found.copies if copy.startswith(found.prefix)
        )
    )


def _notes(contents: Contents, found: Match) -> tuple[str, ...]:
    notes = [
        f"The file also holds {'a smoothed copy' if is_copy(copy) else 'another set'} of the weights "
        f"under {copy.rstrip('.') or 'no prefix'}; it is not used."
        for copy in found.copies
    ]
    if is_copy(found.prefix):
        notes.append(f"These are a smoothed copy of the weights ({found.prefix.rstrip('.')}).")
    root = found.prefix.partition(".")[0]
    others = [
        f"{name} ({kind})" if "." in kind else name
        for name, kind in contents.entries.items()
        if root and name != root and name in contents.entries and root in contents.entries
    ]
    if others:
        notes.append(f"Entries beside the weights were not read: {', '.join(others[:8])}.")
    return tuple(notes)
