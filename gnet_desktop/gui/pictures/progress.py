"""How far the answers of the list are, computed in the background."""

from typing import Final

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.shown import whole
from gnet_desktop.workspace.picture_list import MOST_ANSWERED
from gnet_desktop.workspace.state import Workspace

_HEIGHT: Final = 30
_MOMENT: Final = 400
"""Milliseconds after which it is worth a word."""
_OFTEN: Final = 100
"""Milliseconds between two looks."""


class AnsweringProgress(Speaking, QWidget):
    """``Answering: 37 of 300`` above a line that grows; hidden while there is nothing to wait for."""

    spoken_role = Role.ProgressBar

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.words, self._numbers, self._share = "", "", 0.0
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()
        self._soon, self._long = QTimer(self), QTimer(self)
        for timer, wait, then in (
            (self._soon, _OFTEN, self.refresh),
            (self._long, _MOMENT, self.show),
        ):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(then)

    def refresh_soon(self) -> None:
        """Something was answered; very many may be in one moment."""
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Say how many are answered."""
        workspace = self._workspace
        done, count = workspace.answered, len(workspace.pictures)
        ended = min(count, MOST_ANSWERED)
        # the one that is looked at is no work of the background
        if workspace.network is None or count < 2 or done >= ended - (count == ended):
            self.words = ""
            self._long.stop()
            self.hide()
            return
        self._share = done / ended
        self._numbers = self.tr("{0} of {1}").format(whole(done), whole(ended))
        self.words = self.tr("Answering: {0}").format(self._numbers)
        self.setAccessibleName(self.words)
        self.setToolTip(tip(self.words))
        if self.isHidden() and not self._long.isActive():
            self._long.start()
        self.update()

    def _fitting(self, metrics: QFontMetrics) -> str:
        """The words, or the numbers alone where the list is narrow."""
        room = self.width() - 24
        return self.words if metrics.horizontalAdvance(self.words) <= room else self._numbers

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, and the line below them."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        painter.setFont(font(11))
        painter.setPen(theme.colour("text3"))
        painter.drawText(12, 18, self._fitting(QFontMetrics(painter.font())))
        whole = QRectF(12, self.height() - 6, self.width() - 24, 2)
        painter.fillRect(whole, theme.colour("line"))
        whole.setWidth(whole.width() * self._share)
        painter.fillRect(whole, theme.colour("accent"))
        painter.end()
