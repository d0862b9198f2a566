"""Choosing which pictures the list shows: words, an answer, what is doubtful."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import ElidedLabel, IconButton
from gnet_desktop.gui.controls.plain import menu_words, tip
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.pictures.model import tr
from gnet_desktop.shown import whole
from gnet_desktop.workspace.sifting import CHOICES, EVERYTHING, Only
from gnet_desktop.workspace.state import Workspace

MANY: Final = 8
"""Pictures from which the field is worth its room."""
_ANSWERS: Final = 30
"""Answers that the menu offers, the most frequent ones."""


def only_words(only: Only) -> str:
    """What is shown, in words."""
    return {
        "": tr("all pictures"),
        "doubtful": tr("in doubt"),
        "nothing fits": tr("no class fits"),
        "heads disagree": tr("heads disagree"),
        "not opened": tr("not opened"),
    }[only]


class SieveBar(QWidget):
    """A field for words, a button with a menu of answers and doubts, and below what is chosen there.

    ``left`` says that the keyboard wants to go on to the list.
    """

    left = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.field, self.choose, self.all = QLineEdit(), IconButton("filter"), IconButton("close")
        self.chosen = ElidedLabel("", pixels=12, token="text2")
        self._prepare_field()
        self._name(self.choose, self.tr("Only some answers, or what is doubtful"))
        self.choose.clicked.connect(self.open_menu)
        self._name(self.all, self.tr("Show all pictures"))
        self.all.clicked.connect(self.show_all)
        upper, self._lower = QHBoxLayout(), QWidget()
        upper.setContentsMargins(12, 6, 8, 6)
        upper.setSpacing(4)
        upper.addWidget(self.field, 1)
        upper.addWidget(self.choose)
        lower = QHBoxLayout(self._lower)
        lower.setContentsMargins(12, 0, 8, 4)
        lower.addWidget(self.chosen, 1)
        lower.addWidget(self.all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(self._lower)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.refresh()

    @staticmethod
    def _name(widget: QWidget, words: str) -> None:
        widget.setToolTip(tip(words))
        widget.setAccessibleName(words)

    def _prepare_field(self) -> None:
        self.field.setPlaceholderText(self.tr("Name or answer"))
        self._name(self.field, self.tr("Show only pictures with these words in name or answer"))
        self.field.setClearButtonEnabled(True)
        self.field.setFont(font(12))
        self.field.setFixedHeight(26)
        self.field.addAction(icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._set_text)

    def _set_text(self, text: str) -> None:
        self._workspace.sift_pictures(self._workspace.sieve.changed(text=text))

    def show_all(self) -> None:
        """Let everything through again."""
        self._workspace.sift_pictures(EVERYTHING)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc shows all again, Enter and Down go to what is left; both leave the field."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_all()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def refresh(self) -> None:
        """Show what is chosen."""
        sieve = self._workspace.sieve
        if self.field.text() != sieve.text:
            self.field.setText(sieve.text)
        parts = [only_words(sieve.only)] if sieve.only else []
        words = self.tr("Only: {0}").format(" · ".join([*parts, *filter(None, [sieve.answer])]))
        self.chosen.setText(words if parts or sieve.answer else "")
        self._lower.setVisible(bool(self.chosen.text()))

    def menu(self) -> QMenu:
        """What can be chosen, with how many pictures each would show."""
        menu, sieve, tally = QMenu(self), self._workspace.sieve, self._workspace.tally
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        counts: dict[Only, int] = {
            "": len(self._workspace.pictures),
            "doubtful": tally.doubtful,
            "not opened": tally.failed,
        }
        for only in CHOICES:
            words = f"{only_words(only).capitalize()}  ({whole(counts.get(only, tally.doubts[only]))})"
            self._add(menu, words, sieve.only == only, only=only)
        answers = menu.addMenu(self.tr("Only this answer"))
        self._add(answers, self.tr("Any answer"), not sieve.answer, answer="")
        for answer, count in tally.answers.most_common(_ANSWERS):
            self._add(
                answers, f"{menu_words(answer)}  ({whole(count)})", sieve.answer == answer, answer=answer
            )
        return menu

    def _add(self, menu: QMenu, words: str, now: bool, **fields: str) -> None:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(now)
        action.triggered.connect(partial(self._take, fields))

    def _take(self, fields: dict[str, str], _checked: bool = False) -> None:
        self._workspace.sift_pictures(self._workspace.sieve.changed(**fields))

    def open_menu(self) -> None:
        """Open it below its button."""
        self.menu().popup(self.choose.mapToGlobal(self.choose.rect().bottomLeft()))
