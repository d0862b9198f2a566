"""Changes: parts of a network switched off, averaged, scaled or replaced during a pass.

A change names a part by its canonical name and says what the part's value, after its
rectifier, becomes. Changes act in the order of the network, those of one part in the order
given, each on what the earlier ones left. A branch is a slice of its module's output; a
module is all of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit, channel_counts, parse_part

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[np.float32]
Kind = Literal["off", "mean", "usual", "scaled", "other", "projected"]
KINDS: Final[tuple[Kind, ...]] = ("off", "mean", "usual", "scaled", "other", "projected")
LARGEST_FACTOR: Final = 4.0


@dataclass(frozen=True, slots=True)
class Values:
    """Numbers for a part, compared by where they come from and what they are.

    ``array`` is float32: (channels,) for one number a unit, or the shape of the part.
    ``source`` is for people: ``the mean of 12 pictures``, ``zebra.jpg``. ``pictures`` are the
    files that they can be made from again; none where they cannot.
    """

    array: Array = field(compare=False, repr=False)
    source: str = ""
    pictures: tuple[str, ...] = field(default=(), compare=False, repr=False)
    digest: str = field(init=False, default="", repr=False)

    def __post_init__(self) -> None:
        import hashlib

        data = np.ascontiguousarray(self.array, np.float32)
        shape = repr(data.shape).encode()
        object.__setattr__(self, "digest", hashlib.sha256(shape + data.tobytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a part's value after its rectifier.

    ``off``: 0 everywhere. ``mean``: each unit's own mean over the cells, everywhere.
    ``usual``: the numbers of ``values``, one a unit. ``scaled``: ``factor`` (0…4) times
    itself. ``other``: ``values``, of the part's own shape, as another run has them.
    ``projected``: without what lies along ``values``, a direction in all of the part's
    channels; of one unit alone that is the same as ``off``.
    ``channels`` are the part's channels that change, ascending; None: all. Where they are
    given, ``values`` still hold all of the part's channels.
    """

    part: str
    kind: Kind = "off"
    channels: tuple[int, ...] | None = None
    factor: float = 1.0
    values: Values | None = None

    @property
    def name(self) -> str:
        """``4a/5x5`` or ``4a/5x5:3,11``."""
        if self.channels is None:
            return self.part
        return f"{self.part}:{','.join(map(str, self.channels))}"


Changes = tuple[Change, ...]


def off_together(architecture: Architecture, units: Iterable[Unit]) -> Changes:
    """Units switched off: a change a part, in the order of the network; all units of a part are the part."""
    chosen: dict[str, set[int]] = {}
    for unit in units:
        chosen.setdefault(unit.part, set()).add(unit.channel)
    return tuple(
        Change(part, "off", tuple(sorted(chosen[part])) if len(chosen[part]) < count else None)
        for part, count in changeable_parts(architecture).items()
        if part in chosen
    )


def parse_change(
    text: str,
    architecture: Architecture,
    kind: Kind = "off",
    *,
    factor: float = 1.0,
    values: Values | None = None,
) -> Change:
    """The change of a part or of units of it: ``4a/5x5``, ``inception_4a/5x5:3,11``, ``conv2``.

    Raises UsageError, with what would fit.
    """
    part, colon, numbers = text.strip().rpartition(":")
    if not colon:
        part, numbers = text.strip(), ""
    channels = None
    if colon:
        if not re.fullmatch(r"\s*\d{1,6}(\s*,\s*\d{1,6})*\s*", numbers):
            raise UsageError(
                f"{text.strip()!r} is not a part or units of one.",
                "Units are a part, a colon and channels counted from 0.",
                "Write it like 4a/5x5 or 4a/5x5:3,11.",
            )
        channels = tuple(sorted({int(number) for number in numbers.split(",")}))
    change = Change(parse_part(part, architecture), kind, channels, factor, values)
    check_changes(architecture, (change,))
    return change


