"""Tips belong to the pointer: who works by keys isn't shown what it happens to rest on."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QCursor, QEnterEvent, QHelpEvent
from PySide6.QtWidgets import QToolTip
from typing_extensions import override

_KEYS: Final = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
"""What a key may come as: one that is a shortcut is never pressed in a widget."""


class PointsAtOnce:
    """Mixed into a widget that shows what the pointer comes in over, before it has moved there."""


class QuietTips(QObject):
    """A filter for the application: a key takes the tip away, and none comes until the pointer has moved.

    Nor does anything point by itself that is moved, or uncovered, below a pointer that rests.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rested: QPoint | None = None

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note where the pointer is at each key; take a tip that is wanted there."""
        kind = event.type()
        if kind in _KEYS:
            self._rested = QCursor.pos()
            QToolTip.hideText()
        elif kind == QEvent.Type.Enter and isinstance(watched, PointsAtOnce):
            return isinstance(event, QEnterEvent) and event.globalPosition().toPoint() == self._rested
        elif kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return event.globalPos() == self._rested
        return False
