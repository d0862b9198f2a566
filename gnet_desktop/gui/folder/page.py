"""The Folder page: figures at the left, the gallery in the middle, confusion at the right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.folder.rows import Filter, arranged, like_places
from gnet_desktop.folder.truth import Truth
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.page import Page
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.folder.chip import FilterChip
from gnet_desktop.gui.folder.confusion import OTHERS, Confusion
from gnet_desktop.gui.folder.figures import Figures
from gnet_desktop.gui.folder.gallery import Gallery
from gnet_desktop.gui.folder.matching import Matching
from gnet_desktop.gui.folder.pairs import Pairs
from gnet_desktop.gui.folder.progress import FolderProgress
from gnet_desktop.gui.folder.sections import CalibrationSection, ConventionsSection
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.shown import name_of, path_words, whole
from gnet_desktop.workspace.folder_run import FolderRun, FolderState

LEFT, RIGHT = 300, 420


class _Empty(QWidget):
    """Before a folder is open: what this page is for, and a way in."""

    def __init__(self, open_folder: Callable[[], None]) -> None:
        super().__init__()
        title = Label(self.tr("How right is this network on your pictures?"))
        title.setFont(font(20, 600))
        words = Label(
            self.tr(
                "Open a folder, or drop one here. Pictures in folders that are called like the classes are"
                " judged: accuracy with intervals, confusions, calibration, the surest mistakes.\n"
                "Without classes they are sorted and grouped by what the network says."
            )
        )
        words.setFont(font(13))
        words.setWordWrap(True)
        words.setMaximumWidth(560)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(words, 100)
        line.addStretch(1)
        self.button = Button(self.tr("Open a folder…"), primary=True)
        self.button.clicked.connect(open_folder)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(line)
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addStretch(3)


class FolderPage(Speaking, Page):
    """A folder's pictures: evaluated, filtered, sorted; one opens in Explore.

    ``picture_wanted(path)`` asks to open a picture in Explore, ``folder_wanted()`` for a folder,
    ``export_wanted()`` where to save what is known of it.
    """

    picture_wanted = Signal(Path)
    folder_wanted = Signal()
    export_wanted = Signal()
    spoken_role = Role.Grouping

    def __init__(
        self, run: FolderRun, post: Callable[[Callable[[], None]], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.run = run
        self.filter, self.order = Filter(), "sure"
        self.figures, self.gallery = Figures(), Gallery(post)
        self.confusion, self.pairs = Confusion(), Pairs()
        self.conventions, self.calibration = ConventionsSection(), CalibrationSection()
        self._matching: Matching | None = None
        self.progress = FolderProgress()
        self.empty = _Empty(self.folder_wanted.emit)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._whole())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect()
        self.refresh()

    def _whole(self) -> QWidget:
        self.left_header = PanelHeader("")
        again = IconButton("folder")
        again.setToolTip(self.tr("Open a folder…"))
        again.setAccessibleName(self.tr("Open a folder"))
        again.clicked.connect(self.folder_wanted)
        self.matching_button = IconButton("swap")
        self.matching_button.setToolTip(self.tr("Which class each folder means…"))
        self.matching_button.setAccessibleName(self.tr("Which class each folder means"))
        self.matching_button.clicked.connect(self.show_matching)
        self.left_header.add(self.matching_button)
        self.left_header.add(again)
        self.gallery_header = PanelHeader(self.tr("Gallery"))
        self._chips = QWidget()
        row = self._chip_row = QHBoxLayout(self._chips)
        row.setContentsMargins(12, 5, 12, 4)
        row.setSpacing(6)
        self.orders = Segmented(
            (
                ("sure", self.tr("Most sure")),
                ("unsure", self.tr("Least sure")),
                ("loss", self.tr("Loss")),
                ("answer", self.tr("Answer")),
                ("truth", self.tr("Truth")),
                ("name", self.tr("Name")),
            )
        )
        self.orders.setAccessibleName(self.tr("Sorted by"))
        self.which = Segmented(
            (
                ("all", self.tr("All")),
                ("wrong", self.tr("Wrong")),
                ("disagree", self.tr("Heads disagree")),
            )
        )
        self.which.setAccessibleName(self.tr("Which pictures are shown"))
        self.which.explain(
            {
                "wrong": self.tr("Pictures whose first answer is not their class"),
                "disagree": self.tr("Pictures whose first answer is not the same at every head"),
            }
        )
        self.gallery_header.add(self.which)
        self.gallery_header.add(self.orders)
        self.export_button = IconButton("file")
        self.export_button.setToolTip(self.tr("Save: a page, a table, figures, the wrong ones as a list…"))
        self.export_button.setAccessibleName(self.tr("Save what is known of this folder"))
        self.export_button.clicked.connect(self.export_wanted)
        self.gallery_header.add(self.export_button)
        self.right_header = PanelHeader(self.tr("Confusion"))
        self.right_header.set_note(self.tr("rows: truth · columns: first answer"))
        self.whole_button = IconButton("field")
        self.whole_button.setToolTip(self.tr("All classes again (0); the wheel zooms, dragging moves"))
        self.whole_button.setAccessibleName(self.tr("All classes again"))
        self.whole_button.hide()
        self.right_header.add(self.whole_button)
        figures = ScrollPage(self.tr("Figures"))
        figures.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        figures.setWidget(self._left())
        pairs = ScrollPage(self.tr("Most frequent mistakes"))
        pairs.setWidget(self.pairs)
        pairs_header = PanelHeader(self.tr("Most frequent mistakes"))
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(_column(self.right_header, self.confusion))
        right.addWidget(_column(pairs_header, pairs))
        right.setSizes([420, 380])
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(_column(self.left_header, figures))
        parts.addWidget(_column(self.gallery_header, self._chips, self.gallery))
        parts.addWidget(right)
        parts.setStretchFactor(1, 1)
        parts.setSizes([LEFT, 880, RIGHT])
        parts.setHandleWidth(1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts, 1)
        column.addWidget(self.progress)
        return whole

    def _left(self) -> QWidget:
        whole = QWidget()
        whole.setAutoFillBackground(True)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        for widget in (self.figures, self.conventions, self.calibration):
            column.addWidget(widget)
        column.addStretch(1)
        return whole

    def show_matching(self) -> Matching | None:
        """Show which class each name means, to be corrected."""
        state = self.run.state
        if state is None or state.evaluation is None:
            return None
        self._matching = Matching(self.run, self._truth, state.names, self)
        self._matching.show()
        return self._matching

    def _truth(self) -> Truth | None:
        state = self.run.state
        return state.evaluation.truth if state is not None and state.evaluation is not None else None

    def _connect(self) -> None:
        end = self.run.changed.subscribe(self.refresh)
        self.destroyed.connect(lambda: end())
        self.gallery.open_wanted.connect(self.picture_wanted)
        self.gallery.alike_wanted.connect(self.run.find_alike)
        self.orders.chosen.connect(self._sort)
        self.which.chosen.connect(self._show_which)
        self.whole_button.clicked.connect(self.confusion.show_whole)
        self.confusion.zoomed.connect(lambda: self.whole_button.setVisible(not self.confusion.sight.is_whole))
        self.figures.class_wanted.connect(lambda index: self.set_filter(Filter(truth=index)))
        self.confusion.cell_wanted.connect(self._show_cell)
        self.pairs.pair_wanted.connect(lambda truth, answer: self.set_filter(Filter(truth, answer)))
        self.conventions.compare_wanted.connect(self.run.try_conventions)
        self.conventions.stop_wanted.connect(self.run.stop_trying)
        self.conventions.convention_wanted.connect(self.run.use_convention)
        self.calibration.fit_wanted.connect(self.run.fit)
        self.calibration.keep_wanted.connect(self.run.keep_fit)
        self.calibration.forget_wanted.connect(self.run.forget_fit)
        self.progress.pause_wanted.connect(self.run.pause)
        self.progress.go_on_wanted.connect(self.run.go_on)

    def refresh(self) -> None:
        """Show the run as it stands."""
        state = self.run.state
        self._stack.setCurrentIndex(0 if state is None else 1)
        if state is None:
            return
        self.progress.show_state(state)
        self.left_header.set_title(name_of(state.folder))
        evaluation = state.evaluation
        source = evaluation.truth.source if evaluation and evaluation.pictures else self.tr("no truth")
        self.left_header.set_note(f"{whole(state.total)} · {source}")
        main = evaluation.heads.get("main") if evaluation is not None else None
        self.figures.show_evaluation(evaluation, state.names)
        judged = bool(evaluation and evaluation.pictures)
        self.conventions.show_tried(state.tried, state.trying, state.convention, judged=judged)
        self.calibration.show_fit(state.fit, state.calibration, judged=judged)
        if self._matching is not None and self._matching.isVisible():
            self._matching.show_truth()
        self.confusion.show_figures(main, state.names)
        self.pairs.show_figures(main, state.names)
        self._fill()

    def set_filter(self, wanted: Filter) -> None:
        """Show only the pictures that pass; the same filter again shows all."""
        self.run.forget_alike()
        self.filter = Filter() if wanted == self.filter else wanted
        cell = None
        if self.filter.truth is not None and (self.filter.answer is not None or self.filter.outside):
            cell = (self.filter.truth, OTHERS if self.filter.outside else self.filter.answer or 0)
        self.confusion.choose(cell)
        self._fill()

    def _show_which(self, which: str) -> None:
        """Of the pictures that pass the other filters all, the wrong ones, or those the heads disagree on."""
        wanted = replace(
            self.filter,
            right=False if which == "wrong" else None,
            agree=False if which == "disagree" else None,
        )
        if wanted != self.filter:
            self.set_filter(wanted)

    def _show_cell(self, truth: int, answer: int) -> None:
        outside = answer == OTHERS
        self.set_filter(Filter(truth=truth, answer=None if outside else answer, outside=outside))

    def _sort(self, order: str) -> None:
        self.order = order
        self.run.forget_alike()
        self._fill()

    def _fill(self) -> None:
        state = self.run.state
        if state is None or state.rows is None:
            return
        likeness: dict[int, float] = {}
        places = arranged(state.rows, self.filter, self.order)
        if state.alike is not None:
            places, likeness = like_places(state.rows, state.alike)
        self.gallery.pictures.show_rows(state.folder, state.rows, state.names, places, likeness)
        self.gallery_header.set_note(whole(len(places)))
        wanted = self.filter
        self.which.set_value(
            "wrong" if wanted.right is False else "disagree" if wanted.agree is False else "all"
        )
        self._show_chips(state)

    def _show_chips(self, state: FolderState) -> None:
        row = self._chip_row
        while (item := row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for name, words in self._filters(state):
            chip = FilterChip(words)
            chip.clicked.connect(lambda _=False, name=name: self._take_off(name))
            row.addWidget(chip)
        self._chips.setVisible(row.count() > 0)
        row.addStretch(1)

    def _filters(self, state: FolderState) -> list[tuple[str, str]]:
        wanted, names = self.filter, state.names
        if state.alike is not None:
            name = path_words(state.alike.path.rpartition("/")[2])
            return [("alike", self.tr("like {0}").format(name))]
        found = []
        if wanted.truth is not None:
            found.append(("truth", self.tr("true: {0}").format(names[wanted.truth])))
        if wanted.answer is not None:
            found.append(("answer", self.tr("answer: {0}").format(names[wanted.answer])))
        if wanted.outside:
            found.append(("outside", self.tr("answer: another class")))
        if wanted.right is not None:
            words = self.tr("right") if wanted.right else self.tr("wrong")
            found.append(("right", self.tr("answer: {0}").format(words)))
        if wanted.agree is not None:
            found.append(("agree", self.tr("heads agree") if wanted.agree else self.tr("heads disagree")))
        return found

    def _take_off(self, name: str) -> None:
        if name == "alike":
            self.run.forget_alike()
            return
        off = {"outside": False}.get(name)
        self.set_filter(replace(self.filter, **{name: off}))  # type: ignore[arg-type]

    @property
    @override
    def settled(self) -> bool:
        """Whether the folder is answered and judged, and what is on the screen drawn."""
        state = self.run.state
        if state is None:
            return True
        judged = state.state == "done" and state.evaluation is not None and state.trying is None
        return judged and not self.gallery.thumbnails.waiting

    @override
    def close_run(self) -> None:
        """The window closes."""
        self.run.close()
        self.gallery.thumbnails.close()


def _column(*parts: QWidget) -> QWidget:
    """Widgets one below the other; the last takes the room."""
    widget = QWidget()
    widget.setAutoFillBackground(True)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, part in enumerate(parts, 1):
        column.addWidget(part, place == len(parts))
    return widget
