"""The whole window with the bundled checkpoint, and what is dropped on it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from tests.gui.made import wait_until


@pytest.fixture(scope="module")
def opened(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    """A window with the bundled checkpoint, shared by the tests of a file."""
    apply_theme(make_application(), "light")
    window, dispatcher = make_window(Session(None))
    window.resize(1600, 1000)
    window.show()
    window.workspace.open_checkpoint(bundled)
    wait_until(lambda: window.workspace.checkpoint is not None)
    yield window
    window.close()
    del dispatcher


@pytest.fixture
def window(opened: Window) -> Window:
    """Without pictures."""
    for entry_id in list(opened.workspace.pictures):
        opened.workspace.remove_picture(entry_id)
    opened.notice.hide()
    return opened


def drop(window: Window, data: QMimeData) -> str:
    """Drag something in and let it go, as a desktop does; returns what the card said meanwhile."""
    place, action = QPointF(400, 400), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), action, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.dropping.card.isVisible()
    said = window.dropping.card.title
    QApplication.sendEvent(window, QDropEvent(place, action, data, buttons, keys))
    assert not window.dropping.card.isVisible()
    return said


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def current(window: Window) -> bool:
    workspace = window.workspace
    return (
        workspace.result is not None
        and not workspace.stale
        and workspace.result.key.picture == workspace.current
    )


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return data[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
