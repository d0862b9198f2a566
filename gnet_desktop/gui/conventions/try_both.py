"""Two input conventions side by side on the current picture, and counted over all open ones."""

from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gnet_desktop.convention import Convention
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.conventions.chips import differing
from gnet_desktop.gui.conventions.choices import beside
from gnet_desktop.gui.conventions.column import Column
from gnet_desktop.gui.conventions.comparing import (
    Tried,
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
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Entry


class _Summary(QFrame):
    """The sentence below the columns, with its button."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict, self.count = QLabel(), QLabel()
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """A card with the sign of exchange."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        draw_icon(painter, "swap", QRectF(20, self.height() / 2 - 9, 18, 18), theme.accent)
        painter.end()


class TryBoth(QWidget):
    """The convention in use beside another; nothing changes until one is used."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setWindowTitle(self.tr("Try two conventions"))
        self._pair: list[Convention] = []
        self._tried: dict[int, Tried] = {}
        self._firsts: dict[int, tuple[int, ...]] = {}
        self._generation = 0
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self._start)
        self.columns = (Column(second=False), Column(second=True))
        self.summary = _Summary()
        self._build()
        self.resize(1280, 820)
        ends = [
            workspace.checkpoint_changed.subscribe(self._checkpoint_changed),
            workspace.current_changed.subscribe(self._begin),
            workspace.pictures_changed.subscribe(self._begin),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._checkpoint_changed()

    def _build(self) -> None:
        title = QLabel(self.tr("Try two conventions"))
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
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setWidgetResizable(True)
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
            self._begin()

    def _checkpoint_changed(self) -> None:
        """Another file: begin with its convention. The same one with another convention stays."""
        used = self._workspace.convention
        if used is None:
            self._pair = []
        elif used not in self._pair:
            self._pair = [used, beside(used)]
        self._begin()

    def _entry(self) -> Entry | None:
        workspace = self._workspace
        return workspace.pictures.get(workspace.current) if workspace.current is not None else None

    def _begin(self) -> None:
        """Compare anew; asks nothing of the engine while the window is hidden."""
        self._generation += 1
        self._tried, self._firsts = {}, {}
        self._show()
        if self.isVisible():
            self._delay.start(0)

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was put off."""
        super().showEvent(event)
        self._delay.start(0)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop counting."""
        super().hideEvent(event)
        self._generation += 1
        self._delay.stop()

    def _start(self) -> None:
        entry, network = self._entry(), self._workspace.network
        if entry is None or network is None or not self._pair:
            return
        generation = self._generation
        for place, convention in enumerate(self._pair):
            self._workspace.compute(
                f"try {place}",
                partial(try_convention, network, entry, convention),
                partial(self._came, generation, place),
            )

    def _came(self, generation: int, place: int, tried: object) -> None:
        if generation != self._generation or not isinstance(tried, Tried):
            return
        self._tried[place] = tried
        self._show()
        if len(self._tried) == len(self._pair):
            self._count_next(generation)

    def _count_next(self, generation: int) -> None:
        """Answer one more open picture under both; one at a time, so that looking goes first."""
        network, pair = self._workspace.network, self.pair
        entry = next(
            (
                one
                for one in self._workspace.pictures.values()
                if one.id not in self._firsts and one.error is None
            ),
            None,
        )
        if generation != self._generation or entry is None or network is None:
            return

        def came(firsts: object) -> None:
            if generation == self._generation and isinstance(firsts, tuple):
                self._firsts[entry.id] = firsts
                self._show_count()
                self._count_next(generation)

        self._workspace.compute("try count", lambda: first_answer(network, entry, pair), came)

    # What is shown

    def _show(self) -> None:
        workspace, entry = self._workspace, self._entry()
        checkpoint = workspace.checkpoint
        file = checkpoint.provenance.path.name if checkpoint is not None else ""
        self.subject.setText(" · ".join(part for part in (self._picture_words(entry), file) if part))
        names = checkpoint.labels.names if checkpoint is not None else ()
        left, right = self._tried.get(0), self._tried.get(1)
        rows = compare(left, right)
        if self._pair and workspace.convention is not None:
            marked = sorted(differing(*self._pair))
            for place, (column, convention) in enumerate(zip(self.columns, self._pair, strict=True)):
                in_use = convention == workspace.convention
                column.show_convention(convention, workspace.convention, marked, in_use=in_use)
                column.show_tried(self._tried.get(place))
                column.answers.show_rows(rows, names)
        words = verdict_words(left, right, names)
        if entry is None:
            words = self.tr("Open a picture to compare two conventions on it.")
        self.summary.verdict.setText(words)
        self._show_count()

    def _picture_words(self, entry: Entry | None) -> str:
        if entry is None:
            return ""
        geometry = next((one.geometry for one in self._tried.values() if one.geometry is not None), None)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dialog's ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Theme.now().colour("window"))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: buttons carry colours."""
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._show()
        super().changeEvent(event)
