"""The list of pictures: what is in it, in which order, which one is current, and their thumbnails."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
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
from gnet_desktop.workspace.sifting import EVERYTHING, Sieve, Sifted, Sifting, sift
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.tally import Tally
from gnet_desktop.workspace.values import Doubt, ListedPicture, Outcome, Peaks

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
      sifted()               others are shown than before, though none came or went
    """

    def __init__(self, reader: Works, as_error: Callable[[BaseException], GNetError]) -> None:
        self.changed, self.entry_changed, self.sifted = Signal(), Signal(), Signal()
        self.current: int | None = None
        self.tally = Tally()
        self._sifting = Sifting()
        self._reader = reader
        self._as_error = as_error
        self._entries: dict[int, ListedPicture] = {}
        self._open: dict[int, None] = {}
        self._thumbnails: dict[int, None] = {}
        self._peaks: dict[int, Peaks] = {}
        self._ids = itertools.count(1)

    @property
    def entries(self) -> Mapping[int, ListedPicture]:
        """The pictures in their order, not to be written to."""
        return MappingProxyType(self._entries)

    @property
    def shown(self) -> Sequence[int]:
        """The ids of those that the sieve lets through, in their order."""
        return list(self._entries) if self.sieve == EVERYTHING else self._sifting.shown

    @property
    def sieve(self) -> Sieve:
        """Which pictures are shown."""
        return self._sifting.sieve

    @property
    def answered(self) -> int:
        """How many have an answer, or a reason why there is none."""
        return len(self._entries) - len(self._open)

    @property
    def peaks(self) -> Mapping[int, Peaks]:
        """{picture's id: largest values} of those that were answered, not to be written to."""
        return MappingProxyType(self._peaks)

    def add(self, sources: Iterable[Source]) -> list[int]:
        """Put pictures at the end; returns their ids. See `make_thumbnails`."""
        added = []
        for source in sources:
            name, data = (name_of(source), source) if isinstance(source, Path) else source
            entry = ListedPicture(next(self._ids), data, plain(name))
            self._entries[entry.id] = entry
            self._open[entry.id] = None
            self._note(None, entry)
            added.append(entry.id)
        if added:
            self.changed.emit()
        return added

    def remove(self, picture: int) -> int | None:
        """Take a picture off the list; gives its neighbour's id, None if none is left."""
        shown = self.shown
        order = list(shown if picture in shown else self._entries)
        place = order.index(picture)
        self._note(self._entries[picture], None)
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
        self.tally.clear()
        self._sifting = Sifting()
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
                lambda _error: None,
                URGENT,
            )
        )

    def _arrange(self, order: list[int]) -> None:
        """Take this order; what came meanwhile stays at the end, what went stays away."""
        there = {picture: self._entries[picture] for picture in order if picture in self._entries}
        self._entries = there | self._entries
        self._open = {picture: None for picture in self._entries if picture in self._open}
        self._look_through()
        self.changed.emit()

    # Which are shown

    def sift(self, sieve: Sieve) -> None:
        """Show only what passes; a long list is looked through in the background."""
        if sieve != self.sieve:
            self._sifting.sieve = sieve
            self._look_through()
            self.sifted.emit()

    def _look_through(self) -> None:
        """Look at every picture anew."""
        sieve, entries = self.sieve, list(self)
        if sieve == EVERYTHING:
            return
        if len(entries) <= LONG:
            self._sifting.take(sift(sieve, entries))
            return
        self._sifting.wait()
        self._reader.ask(
            Request(
                "sift",
                lambda: sift(sieve, entries),
                lambda sifted: self._have_sifted(sieve, sifted),
                lambda _error: None,
                URGENT,
            )
        )

    def _have_sifted(self, sieve: Sieve, sifted: Sifted) -> None:
        if sieve == self.sieve:
            self._sifting.take(sifted)
            self.sifted.emit()

    def _note(self, before: ListedPicture | None, after: ListedPicture | None) -> bool:
        """A picture came, went or changed: count it, and tell whether others are shown now."""
        self.tally.change(before, after)
        if self.sieve == EVERYTHING:
            return False
        if after is not None:
            return self._sifting.update(after)
        if before is not None:
            self._sifting.drop(before.id)
        return False

    def behind(self, picture: int, step: int) -> int | None:
        """The id ``step`` places further down among those that are shown; None outside the list."""
        if picture not in self._entries:
            return None
        shown = self.shown
        if picture not in shown:  # the next that is shown, seen from its place
            order = list(self._entries)
            place = order.index(picture)
            there = set(shown)
            rest = order[place + 1 :] if step > 0 else order[:place][::-1]
            return next(islice((one for one in rest if one in there), abs(step) - 1, None), None)
        place = shown.index(picture) + step
        return shown[place] if 0 <= place < len(shown) else None

    def __iter__(self) -> Iterator[ListedPicture]:
        return iter(tuple(self._entries.values()))

    # What is known of each

    def change(self, picture: int, **fields: object) -> None:
        """Change fields of an entry, if it is still there."""
        if picture in self._entries:
            before = self._entries[picture]
            entry = self._entries[picture] = replace(before, **fields)  # type: ignore[arg-type]
            self._note_open(entry)
            others = self._note(before, entry)
            self.entry_changed.emit(picture)
            if others:
                self.sifted.emit()

    def _note_open(self, entry: ListedPicture) -> None:
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

    def learn(self, outcome: Outcome, doubts: frozenset[Doubt] = frozenset()) -> None:
        """Note what the network says of a picture of the list."""
        picture = outcome.result.key.picture
        self._peaks[picture] = outcome.peaks
        self.change(picture, best=outcome.best, doubts=doubts, error=None)

    def forget_answers(self) -> None:
        """What the network said of them, or why it could not, counts no more; tells nobody."""
        self._peaks.clear()
        for entry in self:
            if entry.best is not None or entry.error is not None:
                new = self._entries[entry.id] = replace(entry, best=None, error=None, doubts=frozenset())
                self._note(entry, new)
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

    def _make_thumbnail(self, entry: ListedPicture) -> None:
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
                lambda _error: None,
                URGENT,
            )
        )
