"""What two checkpoints' comparison says in cells, rows and sentences."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.compare.grid import Cell
from gnet_desktop.gui.compare.rows import BarRow
from gnet_desktop.gui.painting.numbers import number, percent
from gnet_desktop.inspection.comparing.moving import PartMove
from gnet_desktop.inspection.comparing.rightness import Rightness
from gnet_desktop.network.architecture import BRANCHES, MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_words, whole
from gnet_desktop.workspace.comparing import Compared

BRANCH_NAMES: Final = {"1x1": "1×1", "3x3": "3×3", "5x5": "5×5", "pool_proj": "pool"}

translate = QCoreApplication.translate


def tr(text: str) -> str:
    """Words of the comparison in the window's language."""
    return translate("Compare", text)


def columns() -> list[tuple[str, str]]:
    """The heads of the table of branches: the whole module, and its four branches."""
    return [(tr("module"), ""), *((BRANCH_NAMES[branch], branch) for branch in BRANCHES)]


def branch_cells(moves: Sequence[PartMove]) -> tuple[list[str], list[list[Cell]]]:
    """(modules, a row of cells for each): how far the module and its four branches moved."""
    known = {move.part: move for move in moves}
    most = _most([move for move in moves if move.part.partition("/")[0] in MODULES])
    names: list[str] = [module for module in MODULES if module in known]
    parts = [[name, *(f"{name}/{branch}" for branch in BRANCHES)] for name in names]
    return names, [[_cell(part, known.get(part), most) for part in row] for row in parts]


def other_rows(moves: Sequence[PartMove]) -> list[BarRow]:
    """What lies in no module: stem, classifier, heads with their layers."""
    others = [move for move in moves if move.part.partition("/")[0] not in MODULES]
    most = _most(others)
    order = [one.part for one in others if not one.within]
    others.sort(key=lambda move: (order.index(move.within or move.part), bool(move.within)))
    return [
        BarRow(
            move.part,
            move.part,
            distance_words(move),
            f"{move.part}: {distance_words(move)}",
            share=_share(move, most),
            inner=bool(move.within),
        )
        for move in others
    ]


def farthest(moves: Sequence[PartMove]) -> str:
    """The module that moved most; the deepest where none did."""
    modules = [move for move in moves if move.part in MODULES]
    return max(reversed(modules), key=lambda move: move.distance or 0.0).part if modules else MODULES[-1]


def distance_words(move: PartMove) -> str:
    """How far: ``2.3 %`` of its size; or why there is nothing to tell."""
    if not move.partner:
        return tr("no partner")
    if move.distance is None:
        return tr("another shape")
    return tr("identical") if move.same else percent_of(move.distance)


def percent_of(distance: float) -> str:
    """A distance as a share of the size, which may be more than all of it."""
    return f"{number(100 * distance)} %"


def summary(moves: Sequence[PartMove], first: str, second: str) -> str:
    """The first thing to know, in a sentence or two."""
    branches = [move for move in moves if move.within in MODULES]
    modules = [move for move in moves if move.part in MODULES]
    if all(move.same for move in moves):
        return tr("{0} and {1} are equal, number by number.").format(first, second)
    told = [
        tr("From {0} to {1}, {2} of {3} branches moved.").format(
            first, second, sum(not move.same and move.partner for move in branches), len(branches)
        )
    ]
    far = max((move for move in branches if move.distance), key=lambda move: move.distance or 0, default=None)
    if far is not None and far.distance:
        told.append(
            tr("Farthest: {0}, by {1} of its size.").format(name_words(far.part), percent_of(far.distance))
        )
    frozen = [move.part for move in modules if move.same]
    if frozen:
        told.append(tr("Identical, number by number, and so probably frozen: {0}.").format(spans(frozen)))
    alone = [move.part for move in moves if not move.partner and not move.within]
    if alone:
        told.append(tr("Without a partner: {0}.").format(", ".join(alone)))
    other = [move.part for move in moves if move.partner and move.distance is None and not move.within]
    if other:
        told.append(tr("Of another shape: {0}.").format(", ".join(other)))
    return " ".join(told)


