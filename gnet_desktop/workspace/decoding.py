"""The picture that is looked at, decoded: for its run, or alone where there is no network to run it."""

from typing import Final

from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import URGENT, Request, Works
from gnet_desktop.workspace.failures import Failures
from gnet_desktop.workspace.picture_list import PictureList
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Decoded, RunKey

ALONE: Final = "decode"
"""The purpose of a decode that no run asked for."""


class Decoding:
    """Keeps the current picture's pixels; ``changed()`` when they are new."""

    def __init__(self, pictures: PictureList, reader: Works, failures: Failures) -> None:
        self._list, self._reader, self._failures = pictures, reader, failures
        self._last: Decoded | None = None
        self.changed = Signal()

    @property
    def now(self) -> Decoded | None:
        """The picture that is looked at, once it is decoded."""
        return self._last if self._last is not None and self._last.id == self._list.current else None

    def take(self, key: RunKey, read: tasks.Read) -> None:
        """A picture was decoded for a run; its pass comes next."""
        self._show(Decoded(key.picture, read.picture, read.prepared.geometry))

    def ask(self) -> None:
        """Decode it for its own sake: its thumbnail is blurred where it is shown large."""
        entry = self._list.entries.get(self._list.current or 0)
        if entry is None or entry.error is not None or self.now is not None:
            return

        def have(picture: Picture) -> None:
            if self.now is None:
                self._show(Decoded(entry.id, picture, None))

        self._reader.ask(
            Request(
                ALONE,
                lambda: tasks.read(entry.source, entry.name),
                have,
                lambda error: self._list.change(entry.id, error=self._failures.sentence(error)),
                URGENT,
                entry.name,
            )
        )

    def give_up(self) -> None:
        """A network is there now, and its run decodes the picture."""
        self._reader.drop(ALONE)

    def _show(self, decoded: Decoded) -> None:
        if decoded.id == self._list.current:
            self._last = decoded
            self.changed.emit()
