"""The signs of the four branches, and the outlines of tiles (design tokens 2 and 5)."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gnet_desktop.gui.looks.theme import LIGHT, Theme

GLYPH: Final = 14
# squares a side, their size, their pitch and where the first begins, in a box of 14
_SQUARES: Final = {"1x1": (1, 5.0, 0.0, 4.5), "3x3": (3, 3.0, 4.5, 1.0), "5x5": (5, 2.0, 3.0, 0.0)}
_TRIANGLE: Final = ((1.0, 2.0), (13.0, 2.0), (7.0, 12.5))


def hue_of(branch: str) -> str:
    """The branch whose hue and glyph a part of a module has: ``3x3_reduce`` → ``3x3``."""
    return "pool_proj" if branch.startswith("pool") else branch.partition("_")[0]


def draw_glyph(painter: QPainter, branch: str, x: float, y: float, *, size: float = GLYPH) -> None:
    """A branch's glyph in its hue, in a box of ``size`` with its corner at (x, y)."""
    painter.save()
    painter.translate(x, y)
    painter.scale(size / GLYPH, size / GLYPH)
    painter.setPen(Qt.PenStyle.NoPen)
    name = hue_of(branch)
    painter.setBrush(Theme.now().branch(name))
    if name in _SQUARES:
        count, side, pitch, first = _SQUARES[name]
        for place in range(count * count):
            row, column = divmod(place, count)
            painter.drawRect(QRectF(first + column * pitch, first + row * pitch, side, side))
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in _TRIANGLE]))
    painter.restore()


def outline(painter: QPainter, tile: QRectF, colour: QColor, width: float, gap: float = 1.0) -> None:
    """A frame ``width`` thick, ``gap`` outside a tile."""
    away = gap + width / 2
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(tile.adjusted(-away, -away, away, away))


def outline_chosen(painter: QPainter, tile: QRectF) -> None:
    """The frame of what is chosen: accent, 2.5, 1 outside."""
    outline(painter, tile, Theme.now().colour("accent"), 2.5)


def outline_marked(painter: QPainter, tile: QRectF) -> None:
    """What is marked with others: a frame of accent, 1.5, at the tile, and a corner of it."""
    accent = Theme.now().colour("accent")
    outline(painter, tile, accent, 1.5, 0.0)
    side = min(9.0, tile.width() / 3)
    corner = [tile.topRight(), tile.topRight() - QPointF(side, 0), tile.topRight() + QPointF(0, side)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    painter.drawPolygon(QPolygonF(corner))


def outline_hovered(painter: QPainter, tile: QRectF) -> None:
    """The frame of what is under the cursor: text, 2, 1 outside."""
    outline(painter, tile, Theme.now().colour("text"), 2.0)


def outline_focused(painter: QPainter, tile: QRectF) -> None:
    """The frame of the keyboard's place: a gap of 2 in the panel's colour, a ring of 2."""
    outline(painter, tile, Theme.now().colour("panel"), 2.0, 0.0)
    outline(painter, tile, Theme.now().colour("accent"), 2.0, 2.0)


def ring_inside(painter: QPainter, box: QRectF) -> None:
    """The same where nothing can be drawn outside: a ring of 2 at the edge, the gap inside it."""
    outline(painter, box, Theme.now().colour("panel"), 2.0, -4.0)
    outline(painter, box, Theme.now().colour("accent"), 2.0, -2.0)


def ring_row(painter: QPainter, row: QRectF) -> None:
    """The frame of the keyboard's place in a list: a ring of 2 inside the row."""
    outline(painter, row, Theme.now().colour("accent"), 2.0, -3.0)


def mark_cell(painter: QPainter, cell: QRectF, *, width: float = 1.5) -> None:
    """A cell's box, white around blue: never themed, since what lies under it isn't."""
    theme = Theme.now()
    outline(painter, cell, theme.colour("mark_outline"), width, 0.0)
    outline(painter, cell, theme.colour("mark"), width, -width)


def glyph_svg(branch: str) -> str:
    """A branch's glyph as SVG, in the hue that it has on white."""
    name = hue_of(branch)
    if name in _SQUARES:
        count, side, pitch, first = _SQUARES[name]
        places = (divmod(place, count) for place in range(count * count))
        box = f'width="{side:g}" height="{side:g}"'
        shapes = "".join(
            f'<rect x="{first + column * pitch:g}" y="{first + row * pitch:g}" {box}/>'
            for row, column in places
        )
    else:
        shapes = f'<polygon points="{" ".join(f"{x:g},{y:g}" for x, y in _TRIANGLE)}"/>'
    return (
        f'<svg viewBox="0 0 {GLYPH} {GLYPH}" fill="{LIGHT.branches[name]}" aria-hidden="true">{shapes}</svg>'
    )
