"""The pinned units: they stay while pictures and modules change."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QWidget

from gnet_desktop.gui.painting.glyphs import outline_chosen, outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import LevelImage, map_image, tile_table
from gnet_desktop.gui.theme import Theme, font
from gnet_desktop.gui.unit.facts import LINEAR
from gnet_desktop.gui.unit.section import Piece, Section, draw_title
from gnet_desktop.inspection.scaling import limits_of
from gnet_desktop.network.naming import Unit

Array = NDArray[np.float32]

_SIDE: Final = 56
_PAD_X, _PAD_Y = 16, 10
_TOP: Final = 34
_CAPTION: Final = 20


class Tray(Section):
    """Small maps of the pinned units on the current picture; a click chooses one.

    ``removed(unit)`` when one is to be taken out (right click, Delete).
    """

    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Tray"))
        self._units: tuple[Unit, ...] = ()
        self._images: dict[Unit, LevelImage] = {}
        self._chosen: Unit | None = None
        self._arrange()

    def show_units(
        self, units: Sequence[Unit], maps: Mapping[Unit, Array], colour_map: str, chosen: Unit | None
    ) -> None:
        """Show units; those without a map in ``maps`` get an empty place."""
        theme, ratio = Theme.now(), self.devicePixelRatioF()
        table = tile_table(colour_map, ground=theme.colour("well"), gap=theme.colour("raised"))
        self._units, self._chosen = tuple(units), chosen
        self._images = {
            unit: map_image(values, limits_of(values, LINEAR), table, nominal=_SIDE * ratio, ratio=ratio)
            for unit, values in maps.items()
        }
        self._arrange()

    def _arrange(self) -> None:
        across = max(1, int((self.width() - 2 * _PAD_X + 12) // (_SIDE + 12)))
        rows = -(-len(self._units) // across)
        self.setFixedHeight(_TOP + (rows * (_SIDE + _CAPTION) + _PAD_Y if rows else 26))
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
                for place, unit in enumerate(self._units)
            ]
        )

    def resizeEvent(self, event: object) -> None:
        """As many side by side as there is room."""
        self._arrange()

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
        if not self._units:
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Take a unit out of the tray."""
        piece = self.piece_at(event.pos().toPointF())
        if piece is not None:
            self.removed.emit(piece.value)

    def keyPressEvent(self, event: object) -> None:
        """Delete takes out; the rest walks."""
        piece = self.focused_piece
        if piece is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):  # type: ignore[attr-defined]
            self.removed.emit(piece.value)
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]
