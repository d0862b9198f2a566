"""How many pictures got which answer, kept as they come."""

from collections import Counter
from typing import Final

from gnet_desktop.workspace.values import ListedPicture

SUSPICIOUS: Final = 6
"""Pictures from which one answer for all of them is worth a word."""


class Tally:
    """Counts of first answers, of doubts, and of pictures that could not be opened."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.doubts: Counter[str] = Counter()
        self.doubtful = self.failed = 0

    def clear(self) -> None:
        """No picture is left."""
        self.answers.clear()
        self.doubts.clear()
        self.doubtful = self.failed = 0

    def change(self, before: ListedPicture | None, after: ListedPicture | None) -> None:
        """A picture came, went or changed."""
        for entry, sign in ((before, -1), (after, 1)):
            if entry is not None:
                self._count(entry, sign)

    def _count(self, entry: ListedPicture, sign: int) -> None:
        if entry.best is not None:
            self.answers[entry.best[0]] += sign
            if not self.answers[entry.best[0]]:
                del self.answers[entry.best[0]]
        self.doubts.update(dict.fromkeys(entry.doubts, sign))
        self.doubtful += sign * bool(entry.doubts)
        self.failed += sign * (entry.error is not None)

    @property
    def same(self) -> tuple[str, int] | None:
        """The answer that every picture got, and their number; None where answers differ or are few."""
        if len(self.answers) != 1:
            return None
        (found,) = self.answers.items()
        return found if found[1] >= SUSPICIOUS else None
