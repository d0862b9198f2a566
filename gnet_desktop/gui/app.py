"""Starting the window: checks first, then something to see, then torch."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from gnet_desktop import __version__, breathing
from gnet_desktop.files import is_folder
from gnet_desktop.gui.controls.spoken import install_speaking
from gnet_desktop.gui.looks.styles import apply_theme, load_fonts
from gnet_desktop.gui.shell.drop import Dropped
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.collecting import Collecting
from gnet_desktop.gui.system.dispatch import Dispatcher
from gnet_desktop.gui.system.faults import catch_faults, quieten_qt
from gnet_desktop.gui.system.machine import check_display, drop_foreign_plugins
from gnet_desktop.gui.system.reopening import (
    fall_back,
    foretold_checkpoint,
    last_checkpoint,
    make_index,
    refill_tray,
    reopen_pictures,
)
from gnet_desktop.gui.system.session import Session, settings_path
from gnet_desktop.gui.system.tips import QuietTips
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.arrivals import sort_arrivals
from gnet_desktop.workspace.state import Workspace

_ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")

_TURN = 0.00001
"""Seconds that a thread may keep the others waiting. Qt gives up its turn in every call, hundreds of times
while a window is laid out and painted: beside a thread that never pauses that took 0.3 to 0.9 s at half a
millisecond."""

DESKTOP_ID = "io.github.gnet_desktop.gnet_desktop"


def run(
    *,
    paths: Sequence[Path] = (),
    labels: Path | None = None,
    assume: Mapping[str, str] | None = None,
    device: str = "auto",
    page: str = "explore",
    theme: str | None = None,
    clean: bool = False,
) -> int:
    """Show the window and return when it is closed; raises MachineError where none can be shown."""
    interrupts = _note_interrupts()
    check_display()
    quieten_qt()
    app = make_application()
    session = Session(None if clean else settings_path())
    view = session.view()
    apply_theme(app, theme or view.theme)
    if interrupts:
        return 0  # nothing was opened or chosen yet
    window, dispatcher = make_window(session)
    if theme is not None:
        window.workspace.change_view(theme=theme)
    window.workspace.announce_checkpoint(foretold_checkpoint(session, paths))
    window.show()
    release = catch_faults(window.workspace.bug.emit)
    app.installEventFilter(_Filter(window))
    app.commitDataRequest.connect(lambda _: window.remember())  # the desktop's own way of logging out
    # everything that needs torch
    painted = AfterPaint(window, lambda: begin(window, paths, labels, device, assume, page))
    ticking = _close_on_interrupt(window, interrupts)
    collecting = Collecting(lambda: window.workspace.loading is not None)
    status = app.exec()
    ticking.stop()
    collecting.stop()
    release()
    del dispatcher, painted
    _end_beside_workers(status)
    return status


def make_application() -> QApplication:
    """The one application object, in our style and type."""
    drop_foreign_plugins()
    install_speaking()
    sys.setswitchinterval(_TURN)
    breathing.beside_a_window()
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("gnet-desktop")
    app.setApplicationDisplayName("GNet Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(DESKTOP_ID)
    app.setStyle("Fusion")
    load_fonts(app)
    return app


def make_window(session: Session) -> tuple[Window, Dispatcher]:
    """A window with its workspace; keep the dispatcher as long as the window."""
    dispatcher = Dispatcher()
    workspace = Workspace(dispatcher.post)
    module = session.get("module", "4a")
    workspace.choose_module(module if module in MODULES else "4a")
    return Window(workspace, session), dispatcher


def begin(
    window: Window,
    paths: Sequence[Path],
    labels: Path | None,
    device: str,
    assume: Mapping[str, str] | None = None,
    page: str = "explore",
) -> None:
    """Open what was asked for, or what was open last, or the bundled checkpoint; then the page."""
    arrivals = sort_arrivals(paths)
    pictures = list(arrivals.pictures)
    workspace = window.workspace
    if device != "auto":
        workspace.set_device(device)
    labels = labels or next(iter(arrivals.labels), None)
    given = arrivals.checkpoints[:1] or (last_checkpoint(window.session, window.show_news),)
    fall_back(workspace)
    refill_tray(window.session, workspace)
    workspace.open_checkpoint(given[0], labels, assume)
    workspace.compute("devices", tasks.devices, lambda found: window.bar.set_devices(found))
    window.refresh_choices()
    make_index(window.session, workspace, lambda: window.units_page)
    _turn_to(window, page, pictures)
    if pictures:
        window.take_pictures(pictures)
    elif not paths:
        reopen_pictures(window.session, workspace, window.show_news)
    if (unkept := window.session.unkept()) is not None:
        window.show_error(unkept)


def _turn_to(window: Window, page: str, pictures: list[Path]) -> None:
    """Show a page; those that work on a folder take the first of the pictures that is one."""
    takers = {"folder": window.evaluate, "units": window.index}
    folder = next(filter(is_folder, pictures), None) if page in takers else None
    if folder is None:
        window.show_page(page)
    else:
        pictures.remove(folder)
        takers[page](folder)


class AfterPaint(QObject):
    """Calls once when a window has been painted: a desktop asks for that some turns after it is shown.

    One that nobody sees is never painted: after two seconds it is called all the same.
    """

    def __init__(self, window: QWidget, call: Callable[[], None], patience: int = 2000) -> None:
        super().__init__(window)
        self._window, self._call = window, call
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go)
        self._timer.start(patience)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first paint; what it draws is on the screen by the next turn."""
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._timer.start(0)
        return False

    def _go(self) -> None:
        self._window.removeEventFilter(self)
        self._call()


class _Filter(QuietTips):
    """Opens files that the desktop hands over, and keeps tips quiet; one, as it is asked of every event."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take file-open events, and tips that nobody pointed for."""
        if isinstance(event, QFileOpenEvent) and event.file():
            begin_paths(self._window, [Path(event.file())])
            return True
        return super().eventFilter(watched, event)


def begin_paths(window: Window, paths: Sequence[Path]) -> None:
    """Open files in a window that is there already."""
    window.dropping.take(Dropped(sort_arrivals(paths)))


def _note_interrupts() -> list[int]:
    """Collect what asks the program to end from now on: Ctrl+C, a log-out, a closed terminal.

    What is ignored already (``nohup``) stays ignored. Nothing is done at once: a window that
    is closed before the event loop runs doesn't end it, and an exception would be lost in
    whichever of Qt's calls it came up.
    """
    seen: list[int] = []
    for name in _ENDINGS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: seen.append(number))
    return seen


def _close_on_interrupt(window: Window, seen: list[int]) -> QTimer:
    """Close the window soon after an interrupt; Python needs a moment now and then to notice one."""

    def look() -> None:
        if seen:
            _leave_early(window)
            window.close()  # which keeps what is remembered
            QApplication.quit()  # also out of a dialog that waits

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    return timer


def _end_beside_workers(status: int) -> None:
    """End at once where a thread still computes; all that is remembered is written by now.

    Python's own end takes such a thread out of the middle of a library, which aborts the program.
    """
    if any(thread.daemon for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _leave_early(window: Window) -> None:
    """End at once where only a checkpoint is being opened, with all that is remembered.

    A worker that imports torch cannot be stopped, and Python's own end beside it may crash.
    """
    if window.workspace.loading is not None:
        window.remember()
        window.session.end()
        os._exit(0)
