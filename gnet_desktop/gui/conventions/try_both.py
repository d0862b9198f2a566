"""Two input conventions side by side on the current picture, and counted over all open ones."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.convention import Convention
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.ground import Ground
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.conventions.chips import differing
from gnet_desktop.gui.conventions.choices import beside
from gnet_desktop.gui.conventions.column import Column
from gnet_desktop.gui.conventions.comparing import (
    Preview,
    compare,
    count_words,
    first_answer,
    try_convention,
    verdict_words,
)
from gnet_desktop.gui.conventions.editor import ConventionEditor
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import ListedPicture

Question = tuple[str, int, tuple[Convention, ...]]
"""The network's name, the picture's id, and under which conventions."""


class _Summary(QFrame):
    """The sentence below the columns, with its button."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict, self.count = Label(), Label()
        self.verdict.setTextFormat(Qt.TextFormat.RichText)
        self.verdict.setFont(font(13))
        self.verdict.setWordWrap(True)
        self.count.setFont(font(13))
        self.open_other = Button(self.tr("Open the different one"))
        self.open_other.hide()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.verdict)
        words.addWidget(self.count)
        row = QHBoxLayout(self)
        row.setContentsMargins(50, 12, 20, 12)
        row.addLayout(words, 1)
        row.addWidget(self.open_other)
        self.setMinimumHeight(64)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A card with the sign of exchange."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        draw_icon(painter, "swap", QRectF(20, self.height() / 2 - 9, 18, 18), theme.accent)
        painter.end()


