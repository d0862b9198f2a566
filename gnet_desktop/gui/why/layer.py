"""The map that speaks for an answer, laid over the photo as a unit's map is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gnet_desktop.gui.why.asking import Asked, asked_of, attribute, check, title
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.attribution.attribution import Attribution
from gnet_desktop.inspection.attribution.placing import on_input
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.record import Array
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

SHOWN_SHARE: Final = 99.0
"""Per cent of the pixels that the scale of a map of pixels covers."""
WHY_COLOURS: Final = "tide"


@dataclass(frozen=True, slots=True, eq=False)
class WhyLayer:
    """An attribution's map as it lies on the input; ``caption`` says what it is and how far it goes.

    ``identity`` tells it from other layers; ``at`` is the layer on whose cells it lies, "" for pixels.
    ``one_sided``: only what speaks for the target is shown, unless all is asked for.
    """

    identity: object
    values: Array
    grid: Grid
    caption: tuple[str, ...]
    at: str
    one_sided: bool = False

    def on_pixels(self, result: Result) -> tuple[Array, Grid]:
        """The map on the input's pixels, and how they lie."""
        values = self.values
        if self.at:
            values = on_input(result.checkpoint.architecture, self.at, values, result.record.input_size)
        return values, _pixels(values)


def shown_as(layer: WhyLayer, drawn: str, colour_map: str) -> tuple[WhyLayer, str]:
    """What is drawn and in which colours: a positive part in the chosen ones, what has a sign in its own."""
    if drawn != "map" or not layer.one_sided:
        return layer, WHY_COLOURS
    positive = np.maximum(layer.values, 0)
    return replace(layer, values=positive, identity=(layer.identity, "positive")), colour_map


class Why:
    """Works out the map for what is shown and chosen, off the window's thread."""

    def __init__(self, workspace: Workspace, purpose: str, ready: Callable[[], None]) -> None:
        self._workspace = workspace
        self.found: Growing[Asked, Attribution] = Growing(workspace, purpose, ready)

    def layer(self, result: Result, asked: Asked | None = None) -> WhyLayer | None:
        """The layer for a result, as far as it is; None before that, or where it cannot be."""
        asked = asked or self.asked(result)
        loaded = self._workspace.network_of(result)
        if asked is None or loaded is None or self._workspace.stale:
            self.found.stop()
            return None
        found = self.found.get(asked, lambda progress: attribute(asked, result, loaded, progress))
        if found is not None:
            return layer_of(found, asked, result)
        part = self.found.part
        if part is None or not part.any():
            return None
        return _layer(part, (asked, self.found.share), self._so_far(asked, result), asked, result)

    def words(self, result: Result) -> tuple[str, ...]:
        """The caption before there is anything to see."""
        asked = self.asked(result)
        return () if asked is None or self._workspace.stale else self._so_far(asked, result)

    def asked(self, result: Result) -> Asked | None:
        """What is asked of a result; None for nothing."""
        method = self._workspace.view.why
        return asked_of(self._workspace, result, method) if method else None

    def _so_far(self, asked: Asked, result: Result) -> tuple[str, ...]:
        return *title(asked, result), f"{self.found.share * 100:.0f} %"


def layer_of(found: Attribution, asked: Asked, result: Result) -> WhyLayer:
    """An attribution as a layer."""
    layer = _layer(found.map, found, (*title(asked, result), check(found, asked.baseline)), asked, result)
    return replace(layer, one_sided=found.one_sided)


def _layer(
    values: Array, identity: object, caption: tuple[str, ...], asked: Asked, result: Result
) -> WhyLayer:
    at = asked.at
    if at:
        field = receptive_field(result.checkpoint.architecture, at, result.record.input_size)
        grid = Grid(field.centre, field.jump, (values.shape[1], values.shape[0]))
    else:
        reach = np.float32(np.percentile(np.abs(values), SHOWN_SHARE))
        values, grid = np.clip(values, -reach, reach), _pixels(values)
    return WhyLayer(identity, values, grid, caption, at)


def _pixels(values: Array) -> Grid:
    return Grid((0.0, 0.0), 1, (values.shape[1], values.shape[0]))
