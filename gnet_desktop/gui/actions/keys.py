"""The sheet of keys (F1): what has a key, in groups side by side, found by any word of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.gui.actions.table import ACTIONS, MENUS, Action, matches, tr
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import RADIUS_CARD, RADIUS_CONTROL, Theme, font

_TWO_COLUMNS: Final = 700
"""Pixels of width from which two columns stand side by side."""
_ROW: Final = 27
_CAP: Final = 20

_ARROWS: Final = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}

_HANDS: Final = (
    ("See a unit on the photo", "point at its tile"),
    ("Choose a unit", "click, or Enter"),
    ("Mark several units, for X and the menus", "Ctrl or Shift and click"),
    ("Pin a place of the photo; another beside it", "click; Shift and click"),
    ("Follow a value back to the picture", "click a cell of the unit's map"),
    ("Move among tiles, lanes, modules", "arrows, Home, End"),
    ("Take a picture off the list", "Delete, in the list"),
    ("Photo alone", "hold Space"),
    ("Zoom the photo", "wheel, pinch"),
    ("Zoom the network or the maps", "Ctrl and wheel"),
    ("Close, cancel", "Esc"),
    ("Undo all changes of the network at once", "Esc twice"),
)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A line: what is done; ``keys`` are alternatives, each the caps to press together, or ``how`` tells.

    ``also`` are further words that it is found by.
    """

    words: str
    keys: tuple[tuple[str, ...], ...] = ()
    how: str = ""
    also: str = ""

    @property
    def said(self) -> str:
        """Its keys in words."""
        return self.how or ", ".join("+".join(caps) for caps in self.keys)


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Lines of one menu, or of the panels."""

    title: str
    rows: tuple[KeyRow, ...] = field(default=())


def key_groups() -> list[KeyGroup]:
    """Everything that has a key, by menu; then what hands do in the panels."""
    menus = [KeyGroup(tr(menu), tuple(_rows(menu))) for menu in MENUS]
    hands = tuple(KeyRow(tr(what), how=tr(how)) for what, how in _HANDS)
    return [*(group for group in menus if group.rows), KeyGroup(tr("In the panels"), hands)]


def _rows(menu: str) -> Iterator[KeyRow]:
    """One line an action; the nine modules share one."""
    keyed = (action for action in ACTIONS if action.menu == menu and action.keys)
    for kind, found in groupby(keyed, lambda one: "module" if one.name.startswith("module ") else one.name):
        actions = list(found)
        if kind == "module":
            yield _span(actions)
        else:
            (action,) = actions
            yield KeyRow(tr(action.text), tuple(map(_caps, action.keys)), also=f"{action.text} {action.also}")


def _span(actions: Sequence[Action]) -> KeyRow:
    """Actions whose keys follow each other as one line: ``Module 3a … 5b``, ``1`` … ``9``."""
    first, last = actions[0], actions[-1]
    words = f"{tr(first.text)} … {last.name.split()[-1]}"
    also = " ".join(f"{one.text} {one.keys[0]} {one.also}" for one in actions)
    return KeyRow(words, ((*_caps(first.keys[0]), "…", *_caps(last.keys[0])),), also=also)


def _caps(key: str) -> tuple[str, ...]:
    """The caps of a key as this system writes it: ``Ctrl``, ``Shift``, ``O``; a plus of its own is one."""
    native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return tuple(_ARROWS.get(cap, cap) for cap in re.split(r"\+(?=.)", native))


def _palette() -> str:
    """The palette's key in words."""
    return next("+".join(_caps(action.keys[0])) for action in ACTIONS if action.name == "palette")


