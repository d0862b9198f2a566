"""Two pictures, or two maps of one, side by side: the run's and its reference's, on one scale."""

from html import escape
from pathlib import Path

import numpy as np

from gnet_desktop.gui.exports.report.markup import image, section, tr
from gnet_desktop.gui.exports.report.pictures import photo, photo_with
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.photo.layers import UnitLayer, unit_layer
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.inspection.scaling import Limits, limits_of
from gnet_desktop.shown import name_of, name_words
from gnet_desktop.workspace.values import Result


def compared_of(seen: Exploration) -> str:
    """Both runs' photos, with the chosen unit's maps where both have it.

    Of one picture without a unit there is nothing to see twice.
    """
    other, unit = seen.reference, seen.selection.unit
    if other is None:
        return ""
    layers = [unit_layer(result, unit) for result in (seen.result, other)]
    if None in layers and other.key.picture == seen.result.key.picture:
        return ""
    both = [layer for layer in layers if layer is not None]
    limits = _common(seen, both) if len(both) == 2 else None
    name = name_words(unit.name) if unit is not None and limits is not None else ""
    figures = [
        _figure(seen, result, layer, limits, words, name)
        for result, layer, words in zip(
            (seen.result, other), layers, (tr("This"), tr("The reference")), strict=True
        )
    ]
    return section("compared", tr("Side by side"), f'<div class="over">{"".join(figures)}</div>')


def _figure(
    seen: Exploration, result: Result, layer: UnitLayer | None, limits: Limits | None, run: str, name: str
) -> str:
    source = name_of(Path(result.picture.source))
    if limits is not None and layer is not None:
        data = photo_with(result, layer, seen.view, limits)
        words = tr("{0}: {1} over {2}, both on one scale").format(run, name, source)
    else:
        data, words = photo(result)[0], f"{run}: {source}"
    return f"<figure>{image(data, 'jpeg', words)}<figcaption>{escape(words)}</figcaption></figure>"


def _common(seen: Exploration, layers: list[UnitLayer]) -> Limits:
    values = np.concatenate([layer.values.ravel() for layer in layers])
    view = seen.view
    return limits_of(values, COLOUR_MAPS[view.colour_map].scaling("map", view.clip, view.gamma))
