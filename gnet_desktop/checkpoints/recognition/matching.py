"""Which dialect a file speaks, and under which prefix: its names looked up in every table.

Wrappers (``state_dict``, ``model``), prefixes (``module.``, ``net.``) and copies (EMA)
are all the same thing here: whatever stands before the names that a table knows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.recognition.keys import Layers, Role, path

_LEAST: Final = 30
"""Layers (of about 57) whose names must fit before a file is said to speak a dialect."""

_COPIES: Final = frozenset(("ema", "shadow", "average", "averaged", "avg", "teacher", "swa", "momentum"))
"""Words in a prefix that mark a smoothed copy of the weights."""

_ROLES: Final[Mapping[str, Role]] = {"weight": "weight", "bias": "bias"}
_NORM_ROLES: Final[Mapping[str, Role]] = {
    "norm.weight": "weight",
    "norm.bias": "bias",
    "norm.mean": "mean",
    "norm.variance": "variance",
    "norm.count": "count",
}

Names = Mapping[str, Mapping[str, str]]
"""The file's own names by canonical layer and tensor in it (``{"3a/1x1": {"weight": …}}``)."""


@dataclass(frozen=True)
class Match:
    """A dialect found under a prefix, which is empty or ends with a dot.

    ``copies`` are the prefixes of further sets of the same tensors.
    """

    dialect: Dialect
    prefix: str
    names: Names
    copies: tuple[str, ...] = ()

    @property
    def wrappers(self) -> tuple[str, ...]:
        """What was taken off the names, outermost first."""
        return tuple(word for word in self.prefix.split(".") if word)


def match(layers: Layers, dialects: Iterable[Dialect]) -> Match | None:
    """The dialect that explains most of the file's tensors; None if none explains enough.

    Of two that explain the same, the one that leaves fewer of its own tensors unfilled.
    """
    prefixes = _prefixes(layers)
    candidates = [
        Match(dialect, prefix, _names(layers, dialect, prefix))
        for dialect in dialects
        for prefix in _likely(dialect, prefixes)
    ]
    if not candidates:
        return None
    best = min(candidates, key=_rank)
    copies = {
        found.prefix
        for found in candidates
        if found.dialect is best.dialect and _explained(found) >= _explained(best) - 2
    }
    return Match(best.dialect, best.prefix, best.names, tuple(sorted(copies - {best.prefix})))


def _rank(found: Match) -> tuple[int, int, bool, int]:
    expected = sum(1 for _ in found.dialect.tensors())
    return -_explained(found), expected, is_copy(found.prefix), len(found.prefix)


def _prefixes(layers: Layers) -> Mapping[str, list[str]]:
    """For every ending of every layer's path: what stands before it."""
    found = defaultdict(list)
    for layer in layers:
        position = -1
        while True:
            found[layer[position + 1 :]].append(layer[: position + 1])
            position = layer.find(".", position + 1)
            if position < 0:
                break
    return found


def _likely(dialect: Dialect, prefixes: Mapping[str, list[str]]) -> Iterator[str]:
    """The prefixes under which enough of a dialect's convolutions are found."""
    votes = Counter(
        prefix for weights, _ in dialect.convolutions.values() for prefix in prefixes.get(path(weights), ())
    )
    return (prefix for prefix, count in votes.items() if count >= _LEAST)


def _names(layers: Layers, dialect: Dialect, prefix: str) -> dict[str, dict[str, str]]:
    paths = {**dialect.convolutions, **{layer: (weights, "") for layer, weights in dialect.linears.items()}}
    found: dict[str, dict[str, str]] = {}
    for layer, (weights, norm) in paths.items():
        names = _roles(layers.get(prefix + path(weights), {}), _ROLES)
        if norm:
            names |= _roles(layers.get(prefix + path(norm), {}), _NORM_ROLES)
        if names:
            found[layer] = names
    return found


def _roles(names: Mapping[Role, str], roles: Mapping[str, Role]) -> dict[str, str]:
    return {tensor: names[role] for tensor, role in roles.items() if role in names}


def _explained(found: Match) -> int:
    return sum(name != "norm.count" for names in found.names.values() for name in names)


def is_copy(prefix: str) -> bool:
    """Whether a prefix says that what follows is a smoothed copy."""
    return bool(_COPIES.intersection(prefix.lower().replace("_", ".").split(".")))
