"""The chosen unit over the photo, and with the pinned ones its map and its numbers."""

from html import escape

from gnet_desktop.gui.exports.report.markup import image, note, pairs, section, tr
from gnet_desktop.gui.exports.report.pictures import photo_with, tile
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.painting.numbers import cell_words, number, percent, size
from gnet_desktop.gui.photo.layers import unit_layer
from gnet_desktop.gui.unit.facts import UnitFacts, facts_of, has_unit
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.inspection.scaling import Limits, limits_of
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_words

_SIDE = 264


def units_of(seen: Exploration) -> str:
    """The chosen unit at large, the pinned ones below."""
    units = [unit for unit in seen.units if has_unit(seen.result.record, unit)]
    chosen = seen.selection.unit
    large = _large(seen, chosen) if chosen in units and chosen is not None else ""
    rest = "".join(_card(seen, unit) for unit in units if unit != chosen or not large)
    cards = f'<div class="units">{rest}</div>' if rest else ""
    return section("units", tr("Chosen and pinned units") if rest else tr("The chosen unit"), large, cards)


def _large(seen: Exploration, unit: Unit) -> str:
    layer = unit_layer(seen.result, unit)
    if layer is None:
        return ""
    limits = _limits(seen, unit)
    words = tr("{0} over the photo").format(name_words(unit.name))
    over = image(photo_with(seen.result, layer, seen.view, limits), "jpeg", words)
    caption = note(tr("The box is what the unit sees where it is strongest."))
    return (
        f'<div class="over"><figure>{over}<figcaption>{caption}</figcaption></figure>'
        f'<div class="units">{_card(seen, unit)}</div></div>'
    )


def _card(seen: Exploration, unit: Unit) -> str:
    statistics = unit_statistics(seen.result.record[unit.part])
    facts = facts_of(seen.result, unit, statistics)
    magnify = max(1, _SIDE // max(facts.cells))
    name, drawn = name_words(unit.name), tile(facts.values, _limits(seen, unit), seen.view, magnify=magnify)
    return (
        f"<figure>{image(drawn, 'png', name)}<div><h3>{escape(name)}</h3>{pairs(_rows(facts))}</div></figure>"
    )


def _limits(seen: Exploration, unit: Unit) -> Limits:
    """The ends of the unit's own scale."""
    values = seen.result.record[unit.part][unit.channel]
    return limits_of(
        values, COLOUR_MAPS[seen.view.colour_map].scaling("map", seen.view.clip, seen.view.gamma)
    )


def _rows(facts: UnitFacts) -> list[tuple[str, str]]:
    return [
        (tr("maximum"), number(facts.numbers.maximum)),
        (tr("at"), "" if facts.zero else tr("cell {0}").format(cell_words(*facts.peak))),
        (tr("mean"), number(facts.numbers.mean)),
        (tr("active cells"), percent(facts.numbers.nonzero)),
        (tr("rank"), tr("none") if facts.zero else tr("{0} of {1}").format(facts.rank, facts.siblings)),
        (tr("cells"), size(*facts.cells)),
        (tr("not a number"), str(facts.numbers.non_finite) if facts.numbers.non_finite else ""),
    ]
