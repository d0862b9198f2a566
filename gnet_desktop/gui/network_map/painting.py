"""The shapes of the map on a painter: screen, PNG and SVG alike."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.shapes import (
    Box,
    Fill,
    MapLabel,
    Polygon,
    Ribbon,
    Shape,
    Thumbnail,
    Wire,
)
from gnet_desktop.gui.painting.ink import ink_on
from gnet_desktop.network.architecture import HEADS

_CORNER: Final = 8.0
_ALIGN: Final = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "centre": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


def colour_of(fill: Fill, theme: Theme) -> QColor:
    """The colour of a fill in a theme."""
    if fill.token in theme.branches:
        return theme.branch(fill.token, fill.alpha)
    return theme.colour(fill.token, fill.alpha)


class MapPainter:
    """Draws shapes with one painter and one theme.

    ``picture`` fills the thumbnail; ``stale`` answers stand in the third text colour.
    """

    def __init__(
        self, painter: QPainter, theme: Theme, picture: QImage | None = None, *, stale: bool = False
    ) -> None:
        self._painter, self._theme, self._picture, self._stale = painter, theme, picture, stale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._faces: dict[tuple[float, int], tuple[QFont, QFontMetricsF]] = {}

    def _face(self, pixels: float, weight: int) -> tuple[QFont, QFontMetricsF]:
        if (pixels, weight) not in self._faces:
            face = font(pixels, weight)
            self._faces[pixels, weight] = face, QFontMetricsF(face)
        return self._faces[pixels, weight]

    def draw(self, shapes: Iterable[Shape]) -> None:
        """Draw shapes from back to front."""
        for shape in shapes:
            match shape:
                case Box():
                    self._box(shape)
                case Polygon():
                    self._polygon(shape)
                case Ribbon():
                    self._ribbon(shape)
                case Wire():
                    self._wire(shape)
                case MapLabel():
                    self.label(shape)
                case Thumbnail():
                    self._thumbnail(shape)

    def _fill(self, fill: Fill) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour_of(fill, self._theme))

    def _box(self, box: Box) -> None:
        self._fill(box.fill)
        radius = min(box.radius, box.height / 2, box.width / 2)
        area = QRectF(box.left, box.top, box.width, box.height)
        if radius:
            self._painter.drawRoundedRect(area, radius, radius)
        else:
            # without antialiasing between them, bands that touch show no seam
            self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self._painter.fillRect(area, self._painter.brush())
            self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _polygon(self, polygon: Polygon) -> None:
        self._fill(polygon.fill)
        self._painter.drawConvexPolygon(QPolygonF([QPointF(*point) for point in polygon.points]))

    def _ribbon(self, ribbon: Ribbon) -> None:
        self._fill(ribbon.fill)
        self._painter.drawPath(ribbon_path(ribbon))

    def _wire(self, wire: Wire) -> None:
        pen = QPen(colour_of(wire.fill, self._theme), wire.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPath(wire_path(wire))

    def label(self, label: MapLabel, token: str = "") -> None:
        """Draw a text, in another colour of the theme if one is given."""
        face, metrics = self._face(label.pixels, label.weight)
        note_face, note_metrics = self._face(label.pixels, 400)
        note = f" {label.note}" if label.note else ""
        note_width = note_metrics.horizontalAdvance(note)
        text = metrics.elidedText(label.text, Qt.TextElideMode.ElideRight, label.width - note_width)
        box = QRectF(label.left, label.top, label.width, label.height)
        late = self._stale and label.target in HEADS
        colour = self._theme.colour("text3" if late else token or label.token)
        if label.inside:
            colour = ink_on(self._theme.branch(label.inside))
        self._painter.setFont(face)
        self._painter.setPen(colour)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | _ALIGN[label.align], text)
        if note:
            box.setLeft(label.left + metrics.horizontalAdvance(text))
            self._painter.setFont(note_face)
            self._painter.setPen(self._theme.colour("text2"))
            self._painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, note)

    def _thumbnail(self, thumbnail: Thumbnail) -> None:
        area = QRectF(thumbnail.left, thumbnail.top, thumbnail.side, thumbnail.side)
        path = QPainterPath()
        path.addRoundedRect(area, 3, 3)
        self._painter.save()
        self._painter.setClipPath(path)
        self._painter.fillRect(area, self._theme.colour("well"))
        if self._picture is not None:
            # the input fills the square; what isn't square keeps its aspect
            size = self._picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRectF(0, 0, size.width(), size.height())
            inner.moveCenter(area.center())
            self._painter.drawImage(inner, self._picture)
        self._painter.restore()


def ribbon_path(ribbon: Ribbon) -> QPainterPath:
    """A ribbon's outline; straight where its ends are level."""
    middle = (ribbon.left + ribbon.right) / 2
    path = QPainterPath(QPointF(ribbon.left, ribbon.start[0]))
    path.cubicTo(middle, ribbon.start[0], middle, ribbon.end[0], ribbon.right, ribbon.end[0])
    path.lineTo(ribbon.right, ribbon.end[1])
    path.cubicTo(middle, ribbon.end[1], middle, ribbon.start[1], ribbon.left, ribbon.start[1])
    path.closeSubpath()
    return path


def wire_path(wire: Wire) -> QPainterPath:
    """A wire's path: an S to its second point and straight on, or straight with round corners."""
    points = [QPointF(*point) for point in wire.points]
    path = QPainterPath(points[0])
    if wire.curved and len(points) > 1:
        middle = (points[0].x() + points[1].x()) / 2
        path.cubicTo(middle, points[0].y(), middle, points[1].y(), points[1].x(), points[1].y())
        for point in points[2:]:
            path.lineTo(point)
        return path
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(points[-1])
    return path


def _towards(corner: QPointF, other: QPointF) -> QPointF:
    """The point where a rounded corner begins: towards a neighbour, not past its middle."""
    way = other - corner
    length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1e-9)
    share = min(0.5, _CORNER / length)
    return QPointF(corner.x() + way.x() * share, corner.y() + way.y() * share)
