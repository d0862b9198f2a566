"""The sample pictures, always in reach: a menu of them, and lines for the palette."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.files import is_file
from gnet_desktop.gui.actions.palette import Found
from gnet_desktop.resources import resource

SAMPLES: Final = ("cat", "espresso", "goldfish", "pan", "moose", "rocket")


def sample_pictures() -> list[Path]:
    """Those that came with the program."""
    return [path for name in SAMPLES if is_file(path := resource("samples", f"{name}.jpg"))]


class Samples(QMenu):
    """A sample opens as any other picture does."""

    def __init__(self, open_picture: Callable[[Path], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = open_picture
        self.setTitle(self.tr("Sample pictures"))
        for path in sample_pictures():
            self.addAction(path.stem).triggered.connect(lambda _=False, path=path: open_picture(path))

    def found(self) -> list[Found]:
        """The same as lines of the palette."""
        return [
            Found(path.stem, self.tr("sample picture"), partial(self._open, path), self.tr("Pictures"))
            for path in sample_pictures()
        ]
