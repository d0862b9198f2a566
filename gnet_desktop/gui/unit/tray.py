"""The pinned units: they stay while pictures and modules change."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import Piece, Section, draw_title
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import outline_chosen, outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import LevelImage
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.network.naming import Unit

Array = NDArray[np.float32]

_SIDE: Final = 56
_PAD_X, _PAD_Y = 16, 10
_TOP: Final = 34
_CAPTION: Final = 20


class Tray(Section):
    """Small maps of the pinned units on the current picture; a click chooses one.

    ``removed(unit)`` when one is to be taken out (Delete); ``menu_wanted(unit, place)``.
    """

    removed = Signal(object)
    menu_wanted = Signal(object, QPoint)
    resized = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Tray"))
        self.setToolTip(explained(word="tray"))
        self._units: tuple[Unit, ...] = ()
        self._images: dict[Unit, LevelImage] = {}
        self._chosen: Unit | None = None
        self._folded = self._foldable = False
        self._arrange()

    def set_folded(self, folded: bool) -> None:
        """Show only the title and how many units there are; a click on them unfolds."""
        self._folded = folded
        self._arrange()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a unit; fold or unfold at the title where room is short."""
        if event.position().y() < _TOP and self._foldable:
            self.set_folded(not self._folded)
        else:
            super().mousePressEvent(event)

    def set_foldable(self, foldable: bool) -> None:
        """Whether room is short, so that the tray begins folded."""
        if foldable != self._foldable:
            self._foldable = foldable
            self.set_folded(foldable)

    def show_units(
        self, units: Sequence[Unit], maps: Mapping[Unit, Array], colour_map: str, chosen: Unit | None
    ) -> None:
        """Show units; those without a map in ``maps`` get an empty place."""
        theme, ratio = Theme.now(), self.devicePixelRatioF()
        self._units, self._chosen = tuple(units), chosen
        self._images = {
            unit: Scale.linear(values, colour_map).image(
                values,
                nominal=_SIDE * ratio,
                ground=theme.colour("well"),
                gap=theme.colour("raised"),
                ratio=ratio,
            )
            for unit, values in maps.items()
        }
        self._arrange()

    def _arrange(self) -> None:
        across = max(1, int((self.width() - 2 * _PAD_X + 12) // (_SIDE + 12)))
        units = () if self._folded else self._units
        rows = -(-len(units) // across)
        open_height = rows * (_SIDE + _CAPTION) + _PAD_Y if rows else 26
        height = _TOP + (0 if self._folded else open_height)
        if height != self.minimumHeight():
            self.setFixedHeight(height)
            self.resized.emit(height)
        pitch = (self.width() - 2 * _PAD_X - _SIDE) / max(1, across - 1)
        self.set_pieces(
            [
                Piece(
                    QRectF(
                        _PAD_X + place % across * pitch,
                        _TOP + place // across * (_SIDE + _CAPTION),
                        _SIDE,
                        _SIDE,
                    ),
                    unit,
                    unit.name,
                )
                for place, unit in enumerate(units)
            ]
        )

    @override
    def resizeEvent(self, event: object) -> None:
        """As many side by side as there is room."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """The tray's ground, its title, a small map a unit."""
        theme = Theme.now()
        painter.fillRect(self.rect(), theme.colour("raised"))
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme.colour("line"))
        painter.save()
        painter.translate(_PAD_X, 10)
        count = len(self._units)
        note = "" if not count else self.tr("1 unit") if count == 1 else self.tr("{0} units").format(count)
        draw_title(painter, self.tr("Tray"), note, self.width() - 2 * _PAD_X)
        painter.restore()
        if not self._units and not self._folded:
            painter.setFont(font(11))
            painter.setPen(theme.colour("text3"))
            line = QRectF(_PAD_X, 32, self.width() - 2 * _PAD_X, 18)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self.tr("P pins the chosen unit here."))
        for piece in self.pieces:
            self._draw_unit(painter, piece)

    def _draw_unit(self, painter: QPainter, piece: Piece) -> None:
        theme, unit = Theme.now(), piece.value
        assert isinstance(unit, Unit)
        image = self._images.get(unit)
        if image is None:
            painter.fillRect(piece.box, theme.colour("well"))
        else:
            painter.drawImage(piece.box.topLeft(), image.image)
        if unit == self._chosen:
            outline_chosen(painter, piece.box)
        elif piece is self.pointed_piece:
            outline_hovered(painter, piece.box)
        elif piece is self.ringed_piece:
            outline_focused(painter, piece.box)
        painter.setFont(font(10))
        painter.setPen(theme.colour("text3"))
        below = QRectF(piece.box.left() - 8, piece.box.bottom() + 4, piece.box.width() + 16, 14)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, unit.name)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with a unit."""
        piece = self.focused_piece if event.reason() == event.Reason.Keyboard else None
        piece = piece or self.piece_at(event.pos().toPointF())
        if piece is not None:
            self.menu_wanted.emit(piece.value, event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes out; the rest walks."""
        piece = self.focused_piece
        if piece is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(piece.value)
        else:
            super().keyPressEvent(event)
