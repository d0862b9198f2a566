"""A page that scrolls where it has no room."""

from PySide6.QtWidgets import QScrollArea

from gnet_desktop.gui.controls.spoken import Role, Speaking


class ScrollPage(Speaking, QScrollArea):
    """Without a frame, as wide as its room; it has a name, since the keyboard can be in it."""

    spoken_role = Role.Pane

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName(name)
