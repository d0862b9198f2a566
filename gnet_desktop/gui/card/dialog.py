"""The checkpoint card: what the open file is, and what can be changed about it."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.gui.card import facts
from gnet_desktop.gui.card.reading import Reading
from gnet_desktop.gui.card.verifying import VerificationStrip, Verifying
from gnet_desktop.gui.card.widgets import (
    Part,
    QuietField,
    WidthsTable,
    facts_grid,
    figures_grid,
    heads_grid,
    line,
    note_row,
    program_sign,
    quiet,
    value,
)
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.conventions.chips import Chips
from gnet_desktop.gui.conventions.menu import convention_menu
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.describing.card import Card


_TWO_COLUMNS: Final = 1080
_NARROW: Final = 960
"""Pixels of width below which the name, the buttons and the numbers have no room side by side."""


class CheckpointCard(Speaking, QWidget):
    """Facts of the open checkpoint; made on the engine's thread, since every number is looked at once."""

    save_wanted, try_both_wanted, labels_wanted, label_folder_wanted = Signal(), Signal(), Signal(), Signal()
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._cards: Growing[str, Card] = Growing(workspace, "card", self._refresh, most=1)
        self._stopped = ""
        self.card: Card | None = None
        """What is shown; None until it is made."""
        self._verifying = Verifying(workspace, self._verifying_changed)
        self._sides: QBoxLayout | None = None
        self._of = ""
        self.setWindowTitle(self.tr("Checkpoint"))
        self._scroller = ScrollPage(self.windowTitle())
        whole = QVBoxLayout(self)
        whole.addWidget(self._scroller)
        self._narrow = False
        self._around()
        self.resize(1280, 860)
        ends = [
            workspace.checkpoint_changed.subscribe(self._checkpoint_changed),
            workspace.result_changed.subscribe(self._name_verifying),
            self._cards.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_words(self.tr("No checkpoint is open."))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Make the card that was put off while the window was hidden."""
        super().showEvent(event)
        self._refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody waits for is not worked out."""
        super().hideEvent(event)
        self._cards.stop()

    def _checkpoint_changed(self) -> None:
        network = self._workspace.network
        if network is None or network.name != self._of:
            self._verifying.forget()
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        network, self.card = self._workspace.network, None
        self._of = network.name if network is not None else ""
        if network is None:
            self._show_words(self.tr("No checkpoint is open."))
        elif network.name == self._stopped:
            self._show_reading(network.checkpoint, None)
        else:
            checkpoint = network.checkpoint
            self.card = self._cards.get(network.name, lambda progress: _make(checkpoint, progress))
            if self.card is not None:
                self._show_card(self.card)
            else:
                self._show_reading(checkpoint, self._cards.share)

    def _show_reading(self, checkpoint: Checkpoint, share: float | None) -> None:
        """How far it is, in the same widget: the keyboard may be at its button."""
        reading, self._sides = self._scroller.widget(), None
        if not isinstance(reading, Reading):
            reading = Reading()
            reading.pressed.connect(self._stop_or_go_on)
            self._scroller.setWidget(reading)
        reading.show_share(name_of(checkpoint.provenance.path), share)

    def _stop_or_go_on(self) -> None:
        self._stopped = "" if self._stopped else self._of
        self._cards.stop()
        self._refresh()

    def _show_words(self, words: str) -> None:
        self._sides = None
        label = Label(words)
        label.setFont(font(13))
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroller.setWidget(label)

    # The card

    def _show_card(self, card: "Card") -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head(card))
        if self.verification is not None:
            strip = QHBoxLayout()
            strip.setContentsMargins(self._edge, 0, self._edge, 20)
            strip.addWidget(VerificationStrip(self.verification, self._verifying.details))
            column.addLayout(strip)
        column.addWidget(line())
        column.addLayout(figures_grid(facts.figures(card), self._edge, narrow=self._narrow))
        column.addWidget(line())
        sides = self._sides = QBoxLayout(self._direction())
        sides.setContentsMargins(self._edge, 20, self._edge, 8)
        sides.setSpacing(48)
        sides.addLayout(self._left(card), 1)
        sides.addLayout(self._right(card), 1)
        column.addLayout(sides, 1)
        foot = quiet(self.tr("Nothing in the file was run."), 12)
        foot.setContentsMargins(self._edge, 8, self._edge, 16)
        column.addWidget(foot)
        place = self._scroller.verticalScrollBar().value()
        self._scroller.setWidget(body)
        self._scroller.verticalScrollBar().setValue(place)

    def _direction(self) -> QBoxLayout.Direction:
        """Two columns where there is room for both, else one below the other."""
        wide = self.width() >= _TWO_COLUMNS
        return QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column or two; narrow margins, and buttons below the name, where that is too wide."""
        super().resizeEvent(event)
        if self._sides is not None:
            self._sides.setDirection(self._direction())
        if self._narrow != (self.width() < _NARROW):
            self._narrow = not self._narrow
            self._around()
            self._refresh()

    def _around(self) -> None:
        layout, room = self.layout(), 8 if self._narrow else 24
        assert layout is not None
        layout.setContentsMargins(room, room, room, room)

    @property
    def _edge(self) -> int:
        """Pixels between the card's edges and what is on it."""
        return 16 if self._narrow else 32

    def _head(self, card: "Card") -> QVBoxLayout:
        column, row, buttons = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(self._edge, 22, self._edge, 20)
        column.setSpacing(14)
        column.addLayout(row)
        for beside in (row, buttons):
            beside.setSpacing(16)
        sign = program_sign(self.devicePixelRatioF())
        words = QVBoxLayout()
        words.setSpacing(2)
        title, below = value(name_of(card.checkpoint.provenance.path)), value(facts.subtitle(card))
        title.setFont(font(20, 600))
        words.addWidget(title)
        words.addWidget(below)
        self.save_button = Button(self.tr("Save as…"), "file")
        self.try_button = Button(self.tr("Try two conventions…"), "swap")
        verifying = self._verifying
        self.verify_button = Button(verifying.button_words, "check", primary=True)
        self.verify_button.setEnabled(not verifying.busy)
        self.verify_button.setToolTip(
            self.tr("Compare every module's numbers with an independent definition of this network")
        )
        self.save_button.clicked.connect(self.save_wanted)
        self.try_button.clicked.connect(self.try_both_wanted)
        self.verify_button.clicked.connect(self.verify)
        row.addWidget(sign)
        row.addLayout(words, 1)
        (column if self._narrow else row).addLayout(buttons)
        for button in (self.save_button, self.try_button, self.verify_button):
            buttons.addWidget(button)
        return column

    def _left(self, card: "Card") -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(26)
        self.copy_button = IconButton("copy", self.tr("Copy all"))
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.copy_numbers()))
        origin = Part(self.tr("Where it comes from"), self.copy_button)
        origin.addLayout(facts_grid(facts.origin(card), mono=(facts.tr("SHA-256"),)))
        heads = Part(self.tr("Heads"))
        rows = facts.heads(card)
        heads.addLayout(heads_grid(rows))
        if not any(row.present for row in rows[1:]):
            heads.addWidget(quiet(self.tr("The classifier works without them."), 12))
        elif any(row.why for row in rows[1:]):
            why = "\n".join(f"{row.name}: {row.why}" for row in rows[1:] if row.present and row.why)
            words = quiet(why, 12)
            words.setWordWrap(True)
            heads.addWidget(words)
        column.addLayout(origin)
        column.addLayout(heads)
        if card.own_words:
            own = Part(self.tr("What the file says of itself"))
            own.addLayout(facts_grid([(facts.tr(name), words) for name, words in card.own_words]))
            column.addLayout(own)
        column.addLayout(self._convention(card))
        if card.assumptions:
            column.addLayout(self._assumptions(card))
        column.addStretch(1)
        return column

    def _convention(self, card: "Card") -> Part:
        part = Part(self.tr("Input convention"))
        used = self._workspace.convention or card.checkpoint.convention
        field = QuietField(bordered=True)
        inside = QVBoxLayout(field)
        inside.setContentsMargins(12, 10, 12, 10)
        row = QHBoxLayout()
        name = Label(used.name)
        name.setFont(font(13, 600))
        own = used == card.checkpoint.convention
        source = card.checkpoint.convention_source if own else self.tr("chosen by you")
        self.change_button = IconButton("down", self.tr("Change"))
        self.change_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.change_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.change_button.setMenu(convention_menu(self._workspace, self))
        row.addWidget(name)
        row.addWidget(quiet(source), 1)
        row.addWidget(self.change_button)
        chips = Chips()
        chips.show_convention(used)
        inside.addLayout(row)
        inside.addWidget(chips)
        part.addWidget(field)
        return part

    def _assumptions(self, card: "Card") -> Part:
        part = Part(self.tr("What the file leaves open"))
        for assumption in card.assumptions:
            words = dict(assumption.choices)
            row = QHBoxLayout()
            question = quiet(assumption.question, 12.5)
            question.setWordWrap(True)
            row.addWidget(question, 1)
            answer = IconButton("down", words.get(assumption.value, assumption.value))
            answer.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            answer.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
            menu = QMenu(self)
            for key, text in assumption.choices:
                action = menu.addAction(text)
                action.setCheckable(True)
                action.setChecked(key == assumption.value)
                action.triggered.connect(partial(self._assume, assumption.key, key))
            answer.setMenu(menu)
            row.addWidget(answer)
            part.addLayout(row)
        return part

    def _right(self, card: "Card") -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(26)
        widths = Part(self.tr("Widths and parameters"))
        widths.addWidget(WidthsTable(card.modules))
        self.labels_button = IconButton("file", self.tr("Choose others…"))
        self.labels_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.labels_button.setMenu(self.labels_menu())
        labels = card.checkpoint.labels
        names = Part(self.tr("Class names"), self.labels_button)
        rows = [(self.tr("names"), whole(len(labels.names))), (self.tr("taken from"), labels.source)]
        if labels.alternative:
            rows.append((self.tr("other order"), " · ".join(labels.alternative[:5]) + " …"))
        names.addLayout(facts_grid(rows))
        field = QuietField()
        inside = QVBoxLayout(field)
        inside.setContentsMargins(10, 8, 10, 8)
        first = value(facts.class_words(card))
        first.setFont(font(12))
        inside.addWidget(first)
        names.addWidget(field)
        notes = Part(self.tr("Notes"))
        for note in facts.notes(card):
            notes.addLayout(note_row(note))
        for part in (widths, names, notes):
            column.addLayout(part)
        column.addStretch(1)
        return column

    # What can be done

    def copy_numbers(self) -> str:
        """The whole card as text."""
        from gnet_desktop.checkpoints.describing.card import to_text

        if self.card is None:
            return ""
        found = [self.verification.words, self._verifying.details] if self.verification is not None else []
        return "\n\n".join([to_text(self.card), *filter(None, found)])

    def verify(self) -> None:
        """Compare with an independent definition on the current picture, or a sample."""
        self._verifying.start()

    def _name_verifying(self) -> None:
        """Another picture, or none: the button says on what it compares."""
        if self._sides is not None:
            self.verify_button.setText(self._verifying.button_words)

    @property
    def verification(self) -> facts.Note | None:
        """What came of it."""
        return self._verifying.note

    def _verifying_changed(self) -> None:
        if self.card is not None and isValid(self):
            self._show_card(self.card)
            if self._scroller.hasFocus() and self.verify_button.isEnabled():
                self.verify_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def labels_menu(self) -> QMenu:
        """Where class names can be taken from."""
        menu, checkpoint = QMenu(self), self._workspace.checkpoint
        menu.addAction(self.tr("A file…")).triggered.connect(self.labels_wanted)
        menu.addAction(self.tr("A folder of class folders…")).triggered.connect(self.label_folder_wanted)
        if checkpoint is not None and checkpoint.labels.alternative:
            menu.addSeparator()
            menu.addAction(self.tr("The same in the other order")).triggered.connect(
                self._workspace.swap_labels
            )
        return menu

    def _assume(self, key: str, choice: str, _: bool = False) -> None:
        self._workspace.assume(key, choice)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The window's ground, and the card on it."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("window"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        card = QRectF(self._scroller.geometry()).adjusted(-0.5, -0.5, 0.5, 0.5)
        painter.drawRoundedRect(card, RADIUS_CARD, RADIUS_CARD)
        painter.end()


def _make(checkpoint: Checkpoint, progress: Progress) -> "Card":
    from gnet_desktop.checkpoints.describing.card import make_card

    return make_card(checkpoint, lambda share: progress(share, None))
