"""Thumbnails of what is on the screen, and of little else, however long the list is."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage

from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import PATIENCE, Request, Worker

KEPT: Final = 600


class Thumbnails:
    """Pictures of files, decoded when they are asked for; the least recently shown are forgotten.

    ``ready(path)`` is called, on the owner's thread, when one can be shown.
    """

    def __init__(self, post: Callable[[Callable[[], None]], None], ready: Callable[[Path], None]) -> None:
        self._worker = Worker("gnet-thumbnails", post, patience=PATIENCE)
        self._ready = ready
        self._kept: OrderedDict[Path, QImage | None] = OrderedDict()
        self._asked: set[Path] = set()

    def get(self, path: Path) -> QImage | None:
        """The thumbnail; None while it is being made, or if it cannot be."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        if path not in self._asked:
            self._asked.add(path)
            self._worker.ask(
                Request(
                    f"thumbnail {path}",
                    lambda: tasks.make_thumbnail(path),
                    lambda pixels: self._take(path, rgb_image(pixels)),
                    lambda _error: self._take(path, None),
                )
            )
        return None

    @property
    def waiting(self) -> bool:
        """Whether some were asked for that aren't there yet."""
        return bool(self._asked)

    def forget_waiting(self) -> None:
        """What was asked for and isn't begun is no longer wanted: the list was scrolled."""
        self._worker.drop("thumbnail")
        self._asked.clear()

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _take(self, path: Path, image: QImage | None) -> None:
        self._asked.discard(path)
        self._kept[path] = image
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._ready(path)
