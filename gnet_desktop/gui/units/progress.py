"""The line below the cards: how far the making is, what was indexed, what is kept."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import STATUS_BAR, font
from gnet_desktop.gui.painting.progress import draw_progress
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.units.indexed import IndexState
from gnet_desktop.workspace.units.wanting import Wanting

_BAR = 150
MEGA = 2**20
LIMITS = (64, 256, 1024, 4096)
"""Megabytes that a person may choose to keep."""


class UnitsProgress(Speaking, QWidget):
    """How far it is; pause and go on; a folder for the crops."""

    spoken_role = Role.Grouping

    folder_wanted, stop_wanted, crops_wanted = Signal(), Signal(), Signal()
    limit_chosen = Signal(int)

    def __init__(self, wanting: Wanting) -> None:
        super().__init__()
        self.setFixedHeight(STATUS_BAR + 6)
        self._wanting = wanting
        self._share = 0.0
        self._words = ElidedLabel("", pixels=12, token="text2")
        self._now = ElidedLabel("", pixels=12, token="text3")
        self._index = ElidedLabel("", pixels=12, token="text2")
        self.pause, self.folder = Button(), Button(self.tr("Folder…"))
        self.folder.setToolTip(self.tr("Show the strongest pictures of a folder beside what units want"))
        self.kept = Button(self.tr("Kept"))
        self.kept.setToolTip(self.tr("How much of the finished pictures stays on the disk"))
        menu = QMenu(self.kept)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.kept.setMenu(menu)
        self.crops = Button(self.tr("Crops…"))
        self.crops.setToolTip(self.tr("Save the strongest crops of these units as files, with a list"))
        self.crops.hide()
        self.crops.clicked.connect(self.crops_wanted)
        for button in (self.pause, self.folder, self.crops, self.kept):
            button.setFont(font(12))
        self.pause.clicked.connect(self._clicked)
        self.folder.clicked.connect(self._folder_clicked)
        self._counting = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addSpacing(_BAR + 12)
        row.addWidget(self._now, 1)
        row.addWidget(self.pause)
        row.addStretch(1)
        row.addWidget(self._index, 2)
        row.addWidget(self.folder)
        row.addWidget(self.crops)
        row.addWidget(self.kept)

    @property
    def words(self) -> str:
        """How far the making is, in words."""
        return self._words.text()

    @property
    def state_words(self) -> str:
        """What is being made, or that nothing is."""
        return self._now.text()

    @property
    def index_words(self) -> str:
        """What is known of the folder, in words."""
        return self._index.text()

    def show_wanting(self) -> None:
        """Show how the making stands."""
        wanting = self._wanting
        made, total = wanting.made
        self._share = made / total if total else 0.0
        words = self.tr("wants: {0} of {1} made").format(whole(made), whole(total))
        if wanting.seconds:
            words += self.tr(", {0} s each").format(f"{wanting.seconds:.1f}")
        self._words.setText(words)
        now = "" if wanting.current is None else wanting.current.wanted.name
        self._now.setText(self.tr("paused") if wanting.paused else now)
        self.pause.setText(self.tr("Go on") if wanting.paused else self.tr("Pause"))
        self.pause.setVisible(wanting.paused or made < total or wanting.current is not None)
        self.setAccessibleName(words)
        self.update()

    def show_index(self, state: IndexState | None) -> None:
        """Show how an index stands."""
        self._counting = state is not None and state.state == "running"
        self.folder.setText(self.tr("Stop") if self._counting else self.tr("Folder…"))
        self.crops.setVisible(state is not None and state.index is not None)
        if state is None:
            self._index.setText(self.tr("no pictures yet"))
            self._index.setMinimumWidth(self._index.sizeHint().width())
        elif self._counting:
            words = self.tr("indexing {0}: {1} of {2}")
            self._index.setText(words.format(name_of(state.folder), whole(state.done), whole(state.total)))
        else:
            pictures = state.index.spectrum.pictures if state.index is not None else 0
            self._index.setText(
                self.tr("index: {0}, {1} pictures").format(name_of(state.folder), whole(pictures))
            )

    def show_cropping(self, share: float | None) -> None:
        """How far the writing of crops is; None: nothing is written."""
        self.crops.setEnabled(share is None)
        words = self.tr("Crops…") if share is None else self.tr("Crops: {0} %").format(round(100 * share))
        self.crops.setText(words)

    def _fill(self, menu: QMenu) -> None:
        """What is kept, how much may be, and a way to be rid of it."""
        menu.clear()
        kept = self._wanting.kept
        used = menu.addAction(self.tr("{0} MB are kept").format(f"{kept.bytes / MEGA:.1f}"))
        used.setEnabled(False)
        menu.addSeparator()
        for limit in LIMITS:
            action = menu.addAction(self.tr("at most {0} MB").format(limit))
            action.setCheckable(True)
            action.setChecked(kept.limit == limit * MEGA)
            action.triggered.connect(lambda _=False, limit=limit: self._limit(limit * MEGA))
        menu.addSeparator()
        menu.addAction(self.tr("Empty")).triggered.connect(self._empty)

    def _limit(self, limit: int) -> None:
        self._wanting.kept.limit = limit
        self._wanting.kept.make_room()
        self.limit_chosen.emit(limit)

    def _empty(self) -> None:
        self._wanting.kept.empty()
        self._wanting.forget()

    def _clicked(self) -> None:
        if self._wanting.paused:
            self._wanting.go_on()
        else:
            self._wanting.pause()

    def _folder_clicked(self) -> None:
        (self.stop_wanted if self._counting else self.folder_wanted).emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, line, bar."""
        draw_progress(self, self._words.geometry().right() + 12, _BAR, self._share)
