"""Why this answer, side by side: the heads, or two classes and their difference; and how far to trust it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.ground import ToolWindow
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.why.asking import USUAL, Asked, asked_of, capital, heads_of, method_words, with_target
from gnet_desktop.gui.why.column import Column
from gnet_desktop.gui.why.drawing import DRAWN, drawn_words
from gnet_desktop.gui.why.menus import fill_question_menu, question_words
from gnet_desktop.gui.why.trusting import TrustSection
from gnet_desktop.gui.why.way import WaySection
from gnet_desktop.inspection.attribution.attribution import Target
from gnet_desktop.inspection.attribution.methods import METHODS, Method
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_COLUMNS: Final = 3


class WhyView(Speaking, ToolWindow):
    """Three maps at most, for one question; below, the plots of trust for the first."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setWindowTitle(self.tr("Why this answer"))
        self.setAccessibleName(self.tr("Why this answer"))
        self.header = PanelHeader(self.tr("Why this answer"))
        self.method = Segmented([(method, capital(method_words(method))) for method in METHODS])
        self.method.setAccessibleName(self.tr("Method"))
        self.method.chosen.connect(lambda method: workspace.change_view(why=method))
        short = {
            "map": self.tr("Map"),
            "signed": self.tr("Signed"),
            "outline": self.tr("Outline"),
            "focus": self.tr("Blur the rest"),
        }
        self.drawn = Segmented([(drawn, short[drawn]) for drawn in DRAWN])
        self.drawn.explain({drawn: capital(drawn_words(drawn)) for drawn in DRAWN})
        self.drawn.setAccessibleName(self.tr("How the map is drawn"))
        self.drawn.chosen.connect(lambda drawn: workspace.ask_why(drawn=drawn))
        self.options = IconButton("more", self.tr("Options"))
        self.options.clicked.connect(self._offer_options)
        for control in (self.method, self.drawn, self.options):
            self.header.add(control)
        self.question = Label()
        self.question.setFont(font(13))
        self.columns = [Column(workspace, f"why {number}", self.refresh) for number in range(_COLUMNS)]
        self.trust = TrustSection(workspace)
        self.trust.came.connect(self._show_trust, Qt.ConnectionType.QueuedConnection)
        self.way = WaySection(workspace)
        self.empty = Label(self.tr("Open a picture to ask why it is what it is."))
        self.empty.setFont(font(13))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self.resize(1240, 860)
        ends = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.explained_changed.subscribe(self.refresh),
            workspace.view_changed.subscribe(lambda _: self.refresh()),
            *(column.why.found.end for column in self.columns),
            self.trust.found.end,
            self.way.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.question)
        row = QHBoxLayout()
        row.setSpacing(16)
        for one in self.columns:
            row.addWidget(one, 1)
        column.addLayout(row, 1)
        column.addWidget(self.way)
        column.addWidget(self.trust)
        self._scroller = ScrollPage(self.windowTitle() or self.tr("Why this answer"))
        self._scroller.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.empty, 1)
        whole.addWidget(self._scroller, 1)

    @override
    def refresh(self) -> None:
        """The result, the question or what was found changed."""
        workspace = self._workspace
        result = workspace.own_result if self.isVisible() else None
        asked = self._asked(result) if result is not None else []
        self.method.set_value(workspace.view.why or USUAL)
        self.drawn.set_value(workspace.question.drawn)
        self.empty.setVisible(result is None)
        self._scroller.setVisible(result is not None)
        for column, one in zip(self.columns, [*asked, *[None] * _COLUMNS], strict=False):
            column.setVisible(one is not None)
            if one is not None and result is not None:
                column.show_asked(one, result)
            else:
                column.why.found.stop()
        self.trust.show_subject(asked[0] if asked else None, result)
        self.way.show_subject(asked[0] if asked else None, result)
        if asked and result is not None:
            entry = workspace.pictures.get(result.key.picture)
            self.header.set_note(entry.name if entry is not None else "")
            self.question.setText(question_words(asked[0], result))

    def _show_trust(self) -> None:
        """The plots that were asked for, scrolled into sight once they are laid out."""
        self._scroller.ensureWidgetVisible(self.trust)

    def _asked(self, result: Result) -> list[Asked]:
        """By target: the class at each head; or the class, the other one, and their difference."""
        workspace = self._workspace
        method: Method = workspace.view.why or USUAL
        first = asked_of(workspace, result, method)
        if first is None:
            return []
        target = first.target
        if target.against is None:
            heads = [target.head, *(head for head in heads_of(result) if head != target.head)]
            targets = [Target(head, target.index) for head in heads]
        else:
            alone = [Target(target.head, index) for index in (target.index, target.against)]
            targets = [target, *alone]
        return [with_target(workspace, result, method, one) for one in targets]

    def _offer_options(self) -> None:
        result = self._workspace.own_result
        if result is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            fill_question_menu(menu, self._workspace, result)
            menu.popup(self.options.mapToGlobal(self.options.rect().bottomLeft()))

    def copy_numbers(self) -> str:
        """A line a map: what it is of, and its check."""
        shown = [column for column in self.columns if column.isVisible()]
        return "\n".join(f"{column.title.text()}\t{column.check.text()}" for column in shown)
