"""One lane as a widget: it scrolls by itself and says what is pointed at, chosen, enlarged."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.lanes.arrangement import EDGE, SCROLLER
from gnet_desktop.gui.lanes.atlas import LaneAtlas, Region
from gnet_desktop.gui.lanes.legend import Legend
from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.gui.lanes.painting import (
    HEADER,
    SCALE_LINE,
    SHORT_HEADER,
    THUMB_GRAB,
    Look,
    Texts,
    View,
    draw_header,
    draw_thumb,
    draw_tiles,
    thumb_of,
)
from gnet_desktop.gui.lanes.texts import tip_lines
from gnet_desktop.gui.painting.scale_bar import draw_lying_bar
from gnet_desktop.gui.system.tips import PointsAtOnce
from gnet_desktop.network.naming import Unit

_NOTCH: Final = 120
_ROOM: Final = 5
"""Around a tile: its outlines lie outside it."""
_ABOVE_TILES: Final = 4
_ENTER_HEIGHT: Final = 60


class LaneView(PointsAtOnce, Speaking, QWidget):
    """The maps of one part of a module.

    ``show_lane`` gives it everything; it keeps only where it is scrolled to. It says
    ``pointed(unit, cell)`` with the (column, row) in the whole map, ``chosen(unit, keys held)``,
    ``enlarged(unit)``, ``menu_wanted(unit, place)``, ``zoomed(steps, x, y)`` and
    ``panned(x, y)`` in shares of a tile.
    """

    pointed = Signal(object, object)
    chosen = Signal(object, object)
    enlarged = Signal(object)
    menu_wanted = Signal(object, QPoint)
    zoomed = Signal(float, float, float)
    panned = Signal(float, float)
    spoken_role = Role.List

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.look = Look()
        self._lane: Lane | None = None
        self._atlas: LaneAtlas | None = None
        self._region = Region(0, 0, 1, 1)
        self._texts = Texts("", ("",), "", "", "")
        self._scroll = 0.0
        self._grabbed: float | None = None
        self._held: QPointF | None = None
        self._short = False
        self._active = False
        self._legend: Legend | None = None
        self._strip: QImage | None = None

    # What it shows

    def show_lane(
        self,
        lane: Lane,
        atlas: LaneAtlas,
        region: Region,
        texts: Texts,
        *,
        legend: Legend | None = None,
        short: bool,
    ) -> None:
        """Show a lane; the scroll position stays where the lane is the same part.

        ``legend`` is the colour bar of a lane that has a scale of its own.
        """
        kept = self._anchor(lane, atlas)
        self._lane, self._atlas, self._region, self._texts, self._short = lane, atlas, region, texts, short
        self.show_legend(legend)
        self.setAccessibleName(f"{lane.part}, {texts.counts[0]}, {texts.path}, {texts.energy}")
        tile = None if kept is None else atlas.layout.rectangle(kept[0])
        self.scroll_to(self._scroll if kept is None or tile is None else tile[1] - kept[1])
        self.update()

    def show_legend(self, legend: Legend | None) -> None:
        """Show a colour bar above the tiles, or none."""
        if legend != self._legend:
            self._legend = legend
            self._strip = None if legend is None else legend.scale.strip()
        self.setAccessibleDescription("" if legend is None else legend.sentence)

    @property
    def legend(self) -> Legend | None:
        """The colour bar of its own scale."""
        return self._legend

    def _anchor(self, lane: Lane, atlas: LaneAtlas) -> tuple[int, int] | None:
        """The channel that must stay at its height, and that height, where tiles change their places.

        The chosen one if it is in sight, also when the lane is sorted anew.
        """
        if self._lane is None or self._atlas is None or self._lane.part != lane.part:
            self._scroll = 0.0
            return None
        old, new = self._atlas.layout, atlas.layout
        channels = self.visible_channels()
        chosen = self.look.chosen if self.look.chosen in channels else None
        moved = (old.columns, old.pitch) != (new.columns, new.pitch)
        if not channels or not (moved or chosen is not None):
            return None
        kept = channels[0] if chosen is None else chosen
        tile = old.rectangle(kept)
        if tile is None or not (self.scrolled or (chosen is not None and not moved)):
            return None
        return kept, tile[1] - self.scrolled

    @property
    def lane(self) -> Lane | None:
        """The lane shown."""
        return self._lane

    @property
    def texts(self) -> Texts:
        """What its header says."""
        return self._texts

    @property
    def atlas(self) -> LaneAtlas | None:
        """Its tiles."""
        return self._atlas

    def set_active(self, active: bool) -> None:
        """Whether the keyboard is in this lane."""
        if active != self._active:
            self._active = active
            self.update()

    # Where things are

    def view(self) -> View:
        """The part of the lane that is seen."""
        top = (SHORT_HEADER if self._short else HEADER) + (SCALE_LINE if self._legend else 0)
        width = self.width() - EDGE - SCROLLER
        return View(
            QRectF(EDGE, top, width, max(0, self.height() - top)),
            round(self._scroll),
            self.devicePixelRatioF(),
        )

    def tile_rectangle(self, channel: int) -> QRectF | None:
        """A channel's tile in this widget, perhaps scrolled out of it; None if filtered out."""
        return None if self._atlas is None else self.view().tile(self._atlas, channel)

    def visible_channels(self) -> list[int]:
        """The channels whose tiles are at least partly in view."""
        if self._atlas is None:
            return []
        view, layout = self.view(), self._atlas.layout
        rows = layout.rows_between(view.scroll, view.scroll + view.area.height() * view.ratio)
        return [int(channel) for channel in layout.shown(rows)]

    def unit_at(self, position: QPointF) -> Unit | None:
        """The unit whose tile or caption is at a place of this widget."""
        view = self.view()
        if self._atlas is None or self._lane is None or position.y() < view.area.top():
            return None
        channel = self._atlas.layout.channel_at(*self._physical(position))
        return None if channel is None else self._lane.unit(channel)

    def _point(self, position: QPointF) -> None:
        unit, cell = self.unit_at(position), None
        if unit is not None and self._atlas is not None:
            found = self._atlas.layout.cell_at(*self._physical(position))
            cell = None if found is None else (found[1] + self._region.left, found[2] + self._region.top)
        self.pointed.emit(unit, cell)

    def _physical(self, position: QPointF) -> tuple[float, float]:
        view = self.view()
        x, y = position.x() - view.area.left(), position.y() - view.area.top()
        return x * view.ratio, y * view.ratio + view.scroll

    # What readers are told

    @override
    def spoken_count(self) -> int:
        """A part a tile."""
        return 0 if self._atlas is None else len(self._atlas.layout.order)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A tile: its unit, the unit's numbers, whether it is chosen."""
        assert self._atlas is not None
        assert self._lane is not None
        channel = int(self._atlas.layout.order[place])
        name, *numbers = tip_lines(self._lane, channel)
        box = (self.tile_rectangle(channel) or QRectF()).intersected(self.view().area)
        return Spoken(Role.ListItem, name, box, ", ".join(numbers), selected=self.look.stands_out(channel))

    @override
    def spoken_focus(self) -> int | None:
        """The tile at which the keyboard is."""
        if self._atlas is None or not self._active or self.look.focused is None:
            return None
        found = (self._atlas.layout.order == self.look.focused).nonzero()[0]
        return int(found[0]) if len(found) else None

    # Scrolling

    @property
    def scrolled(self) -> int:
        """Physical pixels that are scrolled out at the top."""
        return round(self._scroll)

    def scroll_to(self, scroll: float) -> None:
        """Scroll to a place in physical pixels, stopping at the ends.

        Fractions are kept, so that many small turns of a wheel add up to one large one.
        """
        most = max(0.0, self._content() - self.view().area.height() * self.devicePixelRatioF())
        before, self._scroll = self.scrolled, min(max(0.0, scroll), most)
        if self.scrolled != before:
            self.update()

    def reveal(self, channel: int) -> None:
        """Scroll as little as makes a channel's tile and caption wholly visible."""
        box = None if self._atlas is None else self._atlas.layout.rectangle(channel)
        if box is None or self._atlas is None:
            return
        height = int(self.view().area.height() * self.devicePixelRatioF())
        bottom = box[1] + self._atlas.layout.pitch[1]
        if box[1] < self._scroll:
            self.scroll_to(box[1] - _ROOM)
        elif bottom > self._scroll + height:
            self.scroll_to(bottom + _ROOM - height)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chosen tile stays in sight where the lane gets lower."""
        super().resizeEvent(event)
        chosen = self.look.chosen
        tile = self.tile_rectangle(chosen) if chosen is not None else None
        if chosen is not None and tile is not None and 0 < tile.bottom() <= event.oldSize().height():
            self.reveal(chosen)

    def _content(self) -> int:
        return 0 if self._atlas is None else self._atlas.layout.size[1] + _ROOM

    # Events

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Tiles first, the header over them, so that tiles slide under it."""
        if self._lane is None or self._atlas is None:
            return
        painter = QPainter(self)
        view, dirty = self.view(), QRectF(event.rect())
        painter.setClipRect(view.area.adjusted(-_ROOM, -_ROOM, _ROOM + SCROLLER, 0))
        draw_tiles(painter, self._lane, self._atlas, self._region, view, self.look, dirty)
        painter.setClipping(False)
        if dirty.top() < view.area.top():
            painter.translate(EDGE, 0)
            draw_header(painter, self._lane, self._texts, view.area.width(), short=self._short)
            self._draw_legend(painter, view)
            painter.translate(-EDGE, 0)
        thumb = thumb_of(view, self._content())
        if thumb is not None:
            draw_thumb(painter, view, thumb, active=self._active, hot=self._grabbed is not None)
        painter.end()

    def _draw_legend(self, painter: QPainter, view: View) -> None:
        if self._legend is not None and self._strip is not None:
            line = QRectF(0, view.area.top() - SCALE_LINE - _ABOVE_TILES, view.area.width(), SCALE_LINE)
            draw_lying_bar(painter, self._legend.ends, self._strip, line)

    @override
    def event(self, event: QEvent) -> bool:
        """Over the header: everything that it may have had no room for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            above = event.pos().y() < self.view().area.top()
            QToolTip.showText(event.globalPos(), self._texts.tooltip if above else "", self)
            return True
        return super().event(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a unit, or drag what is held: the thumb, or the zoomed maps."""
        if self._grabbed is not None:
            self._drag(event.position().y())
            return
        if self._held is not None and self._atlas is not None:
            moved, self._held = self._held - event.position(), event.position()
            width, height = self._atlas.layout.tile
            ratio = self.devicePixelRatioF()
            self.panned.emit(moved.x() * ratio / width, moved.y() * ratio / height)
            return
        self._point(event.position())

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        """Point at once at what the cursor comes in over."""
        self._point(event.position())

    @override
    def leaveEvent(self, event: object) -> None:
        """Point at nothing."""
        self.pointed.emit(None, None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a unit, or take hold of the thumb; with the middle button, of the maps."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._held = event.position()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        view = self.view()
        thumb = thumb_of(view, self._content())
        if thumb is not None and event.position().x() >= self.width() - THUMB_GRAB:
            inside = thumb.top() <= event.position().y() <= thumb.bottom()
            self._grabbed = event.position().y() - thumb.top() if inside else thumb.height() / 2
            self._drag(event.position().y())
            return
        unit = self.unit_at(event.position())
        if unit is not None:
            self.chosen.emit(unit, event.modifiers())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None
        if self._grabbed is not None:
            self._grabbed = None
            self.update()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Enlarge."""
        unit = self.unit_at(event.position())
        if unit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.enlarged.emit(unit)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with a unit."""
        self.menu_wanted.emit(self.unit_at(QPointF(event.pos())), event.globalPos())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by the amount turned; with Ctrl zoom all tiles about the cell under the cursor."""
        amount = event.angleDelta().y() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            place = self._place_on_tile(event.position())
            if place is not None and amount:
                self.zoomed.emit(amount, *place)
        elif event.pixelDelta().y():
            self.scroll_to(self._scroll - event.pixelDelta().y() * self.devicePixelRatioF())
        elif amount and self._atlas is not None:
            self.scroll_to(self._scroll - amount * max(self._atlas.layout.pitch[1], _ENTER_HEIGHT))
        event.accept()
        self._point(event.position())

    def _place_on_tile(self, position: QPointF) -> tuple[float, float] | None:
        """The place under the cursor in the visible region of a tile, 0…1 both ways."""
        if self._atlas is None or self.unit_at(position) is None:
            return None
        layout = self._atlas.layout
        x, y = self._physical(position)
        width, height = layout.tile
        return min(1.0, x % layout.pitch[0] / width), min(1.0, y % layout.pitch[1] / height)

    def _drag(self, y: float) -> None:
        view = self.view()
        thumb = thumb_of(view, self._content())
        if thumb is None or self._grabbed is None:
            return
        travel = view.area.height() - thumb.height()
        share = (y - self._grabbed - view.area.top()) / travel if travel > 0 else 0
        self.scroll_to(share * (self._content() - view.area.height() * view.ratio))
