"""What the lanes hold under the options in use: maps, order, scale. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gnet_desktop.errors import UsageError
from gnet_desktop.gui.controls.changing import changes_of, made_words
from gnet_desktop.gui.lanes.effects import Values
from gnet_desktop.gui.lanes.filtering import filter_lanes
from gnet_desktop.gui.lanes.model import Channels, Lane, LaneScale, lanes_of, scales_of, shown_order
from gnet_desktop.gui.lanes.sorting import FALLBACK
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.inspection.scaling import Scaling
from gnet_desktop.inspection.statistics import UnitStatistics
from gnet_desktop.workspace.values import Result, ViewOptions

Sorter = Callable[[Sequence[Lane]], tuple[str, Values]]


@dataclass(frozen=True, slots=True, eq=False)
class LaneContents:
    """Lanes with the scale and the shown channels of each.

    ``sort`` is the order in use, which may have to wait for its values; ``error`` says what
    is wrong with the filter, which then hides nothing.
    """

    lanes: tuple[Lane, ...] = ()
    scales: tuple[LaneScale, ...] = ()
    orders: tuple[Channels, ...] = ()
    sort: str = FALLBACK
    error: UsageError | None = None

    @property
    def shown(self) -> tuple[int, int]:
        """How many of the four branches' maps the filter lets through, of how many."""
        own = [
            (len(order), len(lane))
            for order, lane in zip(self.orders, self.lanes, strict=True)
            if lane.share is not None
        ]
        return sum(count for count, _ in own), sum(count for _, count in own)


def contents_of(
    result: Result, module: str, view: ViewOptions, measured: Callable[[str], UnitStatistics], sorter: Sorter
) -> LaneContents:
    """The lanes of a module; where the filter cannot be understood, all their channels.

    None where the result has no maps of it.
    """
    architecture = result.checkpoint.architecture
    lanes = lanes_of(result.record, architecture.module(module), measured, reductions=view.reductions)
    if not lanes:
        return LaneContents()
    lanes = [replace(lane, made=_made(result, lane), between=result.record.between) for lane in lanes]
    error = None
    try:
        channels = filter_lanes(view.filter, lanes, architecture)
    except UsageError as raised:
        error, channels = raised, filter_lanes("", lanes, architecture)
    sort, values = sorter(lanes)
    plain = SORTS[sort].key is not None
    used = sort if plain or values else FALLBACK
    orders = [
        shown_order(lane, used if plain or lane.part in values else FALLBACK, some, values.get(lane.part))
        for lane, some in zip(lanes, channels, strict=True)
    ]
    return LaneContents(tuple(lanes), tuple(scales_of(lanes, scaling_of(view))), tuple(orders), used, error)


def _made(result: Result, lane: Lane) -> dict[int, str]:
    """What changes made of the channels that they set to 0: ``{3: "off"}``."""
    if not result.key.changes or result.record.between:
        return {}
    found = {
        channel: made_words(changes_of(result, lane.unit(channel)))
        for channel in lane.units.zero.nonzero()[0].tolist()
    }
    return {channel: words for channel, words in found.items() if words}


def scaling_of(view: ViewOptions) -> Scaling:
    """The scale that the options ask for; a colour map with 0 in its middle makes it a signed one."""
    return COLOUR_MAPS[view.colour_map].scaling(view.scale, view.clip, view.gamma)
