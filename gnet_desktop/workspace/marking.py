"""Which pictures of the list are marked, and the two groups that were made of them."""

from collections.abc import Container
from typing import Final

from gnet_desktop.workspace.signal import Signal

Pictures = tuple[int, ...]
LETTERS: Final = ("A", "B")
"""What the two groups are called."""


class Marks:
    """Ids of pictures; ``changed()`` when others are marked, or a group is another."""

    def __init__(self) -> None:
        self.changed = Signal()
        self._marked: Pictures = ()
        self._groups: dict[str, Pictures] = {}

    @property
    def marked(self) -> Pictures:
        """The marked pictures in the list's order; none where only one is, which is the current one."""
        return self._marked

    @property
    def groups(self) -> tuple[Pictures, Pictures]:
        """The two groups."""
        return self._groups.get("A", ()), self._groups.get("B", ())

    @property
    def complete(self) -> bool:
        """Whether there are two groups of two or more."""
        return all(len(group) > 1 for group in self.groups)

    def letter(self, picture: int) -> str:
        """The group that a picture is in; empty for none."""
        return next((letter for letter, group in self._groups.items() if picture in group), "")

    def mark(self, pictures: Pictures) -> None:
        """Mark these and no others."""
        pictures = pictures if len(pictures) > 1 else ()
        if pictures != self._marked:
            self._marked = pictures
            self.changed.emit()

    def gather(self, letter: str) -> None:
        """Make a group of what is marked; a picture is in one group at most."""
        kept = {
            name: tuple(one for one in group if one not in self._marked)
            for name, group in self._groups.items()
        }
        self._set(kept | {letter: self._marked})

    def forget_groups(self) -> None:
        """No groups."""
        self._set({})

    def keep(self, pictures: Container[int]) -> None:
        """What is no longer in the list is neither marked nor in a group."""
        self.mark(tuple(one for one in self._marked if one in pictures))
        self._set(
            {name: tuple(one for one in group if one in pictures) for name, group in self._groups.items()}
        )

    def _set(self, groups: dict[str, Pictures]) -> None:
        groups = {name: group for name, group in groups.items() if group}
        if groups != self._groups:
            self._groups = groups
            self.changed.emit()
