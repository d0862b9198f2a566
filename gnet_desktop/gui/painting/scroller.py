"""A scroll area with the same thin thumb as the lanes have, laid over its edge."""

from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QScrollBar, QWidget
from typing_extensions import override

from gnet_desktop.gui.looks.theme import Theme

THUMB: Final = 5
GRAB: Final = 12
_LEAST: Final = 24


class Thumb(QWidget):
    """Where a scroll bar stands, drawn thin; it can be dragged, and takes no room."""

    def __init__(self, bar: QScrollBar, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar = bar
        self._grabbed: float | None = None
        self._lies = bar.orientation() == Qt.Orientation.Horizontal
        bar.valueChanged.connect(lambda _: self.update())
        bar.rangeChanged.connect(lambda _low, high: self.setVisible(high > 0))
        self.setVisible(bar.maximum() > 0)

    def thumb(self) -> tuple[float, float]:
        """Where the thumb begins, and how long it is."""
        room = self.width() if self._lies else self.height()
        shown = self._bar.pageStep()
        length = min(room, max(_LEAST, room * shown / max(1, shown + self._bar.maximum())))
        return (room - length) * self._bar.value() / max(1, self._bar.maximum()), length

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The thumb in the middle of the strip that can be grabbed."""
        start, length = self.thumb()
        across = (GRAB - THUMB) / 2
        box = QRectF(start, across, length, THUMB) if self._lies else QRectF(across, start, THUMB, length)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.now().colour("line2" if self._grabbed is None else "text3"))
        painter.drawRoundedRect(box, THUMB / 2, THUMB / 2)
        painter.end()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold; beside the thumb it comes to the cursor."""
        start, length = self.thumb()
        place = self._along(event)
        self._grabbed = place - start if start <= place <= start + length else length / 2
        self._drag(place)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._grabbed is not None:
            self._drag(self._along(event))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        self.update()

    def _along(self, event: QMouseEvent) -> float:
        return event.position().x() if self._lies else event.position().y()

    def _drag(self, place: float) -> None:
        _, length = self.thumb()
        travel = (self.width() if self._lies else self.height()) - length
        share = (place - (self._grabbed or 0)) / travel if travel > 0 else 0
        self._bar.setValue(round(share * self._bar.maximum()))


class ThinScroller(QScrollArea):
    """A scroll area without a frame, whose bars are thin thumbs over its content's margin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._upright = Thumb(self.verticalScrollBar(), self)
        self._lying = Thumb(self.horizontalScrollBar(), self)

    @override
    def setWidget(self, widget: QWidget) -> None:
        """Scroll a widget, on the ground of whatever holds this."""
        super().setWidget(widget)
        widget.setAutoFillBackground(False)

    def lay_out(self) -> None:
        """Give what is scrolled its new room at once: painted before, its parts would lie over each other."""
        QApplication.sendPostedEvents(self.widget(), QEvent.Type.LayoutRequest.value)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The thumbs keep to the edges."""
        super().resizeEvent(event)
        self._upright.setGeometry(self.width() - GRAB, 0, GRAB, self.height())
        self._lying.setGeometry(0, self.height() - GRAB, self.width(), GRAB)
        self._upright.raise_()
        self._lying.raise_()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._upright.update()
            self._lying.update()
        super().changeEvent(event)
