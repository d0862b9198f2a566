"""What is chosen, hovered and at the keyboard: painted over the cached map, in its coordinates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme, font
from gnet_desktop.gui.network_map.painting import MapPainter
from gnet_desktop.gui.network_map.shapes import Area, MapLabel, MapLayout, Shape
from gnet_desktop.gui.painting.hatching import hatch
from gnet_desktop.network.changes import Changes


@dataclass(frozen=True, slots=True)
class Mark:
    """A frame: its colour, its width, and how far outside it stands."""

    token: str
    width: float
    away: float


_BESIDE_WORDS: Final = 2.0
_FAR: Final = 20.0
_ABOVE_NAMES: Final = 3.0
"""Between the modules' names and the edge that they stay at."""
CHOSEN: Final = Mark("accent", 1.75, 3.0)
HOVERED: Final = Mark("text", 1.5, 2.0)
FOCUSED: Final = Mark("accent", 2.0, 4.0)


def is_name(shape: Shape, layout: MapLayout) -> bool:
    """Whether a shape is a module's name, whose colour tells what is chosen."""
    return isinstance(shape, MapLabel) and shape.text == shape.target and shape.target in layout.frames


def rectangle(area: Area) -> QRectF:
    """An area for Qt."""
    return QRectF(area.left, area.top, area.width, area.height)


def words_of(label: MapLabel) -> QRectF:
    """Where a centred label's words stand, with a little room at their sides."""
    wide = QFontMetricsF(font(label.pixels, label.weight)).horizontalAdvance(label.text) + 2 * _BESIDE_WORDS
    return QRectF(label.left + (label.width - wide) / 2, label.top, wide, label.height)


def _leave_words(painter: QPainter, layout: MapLayout) -> None:
    """Let no line pass through words: a module's frame ends where its neighbour, a pool, is named."""
    path = QPainterPath()
    path.addRect(QRectF(0, 0, *layout.size).adjusted(-_FAR, -_FAR, _FAR, _FAR))
    for shape in layout.shapes:
        if isinstance(shape, MapLabel) and shape.align == "centre" and not shape.inside:
            path.addRect(words_of(shape))
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)


def draw_ground(painter: QPainter, layout: MapLayout, module: str) -> None:
    """The ground of the chosen module, below all shapes."""
    frame = layout.frames.get(module)
    if frame is not None:
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour("accentbg"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rectangle(frame), RADIUS_BUTTON, RADIUS_BUTTON)
        painter.save()
        _leave_words(painter, layout)
        painter.setPen(QPen(theme.colour("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rectangle(frame), RADIUS_BUTTON, RADIUS_BUTTON)
        painter.restore()


def draw_names(painter: QPainter, layout: MapLayout, module: str, *, above: float = 0.0) -> None:
    """The modules' names, the chosen one's in accent.

    They stay in sight where the map's upper part, ``above`` high, is moved out of view.
    """
    drawing = MapPainter(painter, Theme.now())
    names = [shape for shape in layout.shapes if isinstance(shape, MapLabel) and is_name(shape, layout)]
    top = min((name.top for name in names), default=0.0) - _ABOVE_NAMES
    painter.save()
    if above > top:
        painter.translate(0, above - top)
        strip = QRectF(0, top, layout.size[0], names[0].height + 2 * _ABOVE_NAMES)
        painter.fillRect(strip, Theme.now().colour("panel", 0.88))
    for name in names:
        drawing.label(name, "accent" if name.text == module else "")
    painter.restore()


def draw_frames(painter: QPainter, layout: MapLayout, marks: Iterable[tuple[str | None, Mark]]) -> None:
    """A frame around each target that is marked."""
    theme = Theme.now()
    painter.save()
    _leave_words(painter, layout)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for target, mark in marks:
        area = layout.area(target) if target else None
        if area is not None:
            away = -1.0 if target in layout.frames else mark.away
            painter.setPen(QPen(theme.colour(mark.token), mark.width))
            painter.drawRoundedRect(rectangle(area).adjusted(-away, -away, away, away), 3, 3)
    painter.restore()


def draw_changes(painter: QPainter, layout: MapLayout, changes: Changes) -> None:
    """What is changed in the network lies under hatching."""
    for change in changes:
        inside = [name for name in layout.boxes if name.startswith(f"{change.part}/")]
        for name in [change.part] if change.part in layout.boxes else inside:
            hatch(painter, rectangle(layout.boxes[name]), Theme.now().colour("panel", 0.75))


def draw_progress(painter: QPainter, view: QRectF, words: str) -> None:
    """In the middle of the map, how far what it is to show is worked out; nothing for no words."""
    if not words:
        return
    theme = Theme.now()
    painter.setFont(font(12, 600))
    box = QRectF(0, 0, QFontMetricsF(painter.font()).horizontalAdvance(words) + 24, 26)
    box.moveCenter(QPointF(view.center().x(), view.top() + view.height() / 4))
    painter.setPen(theme.colour("line2"))
    painter.setBrush(theme.colour("panel"))
    painter.drawRoundedRect(box, RADIUS_BUTTON, RADIUS_BUTTON)
    painter.setPen(theme.colour("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
