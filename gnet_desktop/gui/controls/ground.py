"""What widgets of a window of their own stand on: its colour, and work that waits for eyes."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.looks.theme import Theme


class Ground(QWidget):
    """Painted in one of the theme's colours, ``ground``."""

    ground = "panel"

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Theme.now().colour(self.ground))
        painter.end()


class ToolWindow(Ground):
    """A window that works nothing out while nobody looks: `refresh` asks `isVisible`."""

    def refresh(self) -> None:
        """Show what is known now, and ask for what isn't."""

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """What was put off."""
        super().showEvent(event)
        self.refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """What is under way stops."""
        super().hideEvent(event)
        self.refresh()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: sentences and pictures carry its colours."""
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self.refresh()
        super().changeEvent(event)
