"""The list of pictures: what is in it, in which order, which one is current, and their thumbnails."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import GNetError
from gnet_desktop.shown import name_of, plain
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import BACKGROUND, URGENT, Request, Works
from gnet_desktop.workspace.ordering import in_order
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Entry, Outcome, Peaks

Source = Path | tuple[str, bytes]


class PictureList:
    """Entries by id, in the order of the list. ``as_error`` makes a sentence of any failure.

    Signals:
      changed()              pictures came, went or moved
      entry_changed(id)      one picture's thumbnail, answer or error changed
    """

    def __init__(self, reader: Works, as_error: Callable[[BaseException], GNetError]) -> None:
        self.changed, self.entry_changed = Signal(), Signal()
        self.current: int | None = None
        self._reader = reader
        self._as_error = as_error
        self._entries: dict[int, Entry] = {}
        self._peaks: dict[int, Peaks] = {}
        self._ids = itertools.count(1)

    @property
    def entries(self) -> Mapping[int, Entry]:
        """The pictures in their order, not to be written to."""
        return MappingProxyType(self._entries)

    @property
    def peaks(self) -> Mapping[int, Peaks]:
        """{picture's id: largest values} of those that were answered, not to be written to."""
        return MappingProxyType(self._peaks)

    def add(self, sources: Iterable[Source]) -> list[int]:
        """Put pictures at the end; returns their ids. See `make_thumbnails`."""
        added = []
        for source in sources:
            name, data = (name_of(source), source) if isinstance(source, Path) else source
            entry = Entry(next(self._ids), data, plain(name))
            self._entries[entry.id] = entry
            added.append(entry.id)
        if added:
            self.changed.emit()
        return added

    def remove(self, picture: int) -> int | None:
        """Take a picture off the list; gives its neighbour's id, None if none is left."""
        order = list(self._entries)
        place = order.index(picture)
        del self._entries[picture]
        self._peaks.pop(picture, None)
        order.remove(picture)
        self.changed.emit()
        return order[min(place, len(order) - 1)] if order else None

    def clear(self) -> None:
        """Empty the list."""
        self._entries.clear()
        self._peaks.clear()
        self.current = None
        self.changed.emit()

    def sort(self, order: str) -> None:
        """Put the list into one of `ORDERS` once."""
        self._entries = {entry.id: entry for entry in in_order(self._entries.values(), order)}
        self.changed.emit()

    def behind(self, picture: int, step: int) -> int | None:
        """The id ``step`` places further down; None outside the list."""
        order = list(self._entries)
        place = order.index(picture) + step if picture in self._entries else -1
        return order[place] if 0 <= place < len(order) else None

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    # What is known of each

    def change(self, picture: int, **fields: object) -> None:
        """Change fields of an entry, if it is still there."""
        if picture in self._entries:
            self._entries[picture] = replace(self._entries[picture], **fields)  # type: ignore[arg-type]
            self.entry_changed.emit(picture)

    def learn(self, outcome: Outcome) -> None:
        """Note what the network says of a picture of the list."""
        picture = outcome.result.key.picture
        self._peaks[picture] = outcome.peaks
        self.change(picture, best=outcome.best, error=None)

    def forget_answers(self) -> None:
        """What the network said of them, or why it could not, counts no more; tells nobody."""
        self._peaks.clear()
        for entry in self:
            self._entries[entry.id] = replace(entry, best=None, error=None)

    def make_thumbnails(self, pictures: Iterable[int]) -> None:
        """Make the thumbnails of these in the background."""
        for picture in pictures:
            self._make_thumbnail(self._entries[picture])

    def _make_thumbnail(self, entry: Entry) -> None:
        self._reader.ask(
            Request(
                f"thumbnail {entry.id}",
                lambda: tasks.make_thumbnail(entry.source),
                lambda pixels: self.change(entry.id, thumbnail=pixels),
                lambda error: self._without_thumbnail(entry.id, error),
                BACKGROUND,
                entry.name,
            )
        )

    def _without_thumbnail(self, picture: int, error: BaseException) -> None:
        """A picture that was answered could be read: its answers stand, whatever became of its file."""
        if picture not in self._peaks:
            self.change(picture, error=self._as_error(error))

    def preview(self, source: Path | bytes, done: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand over the thumbnail of a picture that isn't in the list; nothing if it cannot be read."""
        self._reader.ask(
            Request(
                f"preview {source!r:.200}",
                lambda: tasks.make_thumbnail(source),
                done,
                lambda error: None,
                URGENT,
            )
        )
