"""Painting over the photo: boxes, labels and marks that show on any ground."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.painting.scale_bar import draw_standing_bar
from gnet_desktop.pictures.geometry import Box

BAR_WIDTH, BAR_SPACE = 9.0, 66.0
TITLE = 20.0
"""How high the words above one of two pictures are."""
_GRIP = 9.0
_FEWEST_LETTERS = 7
"""A name that is cut to fewer tells nothing."""
_EDGE_OF_SENTENCE, _LINE_OF_SENTENCE = 8.0, 17.0


def rect(box: Box) -> QRectF:
    """A box as Qt has it."""
    return QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))


def dim_outside(painter: QPainter, whole: QRectF, kept: QRectF) -> None:
    """Veil what the network does not see; the veil has the ground's colour and may reach onto it.

    The photo's edges lie between pixels: it covers up to one more than ``whole`` says.
    """
    path = QPainterPath()
    path.addRect(whole.adjusted(-1, -1, 1, 1))
    path.addRect(kept)  # odd-even filling leaves it out
    painter.fillPath(path, Theme.now().colour("well", 0.7))


def draw_frame(painter: QPainter, box: QRectF) -> None:
    """The crop's frame: a white line with a dark one outside, to show on any picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 150), 1))
    painter.drawRect(box.adjusted(-1, -1, 1, 1))
    painter.setPen(QPen(QColor(255, 255, 255), 1))
    painter.drawRect(box)


def draw_mark(painter: QPainter, box: QRectF, *, width: float = 1.75) -> None:
    """A box in the mark's colour with a white outline; never themed."""
    theme = Theme.now()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.mark_outline), width + 2))
    painter.drawRect(box)
    painter.setPen(QPen(QColor(theme.mark), width))
    painter.drawRect(box)


def label_size(text: str) -> QSizeF:
    """Room that `draw_label` takes."""
    return QSizeF(QFontMetricsF(_label_face()).horizontalAdvance(text) + 14, 20)


def draw_label(painter: QPainter, text: str, box: QRectF) -> None:
    """White words on the mark's colour, in a box of `label_size`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(Theme.now().mark))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(_label_face())
    painter.setPen(QColor(Theme.now().mark_outline))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _label_face() -> QFont:
    return font(11.5, 500)


def draw_place(painter: QPainter, place: QPointF, number: str = "") -> None:
    """A small cross where a place was pinned, with its number."""
    for colour, width in ((Theme.now().mark_outline, 3.5), (Theme.now().mark, 1.75)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawLine(QLineF(place.x() - 7, place.y(), place.x() + 7, place.y()))
        painter.drawLine(QLineF(place.x(), place.y() - 7, place.x(), place.y() + 7))
    if number:
        size = label_size(number)
        draw_label(painter, number, QRectF(place + QPointF(26 - size.width(), -4 - size.height()), size))


def draw_scale(painter: QPainter, scale: Scale, strip: QImage, view: QRectF) -> None:
    """The overlay's colour bar at the right edge."""
    bar = QRectF(view.right() - BAR_SPACE, view.top() + 18, BAR_WIDTH, min(150.0, view.height() * 0.5))
    draw_standing_bar(painter, scale, strip, bar)


def draw_caption(painter: QPainter, lines: list[str], view: QRectF) -> None:
    """What is laid over the photo, in the lower right corner."""
    painter.setFont(font(10.5, mono=True))
    painter.setPen(Theme.now().colour("text2"))
    box = QRectF(view.right() - 110, view.bottom() - 12 - 15 * len(lines), 102, 15 * len(lines))
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, "\n".join(lines))


def draw_title(painter: QPainter, words: str, box: QRectF, *, seen: bool) -> None:
    """What one of two pictures is, above it: before the colon the run, in the accent if it is ``seen``."""
    head, _, rest = words.partition(": ")
    bold, plain = font(12, 600), font(12)
    wide = QFontMetricsF(bold).horizontalAdvance(f"{head}:") + 5
    metrics = QFontMetricsF(plain)
    rest = metrics.elidedText(rest, Qt.TextElideMode.ElideMiddle, max(0.0, box.width() - wide))
    if "…" in rest and len(rest) < _FEWEST_LETTERS:
        rest = ""
    head = QFontMetricsF(bold).elidedText(
        f"{head}:" if rest else head, Qt.TextElideMode.ElideRight, box.width()
    )
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setFont(bold)
    painter.setPen(Theme.now().colour("accent" if seen else "text"))
    painter.drawText(box, middle, head)
    painter.setFont(plain)
    painter.setPen(Theme.now().colour("text2"))
    painter.drawText(box.adjusted(wide, 0, 0, 0), middle, rest)


def draw_line(painter: QPainter, x: float, view: QRectF) -> None:
    """The line between two runs of a picture, with what a hand takes it by."""
    theme = Theme.now()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((theme.mark_outline, 4.0), (theme.mark, 2.0)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawLine(QLineF(x, view.top(), x, view.bottom()))
    middle = QPointF(x, view.center().y())
    painter.setPen(QPen(QColor(theme.mark_outline), 1.5))
    painter.setBrush(QColor(theme.mark))
    painter.drawEllipse(middle, _GRIP, _GRIP)
    for way in (-1, 1):
        tip = QPointF(middle.x() + way * 5.5, middle.y())
        painter.drawPolyline([tip + QPointF(-way * 2.5, -3), tip, tip + QPointF(-way * 2.5, 3)])
    painter.restore()


def sentence_lines(parts: Sequence[str], room: float) -> list[str]:
    """The parts of a sentence in as few lines as have room.

    A part goes to a line of its own before it is broken between words; a word that is longer than a
    line is cut in its middle.
    """
    metrics = QFontMetricsF(font(12))
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for word in part.split(" "):
            longer = f"{lines[-1]} {word}".lstrip()
            if lines[-1] and metrics.horizontalAdvance(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
            lines[-1] = metrics.elidedText(lines[-1], Qt.TextElideMode.ElideMiddle, room)
    return lines


def draw_sentence(painter: QPainter, parts: Sequence[str], view: QRectF) -> None:
    """One or two lines over the photo's lower edge; the last part is the last to go."""
    theme = Theme.now()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(12))
    metrics = QFontMetricsF(painter.font())
    room = view.width() - 2 * _EDGE_OF_SENTENCE - 16
    shorter = (sentence_lines(some, room) for some in (parts, (parts[0], parts[-1])))
    whole = (lines for lines in shorter if len(lines) <= 2 and "…" not in "".join(lines))
    lines = next(whole, sentence_lines(parts[-1:], room))
    high = 24 + (len(lines) - 1) * _LINE_OF_SENTENCE
    box = QRectF(0, 0, max(metrics.horizontalAdvance(line) for line in lines) + 16, high)
    box.moveCenter(QPointF(view.center().x(), view.bottom() - high / 2 - _EDGE_OF_SENTENCE))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("panel", 0.92))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(theme.colour("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))
    painter.restore()
