"""The plots of trust: the answer while pixels go or come, and the map under shuffled weights."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.inspection.attribution.trust import Curve

_TOP, _LEFT, _BOTTOM = 24, 34, 36
_HEIGHT: Final = 170
_ROW: Final = 20


class CurvePlot(Speaking, QWidget):
    """A class's probability against the share of pixels, in the map's order and in random order."""

    spoken_role = Role.Chart

    def __init__(self, title: str, across: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._across = title, across
        self._curves: tuple[Curve, Curve] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    @override
    def sizeHint(self) -> QSize:
        """Wide enough to read."""
        return QSize(300, _HEIGHT)

    def show_curves(self, ordered: Curve, random: Curve) -> None:
        """The curve in the map's order, and the mean of those in random order."""
        self._curves = ordered, random
        words = self.tr("area {0}, in random order {1}")
        self.setAccessibleDescription(words.format(f"{ordered.area:.3f}", f"{random.area:.3f}"))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, axes, both curves with their areas."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(_LEFT, _TOP, self.width() - _LEFT - 10, self.height() - _TOP - _BOTTOM)
        painter.setFont(font(12, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(0, 0, self.width(), 20), Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.drawRect(box)
        painter.setFont(font(10.5))
        painter.setPen(theme.colour("text3"))
        right, middle = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        for share, words in ((0.0, "0"), (1.0, "100")):
            y = box.bottom() - share * box.height()
            painter.drawText(QRectF(0, y - 8, _LEFT - 5, 16), right | middle, words)
        below = QRectF(box.left(), box.bottom() + 2, box.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._across)
        if self._curves is not None:
            self._paint_curves(painter, box, *self._curves)
        painter.end()

    def _paint_curves(self, painter: QPainter, box: QRectF, ordered: Curve, random: Curve) -> None:
        theme = Theme.now()
        rows = (
            (ordered, QPen(theme.colour("accent"), 2), self.tr("by the map {0}")),
            (random, QPen(theme.colour("text3"), 1.5, Qt.PenStyle.DashLine), self.tr("in random order {0}")),
        )
        for place, (curve, pen, words) in enumerate(rows):
            painter.setPen(pen)
            painter.drawPolyline(_line(curve.probabilities, box))
            x = box.left() + place * box.width() * 0.42
            y = box.bottom() + 26
            painter.drawLine(QPointF(x, y), QPointF(x + 16, y))
            painter.setPen(theme.colour("text2"))
            painter.setFont(font(11))
            label = QRectF(x + 21, y - 9, box.width(), 18)
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, words.format(f"{curve.area:.3f}"))


class RankPlot(Speaking, QWidget):
    """How much of the map is left once weights are shuffled from the answer on: rank correlations."""

    spoken_role = Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranks: dict[str, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Under shuffled weights"))

    @override
    def sizeHint(self) -> QSize:
        """A row for each layer."""
        return QSize(260, _HEIGHT)

    def show_ranks(self, ranks: Mapping[str, float]) -> None:
        """{layer: correlation with the original}, from the answer towards the picture."""
        self._ranks = dict(ranks)
        self.setAccessibleDescription(", ".join(f"{name} {_rank(value)}" for name, value in ranks.items()))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar from the middle for each layer."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12, 600))
        painter.setPen(theme.colour("text"))
        title = QRectF(0, 0, self.width(), 20)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, self.accessibleName())
        left, right = 64.0, self.width() - 52.0
        middle = (left + right) / 2
        for place, (name, value) in enumerate(self._ranks.items()):
            y = _TOP + place * _ROW
            painter.setFont(font(11.5))
            painter.setPen(theme.colour("text2"))
            painter.drawText(QRectF(0, y, left - 8, _ROW), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("well"))
            painter.drawRoundedRect(QRectF(left, y + 6, right - left, 8), 2, 2)
            if np.isfinite(value):
                painter.setBrush(theme.colour("accent"))
                end = middle + value * (right - left) / 2
                painter.drawRect(QRectF(min(middle, end), y + 6, abs(end - middle), 8))
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(right + 6, y, 46, _ROW), Qt.AlignmentFlag.AlignVCenter, _rank(value))
        painter.setPen(QPen(theme.colour("text3"), 1))
        if self._ranks:
            painter.drawLine(QPointF(middle, _TOP), QPointF(middle, _TOP + len(self._ranks) * _ROW))
        painter.end()


def _rank(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "—"


def _line(values: NDArray[np.float64], box: QRectF) -> QPolygonF:
    steps = max(1, len(values) - 1)
    return QPolygonF(
        [
            QPointF(box.left() + place / steps * box.width(), box.bottom() - float(value) * box.height())
            for place, value in enumerate(values)
        ]
    )
