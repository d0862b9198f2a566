"""Which pictures of the list are shown: by words, by answer, by what is doubtful."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from gnet_desktop.workspace.values import DOUBTS, ListedPicture

Only = Literal["", "doubtful", "nothing fits", "heads disagree", "not opened"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a picture must have to be shown.

    ``text``: each of its words in the name or in the first answer, whatever their case;
    ``answer``: this first answer (empty: any); ``only``: that doubt, any doubt
    (``doubtful``), or that it could not be opened (empty: any picture).
    """

    text: str = ""
    answer: str = ""
    only: Only = ""

    def changed(self, **fields: object) -> "Sieve":
        """A copy with some of its parts replaced."""
        return replace(self, **fields)  # type: ignore[arg-type]

    @property
    def words(self) -> list[str]:
        """The words that are looked for."""
        return self.text.casefold().split()

    def passes(self, entry: ListedPicture) -> bool:
        """Whether a picture is shown."""
        answer = entry.best[0] if entry.best else ""
        if self.answer and answer != self.answer:
            return False
        return self._is_meant(entry) and self._has_words(f"{entry.name} {answer}")

    def _is_meant(self, entry: ListedPicture) -> bool:
        if self.only == "not opened":
            return entry.error is not None
        if self.only == "doubtful":
            return bool(entry.doubts)
        return not self.only or self.only in entry.doubts

    def _has_words(self, text: str) -> bool:
        words = self.words
        text = text.casefold() if words else ""
        return all(word in text for word in words)


EVERYTHING: Final = Sieve()
CHOICES: Final[Sequence[Only]] = ("", "doubtful", *DOUBTS, "not opened")
"""What ``only`` may be."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """The ids that passed, in the list's order, and the place of every picture in it."""

    shown: list[int]
    places: dict[int, int]


def sift(sieve: Sieve, entries: Sequence[ListedPicture]) -> Sifted:
    """Look at every picture once."""
    places = {entry.id: place for place, entry in enumerate(entries)}
    return Sifted([entry.id for entry in entries if sieve.passes(entry)], places)


class Sifting:
    """What a sieve lets through, kept up to date picture by picture.

    Between `wait` and `take` the pictures are looked at elsewhere; what changes or goes
    meanwhile is looked at again.
    """

    def __init__(self) -> None:
        self.sieve = EVERYTHING
        self._sifted = Sifted([], {})
        self._meanwhile: dict[int, bool] | None = None

    @property
    def shown(self) -> Sequence[int]:
        """The ids that pass."""
        return self._sifted.shown

    def wait(self) -> None:
        """The pictures are being looked at."""
        self._meanwhile = {}

    def take(self, sifted: Sifted) -> None:
        """They were looked at."""
        self._sifted = sifted
        meanwhile, self._meanwhile = self._meanwhile or {}, None
        for picture, passes in meanwhile.items():
            self._set(picture, passes=passes)

    def update(self, entry: ListedPicture) -> bool:
        """A picture came or changed; whether others are shown now."""
        return self._set(entry.id, passes=self.sieve.passes(entry))

    def drop(self, picture: int) -> None:
        """A picture went."""
        self._set(picture, passes=False)

    def _set(self, picture: int, *, passes: bool) -> bool:
        if self._meanwhile is not None:
            self._meanwhile[picture] = passes
        shown, places = self._sifted.shown, self._sifted.places
        # whatever is new stands at the end: its number is above all places
        place = places.setdefault(picture, picture)
        at = bisect_left(shown, place, key=places.__getitem__)
        there = at < len(shown) and shown[at] == picture
        if there and not passes:
            del shown[at]
        elif passes and not there:
            shown.insert(at, picture)
        return there != passes
