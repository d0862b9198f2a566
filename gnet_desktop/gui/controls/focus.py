"""Where the keyboard is: shown to who uses keys, and not to who uses the mouse."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from typing_extensions import override

from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme

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


class PageFocus(KeyFocus):
    """The same for what scrolls a page, which covers all that is painted there: the ring lies over it."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        self._ring = _Ring(area)
        super().__init__(area)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the ring at the edge."""
        if watched is self._widget and event.type() == QEvent.Type.Resize:
            self._ring.setGeometry(self._widget.rect())
        return super().eventFilter(watched, event)

    @override
    def _show(self, *, shown: bool) -> None:
        super()._show(shown=shown)
        self._ring.setVisible(shown)
        self._ring.raise_()


class _Ring(QWidget):
    """Drawn over a page; the mouse doesn't find it."""

    def __init__(self, area: QWidget) -> None:
        super().__init__(area)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring alone."""
        painter = QPainter(self)
        draw_ring(painter, QRectF(self.rect()))
        painter.end()


def draw_ring(painter: QPainter, box: QRectF, *, gap: bool = False) -> None:
    """A ring inside a box; with a ``gap`` inside it for what may have the ring's colour."""
    theme = Theme.now()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, inset in (("accent", 1.0), ("panel", 3.0))[: 1 + gap]:
        painter.setPen(QPen(theme.colour(token), 2))
        inside, radius = box.adjusted(inset, inset, -inset, -inset), RADIUS_BUTTON - inset + 1
        painter.drawRoundedRect(inside, radius, radius)
