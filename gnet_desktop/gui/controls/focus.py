"""Where the keyboard is: shown to who uses keys, and not to who uses the mouse."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from typing_extensions import override

KEY_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class KeyFocus(QObject):
    """Watches a widget: ``shown`` is True while it has the keyboard and keys are in use.

    Focus that came by a key shows at once, focus that came by a click with the first key;
    a click hides it. The widget is painted anew when that changes.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._painted = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        self.shown = False
        widget.installEventFilter(self)
        if self._painted is not widget:
            self._painted.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow focus, keys and clicks; take none of them."""
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._show(shown=event.reason() in KEY_REASONS)
        elif kind == QEvent.Type.KeyPress:
            self._show(shown=self._widget.hasFocus())
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress):
            self._show(shown=False)
        return False

    def _show(self, *, shown: bool) -> None:
        if shown != self.shown:
            self.shown = shown
            self._painted.update()


class PassesFocus:
    """Mixed into a panel before its widget: whoever gives the panel the keyboard gives it to ``keeper``.

    Not a focus proxy: Tab would go from the panel before this one to the proxy at once, past the
    controls of the header, which come later in Qt's chain than the panel itself.
    """

    keeper: QWidget

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason, /) -> None:
        """Give the keyboard to what is worked on."""
        self.keeper.setFocus(reason)
