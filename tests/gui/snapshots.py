"""Paintings compared with stored pictures, with a tolerance."""

from pathlib import Path
from typing import Final

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

FOLDER: Final = Path(__file__).parent / "snapshots"
GROUND: Final = "#808080"
LEVELS: Final = 2
SHARE: Final = 0.995


class Snapshots:
    """Compares a widget with its stored picture: 99.5 % of the pixels within two levels.

    A picture that is missing fails the test; ``--update-snapshots`` writes it anew.
    """

    def __init__(self, update: bool, build: Path) -> None:
        self._update, self._build = update, build

    def check(self, widget: QWidget, name: str) -> None:
        """Compare what the widget and its children paint, on a fixed ground, at scale 1."""
        seen, stored = painted(widget), FOLDER / f"{name}.png"
        if self._update:
            FOLDER.mkdir(exist_ok=True)
            seen.save(str(stored))
            return
        if not stored.is_file():
            pytest.fail(f"there is no {stored.name}; write it with --update-snapshots and look at it")
        expected = QImage(str(stored)).convertToFormat(QImage.Format.Format_RGB32)
        assert seen.size() == expected.size()
        apart = np.abs(pixels(seen).astype(int) - pixels(expected)).max(axis=2)
        share = float((apart <= LEVELS).mean())
        if share < SHARE:
            self._build.mkdir(exist_ok=True)
            seen.save(str(self._build / f"{name}.png"))
        assert share >= SHARE, f"{share:.2%} of {name} is as stored, {apart.max()} levels apart at most"


def painted(widget: QWidget) -> QImage:
    """The widget on a fixed ground, without what lies behind it."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(GROUND))
    painter = QPainter(image)
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    return image


def pixels(image: QImage) -> np.ndarray:
    """(height, width, 4) of an image with 32 bits a pixel; its lines may be padded."""
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), :3]
