"""What a panel's header shows where not everything has room: names and controls before words."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget


class Folding(Protocol):
    """A choice of a few words that can be one word with a menu."""

    @property
    def whole_width(self) -> int:
        """Pixels that all words take."""

    def set_folded(self, folded: bool) -> None:
        """One word with a menu, or all."""

    def folded_width(self) -> int:
        """Pixels that the chosen word takes with the sign of a menu."""


def give_way(room: int, title: int, gap: int, words: Sequence[QWidget], choices: Sequence[Folding]) -> int:
    """Fold choices, the widest first, then show those ``words`` that have room whole, in their order.

    ``room`` is what controls leave, with all choices unfolded, and the beginning of the title;
    negative if it isn't enough. ``title`` is what the rest of the title takes: choices don't fold for
    it, words give way to it. Returns what is left in the end.
    """
    if room < 0:
        for choice in sorted(choices, key=lambda one: -one.whole_width):
            choice.set_folded(room < 0)
            room += choice.whole_width - choice.folded_width() if room < 0 else 0
    else:
        for choice in choices:
            choice.set_folded(False)
    room -= title
    for one in words:
        wide = max(one.minimumWidth(), one.sizeHint().width()) + gap
        has_room = wide <= room
        one.setVisible(has_room)
        room -= wide if has_room else 0
    return room
