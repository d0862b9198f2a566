"""A window that finds its place on the screen, and stays on it."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMainWindow
from typing_extensions import override

from gnet_desktop.gui.system.screens import fit_screen, keep_on_screen, restore_geometry

_SIZE: Final = (1600, 1000)
_LEAST: Final = (960, 600)
_FRAMED: Final = 300
"""Milliseconds after which a window that was shown has its frame."""


class PlacedWindow(QMainWindow):
    """A main window with the least size, put where it was left or where the screen has room."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(*_LEAST)
        self._framed = QTimer(self, interval=_FRAMED, singleShot=True)
        self._framed.timeout.connect(partial(keep_on_screen, self))

    def place(self, geometry: str) -> None:
        """Take the size and place of a `stored_geometry`; the usual ones if there are none."""
        self.resize(*_SIZE)
        if not (restore_geometry(self, geometry) or fit_screen(self)):
            # a small screen is used whole; this size is for whoever takes the window off its edges
            self.setWindowState(Qt.WindowState.WindowMaximized)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The desktop has put a frame around the window a moment later."""
        super().showEvent(event)
        self._framed.start()
