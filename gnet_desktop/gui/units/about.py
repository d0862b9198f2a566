"""What the panel beside the cards says of a unit, brought together from index, tuning and weights."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gnet_desktop.gui.units.links import Links, links_of
from gnet_desktop.gui.units.panel import UnitPanel
from gnet_desktop.gui.units.sections import (
    BarsSection,
    CropsSection,
    SpectrumSection,
    TuningSection,
    unit_rows,
)
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units.indexed import Indexed
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.tuned import Tuned

CLASSES = 5


class About(QObject):
    """Fills the panel's sections as what they show becomes known.

    ``unit_wanted(unit)`` and ``picture_wanted(path)`` ask to see one.
    """

    unit_wanted, picture_wanted = Signal(object), Signal(Path)

    def __init__(self, workspace: Workspace, indexed: Indexed, panel: UnitPanel) -> None:
        super().__init__(panel)
        self._workspace, self._indexed, self._panel = workspace, indexed, panel
        self.tuned = Tuned(workspace)
        self._links: Derived[tuple[str, Unit], Links] = Derived(workspace, "links", self.refresh)
        self.crops, self.spectrum, self.tuning = CropsSection(), SpectrumSection(), TuningSection()
        self.classes = BarsSection(
            self.tr("Classes it prefers"),
            self.tr("(mean on the class − mean on the others) / their sum: 1 if no other class moves it"),
        )
        weights = self.tr("Sums of weights through the reduction, as if no rectifier lay between")
        self.inputs = BarsSection(self.tr("Reads most"), weights)
        self.outputs = BarsSection(self.tr("Is read most by"), weights)
        self.sections = (self.crops, self.spectrum, self.classes, self.tuning, self.inputs, self.outputs)
        for section in self.sections:
            panel.add(section)
            section.hide()
        self.inputs.activated.connect(self._go)
        self.outputs.activated.connect(self._go)
        self.crops.activated.connect(self._open)
        ends = [
            self.tuned.changed.subscribe(self.refresh),
            indexed.changed.subscribe(self.refresh),
            indexed.cropped.subscribe(self._cropped),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])

    def refresh(self) -> None:
        """Show what is known of the chosen item."""
        item, network = self._panel.item, self._workspace.network
        unit = item.unit if item is not None else None
        if item is None or unit is None or network is None:
            for section in self.sections:
                section.hide()
            return
        self._show_index(item, unit)
        self.tuning.show_responses(self.tuned.get(unit.part), unit.channel)
        self.tuning.show()
        links = self._links.get((network.name, unit), lambda: links_of(network.network, unit, item.channel))
        self._show_links(links)

    def _show_index(self, item: Item, unit: Unit) -> None:
        state = self._indexed.state
        index = state.index if state is not None else None
        known = index is not None and item.row is not None
        crops = self._indexed.crops(unit) if known else ()
        for section, shown in ((self.crops, bool(crops)), (self.spectrum, known), (self.classes, known)):
            section.setVisible(shown)
        if state is None or index is None or item.row is None:
            return
        self.crops.show_crops(crops or (), name_of(state.folder), index.spectrum.pictures)
        self.spectrum.show_row(index.spectrum, item.row)
        checkpoint = self._workspace.checkpoint
        names = checkpoint.labels.names if checkpoint is not None else ()
        rows = [
            (names[one] if 0 <= one < len(names) else self.tr("no class"), value, None)
            for one, value in index.spectrum.preferred(item.row)[:CLASSES]
            if value > 0
        ]
        self.classes.show_rows(rows, "")
        self.classes.setVisible(bool(rows))

    def _show_links(self, links: Links | None) -> None:
        self.inputs.setVisible(links is not None)
        self.outputs.setVisible(links is not None and bool(links.outputs))
        if links is not None:
            self.inputs.show_rows(unit_rows(links.inputs), self.tr("from {0}").format(links.source))
            self.outputs.show_rows(unit_rows(links.outputs), self.tr("in {0}").format(links.target))

    def _cropped(self, unit: Unit) -> None:
        if self._panel.item is not None and self._panel.item.unit == unit:
            self.refresh()

    def _go(self, value: object) -> None:
        if isinstance(value, Unit):
            self.unit_wanted.emit(value)

    def _open(self, value: object) -> None:
        state = self._indexed.state
        if state is not None:
            self.picture_wanted.emit(state.folder / str(value))

    def close(self) -> None:
        """The window closes."""
        self._links.end()
        self.tuned.close()
