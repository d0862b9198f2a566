"""The strip below the bar: what is changed in the network, as chips, and what it is compared with.

Only there when something is changed or compared.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QWidget
from typing_extensions import override

from gnet_desktop.gui.compare.interaction import Together
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.changing import change_words
from gnet_desktop.gui.controls.common import ElidedLabel, IconButton
from gnet_desktop.gui.controls.factor import open_factor_slider
from gnet_desktop.gui.controls.plain import Label, menu_words
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import reference_words
from gnet_desktop.gui.lanes.no_difference import no_difference, same_run
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.hatching import hatch
from gnet_desktop.network.architecture import BRANCHES
from gnet_desktop.network.changes import Change
from gnet_desktop.workspace.state import Workspace

HEIGHT, CHIP = 36, 26
_EDGES, _GAP = (14, 0, 12), 10
_SWATCH = 12


class ChangeChip(QAbstractButton):
    """One change; a click, or dragging it out of the strip, takes it back."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change
        self.setText(change_words(change))
        self.setAccessibleName(self.tr("Take back: {0}").format(self.text()))
        self.setToolTip(self.tr("Click to take it back, right click to scale it"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setFont(font(12.5))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def sizeHint(self) -> QSize:
        """Swatch, words, cross."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 58, CHIP)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded chip with a hatched swatch in the branch's hue."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = "accent" if self.hasFocus() else "line2"
        painter.setPen(QPen(theme.colour(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(theme.colour("panel"))
        radius = CHIP / 2 - 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        swatch = QRectF(11, (CHIP - _SWATCH) / 2, _SWATCH, _SWATCH)
        part = self.change.part.partition("/")[2]
        known = next((branch for branch in BRANCHES if part and part.startswith(branch[:3])), None)
        hatch(painter, swatch, theme.branch(known) if known else theme.colour("text2"), theme.colour("panel"))
        painter.setPen(theme.colour("text"))
        painter.setFont(self.font())
        box = self.rect().adjusted(30, 0, -24, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
        draw_icon(painter, "close", QRectF(self.width() - 21, (CHIP - 10) / 2, 10, 10), theme.text3)
        painter.end()


class ChangesStrip(Speaking, QWidget):
    """Chips, reset, undo and redo; the reference, and which of the two runs is shown.

    ``reference_wanted`` when the menu of what can be compared shall open below `compared`.
    """

    reset_wanted, undo_wanted, redo_wanted, reference_wanted = Signal(), Signal(), Signal(), Signal()
    spoken_role = Role.ToolBar

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._page = workspace, "explore"
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Changes"))
        self.title = Label(self.tr("Changed"))
        self.title.setFont(font(12.5, 600))
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        self.more = Button()
        self.more.setFont(font(12.5))
        self.more.setToolTip(self.tr("Changes that don't fit here; choose one to undo it"))
        menu = QMenu(self.more)
        menu.aboutToShow.connect(lambda: self._list_more(menu))
        self.more.setMenu(menu)
        self.reset = Button(self.tr("Reset"))
        self.reset.setFlat(True)
        self.reset.setFont(font(12.5))
        self.reset.clicked.connect(self.reset_wanted)
        self.undo, self.redo = IconButton("back"), IconButton("forward")
        for button, words, wanted in (
            (self.undo, self.tr("Undo the last change (Ctrl+Z)"), self.undo_wanted),
            (self.redo, self.tr("Redo (Ctrl+Shift+Z)"), self.redo_wanted),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.clicked.connect(wanted)
        self.warning = ElidedLabel("", pixels=12.5, token="text3")
        self.together = Together(workspace)
        self.compared = IconButton("swap")
        self.compared.setToolTip(self.tr("Choose what it is compared with"))
        self.compared.clicked.connect(self.reference_wanted)
        self.shown = Segmented(
            [
                ("this", self.tr("This")),
                ("reference", self.tr("Reference")),
                ("difference", self.tr("Difference")),
            ]
        )
        self.shown.setAccessibleName(self.tr("Which run is shown"))
        self.shown.explain(
            {
                "this": self.tr("The run that is looked at (D goes on)"),
                "reference": self.tr("The run that it is compared with"),
                "difference": self.tr("This minus the reference, 0 in the middle of the colours"),
            }
        )
        self.shown.chosen.connect(lambda show: workspace.change_view(show=show))
        row = QHBoxLayout(self)
        row.setContentsMargins(*_EDGES, 1)
        row.setSpacing(_GAP)
        row.addWidget(self.title)
        row.addLayout(self._chips)
        for widget in (self.more, self.reset, self.undo, self.redo):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.together)
        row.addWidget(self.warning)
        row.addWidget(self.compared)
        row.addWidget(self.shown)
        ends = [
            workspace.changes_changed.subscribe(self.refresh),
            workspace.reference_changed.subscribe(self.refresh),
            workspace.result_changed.subscribe(self._warn),
            workspace.reference_result_changed.subscribe(self._warn),
            workspace.selection_changed.subscribe(self._warn),
            workspace.view_changed.subscribe(lambda _: self._warn()),
            workspace.pictures_changed.subscribe(self.refresh),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def set_page(self, page: str) -> None:
        """Another page is shown: the other ones are of the network as it is in its file."""
        self._page = page
        self.refresh()

    @property
    def chips(self) -> list[ChangeChip]:
        """The chips, in the order of the changes."""
        items = (self._chips.itemAt(place) for place in range(self._chips.count()))
        return [chip for item in items if item is not None and isinstance(chip := item.widget(), ChangeChip)]

    def refresh(self) -> None:
        """Show what is changed now."""
        workspace = self._workspace
        if tuple(chip.change for chip in self.chips) != workspace.changes:
            while (item := self._chips.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
            for change in workspace.changes:
                chip = ChangeChip(change)
                chip.clicked.connect(lambda _=False, change=change: workspace.remove_change(change))
                chip.customContextMenuRequested.connect(partial(self._open_slider, change))
                self._chips.addWidget(chip)
                chip.show()
        self.undo.setEnabled(workspace.can_undo)
        self.redo.setEnabled(workspace.can_redo)
        self.reset.setVisible(bool(workspace.changes))
        for widget in (self.undo, self.redo):
            widget.setVisible(bool(workspace.changes) or workspace.can_undo or workspace.can_redo)
        compared = bool(workspace.changes) or workspace.reference is not None
        self.setVisible(compared and self._page == "explore")
        self._fit()
        self._warn()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """What has room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """All words and chips, or as many as have room: words go first, then changes into a menu."""
        reference = reference_words(self._workspace)
        self.compared.setText(self.tr("compared with {0}").format(reference))
        self.compared.setAccessibleName(self.compared.text())
        self.shown.set_folded(False)
        self.title.setVisible(bool(self.chips))
        self.more.hide()
        for chip in self.chips:
            chip.show()
        steps: list[Callable[[], object]] = [
            partial(self.compared.setText, reference),
            partial(self.shown.set_folded, True),
            self.title.hide,
            *(partial(self._fold, chip) for chip in reversed(self.chips)),
        ]
        for step in steps:
            if self._needs() <= self.width():
                return
            step()

    def _needs(self) -> int:
        """Pixels that everything takes that is shown."""
        parts = (self.title, self.more, self.reset, self.undo, self.redo, self.compared, self.shown)
        shown = [one for one in (*parts, *self.chips) if not one.isHidden()]
        return sum(one.sizeHint().width() + _GAP for one in shown) + sum(_EDGES)

    def _fold(self, chip: ChangeChip) -> None:
        chip.hide()
        self.more.setText(f"+{sum(one.isHidden() for one in self.chips)}")
        self.more.setAccessibleName(self.tr("More changes: {0}").format(self.more.text()))
        self.more.show()

    def _open_slider(self, change: Change, place: QPoint) -> None:
        """A slider below the chip, which is another one after each move."""
        chip = next(one for one in self.chips if one.change == change)
        below = chip.mapToGlobal(QPoint(place.x(), CHIP))
        open_factor_slider(self, self._workspace, (change,), below)

    def _list_more(self, menu: QMenu) -> None:
        menu.clear()
        for chip in self.chips:
            if chip.isHidden():
                menu.addAction(menu_words(chip.text())).triggered.connect(chip.clicked)

    def _warn(self) -> None:
        """A change that alters nothing on this picture says so, and maps that have no difference."""
        self.shown.set_value(self._workspace.view.show)
        result = self._workspace.result
        if result is None or result.key.changes != self._workspace.changes:
            return
        idle = [
            change_words(change)
            for change, altered in zip(result.key.changes, result.record.altered, strict=False)
            if not altered
        ]
        words = self.tr("0 cells changed by {0}").format(", ".join(idle)) if idle else ""
        obstacle = no_difference(self._workspace, self._workspace.selection.module)
        self.warning.setText(same_run(self._workspace) or obstacle or words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and the line below."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("raised"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        painter.end()