def check_changes(architecture: Architecture, changes: Iterable[Change]) -> None:
    """Raise UsageError if one of them isn't possible in this network."""
    counts = changeable_parts(architecture)
    for change in changes:
        if change.part not in counts:
            raise UsageError(
                f"{change.part} cannot be changed.", "This network has no such part.", "Write it like 4a/5x5."
            )
        count = counts[change.part]
        if change.channels is not None and not all(0 <= one < count for one in change.channels):
            raise UsageError(
                f"{change.part} has no unit {max(change.channels)}.",
                f"It has {count} in this network, counted from 0.",
                f"Choose 0 to {count - 1}.",
            )
        _check_numbers(change, count)


def _check_numbers(change: Change, count: int) -> None:
    if change.kind not in KINDS:
        raise UsageError(f"{change.kind!r} is not a kind of change.", f"There are {', '.join(KINDS)}.")
    if change.kind == "scaled" and not 0 <= change.factor <= LARGEST_FACTOR:
        raise UsageError(f"{change.part} cannot be scaled by {change.factor:g}.", "", "Choose 0 to 4.")
    if change.kind in ("usual", "other", "projected"):
        found = None if change.values is None else change.values.array.shape
        if not found or found[0] != count:
            raise UsageError(
                f"{change.part} cannot take these values.", f"They are not of its {count} channels."
            )
    if change.kind == "projected":
        _check_direction(change)


def _check_direction(change: Change) -> None:
    if change.channels is not None:
        raise UsageError(f"{change.name} has no directions.", "", "Project them out of all its channels.")
    values = change.values.array if change.values is not None else np.zeros(0, np.float32)
    if values.ndim != 1 or not 0 < np.linalg.norm(values) < np.inf:
        raise UsageError(f"{change.part} has no such direction.", "It must be numbers that are not all 0.")


def changeable_parts(architecture: Architecture) -> dict[str, int]:
    """{canonical name: channels} of everything that a change may name, in the order of the pass."""
    counts = dict(channel_counts(architecture))
    counts["global_pool"] = counts[architecture.trunk[-1].name]
    for head in architecture.heads:
        for layer in head.layers[:-1]:
            counts[layer.name] = layer.outputs
    return counts


def place_of(architecture: Architecture, part: str) -> str:
    """The layer of the trunk, the head or ``global_pool`` in which a part lies: ``4a/5x5`` → ``4a``."""
    first = part.partition("/")[0]
    return part if part in {layer.name for layer in architecture.trunk} else first


class Editor:
    """Changes at work in one pass: asked for each part's value, it gives what the value becomes.

    ``altered`` counts, for each change in the order given, the values that it really made
    different: a change that alters nothing was in vain, and a person wants to know.
    """

    def __init__(self, architecture: Architecture, changes: Sequence[Change]) -> None:
        check_changes(architecture, changes)
        self._changes = tuple(changes)
        self._by_part: dict[str, list[int]] = {}
        for number, change in enumerate(self._changes):
            self._by_part.setdefault(change.part, []).append(number)
        self._branches = branch_spans(architecture)
        self._counts = [0] * len(self._changes)

    @property
    def altered(self) -> tuple[int, ...]:
        """Values made different, by change."""
        return tuple(self._counts)

    def __bool__(self) -> bool:
        return bool(self._changes)

    def within(self, place: str) -> bool:
        """Whether anything of a trunk layer or head changes before its own output is made."""
        return any(part.startswith(f"{place}/") and part not in self._branches for part in self._by_part)

    def __call__(self, part: str, value: "Tensor") -> "Tensor":
        """The value (pictures, channels…) of a part as the changes leave it; never written in place."""
        for branch, span in self._branches_of(part):
            value = self._sliced(branch, value, span)
        for number in self._by_part.get(part, ()):
            value = self._changed(number, value)
        return value

    def _branches_of(self, part: str) -> list[tuple[str, slice]]:
        return [
            (branch, span)
            for branch, (module, span) in self._branches.items()
            if module == part and branch in self._by_part
        ]

    def _sliced(self, branch: str, value: "Tensor", span: slice) -> "Tensor":
        import torch

        piece = value[:, span]
        for number in self._by_part[branch]:
            piece = self._changed(number, piece)
        return _like(value, torch.cat([value[:, : span.start], piece, value[:, span.stop :]], 1))

    def _changed(self, number: int, value: "Tensor") -> "Tensor":
        import torch

        change = self._changes[number]
        new = _RULES[change.kind](change, value)
        if change.channels is not None:
            chosen = torch.zeros(value.shape[1], dtype=torch.bool, device=value.device)
            chosen[list(change.channels)] = True
            new = torch.where(chosen.view(1, -1, *[1] * (value.ndim - 2)), new, value)
        self._counts[number] += int((new != value).sum())
        return _like(value, new)


