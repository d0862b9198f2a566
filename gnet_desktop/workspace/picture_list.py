"""The list of pictures: what is in it, in which order, which one is current, and their thumbnails."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

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

LONG: Final = 1000
"""Pictures from which a list is so long that nothing is done for all of them at once."""
MOST_THUMBNAILS: Final = 2000
MOST_ANSWERED: Final = 4000
"""Pictures of which the largest value of every unit is kept, some 22 kB each; a folder's index holds more."""


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
        self._open: dict[int, None] = {}
        self._thumbnails: dict[int, None] = {}
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
            self._open[entry.id] = None
            added.append(entry.id)
        if added:
            self.changed.emit()
        return added

    def remove(self, picture: int) -> int | None:
        """Take a picture off the list; gives its neighbour's id, None if none is left."""
        order = list(self._entries)
        place = order.index(picture)
        for known in (self._entries, self._peaks, self._open, self._thumbnails):
            known.pop(picture, None)
        order.remove(picture)
        self.changed.emit()
        return order[min(place, len(order) - 1)] if order else None

    def clear(self) -> None:
        """Empty the list."""
        for known in (self._entries, self._peaks, self._open, self._thumbnails):
            known.clear()
        self.current = None
        self.changed.emit()

    def sort(self, order: str) -> None:
        """Put the list into one of `ORDERS` once; a long one is sorted in the background."""
        entries = list(self)
        if len(entries) <= LONG:
            self._arrange([entry.id for entry in in_order(entries, order)])
            return
        self._reader.ask(
            Request(
                "sort",
                lambda: [entry.id for entry in in_order(entries, order)],
                self._arrange,
                lambda error: None,
                URGENT,
            )
        )

    def _arrange(self, order: list[int]) -> None:
        """Take this order; what came meanwhile stays at the end, what went stays away."""
        there = {picture: self._entries[picture] for picture in order if picture in self._entries}
        self._entries = there | self._entries
        self._open = {picture: None for picture in self._entries if picture in self._open}
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
            entry = self._entries[picture] = replace(self._entries[picture], **fields)  # type: ignore[arg-type]
            self._note_open(entry)
            self.entry_changed.emit(picture)

    def _note_open(self, entry: Entry) -> None:
        if entry.error is None and entry.id not in self._peaks:
            self._open[entry.id] = None
        else:
            self._open.pop(entry.id, None)

    def unanswered(self) -> int | None:
        """The next picture that isn't current and has neither an answer nor a failure.

        None too once very many are answered: what is known of each takes room.
        """
        if len(self._peaks) >= MOST_ANSWERED:
            return None
        return next((picture for picture in self._open if picture != self.current), None)

    def learn(self, outcome: Outcome) -> None:
        """Note what the network says of a picture of the list."""
        picture = outcome.result.key.picture
        self._peaks[picture] = outcome.peaks
        self.change(picture, best=outcome.best, error=None)

    def forget_answers(self) -> None:
        """What the network said of them, or why it could not, counts no more; tells nobody."""
        self._peaks.clear()
        for entry in self:
            if entry.best is not None or entry.error is not None:
                self._entries[entry.id] = replace(entry, best=None, error=None)
        self._open = dict.fromkeys(self._entries)

    def make_thumbnails(self, pictures: Iterable[int]) -> None:
        """Make the thumbnails of these in the background; those of a long list when they are looked at."""
        if len(self._entries) <= LONG:
            for picture in pictures:
                self._make_thumbnail(self._entries[picture])

    def look_at(self, pictures: Iterable[int]) -> None:
        """Somebody looks at these rows: make their thumbnails before all others."""
        wanted = [self._entries[picture] for picture in pictures if picture in self._entries]
        missing = [entry for entry in wanted if entry.thumbnail is None and entry.error is None]
        if missing and len(self._entries) > LONG:
            self._reader.drop("thumbnail ")
            for entry in missing:
                self._make_thumbnail(entry)

    def _have_thumbnail(self, picture: int, pixels: NDArray[np.uint8]) -> None:
        """Keep it; of very many the oldest go."""
        self._thumbnails[picture] = None
        self.change(picture, thumbnail=pixels)
        if len(self._thumbnails) > MOST_THUMBNAILS:
            oldest = next(iter(self._thumbnails))
            del self._thumbnails[oldest]
            self.change(oldest, thumbnail=None)

    def _make_thumbnail(self, entry: Entry) -> None:
        self._reader.ask(
            Request(
                f"thumbnail {entry.id}",
                lambda: tasks.make_thumbnail(entry.source),
                lambda pixels: self._have_thumbnail(entry.id, pixels),
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
