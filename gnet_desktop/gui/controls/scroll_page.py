"""A page that scrolls where it has no room."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.focus import PageFocus
from gnet_desktop.gui.controls.spoken import Role, Speaking


class ScrollPage(Speaking, QScrollArea):
    """Without a frame, as wide as its room; it has a name, since the keyboard can be in it."""

    spoken_role = Role.Pane

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setViewport(_Port())
        self.setAccessibleName(name)
        self._focus = PageFocus(self)

    @override
    def setWidget(self, widget: QWidget) -> None:
        """Another page; the old one goes a moment later, and the keyboard stays here if it was there.

        Qt would delete it at once, and whatever is told of the keyboard's leaving would find it
        half gone.
        """
        focus = QApplication.focusWidget()
        held = focus is not None and focus is not self and self.isAncestorOf(focus)
        old = self.takeWidget()
        super().setWidget(widget)
        if held:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if old is not None:
            old.deleteLater()


class _Port(Speaking, QWidget):
    """What the page is seen through; Qt's own would say that it has the keyboard when the page has."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
