"""The answers panel: what main, aux2 and aux1 say, side by side."""

from html import escape
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers import sentences
from gnet_desktop.gui.answers.notices import AbsentCard, Remark, StaleMark
from gnet_desktop.gui.answers.table import AnswersTable
from gnet_desktop.gui.answers.values import ShownAnswers, as_text, of_same_classes, shown_of
from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import obstacle, of_which_and_next, of_which_run, reference_words
from gnet_desktop.gui.looks.theme import PANEL_HEADER, font
from gnet_desktop.inspection.statistics import first_non_finite
from gnet_desktop.network.architecture import AUXILIARY, HEADS
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_ROWS: Final = (3, 12)
_USUAL: Final = 7
_HIGH, _LOW = 28, 22
_TIGHT: Final = 260


class AnswersPanel(PassesFocus, Speaking, QWidget):
    """Rows of classes in main's order, a column for each head.

    A click on a class explains it: the lanes stand by what their units add to it. A
    second click goes back to the first answer.
    """

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: ShownAnswers | None = None
        self._rows = _USUAL
        self.setAccessibleName(self.tr("Answers"))
        self._build()
        ends = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.reference_result_changed.subscribe(self.refresh),
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.loading_changed.subscribe(self._loading_changed),
            workspace.current_changed.subscribe(self._current_changed),
            workspace.entry_changed.subscribe(self._entry_changed),
            workspace.view_changed.subscribe(self._view_changed),
            workspace.explained_changed.subscribe(self._show_explained),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def _build(self) -> None:
        self.header = PanelHeader(self.tr("Answers"))
        self.stale_mark = StaleMark()
        self.unit = Segmented([(False, self.tr("Probability, %")), (True, self.tr("Logit"))])
        self.unit.setAccessibleName(self.tr("Numbers as probabilities or logits"))
        self.unit.explain({False: explained(word="probability"), True: explained(word="logit")})
        self.unit.chosen.connect(lambda logits: self._workspace.change_view(logits=logits))
        self.order = IconButton("sort", checkable=True)
        self.order.setToolTip(tip(self.tr("The most changed answers first (A)")))
        self.order.setAccessibleName(self.tr("The most changed answers first"))
        self.order.clicked.connect(
            lambda on: self._workspace.change_view(answers_by="change" if on else "answer")
        )
        self.header.add(self.stale_mark)
        self.header.add(self.order)
        self.header.add(self.unit)
        self.says, self.doubt = Remark("says"), Remark("doubt")
        self.untrained, self.broken = Remark("warn"), Remark("bad")
        self.warned, self.assumed = Remark("warn"), Remark("doubt")
        self.assumed.setToolTip(self.tr("The checkpoint card offers other choices."))
        self.table, self.empty = AnswersTable(), Label()
        self.absent = AbsentCard(self.table)
        self.empty.setFont(font(13))
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 24, 24, 24)
        self.table.class_wanted.connect(self._explain)
        self._strips = QVBoxLayout()
        self._strips.setContentsMargins(16, 12, 16, 6)
        self._strips.setSpacing(6)
        for notice in self._notices:
            self._strips.addWidget(notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(self._strips)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        self.keeper = self.table

    @property
    def _notices(self) -> tuple[Remark, ...]:
        return self.broken, self.warned, self.untrained, self.says, self.doubt, self.assumed

    @property
    def shown(self) -> ShownAnswers | None:
        """What is shown."""
        return self._shown

    def copy_numbers(self) -> str:
        """The table with tabs: one line a class."""
        entry = self._workspace.pictures.get(self._result_id or 0)
        if self._shown is None or entry is None:
            return ""
        return as_text(self._shown, entry.name)

    @property
    def _result_id(self) -> int | None:
        return None if self._workspace.said is None else self._workspace.said.key.picture

    def refresh(self) -> None:
        """The result or the checkpoint changed."""
        self._show()

    def _loading_changed(self) -> None:
        if self._workspace.result is None:
            self._show()

    def _current_changed(self) -> None:
        # what is marked as old names the picture that is next now
        if self.table.stale:
            self._show()

    def _entry_changed(self, entry_id: int) -> None:
        # its error is said here; and any answer may settle whether the heads were ever trained
        failed = entry_id == self._workspace.current and self._workspace.result is None
        if failed or self._undecided:
            self._show()

    @property
    def _undecided(self) -> bool:
        return any(self._workspace.trained(head) is None for head in AUXILIARY)

    def _view_changed(self, old: object) -> None:
        view = self._workspace.view
        if any(getattr(old, name, None) != getattr(view, name) for name in ("logits", "answers_by")):
            self._show()

    def _explain(self, index: int) -> None:
        if index == self._workspace.explained:
            self._workspace.explain(None)
        else:
            self._workspace.explain(index)
            self._workspace.change_view(sort="contribution")

    def _show_explained(self) -> None:
        self.table.show_explained(self._workspace.explained)

    def _show(self) -> None:
        workspace, result = self._workspace, self._workspace.said
        self.unit.set_value(workspace.view.logits)
        self.order.setVisible(self._reference is not None)
        self.order.setChecked(workspace.view.answers_by == "change")
        self._shown, broken = self._compute(), ""
        if result is not None and self._shown is not None and self._shown.standing["main"] == "not a number":
            broken = sentences.not_a_number_sentence(first_non_finite(result.record))
        self._say(self._shown, broken)
        self._arrange()
        self.table.show_answers(None if broken else self._shown, stale=self._workspace.stale)
        self.table.setVisible(result is not None and not broken)
        self.empty.setText("" if result is not None else self._empty_words())
        self.empty.setVisible(result is None or bool(broken))
        self._place_absent()

    def _compute(self) -> ShownAnswers | None:
        return None if self._workspace.said is None else self._shown_of(self._workspace.said, self._reference)

    def _shown_of(self, result: Result, reference: Result | None = None) -> ShownAnswers:
        trained, logits = self._workspace.trained_of(result), self._workspace.view.logits
        return shown_of(
            result,
            trained,
            rows=self._rows,
            logits=logits,
            reference=reference,
            by_change=self._workspace.view.answers_by == "change",
        )

    @property
    def _reference(self) -> Result | None:
        """What the numbers are compared with: nothing where the reference's own stand there."""
        workspace = self._workspace
        return None if workspace.stale or workspace.shows == "reference" else workspace.reference_result

    def _verdict(self, shown: ShownAnswers) -> str:
        """What the heads say, and the reference's; of a changed network, what the changes did."""
        workspace, result, reference = self._workspace, self._workspace.result, self._reference
        if workspace.shows == "reference":
            return sentences.reference_sentence(shown, reference_words(workspace))
        if result is None or reference is None:
            return sentences.verdict_sentence(shown)
        if result.key.changes and reference.key == result.key.unchanged:
            return sentences.changed_sentence(shown, result, reference)
        other = sentences.reference_sentence(self._shown_of(reference), reference_words(workspace))
        apart = "" if of_same_classes(result, reference) else sentences.other_classes_sentence()
        return " ".join(filter(None, (sentences.verdict_sentence(shown), other, apart)))

    def _say(self, shown: ShownAnswers | None, broken: str) -> None:
        stale = self._workspace.stale
        self.header.set_note("" if stale else self._note(shown))
        self.stale_mark.say(of_which_and_next(self._workspace))
        self.broken.say(broken)
        sound = shown if not broken else None
        result = self._workspace.said
        untrained = sentences.untrained_sentence(sound, result.checkpoint) if sound and result else ""
        self.untrained.say(untrained)
        self.says.say(self._verdict(sound) if sound else "")
        self.doubt.say(escape(sound.doubt) if sound and sound.doubt else "")
        self.warned.say(sentences.warning_sentence(result.checkpoint) if result is not None else "")
        self.assumed.say(sentences.unsaid_sentence(result.checkpoint) if result is not None else "")
        title, why = "", ""
        if sound is not None and result is not None:
            title, why = sentences.absent_sentences(sound, result.record.notes)
        self.absent.say(title, why)

    def _note(self, shown: ShownAnswers | None) -> str:
        if shown is None:
            return ""
        if self._workspace.shows == "reference":
            return of_which_run(self._workspace)
        if shown.present == len(HEADS):
            return self.tr("of three heads")
        return self.tr("{0} of 3 heads").format(shown.present)

    def _empty_words(self) -> str:
        workspace = self._workspace
        entry = workspace.pictures.get(workspace.current or 0)
        if entry is not None and entry.error is not None:
            return self.tr("{0} could not be opened, so there is no answer.").format(entry.name)
        if entry is None:
            return self.tr("Drop a picture here and look inside.")
        return obstacle(workspace) or self.tr("Looking at {0}").format(entry.name)

    def _arrange(self) -> None:
        """As many rows as fit; they get lower before they get fewer than seven."""
        tight = self.height() < _TIGHT
        for notice in self._notices:
            notice.set_tight(tight=tight)
        spoken = [notice for notice in self._notices if not notice.isHidden()]
        self._strips.setContentsMargins(16, 6 if tight else 12, 16, (2 if tight else 6) if spoken else 0)
        width = max(100, self.width() - 32)
        strips = sum(notice.heightForWidth(width) + 6 for notice in spoken)
        # in the window the header is the dock's title bar, and so outside
        header = PANEL_HEADER if self.header.parentWidget() is self else 0
        rows, high = fitting_rows(self.height() - header - strips - (8 if tight else 18))
        self.table.set_row_height(high)
        if rows != self._rows:
            self._rows = rows
            self._shown = self._compute()

    def _place_absent(self) -> None:
        """The card over the columns of the heads that aren't there."""
        table = self.table
        top = table.horizontalHeader().height() + 4
        bottom = top + table.row_height * max(2, table.answers.rowCount() - 1) - 8
        left = table.column_left("aux2") - 8
        self.absent.setGeometry(left, top, max(0, table.width() - left - 12), bottom - top)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer rows."""
        super().resizeEvent(event)
        self._show()
        self.table.fit_columns()
        self._place_absent()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: sentences carry a colour."""
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
        super().changeEvent(event)


def fitting_rows(room: int) -> tuple[int, int]:
    """(rows of classes, their height) in ``room`` pixels, which also holds a header and the others."""
    high = min(_ROWS[1], room // _HIGH - 2)
    if high >= _USUAL:
        return high, _HIGH
    rows = min(_USUAL, max(_ROWS[0], room // _LOW - 2))
    return rows, min(_HIGH, max(_LOW, room // (rows + 2)))
