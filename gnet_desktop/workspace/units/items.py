"""What stands on a card of the Units page: a unit, or a direction in a layer's channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.folder.units import row_of
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit, unit_of
from gnet_desktop.workspace.units.indexed import Subject

if TYPE_CHECKING:
    from gnet_desktop.inspection.visualisation.wanted import Wanted

ALL: Final = "all"
"""In place of a module's name: all of them."""


@dataclass(frozen=True, slots=True)
class Item:
    """A card's subject.

    ``unit`` is None for a direction and a class; ``channel`` counts in the module's output,
    of directions and classes it is their number; ``row`` is the place in an index, or of a
    direction in a count of its own, None where neither counts it.
    """

    wanted: "Wanted"
    unit: Unit | None
    module: str
    channel: int
    row: int | None

    @property
    def name(self) -> str:
        """``4a/5x5:11``, or a direction's name."""
        return self.wanted.name

    @property
    def subject(self) -> Unit | Subject | None:
        """Whose crops stand beside it; a class has none."""
        if self.unit is not None:
            return self.unit
        return None if self.row is None else Subject(unit_of(self.wanted.part, self.row), self.row)


def classes_of(architecture: Architecture, head: str, names: Sequence[str]) -> list[Item]:
    """The classes of a head."""
    from gnet_desktop.inspection.visualisation.wanted import class_wanted

    return [
        Item(class_wanted(architecture, head, number, name), None, head, number, None)
        for number, name in enumerate(names)
    ]


def units_of(architecture: Architecture, module: str, branch: str = "") -> list[Item]:
    """The units of a module (or of `ALL`), of one branch of it or of all four, in the module's order."""
    from gnet_desktop.inspection.visualisation.wanted import unit_wants

    found = []
    for one in architecture.modules:
        if module not in (ALL, one.name):
            continue
        for part in one.branches:
            if branch in ("", part.name):
                start = one.offset(part.name)
                first = row_of(architecture, Unit(one.name, part.name, 0))
                for number, wanted in enumerate(unit_wants(architecture, f"{one.name}/{part.name}")):
                    row = None if first is None else first + number
                    unit = unit_of(wanted.part, number)
                    found.append(Item(wanted, unit, one.name, start + number, row))
    return found


def _preference(spectrum: Spectrum, item: Item) -> float:
    preferred = spectrum.preferred(item.row) if item.row is not None else []
    return -preferred[0][1] if preferred else 1.0


def _strength(spectrum: Spectrum, item: Item) -> float:
    return -_number(spectrum.top_values[item.row, 0]) if item.row is not None else 0.0


def _silence(spectrum: Spectrum, item: Item) -> float:
    return -_number(spectrum.silent[item.row]) if item.row is not None else 0.0


ORDERS: Final[Mapping[str, Callable[[Spectrum, Item], float]]] = {
    "class": _preference,
    "strongest": _strength,
    "silent": _silence,
}
"""Orders that an index gives; without one, units stand by their numbers."""


def arranged(items: Sequence[Item], spectrum: Spectrum | None, order: str) -> list[Item]:
    """The items in an order of `ORDERS`, or as they are."""
    if spectrum is None or order not in ORDERS:
        return list(items)
    key = ORDERS[order]
    return sorted(items, key=lambda item: key(spectrum, item))


def _number(value: float) -> float:
    return float(value) if np.isfinite(value) else 0.0