def branch_spans(architecture: Architecture) -> Mapping[str, tuple[str, slice]]:
    """{branch: (module, its channels in the module's output)}; {"4a/5x5": ("4a", slice(400, 448))}."""
    spans = {}
    for module in architecture.modules:
        for branch in module.branches:
            start = module.offset(branch.name)
            spans[f"{module.name}/{branch.name}"] = (module.name, slice(start, start + branch.outputs))
    return spans


def _like(value: "Tensor", new: "Tensor") -> "Tensor":
    """The new value in the memory layout of the old one."""
    import torch

    layout = torch.channels_last if value.ndim == 4 else torch.contiguous_format
    return new.expand_as(value).contiguous(memory_format=layout)


def _off(_change: Change, value: "Tensor") -> "Tensor":
    return value.new_zeros(()).expand_as(value)


def _mean(_change: Change, value: "Tensor") -> "Tensor":
    return value.mean((2, 3), keepdim=True).expand_as(value) if value.ndim == 4 else value


def _scaled(change: Change, value: "Tensor") -> "Tensor":
    return value * change.factor


def _values(change: Change, value: "Tensor") -> "Tensor":
    import torch

    assert change.values is not None
    given = torch.from_numpy(np.ascontiguousarray(change.values.array, np.float32)).to(value.device)
    if given.ndim == 1 and value.ndim == 4:
        given = given[:, None, None]
    if given.ndim != value.ndim - 1 or any(
        have not in (1, want) for have, want in zip(given.shape, value.shape[1:], strict=True)
    ):
        raise UsageError(
            f"{change.part} cannot take these values.",
            "They were made at another size of the input.",
            "Use the same picture size for both.",
        )
    return given.expand_as(value)


def _projected(change: Change, value: "Tensor") -> "Tensor":
    import torch

    assert change.values is not None
    direction = torch.from_numpy(change.values.array / np.linalg.norm(change.values.array)).to(value)
    along = torch.einsum("k,nk...->n...", direction, value)
    return value - torch.einsum("k,n...->nk...", direction, along)


_RULES: Final = {
    "off": _off,
    "mean": _mean,
    "usual": _values,
    "scaled": _scaled,
    "other": _values,
    "projected": _projected,
}


def first_place(architecture: Architecture, changes: Iterable[Change]) -> int | None:
    """Index of the first trunk layer whose output changes; len(trunk) for ``global_pool``.

    None if only auxiliary heads change.
    """
    order = {layer.name: index for index, layer in enumerate(architecture.trunk)}
    order["global_pool"] = len(order)
    places = [order[place] for change in changes if (place := place_of(architecture, change.part)) in order]
    return min(places, default=None)


def behind(architecture: Architecture, changes: Iterable[Change], part: str) -> Changes:
    """Those that act behind a layer of the trunk: what its own value doesn't have in it already."""
    order = {layer.name: index for index, layer in enumerate(architecture.trunk)}
    last = len(order)
    return tuple(
        change for change in changes if order.get(place_of(architecture, change.part), last) > order[part]
    )