class Caps(Speaking, QWidget):
    """Keys drawn as caps, alternatives side by side; or how it is done, in words."""

    spoken_role = Role.StaticText

    def __init__(self, row: KeyRow) -> None:
        super().__init__()
        self._row = row
        self.setAccessibleName(row.said)
        self.setFixedSize(self._size())

    def _size(self) -> QSize:
        *_, right = [0.0, *(box.right() for _, box in self._boxes())]
        return QSize(round(right) + 1, _ROW)

    def _boxes(self) -> list[tuple[str, QRectF]]:
        """What is written, and where; what stands between caps is no cap."""
        metrics, left, boxes = QFontMetricsF(font(12)), 0.0, list[tuple[str, QRectF]]()
        top = (_ROW - _CAP) / 2
        if self._row.how:
            return [(self._row.how, QRectF(0, top, metrics.horizontalAdvance(self._row.how), _CAP))]
        for number, caps in enumerate(self._row.keys):
            left += 12 if number else 0
            for cap in caps:
                advance = metrics.horizontalAdvance(cap)
                width = advance if cap == "…" else max(_CAP, advance + 12)
                boxes.append((cap, QRectF(left, top, width, _CAP)))
                left += width + 4
        return boxes

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded box a cap."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12))
        for words, box in self._boxes():
            if not self._row.how and words != "…":
                painter.setPen(theme.colour("line2"))
                painter.setBrush(theme.colour("raised"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
            painter.setPen(theme.colour("text3" if self._row.how or words == "…" else "text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


class Line(Speaking, QWidget):
    """What is done at the left, its keys at the right."""

    spoken_role = Role.Grouping

    def __init__(self, row: KeyRow) -> None:
        super().__init__()
        self.row = row
        self.found = True
        self.setFixedHeight(_ROW)
        self.setAccessibleName(f"{row.words}: {row.said}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(ElidedLabel(row.words, pixels=13), 1)
        layout.addWidget(Caps(row))


class GroupCard(QFrame):
    """A group's title and lines on a card."""

    def __init__(self, group: KeyGroup) -> None:
        super().__init__()
        self.group = group
        self.lines = [Line(row) for row in group.rows]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(0)
        title = ElidedLabel(group.title, pixels=12, weight=600, token="text3")
        title.setFixedHeight(24)
        column.addWidget(title)
        for line in self.lines:
            column.addWidget(line)

    def show_matching(self, query: str) -> None:
        """Leave the lines that answer a query."""
        for line in self.lines:
            row = line.row
            words = f"{row.words} {row.said} {row.also} {self.group.title}"
            line.found = matches(query, words) is not None
            line.setVisible(line.found)
        self.setVisible(self.found)

    @property
    def found(self) -> bool:
        """Whether any line answers."""
        return any(line.found for line in self.lines)

    @property
    def room(self) -> int:
        """Pixels that it takes from top to bottom."""
        return 44 + _ROW * sum(line.found for line in self.lines)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The card's ground."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        painter.end()


def split(rooms: Sequence[int]) -> int:
    """How many of these, in their order, stand in the first of two columns, so that both are alike."""
    return min(range(len(rooms) + 1), key=lambda count: max(sum(rooms[:count]), sum(rooms[count:])))


class KeysSheet(QDialog):
    """All keys; the field above leaves those that answer it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.cards = [GroupCard(group) for group in key_groups()]
        self.field = QLineEdit()
        self.field.setFont(font(15))
        self.field.setMinimumHeight(36)
        self.field.setPlaceholderText(self.tr("Find a key, or what it does"))
        self.field.setAccessibleName(self.field.placeholderText())
        self.field.setClearButtonEnabled(False)
        self.field.addAction(icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._search)
        self.nothing = Label(
            self.tr("Nothing with a key is called that. {0} finds everything else.").format(_palette())
        )
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self._sides, self._columns = QHBoxLayout(), (QVBoxLayout(), QVBoxLayout())
        self._scroller = ScrollPage(self.tr("Keys"))
        self._build()
        self.resize(960, 760)
        self._arrange()
        # as high as all of it; a screen that is lower has it scroll
        self.resize(960, self.sizeHint().height() + self._more())

    def _build(self) -> None:
        inside = self._inside = QWidget()
        inside.setLayout(self._sides)
        self._sides.setContentsMargins(0, 0, 6, 0)
        self._sides.setSpacing(12)
        for column in self._columns:
            column.setSpacing(12)
            self._sides.addLayout(column, 1)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setWidget(inside)
        note = ElidedLabel(
            self.tr(
                "Letters are keys outside text fields. {0} finds everything, also what has no key."
            ).format(_palette()),
            token="text3",
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 18, 14)
        whole.setSpacing(14)
        whole.addWidget(self.field)
        whole.addWidget(self._scroller, 1)
        whole.addWidget(self.nothing, 1)
        whole.addWidget(note)

    def _more(self) -> int:
        """Pixels that the groups need beyond what a scroll area asks for."""
        return max(0, self._inside.sizeHint().height() - self._scroller.sizeHint().height())

    @property
    def found(self) -> list[str]:
        """What is shown, from the first group on."""
        return [line.row.words for card in self.cards for line in card.lines if line.found]

    def columns(self) -> list[list[str]]:
        """The groups' titles by column."""
        return [
            [card.group.title for card in self.cards if layout.indexOf(card) >= 0] for layout in self._columns
        ]

    def _search(self, query: str) -> None:
        for card in self.cards:
            card.show_matching(query)
        self._scroller.setVisible(bool(self.found))
        self.nothing.setVisible(not self.found)
        self._arrange()

    def _arrange(self) -> None:
        """The groups in one column or two, in their order."""
        shown = [card for card in self.cards if card.found]
        first = split([card.room for card in shown]) if self.width() >= _TWO_COLUMNS else len(shown)
        for layout, cards in zip(self._columns, (shown[:first], shown[first:]), strict=True):
            while layout.count():
                layout.takeAt(0)
            for card in cards:
                layout.addWidget(card)
            layout.addStretch(1)
        self._sides.setStretch(1, 1 if first < len(shown) else 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    @override
    def event(self, event: QEvent) -> bool:
        """Keep the keys that scroll, which elsewhere are the next picture."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in self._steps():
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by pages and lines."""
        step = self._steps().get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        bar = self._scroller.verticalScrollBar()
        bar.setValue(bar.value() + step * bar.pageStep() // 8)

    @staticmethod
    def _steps() -> dict[int, int]:
        return {Qt.Key.Key_PageUp: -7, Qt.Key.Key_PageDown: 7, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the whole sheet and the field."""
        super().showEvent(event)
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
