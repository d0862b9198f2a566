"""Pieces of the card: titled sections, rows of facts, the table of widths, notes with signs."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints.describing.card import ModuleRow
from gnet_desktop.gui.card.facts import Figure, HeadFact, Note
from gnet_desktop.gui.controls.common import heading
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.chart import text
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.network.architecture import BRANCHES
from gnet_desktop.resources import resource
from gnet_desktop.shown import whole

_ROW: Final = 25
SIGNS: Final = {"info": "text2", "check": "good", "warning": "warn", "error": "bad"}
_SELECTABLE: Final = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class Sign(Speaking, QWidget):
    """One of our icons in its own colour."""

    spoken_role = Role.Graphic

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token
        self.setFixedSize(18, 18)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon."""
        painter = QPainter(self)
        draw_icon(painter, self._name, QRectF(1, 1, 16, 16), Theme.now().colour(self._token).name())
        painter.end()


class Part(QVBoxLayout):
    """A section: its heading with something at the right, a line, and what follows."""

    def __init__(self, title: str, beside: QWidget | None = None) -> None:
        super().__init__()
        self.setSpacing(8)
        row = QHBoxLayout()
        row.addStrut(22)
        row.addWidget(heading(title))
        row.addStretch(1)
        if beside is not None:
            beside.setFixedHeight(24)
            row.addWidget(beside)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFixedHeight(1)
        line.setStyleSheet("QFrame { border: 0; background: palette(midlight); }")
        self.addLayout(row)
        self.addWidget(line)


def quiet(words: str, pixels: float = 12.5) -> QLabel:
    """A label in the third text colour."""
    label = Label(words)
    label.setFont(font(pixels))
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def value(words: str, *, mono: bool = False) -> QLabel:
    """A value that can be selected, in as many lines as it needs."""
    label = Label(words)
    label.setFont(font(12 if mono else 13, mono=mono))
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label


