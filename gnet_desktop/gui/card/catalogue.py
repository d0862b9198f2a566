"""The catalogue: known checkpoints, fetched once and used offline from then on."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints import catalogue
from gnet_desktop.checkpoints.catalogue import KnownCheckpoint
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.system.dispatch import Dispatcher
from gnet_desktop.workspace.engine import Request, Worker

Fetch = Callable[..., Path]


class EntryRow(Speaking, QWidget):
    """One checkpoint: what it is, and to fetch or open it."""

    open_wanted = Signal(Path)
    changed = Signal()
    spoken_role = Role.Grouping

    def __init__(self, entry: KnownCheckpoint, worker: Worker, dispatcher: Dispatcher, fetch: Fetch) -> None:
        super().__init__()
        self.entry = entry
        self._worker, self._dispatcher, self._fetch = worker, dispatcher, fetch
        self._cancel = threading.Event()
        self._running = False
        name = Label(entry.name)
        name.setFont(font(13, 600))
        self.state = Label()
        self.state.setFont(font(12))
        title = Label(entry.title)
        title.setWordWrap(True)
        licence = Label(self.tr("Licence: {0}").format(entry.licence))
        licence.setFont(font(11))
        self.words = Label()
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.button = Button()
        self.button.clicked.connect(self._press)
        first = QHBoxLayout()
        first.addWidget(name)
        first.addStretch(1)
        first.addWidget(self.state)
        first.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.addLayout(first)
        for widget in (title, licence, self.bar, self.words):
            column.addWidget(widget)
        self.setAccessibleName(f"{entry.name}: {entry.title}")
        self.refresh()

    def refresh(self) -> None:
        """Say whether it is here."""
        here = catalogue.locate(self.entry) is not None
        size = self.tr("{0} MB").format(f"{self.entry.size / 1e6:.0f}")
        self.state.setText(self.tr("on this machine") if here else size)
        self.button.setText(
            self.tr("Cancel") if self._running else self.tr("Open") if here else self.tr("Fetch")
        )
        self.bar.setVisible(self._running)
        self.words.setVisible(bool(self.words.text()))

    def cancel(self) -> None:
        """Stop fetching; what has come is kept and continued later."""
        self._cancel.set()

    def _press(self) -> None:
        found = catalogue.locate(self.entry)
        if self._running:
            self.cancel()
        elif found is not None:
            self.open_wanted.emit(found)
        else:
            self._start()

    def _start(self) -> None:
        self._cancel.clear()
        self._running = True
        self.words.setText("")
        self.bar.setRange(0, 0)
        self.refresh()

        def progress(done: int, total: int | None) -> None:
            self._dispatcher.post(lambda: self._show_progress(done, total))

        self._worker.ask(
            Request(
                f"fetch {self.entry.name}",
                lambda: self._fetch(self.entry, progress=progress, cancelled=self._cancel.is_set),
                lambda _path: self._ended(""),
                self._failed,
            )
        )

    def _show_progress(self, done: int, total: int | None) -> None:
        self.bar.setRange(0, total or 0)
        self.bar.setValue(done)
        of = f" / {total / 1e6:.0f}" if total else ""
        self.state.setText(self.tr("{0}{1} MB").format(f"{done / 1e6:.1f}", of))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            self._ended(self.tr("Stopped. What has come is kept; fetching goes on from there."))
        elif isinstance(error, GNetError):
            self._ended(str(error))
        else:
            self._ended(f"{type(error).__name__}: {error}")

    def _ended(self, words: str) -> None:
        self._running = False
        self.words.setText(words)
        self.refresh()
        self.changed.emit()


class CatalogueDialog(QDialog):
    """All known checkpoints. ``open_wanted`` carries the file of the one that was chosen."""

    open_wanted = Signal(Path)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None, fetch: Fetch = catalogue.fetch) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Known checkpoints"))
        self.resize(600, 380)
        self._dispatcher = Dispatcher()
        self._worker = Worker("gnet-download", self._dispatcher.post)
        self.rows = [EntryRow(entry, self._worker, self._dispatcher, fetch) for entry in catalogue.ENTRIES]
        note = Label(
            self.tr(
                "Fetched files are checked and kept in {0}; they are used without a network from then on."
            ).format(catalogue.folder())
        )
        note.setWordWrap(True)
        note.setFont(font(11))
        listed, scrolling = QWidget(), ScrollPage(self.windowTitle())
        rows = QVBoxLayout(listed)
        rows.setContentsMargins(20, 12, 20, 0)
        for row in self.rows:
            rows.addWidget(row)
            row.open_wanted.connect(self.open_wanted)
            row.changed.connect(self.changed)
        rows.addStretch(1)
        scrolling.setWidget(listed)
        note.setContentsMargins(20, 0, 20, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.addWidget(scrolling, 1)
        column.addWidget(note)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what is being fetched; it goes on the next time."""
        for row in self.rows:
            row.cancel()
        super().closeEvent(event)

    def end(self) -> None:
        """The program ends: stop fetching and the worker with it."""
        for row in self.rows:
            row.cancel()
        self._worker.close()
