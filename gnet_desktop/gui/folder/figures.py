"""The figures of a folder: how right, class by class, how calibrated, from which head on."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.folder.evaluating import Evaluation
from gnet_desktop.folder.figures import ClassFigures, HeadFigures
from gnet_desktop.gui.controls.section import Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_row
from gnet_desktop.inspection.answers import DEPTH, percent
from gnet_desktop.shown import whole

EDGE, ROW = 14, 22
PLOT = 110
_CLASSES = 164
"""Where the first class stands."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place with a tooltip."""

    box: QRectF
    words: str


class Figures(Section):
    """Everything that is counted, top to bottom; a click on a class, or Enter, filters the gallery by it."""

    class_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._evaluation: Evaluation | None = None
        self._names: tuple[str, ...] = ()
        self._spots: list[_Spot] = []
        self._height = 200
        self.activated.connect(lambda index: self.class_wanted.emit(index))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Figures"))

    def show_evaluation(self, evaluation: Evaluation | None, names: tuple[str, ...]) -> None:
        """Show what was counted."""
        self._evaluation, self._names = evaluation, names
        self._height = self._needed()
        self.setAccessibleDescription(self._spoken())
        self.updateGeometry()
        self._arrange()

    def _arrange(self) -> None:
        main = self._main()
        classes = main.per_class if main is not None else ()
        self.set_pieces(
            [
                Piece(QRectF(0, _CLASSES + place * ROW, self.width(), ROW), one.index, self._class_words(one))
                for place, one in enumerate(classes)
            ]
        )

    def _class_words(self, one: ClassFigures) -> str:
        return self.tr("{0}: {1} of {2} right, precision {3} %").format(
            self._names[one.index], whole(one.right), whole(one.support), percent(one.precision)
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows are as wide as there is room."""
        self._arrange()

    @override
    def sizeHint(self) -> QSize:
        """As high as it has lines."""
        return QSize(300, self._height)

    def _needed(self) -> int:
        main = self._main()
        if main is None or self._evaluation is None:
            return 140
        heads = len(self._evaluation.heads)
        below = (heads + 1) * ROW if heads > 1 else 46
        return 136 + 50 + len(main.per_class) * ROW + PLOT + 70 + 16 * main.few + 26 + below + 8

    def _main(self) -> HeadFigures | None:
        if self._evaluation is None or not self._evaluation.pictures:
            return None
        heads = self._evaluation.heads
        return heads.get("main") or next(iter(heads.values()), None)

    def _spoken(self) -> str:
        main = self._main()
        if main is None:
            return ""
        said = self.tr("{0} % right at first guess, {1} % within five").format(
            percent(main.top1.value), percent(main.top5.value)
        )
        few = self._few_words(main)
        return f"{said}. {self.tr('Calibration')}: {few}" if few else said

    @override
    def draw(self, painter: QPainter) -> None:
        """All parts."""
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("panel"))
        self._spots = []
        main = self._main()
        y: float = 12
        if main is None:
            self._without_truth(painter, theme, y)
        else:
            for section in (self._headline, self._classes, self._calibration, self._heads):
                y = section(painter, theme, main, y)

    def _without_truth(self, painter: QPainter, theme: Theme, y: float) -> None:
        words = self.tr(
            "No class is known for these pictures. Put them into folders that are called like the classes,"
            " or drop a table (CSV) with a path and a class in each row, and this shows how right the"
            " network is."
        )
        painter.setFont(font(12))
        painter.setPen(theme.colour("text3"))
        box = QRectF(EDGE, y, self.width() - 2 * EDGE, 120)
        painter.drawText(box, Qt.TextFlag.TextWordWrap, words)

    def _headline(self, painter: QPainter, theme: Theme, main: HeadFigures, y: float) -> float:
        assert self._evaluation is not None
        low, high = main.top1.interval
        _text(painter, f"{percent(main.top1.value)} %", EDGE, y, 34, font(28, 600), theme.colour("text"))
        quiet = self.tr("right at first guess, main · 95 %: {0}–{1}").format(percent(low), percent(high))
        _text(painter, quiet, EDGE, y + 36, 16, font(11.5), theme.colour("text3"))
        wrong = main.top1.total - main.top1.count
        columns = (
            (f"{percent(main.top5.value)} %", self.tr("within five")),
            (str(wrong), self.tr("wrong")),
            (str(len(self._evaluation.failed)), self.tr("not read")),
        )
        for place, (number, words) in enumerate(columns):
            x = EDGE + place * (self.width() - 2 * EDGE) / 3
            _text(painter, number, x, y + 62, 20, font(15, 600), theme.colour("text"))
            _text(painter, words, x, y + 82, 16, font(11.5), theme.colour("text3"))
        return self._line(painter, theme, y + 110)

    def _classes(self, painter: QPainter, theme: Theme, main: HeadFigures, y: float) -> float:
        self._heading(painter, theme, self.tr("By class"), self.tr("right, % · 95 %"), y)
        for piece, one in zip(self.pieces, main.per_class, strict=True):
            self._class(painter, theme, one, piece.box.top())
            if piece is self.ringed_piece:
                ring_row(painter, piece.box)
        return self._line(painter, theme, _CLASSES + ROW * len(main.per_class) + 8)

    def _class(self, painter: QPainter, theme: Theme, one: ClassFigures, y: float) -> None:
        name, width = self._names[one.index], self.width() - 2 * EDGE
        bar = QRectF(EDGE + width * 0.44, y + 7, width * 0.24, 8)
        metrics = QFontMetrics(font(12))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(width * 0.42))
        _text(painter, shown, EDGE, y, ROW, font(12), theme.colour("text"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(theme.colour("bar"))
        filled = QRectF(bar.left(), bar.top(), bar.width() * one.recall, bar.height())
        painter.drawRoundedRect(filled, 2, 2)
        low, high = one.share.interval
        painter.setPen(QPen(theme.colour("text"), 2))
        ends = (QPointF(bar.left() + bar.width() * end, bar.center().y()) for end in (low, high))
        painter.drawLine(*ends)
        right = QRectF(bar.right() + 4, y, width * 0.11, ROW)
        painter.setFont(font(12, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(
            right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{100 * one.recall:.0f}"
        )
        painter.setFont(font(11))
        painter.setPen(theme.colour("text3"))
        painter.drawText(
            QRectF(right.right() + 6, y, width, ROW),
            Qt.AlignmentFlag.AlignVCenter,
            f"{100 * low:.0f}–{100 * high:.0f}",
        )

    def _calibration(self, painter: QPainter, theme: Theme, main: HeadFigures, y: float) -> float:
        error = self.tr("error {0} %").format(percent(main.calibration_error))
        self._heading(painter, theme, self.tr("Calibration"), error, y)
        box = QRectF(EDGE + 24, y + 30, self.width() - 2 * EDGE - 24, PLOT)
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.setPen(QPen(theme.colour("line2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(box.bottomLeft(), box.topRight())

        def point(across: float, up: float) -> QPointF:
            return QPointF(box.left() + across * box.width(), box.bottom() - up * box.height())

        painter.setPen(QPen(theme.colour("accent"), 1.8))
        painter.drawPolyline(QPolygonF([point(one.confidence, one.accuracy) for one in main.reliability]))
        painter.setBrush(theme.colour("accent"))
        most = max((one.count for one in main.reliability), default=1)
        for one in main.reliability:
            radius = 1.5 + 2.5 * (one.count / most) ** 0.5
            painter.drawEllipse(point(one.confidence, one.accuracy), radius, radius)
            said = self.tr("1 picture: {1} % sure, {2} % right")
            said = said if one.count == 1 else self.tr("{0} pictures: {1} % sure, {2} % right")
            words = said.format(whole(one.count), percent(one.confidence), percent(one.accuracy))
            spot = point(one.confidence, one.accuracy)
            self._spots.append(_Spot(QRectF(spot.x() - 8, spot.y() - 8, 16, 16), words))
        quiet = theme.colour("text3")
        _text(painter, "100", EDGE - 4, box.top() - 4, 14, font(10), quiet)
        _text(painter, "0", EDGE + 10, box.bottom() - 10, 14, font(10), quiet)
        words = self.tr("confidence, % → right, %")
        _text(painter, words, box.left(), box.bottom() + 3, 16, font(11), quiet)
        if few := self._few_words(main):
            _text(painter, few, EDGE, box.bottom() + 20, 16, font(11.5), theme.colour("warn"))
        return self._line(painter, theme, box.bottom() + (42 if few else 26))

    def _few_words(self, main: HeadFigures) -> str:
        """That calibration can't be told of so few; empty where it can."""
        count = main.top1.total
        words = (
            self.tr("1 picture: too few to tell") if count == 1 else self.tr("{0} pictures: too few to tell")
        )
        return words.format(whole(count)) if main.few else ""

    def _heads(self, painter: QPainter, theme: Theme, _main: HeadFigures, y: float) -> float:
        assert self._evaluation is not None
        heads = [head for head in DEPTH if head in self._evaluation.heads]
        self._heading(painter, theme, self.tr("Heads"), self.tr("right first at"), y)
        y += 26
        if len(heads) < 2:
            words = self.tr("This file has no auxiliary heads. With heads, this shows which is right first.")
            painter.setFont(font(11.5))
            painter.setPen(theme.colour("text3"))
            box = QRectF(EDGE, y, self.width() - 2 * EDGE, 40)
            painter.drawText(box, Qt.TextFlag.TextWordWrap, words)
            return y + 46
        total = max(1, self._evaluation.pictures)
        for head in (*heads, None):
            count = self._evaluation.first_right.get(head, 0)
            top1 = self._evaluation.heads[head].top1.value if head else None
            y = self._head(painter, theme, head or self.tr("none"), count / total, top1, y)
        return y

    def _head(
        self, painter: QPainter, theme: Theme, name: str, share: float, top1: float | None, y: float
    ) -> float:
        width = self.width() - 2 * EDGE
        _text(painter, name, EDGE, y, ROW, font(12), theme.colour("text"))
        bar = QRectF(EDGE + width * 0.16, y + 7, width * 0.34, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(theme.colour("bar"))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), 2, 2)
        _text(painter, f"{percent(share)} %", bar.right() + 8, y, ROW, font(12, 600), theme.colour("text"))
        if top1 is not None:
            words = self.tr("{0} % right").format(percent(top1))
            _text(painter, words, bar.right() + 56, y, ROW, font(11), theme.colour("text3"))
        return y + ROW

    def _heading(self, painter: QPainter, theme: Theme, words: str, note: str, y: float) -> None:
        _text(painter, words, EDGE, y, 20, font(12.5, 600), theme.colour("text"))
        painter.setFont(font(11.5))
        painter.setPen(theme.colour("text3"))
        box = QRectF(EDGE, y, self.width() - 2 * EDGE, 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)

    def _line(self, painter: QPainter, theme: Theme, y: float) -> float:
        painter.fillRect(QRectF(0, y, self.width(), 1), theme.colour("line"))
        return y + 14

    @override
    def words_at(self, position: QPointF) -> str:
        """Of a class, or of a point of the calibration."""
        spot = next((spot for spot in reversed(self._spots) if spot.box.contains(position)), None)
        return spot.words if spot is not None else super().words_at(position)


def _text(
    painter: QPainter, words: str, x: float, y: float, height: float, letters: QFont, colour: QColor
) -> None:
    """A line of words from x on."""
    painter.setFont(letters)
    painter.setPen(colour)
    painter.drawText(QRectF(x, y, 2000, height), Qt.AlignmentFlag.AlignVCenter, words)
