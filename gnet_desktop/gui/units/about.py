"""What the panel beside the cards says of a unit, brought together from index, tuning and weights."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gnet_desktop.folder.alike import AlikeUnits, Grouped
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.gui.unit.facts import Expanded, expanded_of
from gnet_desktop.gui.unit.origins_view import KernelSection
from gnet_desktop.gui.units.links import Links, links_of
from gnet_desktop.gui.units.panel import ItemPanel
from gnet_desktop.gui.units.sections import (
    BarsSection,
    CropsSection,
    GroupsSection,
    SpectrumSection,
    TuningSection,
    unit_rows,
)
from gnet_desktop.network.naming import Unit, unit_in_module
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units import likeness
from gnet_desktop.workspace.units.indexed import Indexed, Subject
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.recounts import Recounts
from gnet_desktop.workspace.units.tuned import Tuned

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

CLASSES = 5


class About(QObject):
    """Fills the panel's sections as what they show becomes known.

    ``unit_wanted(unit)`` and ``picture_wanted(path)`` ask to see one.
    """

    unit_wanted, picture_wanted = Signal(object), Signal(Path)

    def __init__(self, workspace: Workspace, indexed: Indexed, recounts: Recounts, panel: ItemPanel) -> None:
        super().__init__(panel)
        self._workspace, self._indexed, self._panel = workspace, indexed, panel
        self._recounts = recounts
        self.tuned = Tuned(workspace)
        self._links: Derived[tuple[str, str, str], Links] = Derived(workspace, "links", self.refresh)
        self._weights: Derived[tuple[str, Unit], Expanded | None] = Derived(
            workspace, "expanded", self.refresh
        )
        self.crops, self.spectrum, self.tuning = CropsSection(), SpectrumSection(), TuningSection()
        self.classes = BarsSection(
            self.tr("Classes it prefers"),
            self.tr("(mean on the class − mean on the others) / their sum: 1 if no other class moves it"),
        )
        weights = self.tr("Sums of weights through the reduction, as if no rectifier lay between")
        self.same = BarsSection(
            self.tr("Says nearly the same as"),
            self.tr("Correlation of the largest values over the folder's pictures, from 0.9"),
        )
        self.groups = GroupsSection()
        self.inputs = BarsSection(self.tr("Reads most"), weights)
        self.outputs = BarsSection(self.tr("Is read most by"), weights)
        self.kernels = KernelSection()
        self.sections = (
            *(self.crops, self.groups, self.same, self.spectrum, self.classes),
            *(self.tuning, self.inputs, self.outputs, self.kernels),
        )
        for section in self.sections:
            panel.add(section)
            section.hide()
        self.inputs.activated.connect(self._go)
        self.outputs.activated.connect(self._go)
        self.kernels.activated.connect(self._go)
        self.same.activated.connect(self._go)
        self.crops.activated.connect(self._open)
        self.groups.activated.connect(self._open)
        ends = [
            self.tuned.changed.subscribe(self.refresh),
            indexed.changed.subscribe(self.refresh),
            indexed.cropped.subscribe(self._cropped),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])

    def refresh(self) -> None:
        """Show what is known of the chosen item."""
        item, network = self._panel.item, self._workspace.network
        if item is None or item.wanted.is_class or network is None:
            for section in self.sections:
                section.hide()
            return
        self._show_index(item)
        self._show_alike(item)
        wanted, unit = item.wanted, item.unit
        direction = wanted.direction if unit is None else None
        channel = 0 if unit is None else unit.channel
        self.tuning.show_responses(self.tuned.get(wanted.part, direction), channel)
        self.tuning.show()
        key = network.name, wanted.part, wanted.direction.digest
        self._show_links(self._links.get(key, lambda: links_of(network.network, wanted)))
        self._show_weights(unit, network.name, network.network)

    def _spectrum(self, item: Item) -> Spectrum | None:
        """Where the item's row is: the index's, or that of the directions."""
        state = self._indexed.state
        if item.unit is None:
            return self._indexed.along
        return state.index.spectrum if state is not None and state.index is not None else None

    def _show_index(self, item: Item) -> None:
        state, spectrum = self._indexed.state, self._spectrum(item)
        known = spectrum is not None and item.row is not None
        crops = self._indexed.crops(item.subject) if known and item.subject is not None else ()
        for section, shown in ((self.crops, bool(crops)), (self.spectrum, known), (self.classes, known)):
            section.setVisible(shown)
        if state is None or spectrum is None or item.row is None:
            return
        self.crops.show_crops(crops or (), name_of(state.folder), spectrum.pictures)
        self.spectrum.show_row(spectrum, item.row, direction=item.unit is None)
        checkpoint = self._workspace.checkpoint
        names = checkpoint.labels.names if checkpoint is not None else ()
        rows = [
            (names[one] if 0 <= one < len(names) else self.tr("no class"), value, None)
            for one, value in spectrum.preferred(item.row)[:CLASSES]
            if value > 0
        ]
        self.classes.show_rows(rows, "")
        self.classes.setVisible(bool(rows))

    def _show_weights(self, unit: Unit | None, name: str, network: "GoogLeNet") -> None:
        """The matrices from the inputs that weigh most, through the reduction; of a unit alone."""
        found = (
            self._weights.get((name, unit), lambda: expanded_of(network, unit)) if unit is not None else None
        )
        self.kernels.setVisible(found is not None)
        if found is not None:
            self.kernels.show_matrices(found)

    def _show_alike(self, item: Item) -> None:
        """What is known of its likeness to others, where somebody has asked for that."""
        alike = self._recounts.known(likeness.key_of(item.module)) if item.unit is not None else None
        checkpoint, unit = self._workspace.checkpoint, item.unit
        self.same.hide()
        self.groups.hide()
        if not isinstance(alike, AlikeUnits) or checkpoint is None or unit is None:
            return
        same = alike.same.get(item.channel, ())[:CLASSES]
        units = [(unit_in_module(checkpoint.architecture, item.module, one), r) for one, r in same]
        self.same.show_rows(unit_rows(units), "")
        self.same.setVisible(bool(units))
        if item.channel in alike.several:
            self._show_groups(unit, alike.several[item.channel])

    def _show_groups(self, unit: Unit, found: Grouped) -> None:
        pictures = tuple(path for group in found.groups for path, _ in group)
        crops = self._indexed.crops(Subject(unit, pictures=pictures))
        if crops:
            sizes = [len(group) for group in found.groups]
            self.groups.show_groups(crops, sizes, found.silhouette)
            self.groups.show()

    def _show_links(self, links: Links | None) -> None:
        self.inputs.setVisible(links is not None)
        self.outputs.setVisible(links is not None and bool(links.outputs))
        if links is not None:
            self.inputs.show_rows(unit_rows(links.inputs), self.tr("from {0}").format(links.source))
            self.outputs.show_rows(unit_rows(links.outputs), self.tr("in {0}").format(links.target))

    def _cropped(self, subject: Unit | Subject) -> None:
        item = self._panel.item
        unit = subject.unit if isinstance(subject, Subject) else subject
        if item is not None and (item.subject == subject or item.unit == unit):
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
        self._weights.end()
        self.tuned.close()