class TryBoth(Speaking, Ground):
    """The convention in use beside another; nothing changes until one is used."""

    spoken_role = Role.Grouping
    ground = "window"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setWindowTitle(self.tr("Try two conventions"))
        self._pair: list[Convention] = []
        self._sides: tuple[Derived[Question, Preview], ...] = tuple(
            Derived(workspace, f"try {place}", self._show) for place in range(2)
        )
        self._firsts: dict[int, tuple[int, ...]] = {}
        self._next: Derived[Question, tuple[int, ...]] = Derived(workspace, "try count", self._counted)
        self._counting: tuple[str, tuple[Convention, ...]] | None = None
        self.columns = (Column(second=False), Column(second=True))
        self.summary = _Summary()
        self._build()
        self.resize(1280, 820)
        ends = [
            workspace.checkpoint_changed.subscribe(self._checkpoint_changed),
            workspace.current_changed.subscribe(self._show),
            workspace.pictures_changed.subscribe(self._show),
        ]
        ends += [*(side.end for side in self._sides), self._next.end]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._checkpoint_changed()

    def _build(self) -> None:
        title = Label(self.tr("Try two conventions"))
        title.setFont(font(15, 600))
        self.subject = ElidedLabel("", pixels=13, token="text2", middle=True)
        self.next_picture = Button(self.tr("next picture"), "forward")
        self.next_picture.setFlat(True)
        self.next_picture.setStyleSheet("QPushButton { border: 0; }")
        self.next_picture.clicked.connect(self._step)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(title)
        head.addWidget(self.subject, 1)
        head.addWidget(self.next_picture)
        sides = QHBoxLayout()
        sides.setSpacing(24)
        for place, column in enumerate(self.columns):
            sides.addWidget(column, 1)
            column.chosen.connect(lambda convention, place=place: self.set_side(place, convention))
            column.wanted.connect(lambda place=place: self._use(place))
            column.edit.connect(lambda place=place: self._edit(place))
        self.summary.open_other.clicked.connect(self._open_different)
        inside = QWidget()
        column_layout = QVBoxLayout(inside)
        column_layout.setContentsMargins(24, 16, 24, 24)
        column_layout.setSpacing(16)
        column_layout.addLayout(head)
        column_layout.addLayout(sides, 1)
        column_layout.addWidget(self.summary)
        scroller = ScrollPage(self.windowTitle())
        scroller.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroller)

    # What is compared

    @property
    def pair(self) -> tuple[Convention, ...]:
        """Left and right."""
        return tuple(self._pair)

    def set_side(self, place: int, convention: Convention) -> None:
        """Compare with another convention."""
        if self._pair and convention != self._pair[place]:
            self._pair[place] = convention
            self._show()

    def _checkpoint_changed(self) -> None:
        """Another file: begin with its convention. The same one with another convention stays."""
        used = self._workspace.convention
        if used is None:
            self._pair = []
        elif used not in self._pair:
            self._pair = [used, beside(used)]
        self._show()

    def _entry(self) -> ListedPicture | None:
        workspace = self._workspace
        return workspace.pictures.get(workspace.current) if workspace.current is not None else None

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was put off."""
        super().showEvent(event)
        self._show()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Stop counting."""
        super().hideEvent(event)
        self._next.forget()

    def _question(self, *conventions: Convention) -> Question | None:
        entry, network = self._entry(), self._workspace.network
        return None if entry is None or network is None else (network.name, entry.id, conventions)

    def _tried(self) -> dict[int, Preview]:
        """What each side gave, as far as it is there."""
        sides = enumerate(zip(self._sides, self._pair, strict=False))
        return {
            place: side.value
            for place, (side, convention) in sides
            if side.value is not None and side.key == self._question(convention)
        }

    def _ask(self) -> None:
        """Ask for what isn't there; nothing while the window is hidden."""
        entry, network = self._entry(), self._workspace.network
        if entry is None or network is None or not self.isVisible():
            return
        for side, convention in zip(self._sides, self._pair, strict=False):
            work = partial(try_convention, network, entry, convention)
            side.get((network.name, entry.id, (convention,)), work)
        if self._pair and len(self._tried()) == len(self._pair):
            self._count()

    def _count(self) -> None:
        """Answer one more open picture under both; one at a time, so that looking goes first."""
        network, pair, pictures = self._workspace.network, self.pair, self._workspace.pictures
        if network is None:
            return
        if self._counting != (network.name, pair):
            self._counting, self._firsts = (network.name, pair), {}
        self._firsts = {picture: firsts for picture, firsts in self._firsts.items() if picture in pictures}
        for entry in pictures.values():
            if entry.id not in self._firsts and entry.error is None:
                work = partial(first_answer, network, entry, pair)
                self._next.get((network.name, entry.id, pair), work)
                return

    def _counted(self) -> None:
        key, firsts = self._next.key, self._next.value
        if key is not None and firsts is not None:
            self._firsts[key[1]] = firsts
            self._show_count()
            self._count()

    # What is shown

    def _show(self) -> None:
        self._ask()
        workspace, entry, tried = self._workspace, self._entry(), self._tried()
        checkpoint = workspace.checkpoint
        file = name_of(checkpoint.provenance.path) if checkpoint is not None else ""
        self.subject.setText(" · ".join(part for part in (self._picture_words(entry, tried), file) if part))
        names = checkpoint.labels.names if checkpoint is not None else ()
        left, right = tried.get(0), tried.get(1)
        rows = compare(left, right)
        if self._pair and workspace.convention is not None:
            marked = sorted(differing(*self._pair))
            for place, (column, convention) in enumerate(zip(self.columns, self._pair, strict=True)):
                in_use = convention == workspace.convention
                column.show_convention(convention, workspace.convention, marked, in_use=in_use)
                column.show_preview(tried.get(place))
                column.answers.show_rows(rows, names)
        words = verdict_words(left, right, names)
        if entry is None:
            words = self.tr("Open a picture to compare two conventions on it.")
        self.summary.verdict.setText(words)
        self._show_count()

    def _picture_words(self, entry: ListedPicture | None, tried: Mapping[int, Preview]) -> str:
        if entry is None:
            return ""
        geometry = next((one.geometry for one in tried.values() if one.geometry is not None), None)
        return entry.name if geometry is None else f"{entry.name}, {size(*geometry.picture)}"

    def _show_count(self) -> None:
        total = sum(entry.error is None for entry in self._workspace.pictures.values())
        counted = count_words(self._firsts, total) if total > 1 and self._firsts else ""
        self.summary.count.setText(counted)
        self.summary.count.setVisible(bool(counted))
        self.summary.open_other.setVisible(self._different() is not None)

    def _different(self) -> int | None:
        """An open picture, not the current one, on which the two disagree."""
        for entry_id, pair in self._firsts.items():
            if len(set(pair)) == 2 and entry_id != self._workspace.current:
                return entry_id
        return None

    # What can be done

    def _step(self) -> None:
        """The next picture; after the last the first."""
        order = list(self._workspace.pictures)
        if self._workspace.current in order:
            place = (order.index(self._workspace.current) + 1) % len(order)
            self._workspace.choose_picture(order[place])

    def _use(self, place: int) -> None:
        if self._pair:
            self._workspace.set_convention(self._pair[place])

    def _open_different(self) -> None:
        other = self._different()
        if other is not None:
            self._workspace.choose_picture(other)

    def _edit(self, place: int) -> None:
        checkpoint = self._workspace.checkpoint
        if checkpoint is None or not self._pair:
            return
        editor = ConventionEditor(self._pair[place], checkpoint.architecture.input_channels, self)
        if editor.exec() and editor.convention is not None:
            self.set_side(place, editor.convention)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: buttons carry colours."""
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._show()
        super().changeEvent(event)
