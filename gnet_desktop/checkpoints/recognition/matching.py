"""Which dialect a file speaks, and under which prefix: its names looked up in every table.

Wrappers (``state_dict``, ``model``), prefixes (``module.``, ``net.``) and copies (EMA)
are all the same thing here: whatever stands before the names that a table knows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.recognition.keys import Layers, Role, path

_LEAST: Final = 30
"""Layers (of about 57) whose names must fit before a file is said to speak a dialect."""

_COPIES: Final = frozenset(("ema", "shadow", "average", "averaged", "avg", "teacher", "swa", "momentum"))
"""Words in a prefix that mark a smoothed copy of the weights."""

TOP: Final = "top"
"""The name of the set of weights that stands under no prefix."""

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

    ``copies`` are the prefixes of further sets of the same tensors. `sets` calls all of
    them by names that a person can choose by.
    """

    dialect: Dialect
    prefix: str
    names: Names
    copies: tuple[str, ...] = ()

    @property
    def set(self) -> str:
        """The name of this set of weights."""
        return set_name(self.prefix)

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of all sets of the same weights, this one first; empty if it is the only one."""
        return (self.set, *map(set_name, self.copies)) if self.copies else ()

    @property
    def wrappers(self) -> tuple[str, ...]:
        """What was taken off the names, outermost first."""
        return tuple(word for word in self.prefix.split(".") if word)


Shapes = Mapping[str, tuple[int, ...]]
"""Of the file's tensors, by their names."""

_KERNELS: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("1x1", "3x3_reduce", "5x5_reduce", "pool_proj", "conv2"), (1,)),
    **dict.fromkeys(("3x3", "5x5_a"), (3,)),
    "5x5": (3, 5),
}
"""Kernels that a part can have, by the last word of its name, where not every one is possible."""


def match(
    layers: Layers, dialects: Iterable[Dialect], shapes: Shapes, wanted: str | None = None
) -> Match | None:
    """The dialect that explains most of the file's tensors; None if none explains enough.

    ``wanted`` is the name of the set of weights to take, where there are several.

    A kernel of another size than its part can have isn't explained by its name. Of two
    that explain the same, the one that leaves fewer of its own tensors unfilled.
    """
    prefixes = _prefixes(layers)
    candidates = [
        _Candidate(Match(dialect, prefix, names), _explained(names, shapes))
        for dialect in dialects
        for prefix in _likely(dialect, prefixes)
        for names in [_names(layers, dialect, prefix)]
    ]
    if not candidates:
        return None
    best = min(candidates, key=_Candidate.rank)
    alike = {
        found.match.prefix: found.match
        for found in candidates
        if found.match.dialect is best.match.dialect and found.explained >= best.explained - 2
    }
    chosen = next((one for one in alike.values() if one.set == wanted), best.match)
    return replace(chosen, copies=tuple(sorted(alike.keys() - {chosen.prefix})))


@dataclass(frozen=True)
class _Candidate:
    """A possible match, and how many of the file's tensors it explains."""

    match: Match
    explained: int

    def rank(self) -> tuple[int, int, bool, int]:
        """Smaller is better."""
        expected = sum(1 for _ in self.match.dialect.tensors())
        return -self.explained, expected, is_copy(self.match.prefix), len(self.match.prefix)


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


def _explained(names: Names, shapes: Shapes) -> int:
    """How many tensors a match gives a place in which they can be."""
    return sum(
        name != "norm.count"
        for layer, parts in names.items()
        if _has_its_kernel(layer, shapes.get(parts.get("weight", ""), ()))
        for name in parts
    )


def _has_its_kernel(layer: str, shape: tuple[int, ...]) -> bool:
    """Whether a kernel, which may lie with its sides first or last, can be this layer's."""
    sides = _KERNELS.get(layer.rpartition("/")[2])
    return sides is None or len(shape) != 4 or shape[-1] in sides or shape[0] in sides


def set_name(prefix: str) -> str:
    """What a set of weights is called by: its prefix, or `TOP` where it has none."""
    return prefix.rstrip(".") or TOP


def is_copy(prefix: str) -> bool:
    """Whether a prefix says that what follows is a smoothed copy."""
    return bool(_COPIES.intersection(prefix.lower().replace("_", ".").split(".")))
