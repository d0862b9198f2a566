"""The PySide6 that is installed keeps its references (6.12.0 does not, on Python before 3.12)."""

import sys

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

CALLS = 2000


def test_a_call_that_returns_nothing_takes_no_reference_to_none(qapp: QApplication) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    source = QImage(2, 2, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.drawImage(QRectF(0, 0, 1, 1), source)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert abs(lost) < CALLS / 10
