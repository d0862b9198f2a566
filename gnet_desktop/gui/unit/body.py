"""The scrolling part of the unit panel: which sections are shown, and what they are given."""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.changing import changes_of
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import Section
from gnet_desktop.gui.controls.spoken import Role
from gnet_desktop.gui.lanes.measuring import Measured
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.gui.unit.facts import (
    Cell,
    Origins,
    UnitFacts,
    facts_of,
    has_unit,
    origins_of,
    path_to,
    strongest_pictures,
    strongest_units_at,
)
from gnet_desktop.gui.unit.following import Following
from gnet_desktop.gui.unit.indexed import IndexedSection
from gnet_desktop.gui.unit.map_view import MapView
from gnet_desktop.gui.unit.origins_view import InputsSection, KernelSection
from gnet_desktop.gui.unit.sections import FactsSection, HistogramSection, PicturesSection, PlaceSection
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, ViewOptions

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

_PAD: Final = 16
Kernel = NDArray[np.float32]


class TitleSection(Section):
    """The unit's name with its branch's glyph; below, where it stands and what makes it."""

    spoken_role = Role.Heading

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setFixedHeight(46)
        self._facts: UnitFacts | None = None

    def show_facts(self, facts: UnitFacts) -> None:
        """Name a unit."""
        self._facts = facts
        self.setAccessibleName(f"{facts.unit.name}, {self.line()}")
        self.update()

    def line(self) -> str:
        """``channel 321 of 4a · kernel 3×3 · 14 × 14 cells``."""
        facts = self._facts
        if facts is None:
            return ""
        words = []
        if facts.position is not None:
            words.append(self.tr("channel {0} of {1}").format(facts.position, facts.unit.module))
        if facts.kernel is not None:
            words.append(self.tr("kernel {0}×{0}").format(facts.kernel))
        words.append(self.tr("{0} cells").format(size(*facts.cells)))
        return " · ".join(words)

    def _fitting(self, metrics: QFontMetricsF) -> str:
        """The line, its last words left out where there is no room; the whole is the tooltip."""
        words = self.line().split(" · ")
        while len(words) > 1 and metrics.horizontalAdvance(" · ".join(words)) > self.width():
            words.pop()
        self.setToolTip(explained(self.line(), word="unit"))
        return " · ".join(words)

    @override
    def draw(self, painter: QPainter) -> None:
        """Glyph, name, line."""
        if self._facts is None:
            return
        theme, unit = Theme.now(), self._facts.unit
        left = 0.0
        if unit.module in MODULES and unit.branch:
            draw_glyph(painter, unit.branch, 0, 6)
            left = 22.0
        painter.setFont(font(18, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(QPointF(left, 20), unit.name)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text2"))
        line = self._fitting(QFontMetricsF(painter.font()))
        painter.drawText(QRectF(0, 26, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, line)


class UnitBody(QWidget):
    """Everything about the chosen unit, one section below the other."""

    shown = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._measured = Measured()
        self._facts: UnitFacts | None = None
        self._subject: tuple[Result, Unit] | None = None
        self._sources = self._explains = False
        self._origins: Derived[tuple[Result, Unit, Cell], Origins | Kernel | None] = Derived(
            workspace, "origins", self._origins_came
        )
        self.title, self.map, self.facts_section = TitleSection(), MapView(), FactsSection()
        self.values, self.pictures = HistogramSection(), PicturesSection()
        self.places = (PlaceSection(), PlaceSection())
        self.indexed = IndexedSection(workspace)
        self.inputs, self.kernels = InputsSection(), KernelSection()
        self.following = Following(workspace, self)
        self.sections = (
            self.title, self.map, self.facts_section, *self.places, self.following.formula, self.values,
            self.pictures, self.indexed, self.inputs, self.following.path, self.kernels,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_PAD, 12, _PAD, 12)
        layout.setSpacing(8)
        for section in self.sections:
            layout.addWidget(section)
            section.hide()
        layout.addStretch(1)
        self.map.pointed.connect(self._point_at)
        self.map.clicked.connect(self._choose_cell)
        self.pictures.activated.connect(workspace.choose_picture)
        for section in (self.inputs, self.kernels, *self.places):
            section.activated.connect(self._choose)
            section.pointed.connect(self._preview)
        ends = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.selection_changed.subscribe(self.refresh),
            workspace.hover_changed.subscribe(self._hover_changed),
            workspace.pins_changed.subscribe(self._hover_changed),
            workspace.entry_changed.subscribe(lambda _: self._show_pictures()),
            workspace.pictures_changed.subscribe(self._show_pictures),
            workspace.current_changed.subscribe(self._show_pictures),
            workspace.view_changed.subscribe(self._view_changed),
        ]
        ends += [self._origins.end, self.following.end]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    @property
    def facts(self) -> UnitFacts | None:
        """The facts of the unit shown."""
        return self._facts

    @property
    def origins(self) -> Origins | None:
        """Where its value comes from; None until that is known."""
        found = self._origins.value
        return found if isinstance(found, Origins) else None

    @property
    def shows_places(self) -> bool:
        """Whether units of a place of the photo are listed."""
        return not self.places[0].isHidden()

    def _view_changed(self, old: ViewOptions) -> None:
        new = self._workspace.view
        if old.colour_map != self._workspace.look.colour_map or old.teaching != new.teaching:
            self.refresh()

    def refresh(self) -> None:
        """Show the chosen unit of the current result."""
        result, unit = self._workspace.seen, self._workspace.selection.unit
        if result is None or unit is None or not has_unit(result.record, unit):
            self._facts = self._subject = None
            self._origins.forget()
            self.following.forget()
            self._sources = False
            for section in self.sections:
                section.hide()
        else:
            if self._facts is None or self._subject != (result, unit):
                self._subject = result, unit
                self._facts = facts_of(result, unit, self._measured.of(result).statistics(unit.part))
            self._explain(self._facts.cell_or_peak(self._workspace.selection.cell))
            self._show_facts(self._facts)
            self._draw_origins()
        self._show_pictures()
        self.indexed.show_unit(None if self._facts is None else self._facts.unit)
        self._hover_changed()

    def _show_facts(self, facts: UnitFacts) -> None:
        colour_map = self._colour_map()
        self.title.show_facts(facts)
        self.map.show_unit(facts, colour_map, facts.cell_or_peak(self._workspace.selection.cell))
        self.facts_section.show_facts(facts, self._measured.of(self._workspace.seen).field(facts.unit.part))
        self.values.show_values(facts, colour_map)
        for section in (self.title, self.map, self.facts_section):
            section.show()

    def _colour_map(self) -> str:
        """The map in use; grey while another picture is under way."""
        name = self._workspace.look.colour_map
        return faded(name) if self._workspace.stale else name

    # Strongest pictures

    def _show_pictures(self) -> None:
        facts, workspace = self._facts, self._workspace
        if facts is None or facts.position is None:
            self.pictures.set_pieces([])
            return
        found = strongest_pictures(
            workspace.peaks, facts.position, facts.unit.module, count=PicturesSection.COUNT
        )
        entries = [
            (workspace.pictures[entry], value) for entry, value in found if entry in workspace.pictures
        ]
        self.pictures.show_pictures(
            entries,
            known=len(workspace.peaks),
            current=workspace.current,
            # what the list knows is always of the unchanged network
            unchanged=bool(workspace.changes) and workspace.shows != "reference",
        )

    # Strongest inputs and kernels: the weights are the engine's

    def _explain(self, cell: Cell) -> None:
        """Where the value of one cell comes from; of the first convolution, its kernel."""
        if self._subject is None:
            return
        result, unit = self._subject
        loaded, architecture = self._workspace.network_of(result), result.checkpoint.architecture
        # a map that is 0 everywhere has no peak to explain; a cell of it that was chosen has a sum
        silent = self._facts is not None and self._facts.zero and self._workspace.selection.cell is None
        self._explains = _has_inputs(result, unit) and not silent
        self._sources = path_to(architecture, unit) is not None and self._explains
        self.inputs.wait()
        stem = unit.part == architecture.trunk[0].name and not result.record.between
        if loaded is not None and (self._sources or stem):
            network = loaded.network
            self._origins.get((result, unit, cell), lambda: _work_out(network, result, unit, cell))
        else:
            self._origins.forget()
        if self._explains:
            self.following.show_unit(result, unit, cell)
        else:
            self.following.forget()
        self._draw_origins()

    def _choose_cell(self, cell: Cell) -> None:
        """Where the value of one cell comes from; Back goes to the cell before."""
        self._workspace.choose_unit(self._workspace.selection.unit, cell)

    def _origins_came(self) -> None:
        self._draw_origins()
        self._hover_changed()

    def _draw_origins(self) -> None:
        found = self._origins.value
        if self._facts is None or self._subject is None or found is None:
            return
        result, _ = self._subject
        if isinstance(found, Origins):
            peak, record = found.parts.cell == self._facts.peak, result.record
            self.inputs.show_origins(found, record[found.source.part], self._colour_map(), peak=peak)
            self.kernels.show_matrices(found.expanded)
        else:
            self.kernels.show_picture(found, result.convention.order)

    # Places

    def _hover_changed(self) -> None:
        workspace, result = self._workspace, self._workspace.seen
        measured = self._measured.of(result)
        if self._facts is not None and result is not None:
            own = None if workspace.hovered is not None else workspace.point
            self.map.mark(measured.cell_at(self._facts.unit.part, own))
            self.following.look_at(self.map.cell)
        hovering = workspace.point is not None and workspace.hovered is None
        points = (workspace.point,) if hovering else workspace.pins
        cells = [measured.cell_at(workspace.selection.module, point) for point in points]
        self._show_places([cell for cell in cells if cell is not None], pinned=not hovering)

    def _show_places(self, cells: list[Cell], *, pinned: bool) -> None:
        workspace, result = self._workspace, self._workspace.seen
        for section in self.places[len(cells) :]:
            section.hide()
        if result is not None:
            module = result.checkpoint.architecture.module(workspace.selection.module)
            for section, cell in zip(self.places, cells, strict=False):
                found = strongest_units_at(result.record, module, cell, count=10 if len(cells) == 1 else 6)
                section.show_place(module.name, cell, found, pinned=pinned)
                section.show()
        self._show_sections(own=self._facts is not None and (pinned or not cells))
        self.shown.emit(self._facts is not None)

    def _show_sections(self, *, own: bool) -> None:
        """While a place is pointed at, its units stand where the unit's own sources stood."""
        for section, wanted in (
            (self.values, own and not (self._facts is not None and self._facts.stated)),
            (self.pictures, own and bool(self.pictures.pieces)),
            (self.inputs, own and self._sources),
            (self.following.path, own and self.following.followed),
            (self.kernels, own and self._origins.value is not None),
        ):
            section.setVisible(wanted)

    def _point_at(self, cell: Cell | None) -> None:
        facts, result = self._facts, self._workspace.seen
        if facts is None or result is None or cell is None:
            self._workspace.hover(None)
            if facts is not None:
                self.values.point_at(facts.strongest)
            return
        self.values.point_at(facts.value(cell))
        centre = self._measured.of(result).point_of(facts.unit.part, cell)
        self._workspace.hover(facts.unit, centre)

    def _choose(self, value: object) -> None:
        if isinstance(value, Unit):
            self._workspace.choose_unit(value)

    def _preview(self, value: object) -> None:
        self._workspace.hover(value if isinstance(value, Unit) else None)


def _has_inputs(result: Result, unit: Unit) -> bool:
    """Whether the unit's values come from its inputs: not between two runs, nor where they were changed."""
    return not (changes_of(result, unit) or result.record.between)


def _work_out(network: "GoogLeNet", result: Result, unit: Unit, cell: Cell) -> Origins | Kernel | None:
    """The origins of a unit's value, or the kernel of the first convolution; on the engine's thread."""
    if path_to(network.architecture, unit) is None:
        kernel: Kernel = network.weights(unit.part)[0][unit.channel]
        return kernel
    return origins_of(network, result.record, unit, cell)
