"""The network panel: the map with its header, and below it the teaching view."""

from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import ElidedLabel, IconButton, PanelHeader
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import of_which, of_which_run
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.view import NetworkMap
from gnet_desktop.gui.network_map.words import quantity_words
from gnet_desktop.gui.painting.glyphs import GLYPH, draw_glyph
from gnet_desktop.inspection.quantities import QUANTITIES
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.gui.network_map.teaching import TeachingView

_WORDS_HEIGHT: Final = 88
"""What the definitions above the chart take in a wide window."""
_TALL: Final = 860
"""From this height of the window on, the teaching view gets room for its whole chart."""
_LOW: Final = 150
_LEGEND: Final = (("1x1", "1×1"), ("3x3", "3×3"), ("5x5", "5×5"), ("pool_proj", "pool"))


_WORDS: Final = {
    "channels": "channels",
    "macs": "multiply-adds",
    "parameters": "parameters",
    "energy": "energy",
    "nonzero": "non-zero",
    "difference": "difference",
    "effect": "effect when off",
}
"""What the glossary calls each quantity."""


class BranchLegend(Speaking, QWidget):
    """The four branches' glyphs and names."""

    spoken_role = Role.StaticText

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(round(self._paint(None)), 20)
        self.setAccessibleName(self.tr("Signs of the branches: 1×1, 3×3, 5×5, pool"))
        self.setToolTip(explained(word="branch"))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign, name, sign, name."""
        painter = QPainter(self)
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter | None) -> float:
        face = font(12)
        metrics, x = QFontMetricsF(face), 6.0
        for branch, name in _LEGEND:
            width = metrics.horizontalAdvance(name)
            if painter is not None:
                draw_glyph(painter, branch, x, 3)
                painter.setFont(face)
                painter.setPen(Theme.now().colour("text2"))
                painter.drawText(QRectF(x + GLYPH + 3, 0, width + 4, 20), Qt.AlignmentFlag.AlignVCenter, name)
            x += GLYPH + 3 + width + 14
        return x


class NetworkPanel(PassesFocus, Speaking, QWidget):
    """The whole network as one picture; ``head_wanted(name)`` when a head was clicked.

    ``effects_wanted`` asks for the list of what is missed most when it is off.
    """

    head_wanted, effects_wanted = Signal(str), Signal()
    menu_wanted = Signal(str, QPoint)
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Network"))
        self.header = PanelHeader(self.tr("Network"))
        self.quantity = Segmented([(name, quantity_words(name)) for name in QUANTITIES])
        self.quantity.setAccessibleName(self.tr("What the width of the branches shows"))
        self.quantity.explain({name: explained(word=word) for name, word in _WORDS.items()})
        self.header.add_left(BranchLegend())
        self.header.add(ElidedLabel(self.tr("width shows"), token="text3"))
        self.header.add(self.quantity)
        self.teach = IconButton("teach", self.tr("Teaching"), checkable=True)
        self.teach.setToolTip(self.tr("What branches, reductions and heads are for (T)"))
        self.listed = IconButton("sort", self.tr("List…"))
        self.listed.setToolTip(self.tr("The ten strongest in words, and two of them together"))
        self.listed.clicked.connect(self.effects_wanted)
        self.header.add(self.listed)
        self.header.add(self.teach)
        self.map = NetworkMap(workspace)
        self._scroller = QScrollArea()
        self._scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroller.setWidgetResizable(True)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.map, 5)
        layout.addWidget(self._scroller, 6)
        self.keeper = self.map
        self.quantity.chosen.connect(lambda name: workspace.change_view(quantity=name))
        self.teach.toggled.connect(lambda on: workspace.change_view(teaching=on))
        self.map.head_wanted.connect(self.head_wanted)
        self.map.menu_wanted.connect(self.menu_wanted)
        self.map.effects_grew.connect(self._show_state)
        ends = [
            workspace.view_changed.subscribe(lambda _: self._show_state()),
            workspace.result_changed.subscribe(self._show_state),
            workspace.reference_result_changed.subscribe(self._show_state),
            workspace.explained_changed.subscribe(self._show_state),
            workspace.checkpoint_changed.subscribe(self._show_state),
            workspace.selection_changed.subscribe(self._show_teaching),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_state()

    @cached_property
    def teaching(self) -> "TeachingView":
        """What branches, reductions and heads are for; made when it is first asked for."""
        from gnet_desktop.gui.network_map.teaching import TeachingView

        view = TeachingView(self._workspace)
        self._scroller.setWidget(view)
        view.show()
        return view

    def copy_numbers(self) -> str:
        """A table with tabs: each layer with its value of the quantity shown."""
        model = self.map.model
        if model is None:
            return ""
        lines = [f"layer\t{model.quantity.name}"]
        lines += [f"{name}\t{value:.9g}" for name, value in model.quantity.layers.items()]
        return "\n".join(lines)

    def _note(self) -> str:
        """Of which picture, or what is still missing for the quantity that was asked for."""
        workspace, model = self._workspace, self.map.model
        if workspace.view.quantity == "effect" and workspace.own_result is not None:
            return self.map.effects.words(workspace.own_result)
        if model is None or not model.missing:
            return of_which(workspace) or (of_which_run(workspace) if workspace.shows == "reference" else "")
        if workspace.view.quantity == "difference" and workspace.result is not None:
            return self.tr("compare with something to see this")
        return self.tr("open a picture to see this")

    def _show_state(self) -> None:
        self.quantity.set_value(self._workspace.view.quantity)
        model = self.map.model
        self.header.set_note(self._note())
        result = self._workspace.own_result
        shown = self._workspace.view.quantity == "effect" and result is not None and model is not None
        strongest = self.map.effects.strongest(result) if shown and result is not None else ""
        self.header.setToolTip(strongest)
        self.listed.setVisible(shown)
        self.teach.setChecked(self._workspace.view.teaching)
        self._scroller.setVisible(self._workspace.view.teaching)
        self._show_teaching()

    def _show_teaching(self) -> None:
        if self._workspace.view.teaching:
            tall = self.window().height() >= _TALL
            self._scroller.setMinimumHeight(self.teaching.chart.height() + _WORDS_HEIGHT if tall else _LOW)
            self.teaching.show_model(self.map.model, self._middles)

    def _middles(self) -> dict[str, float]:
        """The x of each module's middle, where the map shows all of them."""
        layout = self.map.map_layout
        if layout is None or self.map.zoom > 1:
            return {}
        return {name: frame.left + frame.width / 2 for name, frame in layout.frames.items()}
