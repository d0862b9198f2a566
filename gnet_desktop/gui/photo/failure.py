"""What stands in the photo's place when a picture cannot be shown."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.system.desktop import show_in_folder
from gnet_desktop.workspace.state import Workspace

_WIDE: Final = 440


class _Sign(Speaking, QWidget):
    """The warning sign."""

    spoken_role = Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(24, 24)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """In the colour of what failed."""
        painter = QPainter(self)
        draw_icon(painter, "error", QRectF(0, 0, 22, 22), Theme.now().bad)
        painter.end()


class FailedPicture(Speaking, QWidget):
    """The sentence, and what can be done: try again, show in folder, copy details."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.what, self.why = Label(), Label()
        self.what.setFont(font(15, 600))
        for label in (self.what, self.why):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.retry = Button(self.tr("Try again"), "retry")
        self.folder = Button(self.tr("Show in folder"), "folder")
        self.copy = Button(self.tr("Copy details"), "copy")
        self.retry.clicked.connect(self._retry)
        self.folder.clicked.connect(self._show_folder)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        self._buttons = buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for button in (self.retry, self.folder, self.copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self.what)
        words.addWidget(self.why)
        words.addSpacing(4)
        words.addLayout(buttons)
        self._row = row = QHBoxLayout(self)
        row.setSpacing(12)
        row.addWidget(_Sign(), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.setAlignment(words, Qt.AlignmentFlag.AlignTop)
        ends = [
            workspace.current_changed.subscribe(self._show_error),
            workspace.entry_changed.subscribe(lambda _: self._show_error()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_error()

    @property
    def text(self) -> str:
        """All that is said, for the clipboard."""
        return f"{self.what.text()} {self.why.text()}".strip()

    @override
    def minimumSizeHint(self) -> QSize:
        """As small as the photo that it stands for."""
        return QSize(160, 120)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the buttons stand below each other."""
        super().resizeEvent(event)
        narrow = self.width() < _WIDE
        direction = QBoxLayout.Direction
        self._buttons.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._buttons.setSpacing(4 if narrow else 8)
        margin = 12 if narrow else 28
        self._row.setContentsMargins(margin, margin, margin, margin)

    def _show_error(self) -> None:
        entry = self._workspace.pictures.get(self._workspace.current or 0)
        error = entry.error if entry else None
        if entry is None or error is None:
            return
        others = len(self._workspace.pictures) - 1
        calm = _calm(self, others)
        # the folder is no news: it is what the person chose
        self.what.setText(error.what.replace(str(entry.source), entry.name))
        self.why.setText(" ".join(part for part in (error.why, error.todo, calm) if part))
        self.folder.setVisible(isinstance(entry.source, Path))
        self.setAccessibleName(self.text)

    def _retry(self) -> None:
        if self._workspace.current is not None:
            self._workspace.retry_picture(self._workspace.current)

    def _show_folder(self) -> None:
        entry = self._workspace.pictures.get(self._workspace.current or 0)
        if entry is not None and isinstance(entry.source, Path):
            show_in_folder(entry.source)


def _calm(widget: QWidget, others: int) -> str:
    if others == 1:
        return widget.tr("The other picture is not affected.")
    return widget.tr("The other {0} pictures are not affected.").format(others) if others else ""
