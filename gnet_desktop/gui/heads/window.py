"""The heads' own window: how the answer develops with depth, and each head step by step."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers import sentences
from gnet_desktop.gui.answers.notices import Remark
from gnet_desktop.gui.answers.values import ShownAnswers, shown_of
from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.ground import Ground
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import of_which_run, reference_words
from gnet_desktop.gui.heads.courses import between, courses
from gnet_desktop.gui.heads.readouts import Fitted, Readouts, read_out
from gnet_desktop.gui.heads.section import HeadSection
from gnet_desktop.gui.heads.timeline import Timeline
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.inspection.answers import DEPTH
from gnet_desktop.inspection.head_parts import HeadParts, head_parts
from gnet_desktop.inspection.readout import FEWEST
from gnet_desktop.network.architecture import AUXILIARY
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


class HeadsView(Speaking, Ground):
    """Timeline aux1 → aux2 → main; below, what flows through aux1 and aux2."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setWindowTitle(self.tr("Heads"))
        self.setAccessibleName(self.tr("Heads"))
        self.header = PanelHeader(self.tr("Heads"))
        self.unit = Segmented([(False, self.tr("Probability, %")), (True, self.tr("Logit"))])
        self.unit.setAccessibleName(self.tr("Numbers as probabilities or logits"))
        self.unit.explain({False: explained(word="probability"), True: explained(word="logit")})
        self.unit.chosen.connect(lambda logits: workspace.change_view(logits=logits))
        self.steps = Segmented([(False, self.tr("Activations")), (True, self.tr("Added to the answer"))])
        self.steps.setAccessibleName(self.tr("What the steps show"))
        self.steps.explain({False: explained(word="map"), True: explained(word="contribution")})
        self.steps.set_value(False)
        self.steps.chosen.connect(self._show_steps)
        self._parts: Derived[tuple[Result, int | None], dict[str, HeadParts]] = Derived(
            workspace, "head parts", self.refresh
        )
        self.readouts = Readouts(workspace, self.refresh)
        self.depths = IconButton("sort", self.tr("Every depth"), checkable=True)
        self.depths.clicked.connect(self._ask_depths)
        self.header.add(self.depths)
        self.header.add(self.unit)
        self.header.add(self.steps)
        self.says, self.warning, self.timeline = Remark("says"), Remark("warn"), Timeline()
        self.reading = Label()
        self.reading.setFont(font(12))
        self.reading.setWordWrap(True)
        self.reading.setContentsMargins(16, 0, 16, 8)
        self.sections = {name: HeadSection(name) for name in AUXILIARY}
        self.empty = Label()
        self.empty.setFont(font(13))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self.resize(1400, 960)
        ends = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.reference_result_changed.subscribe(self.refresh),
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.view_changed.subscribe(lambda _: self.refresh()),
            workspace.explained_changed.subscribe(self.refresh),
        ]
        ends += [
            workspace.pictures_changed.subscribe(self.refresh),
            self._parts.end,
            self.readouts.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        strips = QVBoxLayout()
        strips.setContentsMargins(16, 12, 16, 4)
        strips.addWidget(self.says)
        strips.addWidget(self.warning)
        column.addLayout(strips)
        column.addWidget(self.timeline)
        column.addWidget(self.reading)
        for section in self.sections.values():
            column.addWidget(section)
            section.unit_wanted.connect(self._workspace.choose_unit)
        column.addStretch(1)
        self._scroller = ScrollPage(self.tr("Heads"))
        self._scroller.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.empty, 1)
        whole.addWidget(self._scroller, 1)

    def refresh(self) -> None:
        """The result, the checkpoint or the unit of numbers changed."""
        workspace, result = self._workspace, self._workspace.own_result
        self.unit.set_value(workspace.view.logits)
        self.header.set_note(self._note())
        self.empty.setVisible(result is None)
        self._scroller.setVisible(result is not None)
        self.empty.setText(self.tr("Open a picture to see what the heads say."))
        parts = self._wanted_parts(result)
        if parts is not None:
            for name, section in self.sections.items():
                section.show_result(workspace, result, parts.get(name), self._reference)
        if result is not None:
            self._show(result)

    @property
    def _reference(self) -> Result | None:
        """What the heads are compared with: nothing where they are the reference's own."""
        workspace = self._workspace
        return None if workspace.stale or workspace.shows == "reference" else workspace.reference_result

    def _show_steps(self, parts: bool) -> None:
        self.steps.set_value(parts)
        self.refresh()

    def _ask_depths(self) -> None:
        result = self._workspace.own_result
        if result is not None:
            self.readouts.toggle(result)
        self.refresh()

    def _wanted_parts(self, result: Result | None) -> dict[str, HeadParts] | None:
        """What each value adds, by head; empty if nobody wants it, None while it is being worked out.

        That happens once a pass and class, by the thread that owns the weights.
        """
        loaded = self._workspace.network_of(result) if result is not None else None
        if not self.steps.value or result is None or loaded is None:
            return {}
        asked = result, self._workspace.explained
        return self._parts.get(asked, lambda: _parts(loaded.network, *asked))

    def _note(self) -> str:
        workspace, result = self._workspace, self._workspace.said
        checkpoint = workspace.checkpoint if result is None else result.checkpoint
        parts = [] if checkpoint is None else [name_of(checkpoint.provenance.path)]
        if result is not None and result.key.picture in workspace.pictures:
            parts.append(workspace.pictures[result.key.picture].name)
        if workspace.shows != "this" and not workspace.stale:
            parts.append(of_which_run(workspace))
        elif self._reference is not None:
            parts.append(self.tr("dashed: {0}").format(reference_words(workspace)))
        if workspace.stale:
            parts.append(self.tr("the next picture is being computed"))
        return " · ".join(parts)

    def _show(self, result: Result) -> None:
        workspace = self._workspace
        shown: ShownAnswers = shown_of(
            result, workspace.trained_of(result), rows=7, logits=workspace.view.logits
        )
        standing = shown.standing
        untrained = tuple(head for head, one in standing.items() if one == "untrained")
        self.says.say(sentences.verdict_sentence(shown))
        words = sentences.untrained_sentence(shown, result.checkpoint)
        if standing["main"] == "not a number":
            words = sentences.not_a_number_sentence(None)
        self.warning.say(words)
        logits, reference = workspace.view.logits, self._reference
        drawn = courses(result, untrained, logits=logits, reference=reference)
        fitted = self.readouts.of(result)
        differs = reference is not None and workspace.shows == "difference"
        if differs:
            drawn = between(drawn, logits=logits)
        elif fitted is not None:
            drawn = read_out(drawn, fitted, result, logits=logits)
        self.timeline.show_courses(
            drawn,
            standing=standing,
            logits=logits,
            stale=workspace.stale,
            agreement=fitted.agreement if fitted is not None and not differs else None,
            between=differs,
        )
        # between nothing and main there is nothing to draw, unless readouts stand in
        self._lone = all(standing[head] == "absent" for head in AUXILIARY)
        self.timeline.setVisible(not self._lone or (fitted is not None and not differs))
        self._show_depths(fitted)

    def _show_depths(self, fitted: Fitted | None) -> None:
        """The button and the line about readouts: what they are, or how many pictures they take."""
        busy, possible = self.readouts.found.busy, self.readouts.possible
        self.depths.setEnabled(possible)
        self.depths.setChecked(busy or fitted is not None)
        if possible:
            if self._lone:
                self.reading.setText(
                    self.tr(
                        "This file has no auxiliary heads, so main is the only depth that answers. Every"
                        " depth shows what each module alone would answer."
                    )
                )
            words = self.tr("A linear readout of every module, fitted on the {0} pictures of the list")
            self.depths.setToolTip(tip(words.format(whole(self.readouts.pictures))))
        else:
            words = self.tr(
                "Every depth shows what each module alone would answer. It is fitted on the pictures in the"
                " list and takes at least {0} pictures (open now: {1})."
            ).format(FEWEST, len(self._workspace.pictures))
            self.depths.setToolTip(tip(words))
            self.reading.setText(words)
        self.reading.setVisible(busy or fitted is not None or not possible or self._lone)
        if busy:
            words = self.tr("Fitting readouts: {0} %")
            self.reading.setText(words.format(round(100 * self.readouts.found.share)))
        elif fitted is not None and not fitted.readouts:
            words = self.tr("Only {0} pictures could be read; readouts take {1}.")
            self.reading.setText(words.format(len(fitted.pictures), FEWEST))
        elif fitted is not None:
            words = self.tr(
                "Dashed: what a linear readout of each module would answer, fitted on the other pictures of"
                " the list ({0} in all). The percentages say how often it agrees with main on a picture"
                " that it was not fitted on."
            )
            self.reading.setText(words.format(len(fitted.pictures)))

    def copy_numbers(self) -> str:
        """A table with tabs: a line a class, its value at each head, and the reference's."""
        drawn = self.timeline.courses
        compared = any(course.before for course in drawn)
        names = [*DEPTH, *(f"{head} reference" for head in DEPTH if compared)]
        lines = ["\t".join(["class", *names])]
        for course in drawn:
            columns = dict(course.points), *([dict(course.before)] if compared else [])
            cells = [f"{one[head]:.6g}" if head in one else "" for one in columns for head in DEPTH]
            lines.append("\t".join([course.name, *cells]))
        return "\n".join(lines)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: sentences carry colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()
        super().changeEvent(event)


def _parts(network: "GoogLeNet", result: Result, explained: int | None) -> dict[str, HeadParts]:
    """By head: what adds to the class that is explained, else to the head's own first answer."""
    found: dict[str, HeadParts] = {}
    for head in network.architecture.heads:
        answers = result.record.answers.get(head.name)
        if answers is None:
            continue
        index = explained if explained is not None and explained < head.classes else answers.top(1)[0][0]
        parts = head_parts(network, result.record, head, index)
        if parts is not None:
            found[head.name] = parts
    return found
