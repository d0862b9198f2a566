"""Sentences that appear over the window: a failure, something done, a fault of the program."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme, font
from gnet_desktop.workspace.values import Bug

_STAY = 8000


class Notice(Speaking, QWidget):
    """One sentence at the window's lower edge: failures stay until closed, news for some seconds."""

    spoken_role = Role.AlertMessage

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind = "info"
        self.label = Label()
        self.label.setWordWrap(True)
        self.label.setFont(font(13))
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = IconButton("close")
        close.setAccessibleName(self.tr("Close"))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(42, 10, 8, 10)
        row.addWidget(self.label, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; empty when nothing is."""
        return "" if self.isHidden() else self.label.text()

    def dismiss(self) -> None:
        """Something else is tried: a failure of before is no news."""
        if self._kind == "error":
            self.hide()

    def give_up(self) -> bool:
        """Take away what is said; False if nothing is."""
        said = bool(self.text)
        self.hide()
        return said

    def show_error(self, error: GNetError) -> None:
        """A failure, until it is closed, something newer comes, or something else is tried."""
        self._say(str(error), "error")

    def show_news(self, text: str) -> None:
        """Something done, for a few seconds."""
        self._say(text, "info")
        self._timer.start(_STAY)

    def _say(self, text: str, kind: str) -> None:
        self._timer.stop()
        self._kind = kind
        self.label.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.raise_()
        self.show()
        self.update()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        width = min(680, parent.width() - 48)
        self.setFixedWidth(width)
        self.label.setFixedWidth(width - 42 - 8 - 40)
        height = self.label.heightForWidth(width - 90) + 24
        self.setFixedHeight(max(44, height))
        self.move((parent.width() - width) // 2, parent.height() - self.height() - 44)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A card in the colour of what is said."""
        theme, painter = Theme.now(), QPainter(self)
        failed = self._kind == "error"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("bad" if failed else "line2"))
        painter.setBrush(theme.colour("badbg" if failed else "raised"))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_BUTTON, RADIUS_BUTTON
        )
        name, colour = ("error", theme.bad) if failed else ("info", theme.accent)
        draw_icon(painter, name, QRectF(14, 13, 17, 17), colour)
        painter.end()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the window's size changes."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False


def notice_of(window: QWidget) -> Notice:
    """Where a window says what was done in it; made when it is first wanted."""
    return window.findChild(Notice) or Notice(window)


class BugDialog(QDialog):
    """A fault of this program, said plainly, with a report to copy."""

    def __init__(self, bug: Bug, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("A fault in GNet Desktop"))
        self.resize(640, 420)
        words = Label(
            self.tr("This is a fault of the program, not of your file. What was open stays open. {0}").format(
                bug.title
            )
        )
        words.setWordWrap(True)
        self.report = QPlainTextEdit(bug.report)
        self.report.setReadOnly(True)
        self.report.setFont(font(11.5, mono=True))
        copy = Button(self.tr("Copy the report"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(bug.report))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.report, 1)
        layout.addWidget(buttons)
