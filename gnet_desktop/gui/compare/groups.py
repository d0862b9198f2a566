"""The units that tell two marked groups of pictures apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.gui.compare.rows import BarRow, BarRows
from gnet_desktop.gui.compare.view import CompareView
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.comparing.groups import Apart
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_words
from gnet_desktop.workspace.compared import APART_COLUMNS, apart_rows
from gnet_desktop.workspace.comparing import ToldApart, tell_groups_apart
from gnet_desktop.workspace.pooling import Source
from gnet_desktop.workspace.state import Workspace

MOST: Final = 40

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class _Asked:
    network: str
    convention: Convention
    groups: tuple[tuple[int, ...], tuple[int, ...]]
    sources: tuple[tuple[Source, ...], tuple[Source, ...]] = field(compare=False, repr=False)


class GroupsView(CompareView):
    """``unit_wanted(unit)`` when one was clicked."""

    unit_wanted = Signal(object)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, self.tr("What tells two groups apart"), parent)
        self._found: Growing[_Asked, ToldApart | UsageError] = Growing(
            workspace, "groups apart", self.refresh
        )
        self._stopped: _Asked | None = None
        self.save = self._saving(self.tr("These units as JSON, or as a table (CSV)"), self._save)
        self.about = self._words(12.5)
        self.stop = Button(self.tr("Stop"))
        self.stop.clicked.connect(self._press)
        self.rows = BarRows(self.tr("Units, the clearest first"), signed=True, wide=0.36)
        self.rows.activated.connect(self.unit_wanted)
        for widget in (self.sentence, self.about, self.rows):
            self.column.addWidget(widget)
        self.column.insertWidget(2, self.stop, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self.resize(720, 820)
        ends = [
            workspace.marks.changed.subscribe(self.refresh),
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.selection_changed.subscribe(self.refresh),
            self._found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    @property
    def told(self) -> ToldApart | None:
        """The units; None while they are worked out, or cannot be."""
        found = self._told()
        return found if isinstance(found, ToldApart) else None

    def _told(self) -> ToldApart | UsageError | None:
        asked, loaded = self._asked(), self._workspace.network
        if asked is None or loaded is None or asked == self._stopped or not self.isVisible():
            self._found.stop()
            return None
        return self._found.get(
            asked,
            lambda progress: _tell(
                lambda: tell_groups_apart(
                    loaded.network, asked.sources, asked.convention, MOST, lambda share: progress(share, None)
                )
            ),
        )

    def _asked(self) -> _Asked | None:
        workspace = self._workspace
        if workspace.network is None or workspace.convention is None or not workspace.marks.complete:
            return None
        groups = workspace.marks.groups
        first, second = (tuple(workspace.pictures[one].source for one in group) for group in groups)
        return _Asked(workspace.network.name, workspace.convention, groups, (first, second))

    @override
    def refresh(self) -> None:
        """Other groups, another unit, or more is known."""
        found, counts = self._told(), [len(group) for group in self._workspace.marks.groups]
        told = found if isinstance(found, ToldApart) else None
        if told is not None:
            counts = list(told.counts)
        self.sentence.setText(self.tr("{0} pictures (A) against {1} (B)").format(*counts))
        self.about.setText(self._about(found))
        asked = self._asked() if self.isVisible() else None
        self.stop.setVisible(self._found.busy or (asked is not None and asked == self._stopped))
        self.stop.setText(self.tr("Stop") if self._found.busy else self.tr("Go on"))
        self.save.setEnabled(told is not None)
        self.rows.setVisible(told is not None)
        if told is not None:
            self.rows.show_rows(
                rows_of(told.units, self._workspace.selection.unit),
                self.tr("mean in A | in B · to the right: more in A"),
            )

    def _about(self, found: object) -> str:
        if self._found.busy:
            return self.tr("{0} % of the pictures seen").format(round(100 * self._found.share))
        if isinstance(found, GNetError):
            return str(found)
        if not self._workspace.marks.complete:
            return self.tr(
                "Mark pictures in the list (Ctrl or Shift and a click, or Shift and an arrow), and make them"
                " group A or B by their menu. Each needs two or more."
            )
        return self.tr(
            "Each unit's mean over a picture's cells: the difference of the groups' means, in deviations"
            " within the groups. Of thousands of units some differ by chance where pictures are few."
        )

    def _press(self) -> None:
        self._stopped = self._asked() if self._found.busy else None
        self.refresh()

    def _save(self) -> None:
        told = self.told
        if told is None:
            return
        pictures = self._workspace.pictures
        groups = [
            {"pictures": [pictures[one].name for one in group], "read": count}
            for group, count in zip(self._workspace.marks.groups, told.counts, strict=True)
        ]
        rows = apart_rows(told)
        self._write("apart.json", lambda: {"groups": groups, "apart": rows}, APART_COLUMNS, rows)

    def copy_numbers(self) -> str:
        """A line a unit, with tabs."""
        told = self.told
        units = told.units if told is not None else ()
        return "\n".join(
            f"{one.part}:{one.channel}\t{one.first:.9g}\t{one.second:.9g}\t{one.effect:.9g}" for one in units
        )


def rows_of(units: Sequence[Apart], chosen: Unit | None) -> list[BarRow]:
    """A row a unit; the bar goes to the right where it is stronger in the first group."""
    finite = [abs(one.effect) for one in units if abs(one.effect) != float("inf")]
    most = max(finite, default=1.0)
    words = translate("Compare", "{0}: mean {1} in A, {2} in B, {3} deviations apart")
    rows = []
    for one in units:
        module, _, branch = one.part.partition("/")
        unit = Unit(module, branch, one.channel)
        name, means = name_words(unit.name), (number(one.first), number(one.second))
        rows.append(
            BarRow(
                unit,
                f"{name}   {means[0]} | {means[1]}",
                signed(one.effect),
                words.format(name, *means, signed(one.effect)),
                share=max(-1.0, min(1.0, one.effect / most)),
                branch=branch,
                picked=unit == chosen,
            )
        )
    return rows


def _tell(work: Callable[[], ToldApart]) -> ToldApart | UsageError:
    try:
        return work()
    except UsageError as error:
        return error