def spans(modules: Sequence[str]) -> str:
    """Neighbours in one: ``3a to 4d, 5a``."""
    runs: list[list[str]] = []
    for name in modules:
        before = runs[-1][-1] if runs else None
        if before is not None and MODULES.index(name) == MODULES.index(before) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else tr("{0} to {1}").format(run[0], run[-1]) for run in runs)


def alignment_cells(compared: Compared) -> list[list[Cell]]:
    """A cell for each two modules; a click wants the first's units, where both have that module."""
    found = compared.likeness
    words = tr("{0} of the first with {1} of the second: alignment {2}")
    return [
        [
            Cell(
                (one, other),
                "–" if value != value else f"{value:.2f}".replace("-", "−"),
                words.format(one, other, "–" if value != value else f"{value:.3f}"),
                None if value != value else max(0.0, float(value)),
            )
            for other, value in zip(found.second, values, strict=True)
        ]
        for one, values in zip(found.first, found.alignment, strict=True)
    ]


def unit_rows(compared: Compared, module: str, units: tuple[Sequence[Unit], Sequence[Unit]]) -> list[BarRow]:
    """A module's units with their partners: those with another number first, then the least alike."""
    match = compared.likeness.matches[module]
    ours, theirs = units
    rows = list[tuple[bool, float, BarRow]]()
    for unit, partner, value in zip(ours, match.partner, match.correlation, strict=True):
        if partner < 0 or not value:
            continue
        other = theirs[partner]
        text = tr("like {0}").format(name_words(other.name)) if other != unit else tr("the same unit")
        words = tr("{0}: {1}, correlation {2}").format(name_words(unit.name), text, f"{value:.3f}")
        row = BarRow(
            unit, name_words(unit.name), f"{text}  {value:.2f}", words, max(0.0, float(value)), unit.branch
        )
        rows.append((other == unit, float(value), row))
    return [row for _, _, row in sorted(rows, key=lambda one: (one[0], one[1]))]


def units_note(compared: Compared, module: str) -> str:
    """How many of a module's units kept their number."""
    match, found = compared.likeness.matches[module], compared.likeness
    active = int((match.correlation != 0).sum())
    kept = len(match.partner) - found.moved(module)
    return tr(
        "{0} of {1} are best matched by the unit of the same number; {2} vary over these pictures"
    ).format(whole(kept), whole(len(match.partner)), whole(active))


def changed_rows(compared: Compared, names: Sequence[str], pictures: Sequence[int | None]) -> list[BarRow]:
    """The pictures that main answers otherwise; ``pictures`` are their ids in the list, None for others."""
    return [
        BarRow(
            pictures[place],
            names[place],
            tr("{0}, then {1}").format(one, other),
            tr("{0}: {1}, then {2}").format(names[place], one, other),
        )
        for place, one, other in compared.changed
    ]


def changed_note(compared: Compared) -> str:
    """How many of all."""
    count, total = len(compared.changed), compared.likeness.pictures
    return tr("{0} of {1}, {2}").format(whole(count), whole(total), percent(count / max(1, total)))


def right_rows(right: Rightness, names: Sequence[str], pictures: Sequence[int | None]) -> list[BarRow]:
    """The pictures that one network alone answers rightly, as `changed_rows` takes them."""
    sides = (
        (right.first, tr("only this is right")),
        (right.second, tr("only the reference is right")),
    )
    return [
        BarRow(pictures[place], names[place], words, f"{names[place]}: {words}")
        for places, words in sides
        for place in places
    ]


def right_note(right: Rightness) -> str:
    """How many each alone, of how many, and whether that may be chance."""
    return tr("{0} against {1} of {2}, p = {3}").format(
        whole(len(right.first)), whole(len(right.second)), whole(right.judged), f"{right.chance:.2g}"
    )


def _cell(part: str, move: PartMove | None, most: float) -> Cell:
    if move is None:
        return Cell(None, "–", tr("{0}: not there").format(part))
    words = distance_words(move)
    return Cell(part, words, f"{name_words(part)}: {words}", _share(move, most))


def _share(move: PartMove, most: float) -> float | None:
    if move.same or move.distance is None:
        return None
    return move.distance / most if most else 0.0


def _most(moves: Sequence[PartMove]) -> float:
    return max((move.distance or 0.0 for move in moves), default=0.0)
