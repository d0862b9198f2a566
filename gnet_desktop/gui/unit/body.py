"""The scrolling part of the unit panel: which sections are shown, and what they are given."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

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
    layer_of,
    origins_of,
    path_to,
    strongest_pictures,
    strongest_units_at,
)
from gnet_desktop.gui.unit.map_view import MapView
from gnet_desktop.gui.unit.origins_view import InputsSection, KernelSection
from gnet_desktop.gui.unit.section import Section
from gnet_desktop.gui.unit.sections import FactsSection, HistogramSection, PicturesSection, PlaceSection
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, ViewOptions

_PAD: Final = 16


class TitleSection(Section):
    """The unit's name with its branch's glyph; below, where it stands and what makes it."""

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
        self.setToolTip("" if len(words) == len(self.line().split(" · ")) else self.line())
        return " · ".join(words)

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
        self._origins: Origins | None = None
        self._kernel = self._sources = False
        self._asked: tuple[Result, Unit] | None = None
        self.title, self.map, self.facts_section = TitleSection(), MapView(), FactsSection()
        self.values, self.pictures = HistogramSection(), PicturesSection()
        self.places = (PlaceSection(), PlaceSection())
        self.inputs, self.kernels = InputsSection(), KernelSection()
        self.sections = (
            self.title, self.map, self.facts_section, *self.places, self.values, self.pictures, self.inputs,
            self.kernels,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_PAD, 12, _PAD, 12)
        layout.setSpacing(8)
        for section in self.sections:
            layout.addWidget(section)
            section.hide()
        layout.addStretch(1)
        self.map.pointed.connect(self._point_at)
        self.map.clicked.connect(self._explain)
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
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    @property
    def facts(self) -> UnitFacts | None:
        """The facts of the unit shown."""
        return self._facts

    @property
    def origins(self) -> Origins | None:
        """Where its value comes from; None until that is known."""
        return self._origins

    @property
    def shows_places(self) -> bool:
        """Whether units of a place of the photo are listed."""
        return not self.places[0].isHidden()

    def _view_changed(self, old: ViewOptions) -> None:
        if old.colour_map != self._workspace.view.colour_map:
            self.refresh()

    def refresh(self) -> None:
        """Show the chosen unit of the current result."""
        result, unit = self._workspace.result, self._workspace.selection.unit
        if result is None or unit is None or not has_unit(result.record, unit):
            self._facts = self._origins = self._asked = None
            self._kernel = self._sources = False
            for section in self.sections:
                section.hide()
        else:
            statistics = self._measured.of(result).statistics(unit.part)
            if self._facts is None or self._asked != (result, unit):
                self._facts = facts_of(result, unit, statistics)
                self._ask_origins(result, unit, self._facts.peak)
            self._show_facts(self._facts)
            if self._origins is not None:
                self._draw_origins(self._origins, result)
        self._show_pictures()
        self._hover_changed()

    def _show_facts(self, facts: UnitFacts) -> None:
        colour_map = self._colour_map()
        self.title.show_facts(facts)
        self.map.show_unit(facts, colour_map)
        self.facts_section.show_facts(facts, self._measured.of(self._workspace.result).field(facts.unit.part))
        self.values.show_values(facts, colour_map)
        for section in (self.title, self.map, self.facts_section):
            section.show()

    def _colour_map(self) -> str:
        """The map in use; grey while another picture is under way."""
        name = self._workspace.view.colour_map
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
        self.pictures.show_pictures(entries, known=len(workspace.peaks), current=workspace.current)

    # Strongest inputs and kernels: the weights are the engine's

    def _ask_origins(self, result: Result, unit: Unit, cell: Cell) -> None:
        self._asked, self._origins, self._kernel = (result, unit), None, False
        self.inputs.wait()
        loaded, architecture = self._workspace.network, result.checkpoint.architecture
        branch, layer = path_to(architecture, unit), layer_of(architecture, unit.part)
        self._sources = branch is not None
        if loaded is None or layer is None:
            return

        def work() -> object:
            weights = loaded.network.weights
            if branch is None:
                return weights(unit.part)[0][unit.channel]
            kept = {one.name: weights(one.name) for one in branch.convolutions}
            return origins_of(result.record, architecture, kept, unit, cell)

        self._workspace.compute("origins", work, lambda found: self._show_origins(found, result, unit))

    def _show_origins(self, found: object, result: Result, unit: Unit) -> None:
        if not isValid(self) or self._asked != (result, unit) or self._facts is None:
            return
        if isinstance(found, Origins):
            self._origins = found
            self._draw_origins(found, result)
        elif isinstance(found, np.ndarray) and unit.part == result.checkpoint.architecture.trunk[0].name:
            self._kernel = True
            self.kernels.show_picture(found, result.convention.order)
        self._hover_changed()

    def _draw_origins(self, origins: Origins, result: Result) -> None:
        peak = self._facts is not None and origins.parts.cell == self._facts.peak
        colour_map = self._colour_map()
        self.inputs.show_origins(origins, result.record[origins.source.part], colour_map, peak=peak)
        self.kernels.show_matrices(origins)

    def _explain(self, cell: Cell) -> None:
        """Where the value of one cell comes from."""
        if self._facts is not None and self._asked is not None:
            self._ask_origins(*self._asked, cell)

    # Places

    def _hover_changed(self) -> None:
        workspace, result = self._workspace, self._workspace.result
        measured = self._measured.of(result)
        if self._facts is not None and result is not None:
            own = None if workspace.hovered is not None else workspace.point
            self.map.mark(measured.cell_at(self._facts.unit.part, own))
        hovering = workspace.point is not None and workspace.hovered is None
        points = (workspace.point,) if hovering else workspace.pins
        cells = [measured.cell_at(workspace.selection.module, point) for point in points]
        self._show_places([cell for cell in cells if cell is not None], pinned=not hovering)

    def _show_places(self, cells: list[Cell], *, pinned: bool) -> None:
        workspace, result = self._workspace, self._workspace.result
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
            (self.values, own),
            (self.pictures, own and bool(self.pictures.pieces)),
            (self.inputs, own and self._sources),
            (self.kernels, own and (self._origins is not None or self._kernel)),
        ):
            section.setVisible(wanted)

    def _point_at(self, cell: Cell | None) -> None:
        facts, result = self._facts, self._workspace.result
        if facts is None or result is None or cell is None:
            self._workspace.hover(None)
            if facts is not None:
                self.values.point_at(facts.maximum)
            return
        self.values.point_at(facts.value(cell))
        centre = self._measured.of(result).point_of(facts.unit.part, cell)
        self._workspace.hover(facts.unit, centre)

    def _choose(self, value: object) -> None:
        if isinstance(value, Unit):
            self._workspace.choose_unit(value)

    def _preview(self, value: object) -> None:
        self._workspace.hover(value if isinstance(value, Unit) else None)