def figures_grid(figures: Sequence[Figure], edge: int, *, narrow: bool) -> QGridLayout:
    """Large numbers with what they count, side by side, or in two lines."""
    grid = QGridLayout()
    grid.setContentsMargins(edge, 18, edge, 16)
    grid.setVerticalSpacing(12)
    across = -(-len(figures) // 2) if narrow else len(figures)
    for place, figure in enumerate(figures):
        column = QVBoxLayout()
        column.setSpacing(0)
        big = Label(figure.number)
        big.setFont(font(18, 600))
        column.addWidget(big)
        label = quiet(figure.words, 12)
        label.setToolTip(explained(word=figure.term) if figure.term else "")
        column.addWidget(label)
        down, right = divmod(place, across)
        grid.addLayout(column, down, 2 * right)
        if right + 1 < across:
            grid.setColumnStretch(2 * right + 1, 1)
    return grid


def facts_grid(rows: Sequence[tuple[str, str]], *, mono: Sequence[str] = ()) -> QGridLayout:
    """Names at the left, values at the right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, 112)
    grid.setColumnStretch(1, 1)
    for place, (name, words) in enumerate(rows):
        grid.addWidget(quiet(name), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value(words, mono=name in mono), place, 1)
    return grid


def heads_grid(rows: Sequence[HeadFact]) -> QGridLayout:
    """Name, place, and whether the head is there and trained."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(10)
    grid.setColumnMinimumWidth(0, 44)
    grid.setColumnMinimumWidth(1, 64)
    grid.setColumnStretch(3, 1)
    for place, row in enumerate(rows):
        name = Label(row.name)
        name.setFont(font(13, 600))
        grid.addWidget(name, place, 0)
        grid.addWidget(quiet(row.place), place, 1)
        words = value(row.words)
        words.setToolTip(tip(row.why))
        if row.present:
            sign = {True: ("check", "good"), False: ("warning", "warn"), None: ("info", "text2")}[row.good]
            grid.addWidget(Sign(*sign), place, 2)
            grid.addWidget(words, place, 3)
        else:
            grid.addWidget(words, place, 3)
    return grid


def note_row(note: Note) -> QHBoxLayout:
    """A sign and a sentence."""
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(Sign(note.sign, SIGNS[note.sign]), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(value(note.words), 1)
    return row


class WidthsTable(Speaking, QWidget):
    """Channels of every branch with its reduction, of the module, and its parameters."""

    spoken_role = Role.Graphic

    def __init__(self, rows: Sequence[ModuleRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setFixedHeight(_ROW * (len(rows) + 1) + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Widths and parameters"))
        self.setAccessibleDescription("; ".join(" ".join(self.cells(row)) for row in rows))

    @override
    def sizeHint(self) -> QSize:
        """Half of the card."""
        return QSize(572, self.height())

    def cells(self, row: ModuleRow) -> list[str]:
        """A row's texts: module, four branches, outputs, parameters."""
        branches = [
            f"{reduced} → {outputs}" if reduced else str(outputs) for reduced, outputs in row.branches
        ]
        return [row.name, *branches, whole(row.outputs), whole(row.parameters)]

    def _edges(self) -> list[float]:
        """Right edges of the columns."""
        return [self.width() * share for share in (0.08, 0.19, 0.34, 0.49, 0.61, 0.83, 1.0)]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Header and rows."""
        painter, theme = QPainter(self), Theme.now()
        edges, right = self._edges(), Qt.AlignmentFlag.AlignRight
        names = [
            self.tr("module"),
            "1×1",
            "3×3",
            "5×5",
            self.tr("pool"),
            self.tr("out"),
            self.tr("parameters"),
        ]
        for place, name in enumerate(names):
            if place == 0:
                text(painter, QRectF(0, 0, 90, _ROW), name, token="text3")
                continue
            left = edges[place - 1]
            width = text(
                painter, QRectF(left, 0, edges[place] - left, _ROW), name, token="text3", align=right
            )
            if place <= len(BRANCHES):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw_glyph(painter, BRANCHES[place - 1], edges[place] - width - 18, 5.5)
        for number, row in enumerate(self._rows, 1):
            top = number * _ROW
            painter.setPen(theme.colour("line"))
            painter.drawLine(0, top, self.width(), top)
            self._draw_row(painter, row, top, edges)
        painter.end()

    def _draw_row(self, painter: QPainter, row: ModuleRow, top: float, edges: list[float]) -> None:
        right = Qt.AlignmentFlag.AlignRight
        for place, words in enumerate(self.cells(row)):
            if place == 0:
                text(painter, QRectF(0, top, 80, _ROW), words, pixels=12.5, weight=600, token="text")
                continue
            box = QRectF(edges[place - 1], top, edges[place] - edges[place - 1], _ROW)
            reduced, arrow, outputs = words.partition("→")
            last = place == len(edges) - 1
            token = "text2" if last else "text"
            width = text(painter, box, (outputs or reduced).strip(), pixels=12.5, token=token, align=right)
            if arrow:
                rest = box.adjusted(0, 0, -width - 5, 0)
                text(painter, rest, f"{reduced.strip()} →", pixels=12.5, token="text3", align=right)


class QuietField(QFrame):
    """A quiet ground for a value of more than one line."""

    def __init__(self, *, bordered: bool = False) -> None:
        super().__init__()
        self._bordered = bordered

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, and a border if it has one."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line") if self._bordered else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


def program_sign(ratio: float) -> Label:
    """The program's icon, as sharp as a screen of that pixel ratio shows it."""
    sign, side = Label(), round(44 * ratio)
    picture = QPixmap(str(resource("icons", "icon.svg")))
    picture = picture.scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
    picture.setDevicePixelRatio(ratio)
    sign.setPixmap(picture)
    return sign


def line() -> QFrame:
    """What parts the card from side to side."""
    found = QFrame()
    found.setFixedHeight(1)
    found.setStyleSheet("QFrame { border: 0; background: palette(midlight); }")
    return found
