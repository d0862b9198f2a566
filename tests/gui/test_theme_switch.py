"""Another theme looks as if it had been there from the start."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QGridLayout, QLineEdit, QPushButton, QToolButton, QWidget

from gnet_desktop.gui.looks.styles import apply_theme


@pytest.fixture
def full(qapp: QApplication) -> QWidget:
    """Two hundred controls."""
    widget = QWidget()
    grid = QGridLayout(widget)
    for place in range(200):
        kind = (QPushButton, QToolButton, QLineEdit)[place % 3]
        grid.addWidget(kind(), place // 20, place % 20)
    widget.resize(1200, 600)
    return widget


def shown(widget: QWidget) -> QImage:
    widget.show()
    QApplication.processEvents()
    return widget.grab().toImage()


def test_a_switch_looks_like_a_start(qapp: QApplication, full: QWidget) -> None:
    apply_theme(qapp, "dark")
    dark = shown(full)
    apply_theme(qapp, "light")
    assert shown(full) != dark
    apply_theme(qapp, "dark")
    assert shown(full) == dark
