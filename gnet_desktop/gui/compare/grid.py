"""A table of cells coloured by how much they have: branches by module, modules by modules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import GLYPH, draw_glyph, ring_row

_ROW: Final = 28
_HEAD: Final = 24
_NAMES: Final = 40
_GAP: Final = 2
_FULL: Final = 0.55
"""Opacity of the fullest colour: words on it stay readable in both themes."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is what a click wants; ``share`` how full its colour is, 0…1, None for none at all."""

    value: object
    text: str
    words: str
    share: float | None = None


class TableGrid(Section):
    """Rows of cells below a head; a column's head may be a branch's glyph with its name."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.columns: Sequence[tuple[str, str]] = ()
        self.names: Sequence[str] = ()
        self.cells: Sequence[Sequence[Cell]] = ()
        self.chosen: object = None
        self.show_cells((), (), ())

    def show_cells(
        self,
        columns: Sequence[tuple[str, str]],
        names: Sequence[str],
        cells: Sequence[Sequence[Cell]],
        note: str = "",
    ) -> None:
        """``columns`` are (name, branch or ""); a row of ``cells`` for each of ``names``."""
        self.columns, self.names, self.cells, self.note = columns, names, cells, note
        self.setFixedHeight(TITLE + 6 + _HEAD + len(names) * _ROW + 2)
        self._arrange()

    def choose(self, value: object) -> None:
        """Mark the cell that stands for a value."""
        self.chosen = value
        self.update()

    def _arrange(self) -> None:
        wide = (self.width() - _NAMES) / max(1, len(self.columns))
        top = TITLE + 6 + _HEAD
        self.set_pieces(
            [
                Piece(
                    QRectF(_NAMES + column * wide, top + row * _ROW, wide - _GAP, _ROW - _GAP),
                    cell.value,
                    cell.words,
                )
                for row, cells in enumerate(self.cells)
                for column, cell in enumerate(cells)
            ]
        )

    @override
    def resizeEvent(self, event: object) -> None:
        """Columns share the width."""
        self._arrange()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go to the next row."""
        place = self.spoken_focus()
        step = {Qt.Key.Key_Up: -len(self.columns), Qt.Key.Key_Down: len(self.columns)}.get(
            Qt.Key(event.key())
        )
        if step is None or place is None:
            super().keyPressEvent(event)
        elif 0 <= place + step < len(self.pieces):
            self.walk_to(place + step)

    @override
    def draw(self, painter: QPainter) -> None:
        """The heads, the rows' names, the cells."""
        theme, middle = Theme.now(), Qt.AlignmentFlag.AlignVCenter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = (self.width() - _NAMES) / max(1, len(self.columns))
        painter.setFont(font(11.5))
        for column, (name, branch) in enumerate(self.columns):
            box = QRectF(_NAMES + column * wide, TITLE + 6, wide - _GAP, _HEAD - 4)
            painter.setPen(theme.colour("text3"))
            if branch:
                draw_glyph(painter, branch, box.left() + 4, box.center().y() - GLYPH / 2)
                painter.drawText(box.adjusted(GLYPH + 10, 0, 0, 0), middle, name)
            else:
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        for row, name in enumerate(self.names):
            painter.setFont(font(12.5, 600))
            painter.setPen(theme.colour("text"))
            box = QRectF(0, TITLE + 6 + _HEAD + row * _ROW, _NAMES, _ROW - _GAP)
            painter.drawText(box, middle, name)
        painter.setFont(font(12))
        flat = [cell for cells in self.cells for cell in cells]
        for piece, cell in zip(self.pieces, flat, strict=True):
            self._draw_cell(painter, theme, piece, cell)

    def _draw_cell(self, painter: QPainter, theme: Theme, piece: Piece, cell: Cell) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(piece.box, 3, 3)
        if cell.share is not None:
            painter.setBrush(theme.colour("accent", 0.06 + (_FULL - 0.06) * min(1.0, max(0.0, cell.share))))
            painter.drawRoundedRect(piece.box, 3, 3)
        painter.setPen(theme.colour("text3" if cell.share is None else "text"))
        painter.drawText(piece.box, Qt.AlignmentFlag.AlignCenter, cell.text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if piece is self.ringed_piece or (cell.value is not None and cell.value == self.chosen):
            ring_row(painter, piece.box)
        elif piece is self.pointed_piece and cell.value is not None:
            painter.setPen(theme.colour("text"))
            painter.drawRoundedRect(piece.box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
