"""The teaching view below the map: what branches, reductions and heads are for, in numbers."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import meaning
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.chart import SavingsChart, draw_path, less, text
from gnet_desktop.gui.network_map.model import MapModel
from gnet_desktop.gui.network_map.savings import Path, Savings, paths, savings
from gnet_desktop.gui.network_map.words import amount
from gnet_desktop.workspace.state import Workspace

_CHART_HEIGHT: Final = 236
_LEGEND: Final = 236
_TOTALS: Final = 140
_CARD: Final = 112
_THREE_COLUMNS: Final = 620


class _Chart(Speaking, QWidget):
    """Title and legend at the left, bars under the modules, totals at the right."""

    spoken_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self.savings: Savings | None = None
        self.module = ""
        self.middles: Callable[[], dict[str, float]] = dict
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_CHART_HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """All of it."""
        if self.savings is None:
            return
        painter = QPainter(self)
        middles = self._places()
        right = self.width() - _TOTALS
        SavingsChart(
            self.savings, QRectF(_LEGEND - 6, 14, right - _LEGEND, _CHART_HEIGHT - 22), middles, self.module
        ).draw(painter)
        self._draw_legend(painter, self.savings)
        self._draw_totals(painter, self.savings, right + 16)
        painter.end()

    def _places(self) -> dict[str, float]:
        """Below the modules of the map where that fits; else spread evenly."""
        assert self.savings is not None
        names = [module.name for module in self.savings.modules]
        left, right = _LEGEND + 8, self.width() - _TOTALS - 4
        middles = self.middles()
        if middles and min(middles.values()) > left + 20 and max(middles.values()) < right - 20:
            return middles
        pitch = (right - left) / max(len(names), 1)
        return {name: left + (place + 0.5) * pitch for place, name in enumerate(names)}

    def _draw_legend(self, painter: QPainter, found: Savings) -> None:
        theme = Theme.now()
        text(
            painter,
            QRectF(16, 14, 200, 20),
            self.tr("What the reductions save"),
            pixels=13,
            weight=600,
            token="text",
        )
        what = self.tr("multiply-adds of one picture") if found.what == "macs" else self.tr("weights")
        text(painter, QRectF(16, 35, 160, 17), what, pixels=12)
        rows = (
            (0.32, self.tr("3×3 and 5×5 read"), self.tr("the whole input")),
            (1.0, self.tr("as built, through 1×1"), ""),
        )
        for place, (alpha, first, second) in enumerate(rows):
            y = 62 + place * 42
            painter.fillRect(QRectF(16, y + 2, 13, 13), theme.branch("3x3", alpha))
            text(painter, QRectF(38, y, 140, 17), first, pixels=12)
            text(painter, QRectF(38, y + 16, 140, 17), second, pixels=12)
        y = _CHART_HEIGHT - 8 - 24
        text(painter, QRectF(16, y, 150, 17), self.tr("Σ as built, with the stem"), pixels=11, token="text3")

    def _draw_totals(self, painter: QPainter, found: Savings, left: float) -> None:
        wide = self.width() - left - 8
        rows = (
            (amount(found.total_without), self.tr("without"), "text2"),
            (amount(found.total), self.tr("as built"), "text"),
            (less(found.ratio), self.tr("all nine modules"), "accent"),
        )
        for place, (number, words, token) in enumerate(rows):
            y = 26 + place * 58
            size = 15 if place == 2 else 18
            text(painter, QRectF(left, y, wide, 24), number, pixels=size, weight=600, token=token)
            text(painter, QRectF(left, y + 23, wide, 17), words, pixels=12)


class _Cards(Speaking, QWidget):
    """The chosen module's branches, step by step, side by side."""

    spoken_role = Role.Grouping

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []
        self.module = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_CARD)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A card a branch."""
        if not self.paths:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = (self.width() - 16 * (len(self.paths) - 1)) / len(self.paths)
        for place, path in enumerate(self.paths):
            draw_path(painter, path, self.module, QRectF(place * (wide + 16), 0, wide, _CARD))
        painter.end()


class TeachingView(Speaking, QWidget):
    """What a branch, a reduction and a head are; bars with and without reductions; a module's steps."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._model: MapModel | None = None
        self.chart, self.cards = _Chart(), _Cards()
        self.steps_title = Label()
        self.steps_title.setTextFormat(Qt.TextFormat.RichText)
        self.steps_title.setFont(font(12.5))
        self.steps_title.setWordWrap(True)
        self.steps_title.setMinimumWidth(1)
        self.explanations = [Label() for _ in range(3)]
        below = QVBoxLayout()
        below.setContentsMargins(16, 10, 16, 14)
        below.setSpacing(8)
        below.addWidget(self.steps_title)
        below.addWidget(self.cards)
        words = self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        words.setContentsMargins(16, 12, 16, 12)
        words.setSpacing(24)
        for label in self.explanations:
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setFont(font(12.5))
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setMinimumWidth(1)
            words.addWidget(label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(words)
        column.addWidget(self.chart)
        column.addLayout(below)
        column.addStretch(1)
        self.setAccessibleName(self.tr("Teaching: branches, reductions, heads"))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the explanations stand below each other."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        narrow = self.width() < _THREE_COLUMNS
        self._words.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._words.setSpacing(10 if narrow else 24)

    @override
    def sizeHint(self) -> QSize:
        """Chart, steps, explanations."""
        return QSize(1047, _CHART_HEIGHT + _CARD + 150)

    def show_model(self, model: MapModel | None, middles: Callable[[], dict[str, float]]) -> None:
        """Explain a network; ``middles`` gives the x of each module's middle on the map."""
        self._model = model
        self.chart.middles = middles
        self.refresh()

    def refresh(self) -> None:
        """The network, the choice or the quantity changed."""
        model, module = self._model, self._workspace.selection.module
        if model is None:
            self.chart.savings, self.cards.paths = None, []
            return
        names = [one.name for one in model.architecture.modules]
        module = module if module in names else names[0]
        what = "weights" if self._workspace.view.quantity == "parameters" else "macs"
        found = savings(model.architecture, model.input_size, what)  # type: ignore[arg-type]
        self.chart.savings, self.chart.module = found, module
        self.cards.paths = paths(model.architecture, module, model.input_size)
        self.cards.module = module
        self._explain(model, found, module)
        self.chart.update()
        self.cards.update()

    def _explain(self, model: MapModel, found: Savings, module: str) -> None:
        spec, shape = model.architecture.module(module), model.shapes[module]
        saving = found.module(module)
        head = self.tr("Module {0}, step by step").format(module)
        come = self.tr("{0} channels come in at {1} × {2} cells, {3} leave.").format(
            spec.inputs, shape[2], shape[1], spec.outputs
        )
        what = self.tr("multiply-adds") if found.what == "macs" else self.tr("weights")
        share = round(100 * saving.running / max(found.whole, 1))
        running = self.tr("With {0}, {1} of {2} {3} are done ({4} %).").format(
            module,
            amount(saving.running),
            amount(found.whole),
            what,
            share,
        )
        grey = Theme.now().text2
        self.steps_title.setText(
            f'<b>{head}</b>&nbsp;&nbsp; <span style="color:{grey}">{come} {running}</span>'
        )
        sentences = (
            self.branch_sentences(model),
            self.reduction_sentences(module),
            self.head_sentences(model),
        )
        titles = (self.tr("A branch"), self.tr("A reduction"), self.tr("A head"))
        for label, title, words in zip(self.explanations, titles, sentences, strict=True):
            label.setText(f'<b>{title}</b><br><span style="color:{grey}">{words}</span>')
        numbers = ", ".join(
            self.tr("{0}: {1} instead of {2}").format(one.name, amount(one.total), amount(one.total_without))
            for one in found.modules
        )
        self.setAccessibleDescription(f"{numbers}. {' '.join(sentences)}")

    def branch_sentences(self, model: MapModel) -> str:
        """What a branch is, and where this file's names mislead."""
        words = meaning("branch")
        if model.architecture.modules[0].branch("5x5").kernel == 3:
            words += " " + self.tr("In this file the branch called 5×5 has a 3×3 kernel too.")
        return words

    def reduction_sentences(self, module: str) -> str:
        """What a reduction is, with this module's numbers."""
        path = next((one for one in self.cards.paths if one.branch.name == "5x5"), None)
        if path is None or path.without is None:
            return meaning("reduction")
        here = self.tr("In {0} {1} channels become {2}, and the 5×5 branch takes {3} instead of {4}.").format(
            module, path.inputs, path.steps[0].channels, amount(path.macs), amount(path.without)
        )
        return f"{meaning('reduction')} {here}"

    def head_sentences(self, model: MapModel) -> str:
        """What a head is, and whether this file has any."""
        if not model.architecture.heads:
            none = self.tr("This file has none, since a finished network answers without them.")
            return f"{meaning('auxiliary head')} {none}"
        return meaning("auxiliary head")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The lower part's ground."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        chart = QRectF(self.chart.geometry())
        below = QRectF(0, chart.bottom(), self.width(), self.height() - chart.bottom())
        painter.fillRect(below, theme.colour("raised"))
        for y in (0.0, chart.top(), chart.bottom()):
            painter.fillRect(QRectF(0, y, self.width(), 1), theme.colour("line"))
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: the texts carry colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()
        super().changeEvent(event)
