"""The photo painted from what is cached, with what is laid over it; what hands do is in `view.py`."""

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from typing_extensions import override

from gnet_desktop.gui.controls.changing import changes_of, made_words
from gnet_desktop.gui.lanes.no_difference import why_no_difference
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.glyphs import outline_focused
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import MARGIN
from gnet_desktop.gui.photo.labels import Weighed
from gnet_desktop.gui.photo.laid_over import LaidOver
from gnet_desktop.gui.photo.layers import UnitLayer
from gnet_desktop.gui.photo.pairing import CLOSE, Place
from gnet_desktop.gui.photo.pane import Over, Pane
from gnet_desktop.gui.photo.stage import PhotoStage
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.shown import name_words


class PhotoCanvas(PhotoStage):
    """Paints what is shown; maps lie where their cells are."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, photo, overlay, frame, field, marks: each from its cache."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("well"))
        if self._first.sight is not None:
            self._paint_panes(painter)
        if self._by_key:
            outline_focused(painter, QRectF(self.rect()).adjusted(4, 4, -4, -4))
        painter.end()

    def _paint_panes(self, painter: QPainter) -> None:
        panes, spots = self.panes, self.places()
        over = [None if self._held_space else pane.over(self.unit) for pane in panes]
        ends, laid = _common(over), None
        for which, (pane, place) in enumerate(zip(panes, spots, strict=True)):
            painter.save()
            painter.translate(place.box[0], place.box[1])
            if len(panes) == 2:
                painter.setClipRect(self._clip(which, place))
            laid = self._paint_pane(painter, pane, place, over[which], ends) or laid
            painter.restore()
        if len(panes) == 2:
            self._paint_titles(painter, spots)
        self._paint_scale(painter, laid, next(filter(None, over), None))
        if words := self._obstacle():
            painting.draw_sentence(painter, words, QRectF(self.rect()))

    def _clip(self, which: int, place: Place) -> QRectF:
        """The part of a place, from its corner, in which a picture is seen."""
        whole = QRectF(0, 0, *place.size)
        if self._mode == "split":
            (whole.setLeft if which else whole.setRight)(self.line)
        return whole

    def _paint_pane(
        self, painter: QPainter, pane: Pane, place: Place, over: Over | None, ends: Limits | None
    ) -> LaidOver | None:
        view, workspace = self._workspace.view, self._workspace
        laid = pane.paint(painter, QSize(*map(round, place.size)), over, ends)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if view.crop_frame:
            pane.paint_frame(painter)
        known = over is not None and isinstance(over.layer, UnitLayer) and not workspace.stale
        if view.field and known:
            bounds = QRectF(0, 0, *place.size).adjusted(2, 2, -2, -2)
            pane.paint_field(painter, self.unit, bounds, self._covered(), told=self._mode == "alone")
        if pane.result is not None:
            pane.paint_pins(painter)
        if not self._held_space and (why := pane.why_words()):
            painting.draw_sentence(painter, why, self._clip(int(pane is self._second), place))
        return laid

    def _covered(self) -> list[Weighed]:
        """What words better don't cover."""
        covered = [(QRectF(self._tools), 60.0)]
        if self.has_bar:
            right = QRectF(self.rect())
            right.setLeft(right.right() - painting.BAR_SPACE)
            covered.append((right, 20.0))
        return covered

    def _paint_titles(self, painter: QPainter, spots: tuple[Place, ...]) -> None:
        """What each picture is, and the line between two parts of one."""
        boxes = [QRectF(place.box[0], place.box[1], place.size[0], painting.TITLE) for place in spots]
        if self._mode == "split":
            left, top, right, _ = self._free_room()
            boxes = [QRectF(left, top, self.line - left, painting.TITLE)] * 2
            boxes[1] = QRectF(self.line, top, right - self.line, painting.TITLE)
            painting.draw_line(painter, self.line, QRectF(self.rect()))
        margin = MARGIN if self._mode == "split" else CLOSE
        for box, words, run in zip(boxes, self.titles(), ("this", "reference"), strict=True):
            seen = run == self._workspace.shows
            painting.draw_title(painter, words, box.adjusted(margin, 0, -CLOSE, 0), seen=seen)

    def _paint_scale(self, painter: QPainter, laid: LaidOver | None, over: Over | None) -> None:
        """The colour bar of what is laid over, and what that is."""
        if laid is None or over is None or not self.has_bar or not over.scaled:
            return
        silent = laid.scale.limits.low == laid.scale.limits.high
        if not silent:
            painting.draw_scale(painter, laid.scale, laid.strip, QRectF(self.rect()))
        if isinstance(over.layer, UnitLayer):
            chosen = over.layer.unit == self._workspace.selection.unit
            state = self.tr("chosen") if chosen else self.tr("hovered")
            name = name_words(over.layer.unit.name).split("/", 1)
            caption = [*name, self._silence(over.layer) if silent else state]
            painting.draw_caption(painter, caption, QRectF(self.rect()))

    def _silence(self, layer: UnitLayer) -> str:
        """Why a map has but one value, and no scale."""
        result = self._first.result
        if layer.between:
            return self.tr("the same in both")
        made = made_words(changes_of(result, layer.unit)) if result is not None else ""
        return made or self.tr("all {0}").format(number(float(layer.values.flat[0])))

    def _obstacle(self) -> tuple[str, ...]:
        """Why nothing lies over the photo though two runs are compared, in words."""
        view, unit = self._workspace.view, self.unit
        if unit is None or view.why or not view.overlay or self._held_space:
            return ()
        reason = why_no_difference(self._workspace, unit.part) if self._first.result is not None else ""
        return (reason, self.tr("no difference")) if reason else ()


def _common(over: list[Over | None]) -> Limits | None:
    """The ends of one scale for two maps, so that their colours can be compared; None for one map."""
    both = [one for one in over if one is not None and one.scaled]
    if len(both) < 2:
        return None
    values = np.concatenate([one.layer.values.ravel() for one in both])
    return Scale.linear(values, both[0].colours).limits
