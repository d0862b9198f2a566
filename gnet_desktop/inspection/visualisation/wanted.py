"""What a picture is made for: a unit, a class of a head, or any direction in a layer's channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.changes import Values
from gnet_desktop.network.naming import Unit, channel_counts, parse_unit
from gnet_desktop.network.record import LOGITS, Array

LINEAR: Final = "/linear"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A direction in the channels of a part: what is made large is its product with their values.

    ``part`` is a canonical name or that of a head's logits (`LOGITS`); ``direction`` has
    one number a channel, (channels,). ``name`` is for people: ``4a/5x5:11``, ``main: tabby``.
    """

    name: str
    part: str
    direction: Values

    @property
    def is_class(self) -> bool:
        """Whether a head's logit is wanted, not a map."""
        return self.part in LOGITS.values()


def unit_wanted(architecture: Architecture, unit: Unit | str) -> Wanted:
    """A unit, also by any of its names; raises UsageError if the network has none of that name."""
    unit = parse_unit(unit, architecture) if isinstance(unit, str) else unit
    axis = _one(channel_count(architecture, unit.part), unit.channel)
    return direction_wanted(architecture, unit.part, axis, unit.name)


def unit_wants(architecture: Architecture, part: str) -> list[Wanted]:
    """All units of a part; raises UsageError if the network has no map of that name."""
    count = channel_count(architecture, part)
    return [Wanted(f"{part}:{one}", part, Values(_one(count, one))) for one in range(count)]


def class_wanted(architecture: Architecture, head: str, index: int, label: str) -> Wanted:
    """A class of a head; raises UsageError if the network has no such head or class."""
    own = {one.name: one.classes for one in architecture.heads} | {"main": architecture.classes}
    if head not in own:
        raise UsageError(f"This network has no head {head}.", "", f"Choose {' or '.join(own)}.")
    if not 0 <= index < own[head]:
        raise UsageError(f"There is no class {index}.", f"{head} tells {own[head]} apart.")
    return Wanted(f"{head}: {label}", LOGITS[head], Values(_one(own[head], index)))


def direction_wanted(
    architecture: Architecture, part: str, direction: "Sequence[float] | Array", name: str
) -> Wanted:
    """Any direction in a part's channels, made one long; raises UsageError if it doesn't fit."""
    values = np.asarray(direction, np.float32)
    count, length = channel_count(architecture, part), float(np.linalg.norm(values))
    if values.shape != (count,) or not np.isfinite(length) or length == 0:
        raise UsageError(
            f"{name} is not a direction in {part}.",
            f"It must be {count} numbers that are not all 0.",
            "Choose the layer that it was made for.",
        )
    return Wanted(name, part, Values(values / length))


def channel_count(architecture: Architecture, part: str) -> int:
    """Channels of a part; raises UsageError if the network has no map of that name."""
    counts = channel_counts(architecture)
    if part not in counts:
        raise UsageError(f"This network has no map {part}.", "", "Choose a part like 4a/5x5.")
    return counts[part]


def watched(architecture: Architecture, wanted: Wanted) -> tuple[str, ...]:
    """The names under which a pass has the value: after the rectifier, and before it where there is one."""
    made = {layer.name for layer in architecture.convolutions()}
    return (wanted.part, wanted.part + LINEAR) if wanted.part in made else (wanted.part,)


def _one(count: int, index: int) -> Array:
    values = np.zeros(count, np.float32)
    values[index] = 1
    return values
