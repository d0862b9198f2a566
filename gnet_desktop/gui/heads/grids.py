"""Grids of small maps, and a vector as a square: what flows through a head."""

from dataclasses import replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.lanes.tip import Tip
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.glyphs import outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import LevelImage, snapped, tile_table
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.inspection.colour_maps import EMBER, TIDE, faded
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.inspection.tiles import TileLayout, atlas, flatten_levels, lay_out, square

_GAMMA: Final = 0.5

Array = NDArray[np.float32]


class ValueGrid(Speaking, QWidget):
    """Maps as tiles, or values as cells; ``activated(channel)`` when one was clicked.

    Hovering tells ``names(channel)`` and the number; arrows walk, Enter activates.
    """

    activated = Signal(int)
    spoken_role = Role.List

    def __init__(self, name: str, *, vector: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Array | None = None
        self._layout: TileLayout | None = None
        self._image: LevelImage | None = None
        self._vector = vector
        self._nominal, self._columns = 28.0, 8
        self._at: int | None = None
        self._focused = 0
        self._tip: Tip | None = None
        self._colour_map = EMBER.name
        self._signed = ""
        self.names: tuple[str, ...] = ()
        self.zeros = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)

    def show_values(
        self,
        values: Array | None,
        *,
        nominal: float,
        columns: int,
        colour_map: str,
        stale: bool,
        signed: Literal["", "adds", "differs"] = "",
    ) -> None:
        """Show (channels, rows, columns) strongest first, or a vector in its own order.

        ``nominal`` is a tile's side in logical pixels (of a vector: a cell's); ``signed``
        values have 0 in the middle of a diverging colour map: what adds to an answer or takes away,
        or what lies between two runs.
        """
        self._values, self._nominal, self._columns, self._signed = values, nominal, columns, signed
        own = TIDE.name if signed else colour_map
        self._colour_map = faded(own) if stale else own
        self._build()

    def _build(self) -> None:
        values, ratio = self._values, self.devicePixelRatioF()
        self._image = self._layout = None
        self.zeros = 0
        if values is None or not values.size:
            self.setFixedSize(0, 0)
            return
        theme = Theme.now()
        table = tile_table(self._colour_map, ground=theme.colour("raised"), gap=theme.colour("panel"))
        scale = Scale.linear(values, self._colour_map)
        levels = replace(scale, gamma=_GAMMA).levels(values)
        if self._vector:
            self.zeros = int((values == 0).sum())
            levels, order = square(levels)[None], np.arange(1)
            layout = lay_out(
                order, levels.shape[:0:-1], nominal=self._nominal * levels.shape[2] * ratio, columns=1
            )
        else:
            units = unit_statistics(values)
            self.zeros = int(units.zero.sum())
            strength = np.abs(values).mean((1, 2)) if self._signed == "differs" else units.mean
            order = np.argsort(-strength, kind="stable")
            levels = flatten_levels(levels, units)
            layout = lay_out(order, values.shape[:0:-1], nominal=self._nominal * ratio, columns=self._columns)
        self._layout = layout
        wide, high = layout.size
        self._image = LevelImage(atlas(levels, layout), wide, table, ratio)
        self.setFixedSize(round(wide / ratio), round(high / ratio))
        self.update()

    def channel_at(self, position: QPointF) -> int | None:
        """The channel under a place."""
        layout, ratio = self._layout, self.devicePixelRatioF()
        if layout is None or self._values is None:
            return None
        x, y = position.x() * ratio, position.y() * ratio
        if not self._vector:
            return layout.channel_at(x, y)
        found = layout.cell_at(x, y)
        if found is None:
            return None
        channel = found[2] * layout.cells[0] + found[1]
        return channel if channel < len(self._values) else None

    def box_of(self, channel: int) -> QRect:
        """Where a channel is."""
        layout, ratio = self._layout, self.devicePixelRatioF()
        if layout is None:
            return QRect()
        if self._vector:
            row, column = divmod(channel, layout.cells[0])
            side = layout.magnify
            box = (column * side, row * side, side, side)
        else:
            box = layout.rectangle(channel) or (0, 0, 0, 0)
        x, y, width, height = (value / ratio for value in box)
        return QRect(round(x), round(y), round(width), round(height))

    def words(self, channel: int) -> tuple[str, ...]:
        """What hovering tells of a channel."""
        if self._values is None:
            return ()
        name = self.names[channel] if channel < len(self.names) else str(channel)
        if self._vector:
            return name, self._amount(float(self._values[channel]))
        if self._signed:
            maps = self._values[channel]
            differs = self._signed == "differs"
            return name, self._amount(float(maps.flat[np.abs(maps).argmax()] if differs else maps.sum()))
        unit = unit_statistics(self._values[channel][None]).of(0)
        return name, self.tr("max {0} · mean {1}").format(number(unit.maximum), number(unit.mean))

    def _amount(self, value: float) -> str:
        if not self._signed:
            return number(value)
        if self._signed == "differs":
            return self.tr("changed by {0}").format(signed(value))
        return (
            self.tr("adds {0}").format(number(value))
            if value >= 0
            else self.tr("takes away {0}").format(number(-value))
        )

    @override
    def spoken_count(self) -> int:
        """A part a channel."""
        return 0 if self._values is None or self._layout is None else len(self._values)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A channel's name and number, in the order of the tiles."""
        channel = self._channel_of(place)
        name, *numbers = self.words(channel)
        return Spoken(Role.ListItem, name, self.box_of(channel).toRectF(), ", ".join(numbers), selected=False)

    @override
    def spoken_focus(self) -> int | None:
        """The channel at which the keyboard is."""
        return self._focused if self.hasFocus() else None

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """One image; marks."""
        if self._image is None:
            return
        painter = QPainter(self)
        painter.drawImage(snapped(painter, 0, 0), self._image.image)
        if self._at is not None:
            outline_hovered(painter, self.box_of(self._at).toRectF())
        if self.hasFocus():
            outline_focused(painter, self.box_of(self._focused_channel()).toRectF())
        painter.end()

    def _focused_channel(self) -> int:
        return self._channel_of(self._focused)

    def _channel_of(self, place: int) -> int:
        if self._layout is None or self._vector:
            return place
        return int(self._layout.order[min(place, len(self._layout.order) - 1)])

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a channel."""
        self._point(self.channel_at(event.position()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point(None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Activate a channel."""
        channel = self.channel_at(event.position())
        if channel is not None and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(channel)

    def _point(self, channel: int | None) -> None:
        if channel == self._at:
            return
        self._at = channel
        if self._tip is None:
            self._tip = Tip(self.window())
        if channel is None:
            self._tip.hide()
        else:
            box = self.box_of(channel)
            corner = self.mapTo(self.window(), box.topLeft())
            self._tip.show_beside(QRect(corner, box.size()), self.words(channel))
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter activates."""
        layout = self._layout
        if layout is None:
            return
        columns = layout.cells[0] if self._vector else layout.columns
        count = len(self._values) if self._values is not None else 0
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        if event.key() in steps:
            self._focused = min(max(0, self._focused + steps[Qt.Key(event.key())]), count - 1)
            self.setAccessibleDescription(", ".join(self.words(self._focused_channel())))
            self._show_focused()
            self.speak_focus()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit(self._focused_channel())
        else:
            super().keyPressEvent(event)

    def _show_focused(self) -> None:
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        if isinstance(area, QScrollArea):
            middle = self.box_of(self._focused_channel()).center()
            area.ensureVisible(middle.x(), middle.y(), 20, 20)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme, another ground."""
        if event.type() == QEvent.Type.PaletteChange:
            self._build()
        super().changeEvent(event)


class Scroller(QScrollArea):
    """Shows part of a long grid."""

    def __init__(self, grid: ValueGrid, size: QSize) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(grid)
        self.setFixedSize(size)
