"""The filter field: numbers, ranges, parts and units under any of their names. No Qt."""

from collections.abc import Sequence

import numpy as np

from gnet_desktop.errors import UsageError
from gnet_desktop.gui.lanes.model import Channels, Lane
from gnet_desktop.inspection.ranking import parse_channels
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit, parse_part, parse_unit


def filter_lanes(text: str, lanes: Sequence[Lane], architecture: Architecture) -> list[Channels]:
    """The channels of each lane that a filter lets through, ascending.

    Numbers and ranges (``0-15, 20``) hold for every lane; a unit (``mixed4a_3x3:11``,
    ``4a:411``) or a part (``inception_4a/3x3``, ``3x3``) for its own lane only. Raises
    UsageError for what is none of these, or lies in none of the lanes.
    """
    if not text.strip():
        return [np.arange(len(lane)) for lane in lanes]
    words = text.replace(",", " ").split()
    plain = [word for word in words if _is_number(word)]
    named = [_named(word, lanes, architecture) for word in words if not _is_number(word)]
    found = [_of_lane(lane, plain, named) for lane in lanes]
    if not any(len(channels) for channels in found):
        raise UsageError(
            f"No unit is called {text.strip()}.", "The lanes are shorter.", "Give a smaller number."
        )
    return found


def unit_named(text: str, architecture: Architecture) -> Unit | None:
    """The unit that the whole text names, of any module; None if it is no unit's name."""
    try:
        return parse_unit(text, architecture)
    except UsageError:
        return None


def _is_number(word: str) -> bool:
    return word.strip("-–…").replace("-", "").replace("–", "").isdigit()


def _named(word: str, lanes: Sequence[Lane], architecture: Architecture) -> tuple[str, int | None]:
    module = lanes[0].part.partition("/")[0]
    parts = {lane.part for lane in lanes}
    own = f"{module}/{word.lower().replace('×', 'x')}"
    if own.partition(":")[0] in parts:
        word = own
    if ":" in word:
        unit = parse_unit(word, architecture)
        part, channel = unit.part, unit.channel
    else:
        part, channel = parse_part(word, architecture), None
    if part not in parts:
        raise UsageError(
            f"{word} is not in {module}.", "The lanes show one module.", "Press Enter to go there."
        )
    return part, channel


def _of_lane(lane: Lane, plain: Sequence[str], named: Sequence[tuple[str, int | None]]) -> Channels:
    wanted: set[int] = set()
    for word in plain:
        try:
            wanted.update(parse_channels(word, len(lane)).tolist())
        except UsageError:  # a number beyond this lane's last may be in another
            continue
    for part, channel in named:
        if part == lane.part:
            wanted.update(range(len(lane)) if channel is None else (channel,))
    return np.array(sorted(wanted), np.intp)
