"""A head's first answers as bars, with how they differ from the reference's."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.bars import draw_bar, draw_outline
from gnet_desktop.gui.answers.sentences import others_words
from gnet_desktop.gui.answers.table import SIGNS
from gnet_desktop.gui.answers.values import apart, class_name, delta_words
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.network_map.chart import text
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.inspection.answers import HeadAnswers, percent, valid

_ROW: Final = 29
_TOP: Final = 5
_DELTA: Final = 0.14
"""Part of the width that differences from the reference take."""


class HeadBars(Speaking, QWidget):
    """A head's five first answers and all others, as bars."""

    spoken_role = Role.List

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, float, str]] = []
        self.rest: tuple[str, str] = ("", "")
        self.deltas: list[tuple[float, str, int]] = []
        self._faint, self._stale = False, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(260)
        self.setAccessibleName(self.tr("Answers"))
        self.setFixedHeight((_TOP + 1) * _ROW + 4)

    def show_answers(
        self,
        answers: HeadAnswers | None,
        names: tuple[str, ...],
        *,
        logits: bool,
        faint: bool,
        stale: bool,
        before: HeadAnswers | None = None,
    ) -> None:
        """Show a head's answers; ``faint`` ones without emphasis; ``before`` are the reference's."""
        self._faint, self._stale, self.rows, self.deltas = faint, stale, [], []
        self.rest = ("", "")
        if answers is not None and valid(answers):
            top = answers.top(_TOP)
            full = max(float(answers.logits.max()), 1e-9) if logits else 1.0
            for index, probability in top:
                value = float(answers.logits[index]) if logits else probability
                words = number(value) if logits else percent(probability)
                self.rows.append((class_name(names, index), max(0.0, value / full), words))
                if before is not None:
                    other = float((before.logits if logits else before.probabilities)[index])
                    gap = value - other if logits else apart(value, other)
                    self.deltas.append((max(0.0, other / full), *delta_words(gap, logits=logits)))
            others = len(answers.probabilities) - len(top)
            rest = max(0.0, 1 - sum(probability for _, probability in top)) if others else 0.0
            if others:
                self.rest = (others_words(str(others)), "–" if logits else percent(rest))
        self.setAccessibleDescription(", ".join(f"{name} {words}" for name, _, words in self.rows))
        self.update()

    @override
    def spoken_count(self) -> int:
        """A part a bar."""
        return len(self.rows)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A class and its number."""
        name, _, words = self.rows[place]
        words += f" ({self.deltas[place][1]})" if self.deltas else ""
        return Spoken(Role.ListItem, name, QRectF(0, place * _ROW, self.width(), _ROW), words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Names, bars, numbers."""
        painter = QPainter(self)
        if not self.rows:
            text(painter, QRectF(0, 0, self.width(), _ROW), self.tr("no answer"), token="text3")
            painter.end()
            return
        delta = self.width() * _DELTA if self.deltas else 0.0
        bar_left, bar_wide = self.width() * 0.6 - delta, self.width() * 0.26
        right = Qt.AlignmentFlag.AlignRight
        for place, (name, share, words) in enumerate(self.rows):
            box = QRectF(0, place * _ROW, bar_left - 10, _ROW)
            first = place == 0 and not self._faint
            weight, token = (600, "text") if first and not self._stale else (400, "text2")
            text(painter, box, name, pixels=13, weight=weight, token="text3" if self._faint else "text")
            track = QRectF(bar_left, box.center().y() - 5, bar_wide, 10)
            draw_bar(painter, track, share, first=first, stale=self._stale)
            box = QRectF(bar_left + bar_wide, box.top(), self.width() - delta - bar_left - bar_wide, _ROW)
            text(painter, box, words, pixels=12.5, weight=weight, token=token, align=right)
            if self.deltas:
                before, gap, sign = self.deltas[place]
                draw_outline(painter, track, share, min(1.0, before))
                box = QRectF(self.width() - delta, box.top(), delta, _ROW)
                text(painter, box, gap, pixels=11, token=SIGNS[sign], align=right)
        if self.rest[0]:
            self._draw_rest(painter, len(self.rows) * _ROW + 2)
        painter.end()

    def _draw_rest(self, painter: QPainter, y: int) -> None:
        right = Qt.AlignmentFlag.AlignRight
        painter.setPen(Theme.now().colour("line"))
        painter.drawLine(0, y, self.width(), y)
        text(painter, QRectF(0, y, self.width() * 0.6, _ROW), self.rest[0], token="text3")
        text(painter, QRectF(0, y, self.width(), _ROW), self.rest[1], token="text3", align=right)
