"""Two checkpoints: what moved, before any picture; then what they see in pictures, and answer otherwise."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.compare import told
from gnet_desktop.gui.compare.asking import Asked, Likenesses, Over, Pair, networks, pair_of
from gnet_desktop.gui.compare.grid import TableGrid
from gnet_desktop.gui.compare.rows import BarRows
from gnet_desktop.gui.compare.view import CompareView
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.inspection.comparing.moving import PartMove, part_moves
from gnet_desktop.inspection.comparing.similarity import ENOUGH
from gnet_desktop.network.naming import units_of_part
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.compared import PART_COLUMNS, likeness_facts, part_rows
from gnet_desktop.workspace.comparing import Compared, pictures_under
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace

_MOST_ROWS: Final = 24
"""Units and pictures that are listed; the file that is saved has all."""


class CheckpointsView(CompareView):
    """The checkpoint in use against that of the reference.

    ``part_wanted(name)`` asks to show a part in Explore, ``unit_wanted(unit)`` a unit,
    ``picture_wanted(id)`` a picture; ``other_wanted`` asks for another checkpoint.
    ``ask_folder`` asks for a folder of pictures.
    """

    part_wanted, unit_wanted, picture_wanted = Signal(str), Signal(object), Signal(int)
    other_wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, self.tr("Compare checkpoints"), parent)
        self.ask_folder: Callable[[], Path | None] = lambda: None
        self._moves: Derived[Pair, list[PartMove]] = Derived(workspace, "moves", self.refresh)
        self._likenesses = Likenesses(workspace, self.refresh)
        self._folder: Over | None = None
        self._asked: Asked | None = None
        self._module = ""
        self._make()
        self._build()
        self.resize(1240, 860)
        ends = [
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.reference_changed.subscribe(self.refresh),
            workspace.pictures_changed.subscribe(self.refresh),
            self._moves.end,
            self._likenesses.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def _make(self) -> None:
        self.other = IconButton("folder", self.tr("Another checkpoint…"))
        self.other.clicked.connect(self.other_wanted)
        self.header.add(self.other)
        self.save = self._saving(self.tr("All of this as JSON, or the parts as a table (CSV)"), self._save)
        self.grid = TableGrid(self.tr("How far the weights moved"))
        self.grid.about = self.tr(
            "The length of the difference over the length of the first's weights, with biases and folded"
            " norms."
        )
        self.others = BarRows(self.tr("Stem, classifier and heads"))
        self.alignment = TableGrid(self.tr("How alike the modules are"))
        self.alignment.about = self.tr(
            "Centred kernel alignment (CKA), linear and unbiased: 1 where two modules tell pictures apart in"
            " the same way, about 0 where they have nothing to do with each other. Rows: this; columns: the"
            " reference."
        )
        self.units = BarRows(self.tr("Units and their partners"), wide=0.24)
        self.changed = BarRows(self.tr("Answered otherwise"))
        self.changed.empty = self.tr("Main answers all of these pictures the same.")
        self.right = BarRows(self.tr("Right by one alone"))
        self.right.empty = self.tr("Both are right, or wrong, about the same pictures.")
        self.right.about = self.tr(
            "Of the pictures whose folder is called like a class of both. p: how likely so uneven a count is"
            " if neither network is better (McNemar's exact test)."
        )
        self.over, self.about = self._words(12.5), self._words(12.5)
        self.about.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.start = Button(self.tr("Compare over them"), primary=True)
        self.folder = Button(self.tr("Over a folder…"))
        self.open_list = Button(self.tr("Over the open pictures"))
        self.start.clicked.connect(self._press)
        self.folder.clicked.connect(self._choose_folder)
        self.open_list.clicked.connect(lambda: self._take(None))
        self.grid.activated.connect(self._want_part)
        self.others.activated.connect(self._want_part)
        self.alignment.activated.connect(self._choose_cell)
        self.units.activated.connect(self.unit_wanted)
        self.changed.activated.connect(self._want_picture)
        self.right.activated.connect(self._want_picture)

    def _build(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, parts in (
            (left, (self.grid, self.others)),
            (right, (self._question(), self.about, self.alignment, self.changed, self.right, self.units)),
        ):
            column.setSpacing(16)
            for part in parts:
                column.addWidget(part)
            column.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        self.column.setSpacing(16)
        self.column.addWidget(self.sentence)
        self.column.addLayout(columns, 1)
        self.empty = _Empty(self.other_wanted.emit)
        self.outer.insertWidget(1, self.empty, 1)

    def _question(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.over, 1)
        for button in (self.open_list, self.folder, self.start):
            row.addWidget(button)
        return line

    # What is shown

    @property
    def moves(self) -> Sequence[PartMove]:
        """How far each part moved; empty until it is known."""
        both, pair = networks(self._workspace), pair_of(self._workspace)
        if both is None or pair is None:
            return ()
        return self._moves.get(pair, lambda: part_moves(both[0].network, both[1].network)) or ()

    @property
    def compared(self) -> Compared | None:
        """What the two see in pictures, once it was asked for and is there."""
        found = self._likenesses.of(self._question_now())
        return found if isinstance(found, Compared) else None

    @property
    def pictures(self) -> Over:
        """The pictures to compare over."""
        return self._folder or Over.of_list(self._workspace)

    def _question_now(self) -> Asked | None:
        """What was asked, as long as it is about what is open now."""
        asked = self._asked
        if asked is not None and (asked.pair != pair_of(self._workspace) or asked.over != self.pictures):
            self._asked = None
        return self._asked

    @override
    def refresh(self) -> None:
        """Something else is open, or more is known."""
        both = networks(self._workspace) if self.isVisible() else None
        turned = self.empty.isVisible() != (both is None)
        self.empty.setVisible(both is None)
        self.scroller.setVisible(both is not None)
        if turned:
            self.begin()
        self.save.setEnabled(both is not None)
        if both is None:
            self._likenesses.found.stop()
            self.header.set_note("")
            return
        names = [name_of(one.checkpoint.provenance.path) for one in both]
        self.header.set_note(self.tr("{0} against {1}, the reference").format(*names))
        moves = self.moves
        self.sentence.setText(told.summary(moves, *names) if moves else self.tr("Comparing the weights…"))
        self.grid.show_cells(told.columns(), *told.branch_cells(moves))
        self.others.show_rows(told.other_rows(moves))
        self._show_over()

    @override
    def begin(self) -> None:
        """The keyboard at the page, or at the way in."""
        if self.empty.isVisible():
            self.empty.button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().begin()

    def _show_over(self) -> None:
        asked = self._question_now()
        found = self._likenesses.of(asked)
        busy, compared = self._likenesses.found.busy, found if isinstance(found, Compared) else None
        count = len(self.pictures.names)
        where = (
            self.tr("Over {0} pictures of a folder") if self._folder else self.tr("Over {0} open pictures")
        )
        self.over.setText(where.format(whole(count)))
        self.start.setText(self.tr("Stop") if busy else self.tr("Compare over them"))
        self.start.setVisible(compared is None)
        self.start.setEnabled(busy or count >= ENOUGH)
        self.open_list.setVisible(self._folder is not None)
        self.about.setText(self._about(count, found))
        self.about.setVisible(compared is None)
        for part in (self.alignment, self.units, self.changed):
            part.setVisible(compared is not None)
        self.right.setVisible(compared is not None and compared.right is not None)
        if compared is not None:
            self._show_compared(compared)

    def _about(self, count: int, found: object) -> str:
        if self._likenesses.found.busy:
            return self.tr("{0} % done").format(round(100 * self._likenesses.found.share))
        if isinstance(found, GNetError):
            return str(found)
        if count < ENOUGH:
            return self.tr(
                "How alike the modules are, and whose partner each unit is, takes {0} pictures or more:"
                " below that, chance looks like likeness."
            ).format(ENOUGH)
        return self.tr(
            "Both networks see every picture, each under its own convention: how alike their modules are,"
            " whose partner each unit is, and what they answer otherwise."
        )

    def _show_compared(self, compared: Compared) -> None:
        likeness = compared.likeness
        self.alignment.show_cells(
            [(name, "") for name in likeness.second],
            likeness.first,
            told.alignment_cells(compared),
            self.tr("CKA, n = {0}").format(whole(likeness.pictures)),
        )
        over = self.pictures
        rows = told.changed_rows(compared, over.names, over.ids)
        self.changed.show_rows(rows[:_MOST_ROWS], told.changed_note(compared))
        if compared.right is not None:
            rows = told.right_rows(compared.right, over.names, over.ids)
            self.right.show_rows(rows[:_MOST_ROWS], told.right_note(compared.right))
        self._show_units(compared)

    def _show_units(self, compared: Compared) -> None:
        both = networks(self._workspace)
        self._module = self._module or told.farthest(self.moves)
        if both is None or self._module not in compared.likeness.matches:
            return
        self.alignment.choose((self._module, self._module))
        architectures = [one.checkpoint.architecture for one in both]
        units = tuple(list(units_of_part(one, self._module)) for one in architectures)
        rows = told.unit_rows(compared, self._module, (units[0], units[1]))
        self.units.title = self.tr("Units of {0} and their partners").format(self._module)
        self.units.about = told.units_note(compared, self._module)
        kept = len(compared.likeness.matches[self._module].partner) - compared.likeness.moved(self._module)
        note = self.tr("{0} of {1} keep their number").format(
            whole(kept), whole(len(compared.likeness.matches[self._module].partner))
        )
        self.units.show_rows(rows[:_MOST_ROWS], note)

    # What a person does

    def _press(self) -> None:
        pair = pair_of(self._workspace)
        if self._likenesses.found.busy or pair is None:
            self._asked = None
        else:
            self._asked = Asked(pair, self.pictures)
        self.refresh()

    def _choose_folder(self) -> None:
        folder = self.ask_folder()
        if folder is not None:
            self._workspace.compute(
                "compare folder", lambda: Over.of_files(pictures_under([folder])), self._take
            )

    def _take(self, over: Over | None) -> None:
        self._folder, self._asked, self._module = over, None, ""
        self.refresh()

    def _choose_cell(self, value: object) -> None:
        compared = self.compared
        if isinstance(value, tuple) and compared is not None:
            self._module = str(value[0])
            self._show_units(compared)

    def _want_part(self, value: object) -> None:
        if isinstance(value, str):
            self.part_wanted.emit(value)

    def _want_picture(self, value: object) -> None:
        if isinstance(value, int):
            self.picture_wanted.emit(value)

    def facts(self) -> dict[str, object]:
        """All of it as `compare --with` prints it."""
        both, compared = networks(self._workspace), self.compared
        assert both is not None
        architectures = both[0].checkpoint.architecture, both[1].checkpoint.architecture
        named = [
            {"checkpoint": one.checkpoint.provenance.path.name, "sha256": one.checkpoint.provenance.sha256}
            for one in both
        ]
        return {
            "first": named[0],
            "second": named[1],
            "parts": part_rows(self.moves),
            "over": likeness_facts(compared, architectures, self.pictures.names) if compared else None,
        }

    def _save(self) -> None:
        self._write("compared.json", self.facts, PART_COLUMNS, part_rows(self.moves))

    def copy_numbers(self) -> str:
        """A line a part, with tabs."""
        return "\n".join(f"{move.part}\t{told.distance_words(move)}" for move in self.moves)


class _Empty(QWidget):
    """Before another checkpoint is open: what this is for, and a way in."""

    def __init__(self, open_other: Callable[[], None]) -> None:
        super().__init__()
        title = Label(self.tr("What did fine-tuning change?"))
        title.setFont(font(20, 600))
        words = Label(
            self.tr(
                "Open a second checkpoint. Before any picture you see which branches moved and by how much,"
                " and which modules are identical; over pictures, how alike the two see them and what they"
                " answer otherwise."
            )
        )
        words.setFont(font(13))
        words.setWordWrap(True)
        words.setMaximumWidth(560)
        self.button = Button(self.tr("Open another checkpoint…"), primary=True)
        self.button.clicked.connect(open_other)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 0)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(words, 100)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
