"""The line below a page on which work goes on: its ground and its bar."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gnet_desktop.gui.looks.theme import Theme


def draw_progress(widget: QWidget, left: float, width: float, share: float) -> None:
    """Paint the whole ``widget`` as such a line, with a bar of which ``share`` (0…1) is done."""
    painter, theme = QPainter(widget), Theme.now()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(widget.rect(), theme.colour("panel"))
    painter.fillRect(0, 0, widget.width(), 1, theme.colour("line"))
    painter.setPen(Qt.PenStyle.NoPen)
    bar = QRectF(left, widget.height() / 2 - 2, width, 4)
    for token, part in (("well", 1.0), ("accent", share)):
        painter.setBrush(theme.colour(token))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * part, bar.height()), 2, 2)
    painter.end()
