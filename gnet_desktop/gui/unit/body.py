"""The scrolling part of the unit panel: which sections are shown, and what they are given."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gnet_desktop.gui.lanes.measuring import Measured
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.gui.theme import Theme, font
from gnet_desktop.gui.unit.facts import (
    Cell,
    Origins,
    UnitFacts,
    facts_of,
    has_unit,
    layer_of,
    origins_of,
    strongest_pictures,
    strongest_units_at,
)
from gnet_desktop.gui.unit.map_view import MapView
from gnet_desktop.gui.unit.origins_view import InputsSection, KernelSection
from gnet_desktop.gui.unit.section import Section
from gnet_desktop.gui.unit.sections import FactsSection, HistogramSection, PicturesSection, PlaceSection
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

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

    def draw(self, painter: QPainter) -> None:
        """Glyph, name, line."""
        if self._facts is None:
            return
        theme, unit = Theme.now(), self._facts.unit
        left = 0.0
        if unit.branch:
            draw_glyph(painter, unit.branch, 0, 6)
            left = 22.0
        painter.setFont(font(18, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(QPointF(left, 20), unit.name)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(0, 26, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, self.line())


class UnitBody(QWidget):
    """Everything about the chosen unit, one section below the other."""

    shown = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._measured = Measured()
        self._facts: UnitFacts | None = None
        self._origins: Origins | None = None
        self._asked: tuple[Result, Unit] | None = None
        self.title, self.map, self.facts_section = TitleSection(), MapView(), FactsSection()
        self.values, self.pictures, self.place = HistogramSection(), PicturesSection(), PlaceSection()
        self.inputs, self.kernels = InputsSection(), KernelSection()
        self.sections = (
            self.title, self.map, self.facts_section, self.place, self.values, self.pictures, self.inputs,
            self.kernels,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_PAD, 12, _PAD, 12)
        layout.setSpacing(10)
        for section in self.sections:
            layout.addWidget(section)
            section.hide()
        layout.addStretch(1)
        self.map.pointed.connect(self._point_at)
        self.pictures.activated.connect(workspace.choose_picture)
        for section in (self.inputs, self.kernels, self.place):
            section.activated.connect(self._choose)
        self._subscriptions = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.selection_changed.subscribe(self.refresh),
            workspace.hover_changed.subscribe(self._hover_changed),
            workspace.pins_changed.subscribe(self._hover_changed),
            workspace.entry_changed.subscribe(lambda _: self._show_pictures()),
            workspace.pictures_changed.subscribe(self._show_pictures),
            workspace.current_changed.subscribe(self._show_pictures),
            workspace.view_changed.subscribe(lambda _: self.refresh()),
        ]
        self.destroyed.connect(lambda: [end() for end in self._subscriptions])
        self.refresh()

    @property
    def facts(self) -> UnitFacts | None:
        """The facts of the unit shown."""
        return self._facts

    @property
    def origins(self) -> Origins | None:
        """Where its value comes from; None until that is known."""
        return self._origins

    def refresh(self) -> None:
        """Show the chosen unit of the current result."""
        result, unit = self._workspace.result, self._workspace.selection.unit
        if result is None or unit is None or not has_unit(result.record, unit):
            self._facts = self._origins = None
            for section in self.sections:
                section.hide()
        else:
            statistics = self._measured.of(result).statistics(unit.part)
            if self._facts is None or self._asked != (result, unit):
                self._facts = facts_of(result, unit, statistics)
                self._ask_origins(result, unit, self._facts.peak)
            self._show_facts(self._facts)
        self._show_pictures()
        self._hover_changed()
        self.shown.emit(self._facts is not None)

    def _show_facts(self, facts: UnitFacts) -> None:
        colour_map = self._workspace.view.colour_map
        self.title.show_facts(facts)
        self.map.show_unit(facts, colour_map, stale=self._workspace.stale)
        self.facts_section.show_facts(facts)
        self.values.show_values(facts, colour_map)
        for section in (self.title, self.map, self.facts_section, self.values):
            section.show()

    # Strongest pictures

    def _show_pictures(self) -> None:
        facts, workspace = self._facts, self._workspace
        known = facts is not None and facts.position is not None and workspace.peaks
        self.pictures.setVisible(bool(known))
        if not known or facts is None or facts.position is None:
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
        self._asked, self._origins = (result, unit), None
        network = self._workspace.network
        architecture = result.checkpoint.architecture
        if network is None:
            return

        def work() -> object:
            weights = network.network.weights
            if unit.module in MODULES:
                branch = next(
                    (b for b in architecture.module(unit.module).branches if b.name == unit.branch), None
                )
                names = [layer.name for layer in branch.convolutions] if branch else []
                kept = {name: weights(name) for name in names}
                return origins_of(result.record, architecture, kept, unit, cell) if names else None
            first = layer_of(architecture, unit.part)
            return weights(unit.part)[0][unit.channel] if first else None

        self._workspace.compute("origins", work, lambda found: self._show_origins(found, result, unit))

    def _show_origins(self, found: object, result: Result, unit: Unit) -> None:
        if self._asked != (result, unit) or self._facts is None:
            return
        self.inputs.hide()
        self.kernels.hide()
        if isinstance(found, Origins):
            self._origins = found
            source = result.record[found.source.part]
            offsets = self._input_maps(found, source, result)
            self.inputs.show_origins(found, offsets, self._workspace.view.colour_map)
            self.kernels.show_matrices(found.expanded, found.source.name)
            self.inputs.show()
            self.kernels.show()
        elif found is not None and unit.module == "conv1":
            self.kernels.show_picture(found, result.convention.order)  # type: ignore[arg-type]
            self.kernels.show()

    @staticmethod
    def _input_maps(origins: Origins, source, result: Result):  # type: ignore[no-untyped-def]
        architecture = result.checkpoint.architecture
        first, maps = 0, {}
        for group, width in origins.source.widths(len(source)).items():
            for channel in range(first, first + width):
                unit = origins.source.unit(architecture, channel)
                if any(unit == other for other, _ in origins.strongest[group]):
                    maps[unit] = source[channel]
            first += width
        return maps

    # Places

    def _hover_changed(self) -> None:
        workspace, result = self._workspace, self._workspace.result
        point = workspace.point or (workspace.pins[-1] if workspace.pins else None)
        measured = self._measured.of(result)
        if self._facts is not None and result is not None:
            self.map.mark(measured.cell_at(self._facts.unit.part, workspace.point))
        module = workspace.selection.module
        cell = measured.cell_at(module, point) if result is not None and workspace.hovered is None else None
        self.place.setVisible(cell is not None)
        if cell is None or result is None:
            return
        found = strongest_units_at(result.record, result.checkpoint.architecture.module(module), cell)
        self.place.show_place(module, cell, found, pinned=workspace.point is None)

    def _point_at(self, cell: Cell | None) -> None:
        facts, result = self._facts, self._workspace.result
        if facts is None or result is None or cell is None:
            self._workspace.hover(None)
            return
        self.values.point_at(facts.value(cell))
        left, top, right, bottom = self._measured.of(result).grid(facts.unit.part).cell_box(*cell)
        centre = result.geometry.to_picture(((left + right) / 2, (top + bottom) / 2))
        self._workspace.hover(facts.unit, centre)

    def _choose(self, value: object) -> None:
        if isinstance(value, Unit):
            self._workspace.choose_unit(value)
