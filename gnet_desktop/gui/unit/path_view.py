"""One step back from a unit's cell: which units made its value, with sign; a click goes on from there."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.inspection.colour_maps import TIDE
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.inspection.tracing import Spot, Step
from gnet_desktop.network.architecture import BRANCHES

_ROW: Final = 21
_NAME: Final = 138
_VALUE: Final = 58


class PathSection(Section):
    """The inputs of a step, the largest first, what is left of them, the bias and their sum.

    Exact (docs/methods.md): the rows add up to the value. ``activated`` with the `Spot`
    from which to go on.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.about = explained(word="step back")
        self._step: Step | None = None
        self._order = "rgb"

    def show_step(self, step: Step, order: str) -> None:
        """Show a step; ``order`` is that of the picture's colours, ``rgb``, ``bgr`` or ``grey``."""
        self._step, self._order = step, order
        where = self.tr("the picture") if step.in_picture else step.source.name
        self.title = self.tr("Followed back to {0}").format(where)
        self.note = self.tr("cell {0}, {1}").format(*step.start.cell) if isinstance(step.start, Spot) else ""
        self.setFixedHeight(TITLE + 4 + len(self.rows()) * _ROW + 4)
        self._arrange()

    def rows(self) -> list[tuple[str, float]]:
        """What stands in each row: a name and a signed value; the last is the sum."""
        step = self._step
        if step is None:
            return []
        rows = [(self.name(one.spot), one.value) for one in step.inflows]
        if step.others:
            rows.append((self.tr("{0} others").format(step.others), step.rest))
        if step.passed_on:
            return rows
        return [*rows, (self.tr("bias"), step.bias), (self.tr("before the rectifier"), step.value)]

    def name(self, spot: Spot) -> str:
        """A unit by its name; a colour of the picture in words."""
        if self._step is None or not self._step.in_picture:
            return spot.unit.name
        return colour_words(self._order, spot.unit.channel)

    def _arrange(self) -> None:
        step = self._step
        if step is None:
            return
        pieces = []
        for place, one in enumerate(step.inflows):
            box = QRectF(0, TITLE + 4 + place * _ROW, self.width(), _ROW)
            words = self.tr("{0} adds {1}; most of it comes from its cell {2}, {3}")
            if step.in_picture:
                words = self.tr("{0} adds {1}; most of it comes from the input's pixel {2}, {3}")
            told = words.format(self.name(one.spot), signed(one.value, 4), *one.spot.cell)
            pieces.append(Piece(box, one.spot, told))
        self.set_pieces(pieces)

    @override
    def resizeEvent(self, event: object) -> None:
        """Rows are as wide as there is room."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """A row each: glyph, name, signed bar, value; a line above the sum."""
        step = self._step
        if step is None:
            return
        rows = self.rows()
        reach = max((abs(value) for _, value in rows), default=1.0) or 1.0
        for place, (name, value) in enumerate(rows):
            box = QRectF(0, TITLE + 4 + place * _ROW, self.width(), _ROW)
            if place < len(step.inflows):
                self._ground(painter, place, box)
                if step.inflows[place].spot.unit.branch in BRANCHES:
                    draw_glyph(painter, step.inflows[place].spot.unit.branch, 0, box.top() + 4)
            last = place == len(rows) - 1 and not step.passed_on
            if last:
                painter.setPen(Theme.now().colour("line"))
                painter.drawLine(QPointF(0, box.top() + 0.5), QPointF(self.width(), box.top() + 0.5))
            self._write(painter, box, name, value, last=last)
            if not last:
                self._bar(painter, box, value, reach)

    def _ground(self, painter: QPainter, place: int, box: QRectF) -> None:
        if self.pieces[place] in (self.pointed_piece, self.ringed_piece):
            painter.fillRect(box, Theme.now().colour("raised"))

    def _write(self, painter: QPainter, box: QRectF, name: str, value: float, *, last: bool) -> None:
        theme = Theme.now()
        painter.setFont(font(12.5))
        painter.setPen(theme.colour("text"))
        room = box.adjusted(22, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font(12.5, 600 if last else 400))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, right, number(value, 4) if last else signed(value))

    def _bar(self, painter: QPainter, box: QRectF, value: float, reach: float) -> None:
        """From the middle to the right for what adds, to the left for what takes away."""
        theme = Theme.now()
        track = QRectF(_NAME, box.center().y() - 2.5, max(20, self.width() - _NAME - _VALUE), 5)
        painter.fillRect(track, theme.colour("well"))
        half = track.width() / 2 * value / reach
        bar = QRectF(track.center().x() + min(0.0, half), track.top(), max(1.0, abs(half)), track.height())
        end = reach if value > 0 else -reach
        painter.fillRect(bar, Scale(TIDE.name, Limits(-reach, reach)).colour_at(end * 0.8))
        painter.setPen(theme.colour("text3"))
        middle = round(track.center().x()) + 0.5
        painter.drawLine(QPointF(middle, track.top() - 2), QPointF(middle, track.bottom() + 2))


def colour_words(order: str, channel: int) -> str:
    """A colour channel of the input in words."""
    translate = QCoreApplication.translate
    words = {
        "r": translate("PathSection", "red"),
        "g": translate("PathSection", "green"),
        "b": translate("PathSection", "blue"),
    }
    return translate("PathSection", "grey") if order == "grey" else words[order[channel]]
