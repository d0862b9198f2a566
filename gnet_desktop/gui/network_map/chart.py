"""The teaching view's pictures: pairs of bars under the modules, and a branch step by step."""

import itertools
import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.network_map.savings import Path, Saving, Savings
from gnet_desktop.gui.network_map.words import amount, kernel_words, short, tr
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.shown import THIN

_LEFT, _MIDDLE, _RIGHT = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignHCenter,
    Qt.AlignmentFlag.AlignRight,
)
_CENTRE: Final = Qt.AlignmentFlag.AlignVCenter
_LINES: Final = 4.5
_TALLEST: Final = 40.0


def text(
    painter: QPainter,
    box: QRectF,
    words: str,
    *,
    pixels: float = 12,
    weight: int = 400,
    token: str = "text2",
    align: Qt.AlignmentFlag = _LEFT,
) -> float:
    """One line in a box; its width."""
    face = font(pixels, weight)
    metrics = QFontMetricsF(face)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(face)
    painter.setPen(Theme.now().colour(token))
    painter.drawText(box, _CENTRE | align, shown)
    return metrics.horizontalAdvance(shown)


def less(ratio: float) -> str:
    """``4.3 × less``."""
    return tr("{0} × less").format(f"{ratio:.1f}")


def step_of(largest: float) -> float:
    """A round distance of the grid's lines so that about four stand below ``largest``."""
    rough = max(largest, 1.0) / _LINES
    size = 10.0 ** math.floor(math.log10(rough))
    return next((size * factor for factor in (1, 2, 5, 10) if rough <= size * factor), size * 10)


