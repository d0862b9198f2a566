"""What the cards of the Units page are of: units, classes or directions; all or some, in their order."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.folder.alike import AlikeUnits
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.gui.units.head import OFFERED, UnitsHead
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import channel_counts
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units import directions, likeness
from gnet_desktop.workspace.units.directions import Directions
from gnet_desktop.workspace.units.indexed import Indexed
from gnet_desktop.workspace.units.items import Item, arranged, classes_of, units_of
from gnet_desktop.workspace.units.recounts import Recounts
from gnet_desktop.workspace.values import Result


class Listing(QObject):
    """``directions`` are shown in place of units while there are some; ``changed()`` tells of new ones."""

    changed = Signal()

    def __init__(self, workspace: Workspace, indexed: Indexed, head: UnitsHead) -> None:
        super().__init__(head)
        self._workspace, self._indexed, self._head = workspace, indexed, head
        self.recounts = Recounts(workspace, indexed)
        self.directions: Directions | None = None
        self._factors: tuple[str, int] | None = None
        head.factors_wanted.connect(self.show_factors)
        head.picture_wanted.connect(self.show_factors_of_picture)
        head.asked.connect(self._offer)
        end = self.recounts.changed.subscribe(self._take_factors)
        self.destroyed.connect(lambda: end())

    @property
    def shows_units(self) -> bool:
        """Whether cards are of units, not of directions or classes."""
        return self.directions is None and not self._head.shows_classes

    @property
    def view(self) -> str:
        """How units are shown; anything else comes only as cards."""
        return str(self._head.views.value) if self.shows_units else "cards"

    def items(self, checkpoint: Checkpoint) -> list[Item]:
        """All that may have cards."""
        if self.directions is not None and not _fits(self.directions, checkpoint):
            self.directions = None
        if self.directions is not None:
            return list(self.directions.items)
        head = self._head
        if head.shows_classes:
            return classes_of(checkpoint.architecture, head.heads.value, checkpoint.labels.names)
        return units_of(checkpoint.architecture, head.modules.value, head.branches.value)

    def arranged(
        self, items: Sequence[Item], spectrum: Spectrum | None, alike: AlikeUnits | None
    ) -> list[Item]:
        """All in their order, or those that say the same or several things."""
        if self.view not in _LISTS:
            return arranged(items, spectrum, self._head.orders.value)
        return _LISTS[self.view](items, alike) if alike is not None else []

    def alike(self, items: Sequence[Item]) -> AlikeUnits | None:
        """What is known of the module's units, where the view shows it; asked for if it isn't known."""
        checkpoint = self._workspace.checkpoint
        if self.view not in _LISTS or checkpoint is None or not items:
            return None
        module = checkpoint.architecture.module(items[0].module)
        found = self.recounts.get(likeness.key_of(module.name), likeness.counted(module))
        return found if isinstance(found, AlikeUnits) else None

    def count(self) -> Spectrum | None:
        """What the directions do over the folder; asked for if it isn't known."""
        if self.directions is None:
            return None
        found = self.recounts.get(self.directions.key, directions.counted(self.directions))
        return found if isinstance(found, Spectrum) else None

    # Words

    def note(self, count: int, total: int, alike: AlikeUnits | None) -> str:
        """How many there are, of what; or what stands in the way."""
        if self.directions is not None:
            words = self.tr("{0} directions of {1} in {2}")
            return words.format(count, self.directions.name, self.directions.part)
        if self._head.shows_classes:
            return self.tr("{0} classes").format(whole(count))
        if self.view not in _LISTS:
            return self.tr("{0} units").format(whole(count))
        if alike is not None:
            return self.tr("{0} of {1} units, over {2} pictures").format(
                whole(count), whole(total), whole(alike.pictures)
            )
        if self._indexed.state is None or self._indexed.state.index is None:
            return self.tr("Open a folder of pictures first")
        return self.progress

    @property
    def progress(self) -> str:
        """How far the pictures are looked through."""
        return self.tr("looking at the pictures: {0} %").format(round(100 * (self.recounts.share or 0)))

    # Directions

    @property
    def part(self) -> str:
        """The layer that directions are in: the chosen branch, or the module."""
        chosen, branch = self._head.modules.value, self._head.branches.value
        module = chosen if chosen in MODULES else self._workspace.selection.module
        return f"{module}/{branch}" if branch else str(module)

    def open_directions(self, path: Path) -> None:
        """Show the directions of a file for the chosen layer; what is wrong with them is said."""
        checkpoint = self._workspace.checkpoint
        try:
            if checkpoint is None:
                raise UsageError(self.tr("No checkpoint is open."), "", self.tr("Open one first."))
            found = directions.read(path, checkpoint.architecture, self.part)
        except GNetError as error:
            self._workspace.failed.emit(error)
        else:
            self._show(found)

    def show_factors(self, label: int) -> None:
        """Take the cells of a class's pictures apart, and show the factors as directions."""
        self._factors = self.part, label
        self._take_factors()

    def show_factors_of_picture(self) -> None:
        """Take the cells of the current picture apart, and show the factors as directions."""
        result, part, checkpoint = self._workspace.result, self.part, self._workspace.checkpoint
        maps = result.record.get(part) if result is not None else None
        if result is None or maps is None or checkpoint is None:
            return
        name = _picture_name(result)
        cells = np.ascontiguousarray(maps.reshape(len(maps), -1).T)
        self._workspace.compute(
            "factors",
            lambda: directions.taken_apart(cells),
            lambda found: self._show(directions.directions_of(checkpoint.architecture, part, name, found)),
        )

    def _offer(self) -> None:
        """The current picture can be taken apart where it has been passed through this network."""
        result = self._workspace.result
        self._head.picture = "" if result is None or self._workspace.stale else _picture_name(result)

    def offered(self) -> list[tuple[int, str]]:
        """The classes with the most pictures in the folder."""
        state, checkpoint = self._indexed.state, self._workspace.checkpoint
        if state is None or state.index is None or checkpoint is None:
            return []
        spectrum, names = state.index.spectrum, checkpoint.labels.names
        order = sorted(range(len(spectrum.classes)), key=lambda one: -int(spectrum.class_pictures[one]))
        classes = [int(spectrum.classes[one]) for one in order]
        return [(one, names[one]) for one in classes if one < len(names)][:OFFERED]

    def close(self) -> None:
        """The window closes."""
        self.recounts.stop()

    def _take_factors(self) -> None:
        checkpoint = self._workspace.checkpoint
        if self._factors is None or checkpoint is None:
            return
        part, label = self._factors
        found = self.recounts.get(("factors", part, label), directions.factors(part, label))
        if found is not None:
            self._factors = None
            name = checkpoint.labels.names[label]
            self._show(directions.directions_of(checkpoint.architecture, part, name, found))

    def _show(self, found: Directions) -> None:
        self.directions = found
        self.changed.emit()


_LISTS: Final[Mapping[str, Callable[[Sequence[Item], AlikeUnits], list[Item]]]] = {
    "same": likeness.same_items,
    "several": likeness.several_items,
}
"""Views that show some of the units."""


def _picture_name(result: Result) -> str:
    return name_of(Path(result.picture.source))


def _fits(found: Directions, checkpoint: Checkpoint) -> bool:
    """Whether directions are of a part of this network."""
    count = channel_counts(checkpoint.architecture).get(found.part)
    return count == len(found.items[0].wanted.direction.array)
