"""One auxiliary head from its pool to its answers."""

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.standing import trained_words
from gnet_desktop.gui.answers.values import class_name, comparable, of_same_classes
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.heads.bars import HeadBars
from gnet_desktop.gui.heads.grids import Scroller, ValueGrid
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.inspection.head_parts import HeadParts
from gnet_desktop.network.architecture import HEAD_PLACES, Architecture, Head, Pool
from gnet_desktop.network.naming import unit_in_module, unit_of
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result


class _Arrow(QWidget):
    """From one step to the next."""

    WIDE: Final = 44

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(self.WIDE, 40)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A thin arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Theme.now().colour("line2"), 1.5))
        middle = self.height() // 2
        painter.drawLine(8, middle, 36, middle)
        painter.drawLine(30, middle - 5, 36, middle)
        painter.drawLine(30, middle + 5, 36, middle)
        painter.end()


class _Step(QWidget):
    """Title, what it does, the picture, what there is to count."""

    def __init__(self, title: str, word: str, widget: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.title, self.what, self.caption = Label(title), Label(), Label()
        self.title.setFont(font(13, 600))
        self.title.setToolTip(explained(word=word))
        for label in (self.what, self.caption):
            label.setFont(font(12))
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column.addWidget(self.title)
        column.addWidget(self.what)
        column.addSpacing(8)
        column.addWidget(widget)
        column.addSpacing(6)
        column.addWidget(self.caption)
        column.addStretch(1)


class _Steps(QWidget):
    """The four steps, each behind the one before; in two rows where one is too narrow for them.

    ``rows`` is how many there are.
    """

    def __init__(self, steps: Sequence[_Step]) -> None:
        super().__init__()
        self._steps, self._arrows = steps, [_Arrow() for _ in steps[1:]]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(14)
        self.rows = 0
        self._arrange(1)

    def _arrange(self, rows: int) -> None:
        """Place them; an arrow stands between two of the same row only."""
        if rows == self.rows:
            return
        self.rows, across = rows, len(self._steps) // rows
        for column in range(2 * len(self._steps)):
            self._grid.setColumnStretch(column, int(column == 2 * (across - 1)))
        for place, step in enumerate(self._steps):
            self._grid.addWidget(step, place // across, 2 * (place % across))
        for place, arrow in enumerate(self._arrows, 1):
            arrow.setVisible(place % across > 0)
            self._grid.addWidget(arrow, place // across, max(0, 2 * (place % across) - 1))

    def _width(self, rows: int) -> int:
        """What so many rows need."""
        across = len(self._steps) // rows
        wide = [step.minimumSizeHint().width() for step in self._steps]
        return sum(max(wide[column::across]) for column in range(across)) + (across - 1) * _Arrow.WIDE

    @override
    def minimumSizeHint(self) -> QSize:
        """As narrow as two rows; as high as those that there are."""
        return QSize(self._width(2), super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row or two."""
        super().resizeEvent(event)
        self._arrange(1 if self.width() >= self._width(1) else 2)


class HeadSection(Speaking, QWidget):
    """What flows through one head; greyed where it was never trained, explained where it is absent.

    ``unit_wanted(unit)`` when a map was clicked.
    """

    unit_wanted = Signal(object)
    spoken_role = Role.Grouping

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.setAccessibleName(name)
        self.title, self.place, self.reads, self.state = Label(name), Label(), Label(), Label()
        self.title.setFont(font(18, 600))
        self.state.setFont(font(12.5))
        self.state.setTextFormat(Qt.TextFormat.RichText)
        self.reads.setFont(font(12))
        self.title.setToolTip(explained(word="auxiliary head"))
        self.place.setText(self.tr("after {0}").format(HEAD_PLACES[name]))
        for label in (self.reads, self.state):
            label.setWordWrap(True)
        for label in (self.place, self.reads):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.pool = ValueGrid(self.tr("{0}, pooled maps").format(name))
        self.convolution = ValueGrid(self.tr("{0}, maps of the convolution").format(name))
        self.connected = ValueGrid(self.tr("{0}, fully connected values").format(name), vector=True)
        self.answers = HeadBars()
        self.steps = {
            "pool": _Step(self.tr("Average pool"), "pool", Scroller(self.pool, QSize(264, 190))),
            "conv": _Step(self.tr("Convolution 1×1"), "reduction", self.convolution),
            "fc": _Step(self.tr("Fully connected"), "fully connected", self.connected),
            "answers": _Step(self.tr("Answers"), "answer", self.answers),
        }
        self.missing = Label()
        self.missing.setWordWrap(True)
        self.missing.setFont(font(13))
        self._body = _Steps(list(self.steps.values()))
        side = QVBoxLayout()
        side.setSpacing(2)
        for label in (self.title, self.place, self.reads, self.state):
            side.addWidget(label)
        side.insertSpacing(2, 12)
        side.insertSpacing(4, 8)
        side.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 18, 24, 18)
        whole.setSpacing(12)
        whole.addLayout(side)
        whole.addWidget(self._body, 1)
        whole.addWidget(self.missing, 1)
        for label in (self.title, self.place, self.reads, self.state):
            label.setFixedWidth(140)
        self.pool.activated.connect(self._want_source)
        self.convolution.activated.connect(self._want_own)
        self._architecture: Architecture | None = None
        self._head: Head | None = None

    def show_result(
        self,
        workspace: Workspace,
        result: Result | None,
        parts: HeadParts | None = None,
        reference: Result | None = None,
    ) -> None:
        """Show a pass, or what is known without one.

        With ``parts`` the steps show what each value adds to that answer, not the values. With a
        ``reference`` the answers say how they differ from it, and the steps where that is shown.
        """
        checkpoint = workspace.checkpoint
        self._architecture = checkpoint.architecture if checkpoint is not None else None
        self._head = self._architecture.head(self.name) if self._architecture is not None else None
        there = self._head is not None
        self._body.setVisible(there)
        self.missing.setVisible(not there)
        trained = workspace.trained(self.name)
        self._explain(workspace, result, trained)
        if self._head is None or result is None:
            self._clear()
            return
        self._fill(workspace, result, self._head, parts, reference, faint=trained is False)

    def _explain(self, workspace: Workspace, result: Result | None, trained: bool | None) -> None:
        theme, checkpoint = Theme.now(), workspace.checkpoint
        self.reads.setText("")
        if self._head is None:
            words = self.tr(
                "This file has no {0}. Many released files leave the auxiliary heads out, since they help in"
                " training only; the answer of main is not affected."
            )
            self.missing.setText(words.format(self.name) if checkpoint is not None else "")
            self.state.setText("")
            return
        source = result.record[self._head.source].shape if result is not None else None
        if source is not None:
            cells = size(source[2], source[1])
            self.reads.setText(self.tr("reads {0} channels\n{1} cells").format(source[0], cells))
        known = checkpoint.heads.get(self.name) if checkpoint is not None else None
        why = known.why if known is not None and known.trained is not None else ""
        if trained is False and not why:
            why = self.tr("Near-even answers on every picture seen so far.")
        words = trained_words(trained)
        said = {
            True: f'<span style="color:{theme.good}">✓ {words}</span>',
            False: f'<span style="color:{theme.warn}">⚠ {words}</span><br>{escape(why)}',
            None: f"{words[:1].upper()}{words[1:]}.",
        }
        self.state.setText(said[trained])
        self.state.setToolTip(tip(why))

    def _clear(self) -> None:
        for grid in (self.pool, self.convolution, self.connected):
            grid.show_values(None, nominal=1, columns=1, colour_map="ember", stale=False)
        self.answers.show_answers(None, (), logits=False, faint=False, stale=False)
        for step in self.steps.values():
            step.what.setText("")
            step.caption.setText("")

    def _fill(
        self,
        workspace: Workspace,
        result: Result,
        head: Head,
        parts: HeadParts | None,
        reference: Result | None,
        *,
        faint: bool,
    ) -> None:
        seen, view = workspace.seen, workspace.view
        between = parts is None and reference is not None and workspace.shows == "difference"
        record = seen.record if between and seen is not None else result.record
        pooled, convolved = record.get(f"{head.name}/pool"), record.get(head.convolution.name)
        colour = faded(view.colour_map) if faint else view.colour_map
        architecture = result.checkpoint.architecture
        source = architecture.module(head.source)
        self.pool.names = tuple(
            f"{head.name}/pool:{channel} · {unit_in_module(architecture, source.name, channel).name}"
            for channel in range(source.outputs)
        )
        self.convolution.names = tuple(
            f"{head.convolution.name}:{channel}" for channel in range(head.convolution.outputs)
        )
        inner = head.layers[0].name if len(head.layers) > 1 else ""
        connected = record.get(inner) if inner else None
        if parts is not None:
            pooled, convolved, connected = parts.pool, parts.convolution, parts.connected
        shown = {
            "colour_map": colour,
            "stale": workspace.stale,
            "signed": "adds" if parts is not None else "differs" if between else "",
        }
        self.pool.show_values(pooled, nominal=28, columns=8, **shown)  # type: ignore[arg-type]
        self.convolution.show_values(convolved, nominal=16, columns=16, **shown)  # type: ignore[arg-type]
        self.connected.names = tuple(f"{inner}:{value}" for value in range(head.layers[0].outputs))
        self.connected.show_values(connected, nominal=6, columns=1, **shown)  # type: ignore[arg-type]
        names, answers = result.checkpoint.labels.names, record.answers.get(head.name)
        same = of_same_classes(result, reference)
        before = comparable(result.record.answers, same).get(head.name)
        self.answers.show_answers(
            answers, names, logits=view.logits, faint=faint, stale=workspace.stale, before=before
        )
        self._caption(result, head)
        if between:
            self._caption_between()
        if parts is not None:
            self._caption_parts(class_name(names, parts.index))

    def _caption_between(self) -> None:
        words = self.tr("this less the reference:\norange more, blue less")
        for key in ("pool", "conv", "fc"):
            self.steps[key].caption.setText(words)

    def _caption_parts(self, name: str) -> None:
        words = self.tr("what each adds to {0}:\norange adds, blue takes away").format(name)
        for key in ("pool", "conv", "fc"):
            self.steps[key].caption.setText(words)

    def _caption(self, result: Result, head: Head) -> None:
        record, steps = result.record, self.steps
        pooled = record.get(f"{head.name}/pool")
        steps["pool"].what.setText(self._pool_words(head, pooled.shape[1:] if pooled is not None else None))
        if pooled is None:
            notes = [note for note in record.notes if note.startswith(head.name)]
            steps["pool"].caption.setText("\n".join(notes))
            return
        steps["pool"].caption.setText(self.tr("all {0}, strongest first").format(len(pooled)))
        convolved = record[head.convolution.name]
        maps = self.tr("{0} maps of {1}").format(len(convolved), size(*convolved.shape[:0:-1]))
        steps["conv"].what.setText(maps)
        zeros = self.tr("{0} of {0} · {1} zero").format(len(convolved), self.convolution.zeros)
        steps["conv"].caption.setText(zeros)
        inner = record.get(head.layers[0].name) if len(head.layers) > 1 else None
        if inner is not None:
            name = head.layers[0].name.partition("/")[2]
            steps["fc"].what.setText(self.tr("{0}, {1} values").format(name, whole(len(inner))))
            silent = self.tr("{0} of {1} silent").format(whole(self.connected.zeros), whole(len(inner)))
            steps["fc"].caption.setText(silent)
        steps["answers"].what.setText(self.tr("{0} classes").format(whole(head.classes)))

    def _pool_words(self, head: Head, cells: tuple[int, ...] | None) -> str:
        to = f" → {size(cells[1], cells[0])}" if cells is not None else ""
        if isinstance(head.pool, Pool):
            kernel = size(head.pool.kernel, head.pool.kernel)
            return self.tr("{0}, step {1}").format(kernel, head.pool.stride) + to
        return self.tr("adaptive") + to

    def _want_source(self, channel: int) -> None:
        if self._architecture is not None and self._head is not None:
            self.unit_wanted.emit(unit_in_module(self._architecture, self._head.source, channel))

    def _want_own(self, channel: int) -> None:
        if self._head is not None:
            self.unit_wanted.emit(unit_of(self._head.convolution.name, channel))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The line above."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        painter.end()
