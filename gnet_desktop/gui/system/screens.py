"""Windows that fit the screen they open on, with their frames."""

from typing import Final

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_FRAME: Final = QMargins(4, 38, 4, 4)
"""What the desktop draws around a window, until it has told."""
# Qt's stubs don't say that there may be no screen, and no handle: the ignored checks below are needed.
_NOBODYS: Final = ("offscreen", "minimal")
"""Platforms whose screen nobody looks at."""


def fit_screen(window: QWidget, *, over: QWidget | None = None) -> bool:
    """Give a window its wanted size and place, or what the screen has room for; False if that is less.

    The wanted size is the one that it has. It opens in the middle of ``over``, or of the
    screen, and can be made as small as the screen asks for.
    """
    room = room_for(over or window)
    if room is None:
        return True
    wanted, frame = window.size(), frame_of(over or window)
    window.setMinimumSize(window.minimumSize().boundedTo(inner_size(room, frame)))
    middle = over.frameGeometry().center() if over is not None else room.center()
    window.setGeometry(fitted(wanted, room, middle, frame))
    return window.size() == wanted


def keep_on_screen(window: QWidget) -> None:
    """Move and shrink a window that reaches beyond its screen: its frame is larger than was known
    before it was shown, or it was larger on another screen.
    """
    room = room_for(window)
    if room is None:
        return
    frame, middle = frame_of(window), window.frameGeometry().center()
    window.setMinimumSize(window.minimumSize().boundedTo(inner_size(room, frame)))
    filling = window.isMaximized() or window.isFullScreen()
    if not (filling or room.contains(window.frameGeometry())):
        window.setGeometry(fitted(window.size(), room, middle, frame))


def stored_geometry(window: QWidget) -> str:
    """A window's size and place as text for `restore_geometry`."""
    return bytes(window.saveGeometry().toBase64().data()).decode("ascii")


def restore_geometry(window: QWidget, stored: str) -> bool:
    """Give a window a stored size and place, on a screen that is there; False if nothing was stored.

    It may have been left on a larger screen: also maximised it needs no more than this one has.
    """
    if not stored:
        return False
    window.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii", "ignore")))
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not any(screen.intersects(window.geometry()) for screen in screens) and screens:
        window.move(screens[0].topLeft())
    keep_on_screen(window)
    return True


def fitted(wanted: QSize, room: QRect, middle: QPoint, frame: QMargins) -> QRect:
    """Where a window's inside lies so that it and its frame are in a room, around a point if possible."""
    inside = QRect(QPoint(), wanted.boundedTo(inner_size(room, frame)))
    outside = inside.marginsAdded(frame)
    outside.moveCenter(middle)
    outside.moveRight(min(outside.right(), room.right()))
    outside.moveBottom(min(outside.bottom(), room.bottom()))
    outside.moveLeft(max(outside.left(), room.left()))
    outside.moveTop(max(outside.top(), room.top()))
    return outside.marginsRemoved(frame)


def inner_size(room: QRect, frame: QMargins) -> QSize:
    """What a room leaves for a window's inside."""
    return room.marginsRemoved(frame).size()


def room_for(window: QWidget) -> QRect | None:
    """What the desktop leaves of the screen that a window is on; None where there is no screen to look at."""
    if QGuiApplication.platformName() in _NOBODYS:
        return None
    screen = window.screen() or QGuiApplication.primaryScreen()
    return screen.availableGeometry() if screen is not None else None  # type: ignore[redundant-expr]


def frame_of(window: QWidget) -> QMargins:
    """How far a window's frame reaches beyond it; a guess before it is known."""
    handle = window.windowHandle()
    known = handle.frameMargins() if handle is not None and window.isVisible() else QMargins()  # type: ignore[redundant-expr]
    return _FRAME if known.isNull() else known
