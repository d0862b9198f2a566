"""The branches of the chosen module: every map of each, as ink on paper."""

from html import escape

from gnet_desktop.gui.exports.report.markup import image, note, section, tr
from gnet_desktop.gui.exports.report.pictures import paper, tile
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.lanes.legend import Legend, common_legend, lane_legend
from gnet_desktop.gui.lanes.menus import sort_words
from gnet_desktop.gui.lanes.model import Channels, Lane, LaneScale
from gnet_desktop.gui.lanes.texts import tip_lines
from gnet_desktop.gui.looks.theme import LIGHT
from gnet_desktop.gui.painting.glyphs import glyph_svg, hue_of
from gnet_desktop.gui.painting.numbers import percent
from gnet_desktop.shown import name_words

_STOPS = 9


def branches_of(seen: Exploration) -> str:
    """A part for each branch, with its maps in the order and under the scale of the window."""
    contents, module = seen.contents, seen.selection.module
    common = common_legend(contents, seen.view, stale=False)
    total = sum(len(lane) for lane in contents.lanes)
    width, height = contents.lanes[0].cells
    words = tr("{0} maps of {1} × {2} cells").format(total, width, height)
    head = f'<p class="scale"><span>{escape(words)} · {escape(sort_words(contents.sort))}</span>'
    head += f"{_bar(common, seen) if common else ''}</p>"
    lanes = [
        _lane(seen, *each) for each in zip(contents.lanes, contents.scales, contents.orders, strict=True)
    ]
    unspoken = note(tr("The palest is 0. Small dashed squares are units that are silent here."))
    return section("branches", tr("Branches of {0}").format(module), head, unspoken, *lanes)


def _lane(seen: Exploration, lane: Lane, scale: LaneScale, order: Channels) -> str:
    hue = LIGHT.branches[hue_of(lane.branch)]
    words = [lane.path, tr("{0} maps").format(len(lane))]
    words += [tr("{0} silent").format(lane.zeros)] if lane.zeros else []
    words += [tr("{0} of the module's energy").format(percent(lane.share))] if lane.share is not None else []
    own = lane_legend(scale.limits, seen.view, stale=False)
    bar = f'<span class="scale">{_bar(own, seen)}</span>' if own else ""
    share = ""
    if lane.share is not None:
        share = f'<div class="share"><i style="width:{100 * lane.share:.1f}%;background:{hue}"></i></div>'
    head = (
        f"<header><h3>{glyph_svg(lane.branch)}{escape(lane.title)}</h3>"
        f"<span>{escape(' · '.join(words))}</span>{bar}{share}</header>"
    )
    loud = [int(channel) for channel in order if not lane.units.zero[channel]]
    tiles = "".join(_tile(seen, lane, scale, channel) for channel in loud)
    silent = "".join(_silent(seen, lane, int(channel)) for channel in order if lane.units.zero[channel])
    body = f'<div class="maps">{tiles}</div>' + (f'<div class="silent">{silent}</div>' if silent else "")
    return f'<div class="lane" id="{escape(lane.part)}">{head}{body}</div>'


def _tile(seen: Exploration, lane: Lane, scale: LaneScale, channel: int) -> str:
    unit = lane.unit(channel)
    words = escape(name_words(" · ".join(tip_lines(lane, channel)[:2])))
    limits = scale.limits[0] if len(scale.limits) == 1 else scale.limits[channel]
    drawn = image(tile(lane.maps[channel], limits, seen.view), "png", name_words(unit.name))
    return drawn.replace("<img ", f'<img{_chosen(seen, lane, channel)} title="{words}" ', 1)


def _silent(seen: Exploration, lane: Lane, channel: int) -> str:
    return f'<i{_chosen(seen, lane, channel)} title="{escape(name_words(lane.unit(channel).name))}"></i>'


def _chosen(seen: Exploration, lane: Lane, channel: int) -> str:
    return ' class="chosen"' if lane.unit(channel) == seen.selection.unit else ""


def _bar(legend: Legend, seen: Exploration) -> str:
    """The colours from one end to the other, and what stands at the ends."""
    colours = paper(seen.view.colour_map).table(_STOPS)[:, :3]
    stops = ", ".join("#{:02X}{:02X}{:02X}".format(*colour) for colour in colours.tolist())
    low, high = (escape(end) for end in legend.ends)
    words = escape(legend.sentence)
    return (
        f'<span>{low}</span><i title="{words}" style="background:linear-gradient(90deg, {stops})"></i>'
        f"<span>{high}</span>"
    )
