"""The photo painted from what is cached, with what is laid over it; what hands do is in `view.py`."""

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.lanes.no_difference import why_no_difference
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.glyphs import outline_focused
from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import LEAST, MARGIN, Camera, centred, fitting, in_the_middle
from gnet_desktop.gui.photo.labels import place_label
from gnet_desktop.gui.photo.laid_over import KeptOverlay, LaidOver, Look
from gnet_desktop.gui.photo.layers import UnitLayer, unit_layer
from gnet_desktop.gui.photo.ready import ReadyImages
from gnet_desktop.gui.photo.scaled import ScaledPhoto
from gnet_desktop.gui.photo.sight import Sight, sight_of
from gnet_desktop.gui.why.layer import Why, WhyLayer, shown_as
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.network.naming import Unit
from gnet_desktop.pictures.geometry import Box
from gnet_desktop.shown import name_words
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_BESIDE_TOOLS: Final = 8
"""Pixels between tools and photo."""
_WHOLE_PHOTO: Final = 5000.0
"""What it costs to cover all of the photo with words, as `place_label` weighs."""


class PhotoCanvas(QWidget):
    """The current picture; the overlay of the hovered or chosen unit lies where its cells are.

    ``sight_changed()`` when a picture that was long in the making takes its thumbnail's place.
    """

    sight_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._sight: Sight | None = None
        self._camera = Camera()
        self._free = False  # zoomed or moved by hand: no longer follows the view's size
        self._held_space = False
        self._by_key = False
        self._images = ReadyImages(workspace, self._take_ready)
        self._photo = ScaledPhoto(partial(workspace.make_ready, "sharp"), self.update)
        self._overlay = KeptOverlay()
        self._layers: dict[Unit, UnitLayer | None] = {}
        self._layers_of: Result | None = None
        self._why = Why(workspace, "why", self.update)
        self._tools = QRect()
        self.setMinimumSize(160, 120)
        ends = [
            workspace.result_changed.subscribe(self._look),
            workspace.current_changed.subscribe(self._look),
            workspace.decoded_changed.subscribe(self._look),
            workspace.entry_changed.subscribe(self._entry_changed),
            workspace.hover_changed.subscribe(self.update),
            workspace.selection_changed.subscribe(self.update),
            workspace.pins_changed.subscribe(self.update),
            workspace.explained_changed.subscribe(self.update),
            workspace.view_changed.subscribe(self._view_changed),
            self._why.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._look()

    # What is shown

    @property
    def camera(self) -> Camera:
        """Where the picture lies now."""
        return self._camera

    @property
    def unit(self) -> Unit | None:
        """The unit whose map is laid over: the hovered one before the chosen one."""
        return self._workspace.hovered or self._workspace.selection.unit

    @property
    def tools(self) -> QRect:
        """Where tools lie: the photo that is shown whole is beside them, and so are words."""
        return self._tools

    def set_tools(self, place: QRect) -> None:
        """Tools lie there now."""
        if place != self._tools:
            self._tools = place
            if not self._free:
                self.show_whole()

    @property
    def sight(self) -> Sight | None:
        """The picture that is shown."""
        return self._sight

    def layer(self) -> UnitLayer | None:
        """The map that is laid over, and how it lies; None while it is of another picture."""
        unit, result = self.unit, self._result_here()
        if unit is None or result is None:
            return None
        if result is not self._layers_of:
            self._layers_of, self._layers = result, {}
        if unit not in self._layers:
            self._layers[unit] = unit_layer(result, unit)
        return self._layers[unit]

    def _result_here(self) -> Result | None:
        """What was computed of the picture that is shown, if that is more than its thumbnail."""
        result, sight = self._workspace.seen, self._sight
        if result is None or sight is None or sight.picture is None:
            return None
        return result if result.key.picture == sight.id else None

    def _entry_changed(self, picture: int) -> None:
        if picture == self._workspace.current:
            self._look()

    def _take_ready(self) -> None:
        self._look()
        self.sight_changed.emit()

    def _look(self) -> None:
        """The picture follows the choice at once; what was computed of it follows when it is there."""
        before, now = self._sight, sight_of(self._workspace, self._sight, self._images)
        self._sight = now
        if now is not before:
            same_frame = (
                before is not None and now is not None and (before.id, before.size) == (now.id, now.size)
            )
            if not (self._free and same_frame):
                self.show_whole()
        self.setAccessibleDescription(self._words())
        self.update()

    def _words(self) -> str:
        entry = self._workspace.pictures.get(self._workspace.current or 0)
        if entry is None:
            return self.tr("No picture is open.")
        picture = self._sight.picture if self._sight is not None else None
        return picture.source if picture is not None else entry.name

    def _view_changed(self, old: object) -> None:
        if getattr(old, "photo", None) != self._workspace.view.photo:
            self.show_whole()
        self.update()

    def show_whole(self) -> None:
        """Forget zoom and pan: the photo, the crop or its pixels, as the view options say."""
        self._free = False
        sight = self._sight
        if sight is None:
            return
        room = self._room()
        whole: Box = (0, 0, *sight.size)
        crop = sight.geometry.crop_box if sight.geometry is not None else whole
        mode = self._workspace.view.photo
        if mode == "pixels" and sight.geometry is not None:
            self._camera = centred(crop, room, 1 / self.devicePixelRatioF())
        else:
            box = crop if mode == "crop" else whole
            self._camera = in_the_middle(box, self._free_room(), (self.width(), self.height()))
        self.update()

    @property
    def has_bar(self) -> bool:
        """Whether there is room for the scale of what is laid over."""
        return self.width() >= 360

    def zoom(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom around a point of the view, or its middle."""
        place = anchor if anchor is not None else QPointF(self.rect().center())
        self._camera = self._camera.zoomed(factor, (place.x(), place.y()), least=self._least())
        self._free = True
        self.update()

    def _least(self) -> float:
        """The smallest scale: a picture that is shown whole below the usual limit may be so again."""
        if self._sight is None:
            return LEAST
        left, top, right, bottom = self._free_room()
        return min(LEAST, fitting((0, 0, *self._sight.size), (right - left, bottom - top)).scale)

    def _room(self) -> tuple[float, float]:
        return self.width() - painting.BAR_SPACE * self.has_bar, self.height()

    def _free_room(self) -> Box:
        """The part of the view beside the tools and the bar, with the margin that a photo keeps."""
        tools, (right, bottom) = self._tools, self._room()
        if tools.isEmpty():
            return 0.0, 0.0, right, bottom
        beside = tools.height() > tools.width()
        left = tools.right() + 1 + _BESIDE_TOOLS - MARGIN if beside else 0.0
        top = 0.0 if beside else tools.bottom() + 1 + _BESIDE_TOOLS - MARGIN
        return left, top, right, bottom

    @property
    def percentage(self) -> float | None:
        """Physical pixels of the screen for a pixel of the picture, in percent; None before it is decoded."""
        if self._sight is None or self._sight.picture is None:
            return None
        return self._camera.scale * self.devicePixelRatioF() * 100

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, photo, overlay, frame, field, marks: each from its cache."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("well"))
        if self._sight is not None:
            self._paint_picture(painter, self._sight)
        if self._by_key:
            outline_focused(painter, QRectF(self.rect()).adjusted(4, 4, -4, -4))
        painter.end()

    def _paint_picture(self, painter: QPainter, sight: Sight) -> None:
        whole = painting.rect(self._camera.box_to_view((0, 0, *sight.size)))
        visible = whole.intersected(QRectF(self.rect()))
        self._photo.paint(painter, sight, self._camera, visible)
        if sight.geometry is not None:
            crop = painting.rect(self._camera.box_to_view(sight.geometry.crop_box))
            painting.dim_outside(painter, whole, crop.intersected(whole))
            self._paint_computed(painter, crop)

    def _paint_computed(self, painter: QPainter, crop: QRectF) -> None:
        """The unit's map and field, the crop's frame, the pinned places."""
        view, workspace, result = self._workspace.view, self._workspace, self._result_here()
        layer = self.layer() if view.overlay and not (self._held_space or view.why) else None
        if layer is not None and result is not None:
            self._paint_overlay(painter, result, layer)
        why: tuple[str, ...] = ()
        if view.why and result is not None and not self._held_space:
            # what lies between two runs has no answer of its own to explain
            why = self._paint_why(painter, workspace.said or result, crop)
        elif view.overlay and not self._held_space:
            why = self._obstacle()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if view.crop_frame:
            painting.draw_frame(painter, crop)
        if view.field and layer is not None and result is not None and not workspace.stale:
            self._paint_field(painter, result, layer)
        for number, pin in enumerate(workspace.pins, 1):
            place = QPointF(*self._camera.to_view(pin))
            painting.draw_place(painter, place, str(number) if len(workspace.pins) > 1 else "")
        if why:
            painting.draw_sentence(painter, why, QRectF(self.rect()))

    def _obstacle(self) -> tuple[str, ...]:
        """Why nothing lies over the photo though two runs are compared, in words."""
        reason = "" if self.unit is None else why_no_difference(self._workspace, self.unit.part)
        return (reason, self.tr("no difference")) if reason else ()

    def _paint_overlay(self, painter: QPainter, result: Result, layer: UnitLayer) -> None:
        laid = self._laid(result, layer)
        painter.drawImage(QPointF(0, 0), laid.image)
        if self.has_bar:
            painting.draw_scale(painter, laid.scale, laid.strip, QRectF(self.rect()))
            chosen = layer.unit == self._workspace.selection.unit
            state = self.tr("chosen") if chosen else self.tr("hovered")
            name = name_words(layer.unit.name).split("/", 1)
            painting.draw_caption(painter, [*name, state], QRectF(self.rect()))

    def _paint_why(self, painter: QPainter, result: Result, crop: QRectF) -> tuple[str, ...]:
        """The map that speaks for an answer; what it explains, in words."""
        layer = self._why.layer(result)
        words = self._why.words(result) if layer is None else layer.caption
        if layer is not None:
            drawn = self._workspace.question.drawn
            laid = self._laid(result, *shown_as(layer, drawn, self._workspace.view.colour_map), drawn)
            painter.setClipRect(crop)
            painter.drawImage(QPointF(0, 0), laid.image)
            painter.setClipping(False)
            if self.has_bar and drawn in ("map", "signed"):
                painting.draw_scale(painter, laid.scale, laid.strip, QRectF(self.rect()))
        return words

    def _laid(
        self, result: Result, layer: UnitLayer | WhyLayer, colours: str = "", drawn: str = "map"
    ) -> LaidOver:
        view, sight = self._workspace.view, self._sight
        assert sight is not None  # what is computed lies over something
        colours = colours or self._workspace.look.colour_map
        colours = faded(colours) if self._workspace.stale else colours
        look, ratio = Look(colours, view.smooth, view.overlay_opacity, drawn), self.devicePixelRatioF()
        return self._overlay.get(layer, result, look, self._camera, self.size(), ratio, sight.image)

    def _paint_field(self, painter: QPainter, result: Result, layer: UnitLayer) -> None:
        point = self._workspace.point or (self._workspace.pins[0] if self._workspace.pins else None)
        selection = self._workspace.selection
        cell = layer.cell(result, point, selection.cell if layer.unit == selection.unit else None)
        if cell is None:
            return
        seen, (width, height) = layer.seen(result, cell)
        box = painting.rect(self._camera.box_to_view(seen))
        peak = painting.rect(self._camera.box_to_view(layer.cell_box(result, cell)))
        painting.draw_mark(painter, box)
        painting.draw_mark(painter, peak)
        words = self.tr("receptive field {0} × {1}").format(width, height)
        painting.draw_label(painter, words, self._place_words(words, box, peak))

    def _place_words(self, words: str, field: QRectF, peak: QRectF) -> QRectF:
        """Where the field's words cover neither its peak nor the cursor, nor tools, nor much of the photo."""
        covered = [(peak.adjusted(-4, -4, 4, 4), 1000.0), (QRectF(self._tools), 60.0), (field, 4.0)]
        if self._workspace.point is not None:
            cursor = QPointF(*self._camera.to_view(self._workspace.point))
            covered.append((QRectF(cursor.x() - 12, cursor.y() - 12, 32, 36), 1000.0))
        if self._sight is not None:
            photo = painting.rect(self._camera.box_to_view((0, 0, *self._sight.size)))
            covered.append((photo, _WHOLE_PHOTO / max(1.0, photo.width() * photo.height())))
        if self.has_bar:
            right = QRectF(self.rect())
            right.setLeft(right.right() - painting.BAR_SPACE)
            covered.append((right, 20.0))
        bounds = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        return place_label(painting.label_size(words), field, bounds, covered)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the view's size until a hand has zoomed."""
        super().resizeEvent(event)
        if not self._free:
            self.show_whole()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme or screen."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._overlay.forget()
            self._photo.forget()
            self.update()
        super().changeEvent(event)