class SavingsChart:
    """Bars of every module, without reductions and as built, at given middles (x by module)."""

    def __init__(self, savings: Savings, box: QRectF, middles: Mapping[str, float], chosen: str) -> None:
        self._savings, self._box, self._middles, self._chosen = savings, box, middles, chosen
        largest = max(module.total_without for module in savings.modules)
        self._base = box.bottom() - 40
        self._scale = (self._base - box.top() - 22) / max(largest, 1)
        gaps = sorted(middles.values())
        pitch = min((b - a for a, b in itertools.pairwise(gaps)), default=80.0)
        self._bar = min(38.0, pitch * 0.3)
        self._pitch = pitch

    def draw(self, painter: QPainter) -> None:
        """Grid, ground of the chosen module, bars."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_chosen(painter)
        self._draw_grid(painter)
        for module in self._savings.modules:
            self._draw_module(painter, module)

    def _draw_chosen(self, painter: QPainter) -> None:
        middle = self._middles.get(self._chosen)
        if middle is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Theme.now().colour("accentbg"))
            wide = self._pitch * 0.94
            painter.drawRoundedRect(
                QRectF(middle - wide / 2, self._box.top(), wide, self._box.height()), 6, 6
            )

    def _draw_grid(self, painter: QPainter) -> None:
        theme = Theme.now()
        left, right = self._box.left(), self._box.right()
        largest = max(module.total_without for module in self._savings.modules)
        step = step_of(largest)
        for number in range(int(largest / step) + 1):
            y = self._base - number * step * self._scale
            painter.setPen(theme.colour("line2" if number == 0 else "line"))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            label = short(number * step).replace("M", f"{THIN}M")
            text(painter, QRectF(left - 66, y - 8, 58, 16), label, pixels=11, token="text3", align=_RIGHT)

    def _draw_module(self, painter: QPainter, module: Saving) -> None:
        middle = self._middles.get(module.name)
        if middle is None:
            return
        here = module.name == self._chosen
        left, right = middle - self._bar - 2, middle + 2
        self._draw_bar(painter, left, module.without, module.total_without, faint=True)
        self._draw_bar(painter, right, module.built, module.total, faint=False)
        under = QRectF(middle - self._pitch / 2, self._base + 3, self._pitch, 17)
        token = "accent" if here else "text2"
        text(painter, under, less(module.ratio), pixels=12, weight=600, token=token, align=_MIDDLE)
        total = f"Σ {amount(module.running)}"
        text(painter, under.translated(0, 16), total, pixels=11, token="text3", align=_MIDDLE)

    def _draw_bar(
        self, painter: QPainter, left: float, parts: Mapping[str, int], total: int, *, faint: bool
    ) -> None:
        theme, bottom = Theme.now(), self._base
        for branch, value in parts.items():
            high = value * self._scale
            reduced = branch in ("3x3", "5x5")
            painter.fillRect(
                QRectF(left, bottom - high, self._bar, high),
                theme.branch(branch, (0.32 if reduced else 0.5) if faint else 1.0),
            )
            bottom -= high
        box = QRectF(left - 20, bottom - 17, self._bar + 40, 15)
        weight, token = (400, "text2") if faint else (600, "text")
        words = short(total).removesuffix("M")
        text(painter, box, words, pixels=11, weight=weight, token=token, align=_MIDDLE)


def draw_path(painter: QPainter, path: Path, module: str, box: QRectF) -> None:
    """A card: the branch's steps with their channels as bars, kernels above, costs below the lines."""
    theme = Theme.now()
    painter.setPen(theme.colour("line"))
    painter.setBrush(theme.colour("panel"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
    inner = box.adjusted(16, 8, -16, -8)
    name = path.branch.name
    draw_glyph(painter, name, inner.left(), inner.top() + 4)
    title = tr("{0} branch of {1}").format(
        tr("pool") if name.startswith("pool") else name.replace("x", "×"), module
    )
    head = QRectF(inner.left() + 22, inner.top(), inner.width() - 22, 22)
    used = text(painter, head, title, pixels=12.5, weight=600, token="text")
    _draw_cost(painter, path, module, head.adjusted(used + 12, 0, 0, 0))
    _draw_steps(painter, path, inner.adjusted(0, 26, 0, 0))


def _draw_cost(painter: QPainter, path: Path, module: str, box: QRectF) -> None:
    if path.without is None:
        cost, effect = amount(path.macs), tr("keeps {0} narrow").format(module)
    else:
        cost = tr("{0} instead of {1}").format(amount(path.macs), amount(path.without))
        effect = less(path.without / max(path.macs, 1))
    wide = QFontMetricsF(font(12.5, 600)).horizontalAdvance(effect)
    if wide < box.width():
        text(painter, box, effect, pixels=12.5, weight=600, token="accent", align=_RIGHT)
        rest = box.adjusted(0, 0, -wide - 10, 0)
        if QFontMetricsF(font(12)).horizontalAdvance(cost) < rest.width():
            text(painter, rest, cost, align=_RIGHT)


def _draw_steps(painter: QPainter, path: Path, box: QRectF) -> None:
    theme, name = Theme.now(), path.branch.name
    counts = [path.inputs, *(step.channels for step in path.steps)]
    scale = min(_TALLEST, box.height() - 18) / max(counts)
    pitch = (box.width() - 28) / (len(counts) - 1)
    middle = box.top() + (box.height() - 18) / 2
    for place, count in enumerate(counts):
        x = box.left() + 14 + place * pitch
        high = max(3.0, count * scale)
        last = place == len(counts) - 1
        colour = theme.branch(name, 1.0 if last else 0.5) if place else theme.colour("bar")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(x - 8, middle - high / 2, 16, high), 2, 2)
        under = QRectF(x - 30, box.bottom() - 16, 60, 15)
        text(painter, under, str(count), pixels=12, weight=600, token="text", align=_MIDDLE)
        if place:
            _draw_step(painter, path, place - 1, QRectF(x - pitch + 16, middle - 20, pitch - 32, 40))


def _draw_step(painter: QPainter, path: Path, place: int, box: QRectF) -> None:
    step = path.steps[place]
    painter.setPen(Theme.now().colour("line2"))
    painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
    above, below = (
        QRectF(box.left(), box.top(), box.width(), 19),
        QRectF(box.left(), box.top() + 21, box.width(), 18),
    )
    text(painter, above, kernel_words(step.layer), pixels=12, align=_MIDDLE)
    text(painter, below, amount(step.macs), pixels=12, token="text", align=_MIDDLE)
