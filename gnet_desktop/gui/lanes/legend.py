"""What the colour bars of the lanes explain: one for all maps, or one for each branch."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.lanes.contents import LaneContents
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.workspace.values import ViewOptions

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Legend:
    """A colour bar: its colours, what stands at its ends, and the same as a sentence.

    ``short`` stands at the upper end where there is no room for ``ends``.
    """

    scale: Scale
    ends: tuple[str, str]
    sentence: str
    short: str = ""


def common_legend(contents: LaneContents, view: ViewOptions, *, stale: bool) -> Legend | None:
    """The bar for all lanes at once; None where each lane has its own.

    Where each map has its own scale no number holds for all, and none is written.
    """
    ends = [limits for scale in contents.scales for limits in scale.limits]
    if not ends or view.scale == "branch":
        return None
    low, high = min(one.low for one in ends), max(one.high for one in ends)
    scale = _scale(Limits(low, high), view, stale=stale)
    if view.scale == "module":
        return _with_numbers(scale, view, translate("Lanes", "one scale for the module, {0} to {1}"))
    return Legend(
        scale,
        ("0" if low == 0 else "−", translate("Lanes", "each to its own maximum")),
        translate("Lanes", "each map is stretched to its own maximum"),
        translate("Lanes", "own max"),
    )


def lane_legend(limits: tuple[Limits, ...], view: ViewOptions, *, stale: bool) -> Legend | None:
    """The bar of one lane; None where it shares one with the others, or its maps share none."""
    if view.scale != "branch":
        return None
    scale = _scale(limits[0], view, stale=stale)
    return _with_numbers(scale, view, translate("Lanes", "one scale for the branch, {0} to {1}"))


def _scale(limits: Limits, view: ViewOptions, *, stale: bool) -> Scale:
    return Scale(faded(view.colour_map) if stale else view.colour_map, limits, view.gamma)


def _with_numbers(scale: Scale, view: ViewOptions, sentence: str) -> Legend:
    low, high = number(scale.limits.low), number(scale.limits.high)
    if view.clip < 100:
        # what lies beyond is shown as bright
        high = f"≥\u2009{high}"
        low = f"≤\u2009{low}" if scale.limits.low < 0 else low
    return Legend(scale, (low, high), sentence.format(low, high))
