"""The Units page: modules above, cards in the middle, the chosen unit at the right, the making below."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import PanelHeader
from gnet_desktop.gui.controls.page import Page
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.units.about import About
from gnet_desktop.gui.units.gallery import Cards
from gnet_desktop.gui.units.head import UnitsHead
from gnet_desktop.gui.units.kernels import Kernels
from gnet_desktop.gui.units.listing import Listing
from gnet_desktop.gui.units.panel import ItemPanel
from gnet_desktop.gui.units.progress import UnitsProgress
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units.cropping import Cropping
from gnet_desktop.workspace.units.indexed import Indexed
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.literature import Named, name_in_literature
from gnet_desktop.workspace.units.wanting import Job, Wanting

RIGHT: Final = 340
_PAUSE: Final = 120
"""Milliseconds between two looks at what the making told of."""


class UnitsPage(Page):
    """Every unit of a module as a card.

    ``unit_wanted(unit)`` asks to see a unit in Explore, ``picture_wanted(path)`` a picture,
    ``folder_wanted()`` asks for a folder, ``matrix_wanted()`` for a file of directions;
    ``limit_chosen(bytes)`` tells how much may be kept, ``projected()`` that a direction was
    taken out of the network or put back. ``crops_wanted()`` asks for a folder for `save_crops`,
    ``crops_written(number, folder)`` tells that they are there.
    """

    unit_wanted = Signal(object)
    picture_wanted = Signal(Path)
    limit_chosen = Signal(int)
    folder_wanted, matrix_wanted, projected = Signal(), Signal(), Signal()
    crops_wanted, crops_written = Signal(), Signal(int, Path)

    def __init__(
        self, workspace: Workspace, wanting: Wanting, indexed: Indexed, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.workspace, self.wanting, self.indexed = workspace, wanting, indexed
        self.recipe = Recipe()
        self.items: list[Item] = []
        self._taken: Unit | None = None
        self.cards, self.panel = Cards(wanting, indexed), ItemPanel(wanting)
        self.header = UnitsHead()
        self.listing = Listing(workspace, indexed, self.header)
        self.about = About(workspace, indexed, self.listing.recounts, self.panel)
        self.kernels = Kernels(workspace)
        self.progress = UnitsProgress(wanting)
        self.cropping = Cropping(workspace)
        self.empty = Label()
        self.empty.setFont(font(13))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._whole())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE)
        self._later.timeout.connect(self._tell)
        self._connect()
        self.modules.set_value(workspace.selection.module)
        self.panel.show_recipe(self.recipe)
        self.refresh()

    def _whole(self) -> QWidget:
        self.modules, self.branches = self.header.modules, self.header.branches
        self.orders, self.views = self.header.orders, self.header.views
        self.middle = QStackedWidget()
        self.middle.addWidget(self.cards)
        self.middle.addWidget(self.kernels)
        self.right_header = PanelHeader(self.tr("Unit"))
        self.scrolling = ScrollPage(self.tr("Unit"))
        self.scrolling.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # as tall as it is wide, the picture would come and go with a bar that comes and goes
        self.scrolling.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.scrolling.setWidget(self.panel)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(_column(self.header, self.middle))
        parts.addWidget(_column(self.right_header, self.scrolling))
        parts.setStretchFactor(0, 1)
        parts.setSizes([1240, RIGHT])
        parts.setHandleWidth(1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts, 1)
        column.addWidget(self.progress)
        return whole

    def _connect(self) -> None:
        ends = [
            self.workspace.checkpoint_changed.subscribe(self.refresh),
            self.workspace.loading_changed.subscribe(self._show_obstacle),
            self.wanting.grown.subscribe(self._grown),
            self.wanting.changed.subscribe(self._tell_later),
            self.indexed.changed.subscribe(self._indexed),
            self.indexed.cropped.subscribe(lambda _: self._paint_later()),
            self.listing.recounts.changed.subscribe(self._recounted),
            self.workspace.changes_changed.subscribe(self._show_projected),
            self.cropping.changed.subscribe(lambda: self.progress.show_cropping(self.cropping.share)),
            self.cropping.written.subscribe(self.crops_written.emit),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.header.changed.connect(self._choose_units)
        self.header.order_chosen.connect(self._arrange)
        self.header.view_chosen.connect(self._show_view)
        self.header.file_wanted.connect(self.matrix_wanted)
        self.listing.changed.connect(self._show_listed)
        self.panel.project_wanted.connect(self._project)
        self.kernels.unit_wanted.connect(self._go)
        self.cards.looked.connect(self._look)
        self.cards.item_chosen.connect(self._choose)
        self.cards.open_wanted.connect(self._open)
        self.panel.looked.connect(self._look)
        self.panel.explore_wanted.connect(self._open)
        self.panel.recipe_wanted.connect(self.set_recipe)
        self.panel.grouping.changed.connect(self._group)
        self.panel.grouping.failed.connect(self.workspace.failed.emit)
        self.about.unit_wanted.connect(self._go)
        self.about.picture_wanted.connect(self.picture_wanted)
        self.progress.limit_chosen.connect(self.limit_chosen)
        self.progress.folder_wanted.connect(self.folder_wanted)
        self.progress.stop_wanted.connect(self.indexed.stop)
        self.progress.crops_wanted.connect(self.crops_wanted)

    # What is shown

    def refresh(self) -> None:
        """Show the units of the chosen module of the network in use, a head's classes, or directions."""
        checkpoint = self.workspace.checkpoint
        self._show_obstacle()
        if checkpoint is None:
            return
        self.items = self.listing.items(checkpoint)
        self.header.settle(units=self.listing.shows_units)
        if self.panel.grouping.groups.sha256 != checkpoint.provenance.sha256:
            self.panel.grouping.show_checkpoint(checkpoint.provenance.sha256)
        self.cards.show_as(names=checkpoint.labels.names, named=self._named)
        self._arrange()
        self.progress.show_index(self.indexed.state)
        self.wanting.want([self.cards.job(item) for item in self.cards.cards.items])
        self._tell()
        self._show_view()

    def _show_view(self) -> None:
        """Cards of all or of some, or the kernels of the module (of all modules: of the first)."""
        checkpoint, shows_kernels = self.workspace.checkpoint, self.listing.view == "kernels"
        self.middle.setCurrentIndex(int(shows_kernels))
        self._arrange()
        if shows_kernels and checkpoint is not None and self.items:
            module = checkpoint.architecture.module(self.items[0].module)
            self.kernels.show_module(module, self.branches.value)

    def show_module(self, module: str) -> None:
        """Show the units of another module, of `ALL`, or the classes (`head.CLASSES`)."""
        self.listing.directions = None
        self.modules.set_value(module)
        self.refresh()

    def show_unit(self, unit: Unit) -> None:
        """Choose a unit's card."""
        self.branches.set_value("")
        self.show_module(unit.module)
        item = next((one for one in self.items if one.unit == unit), None)
        if item is not None:
            self.cards.choose(item)

    def set_recipe(self, recipe: Recipe) -> None:
        """Make all pictures by another recipe."""
        self.recipe = recipe
        self.cards.show_as(recipe=recipe)
        self.panel.show_recipe(recipe)
        self.wanting.want([self.cards.job(item) for item in self.cards.cards.items])

    def _choose_units(self) -> None:
        """A module, branch, head or the classes were chosen: no directions any more."""
        self.listing.directions = None
        self.refresh()

    def save_crops(self, folder: Path) -> None:
        """Write the strongest crops of the units that are shown."""
        state = self.indexed.state
        units = [item.unit for item in self.items if item.unit is not None]
        if state is not None and state.index is not None:
            self.cropping.start(state.index, units, folder)

    def open_directions(self, path: Path) -> None:
        """Show the directions of a file for the chosen layer; what is wrong with them is said."""
        self.listing.open_directions(path)

    def _show_listed(self) -> None:
        """Directions came: the first of them is chosen."""
        self.refresh()
        self.cards.choose(self.items[0])

    def _recounted(self) -> None:
        if self.listing.recounts.share is not None:
            self._say(self.listing.progress)
            return
        self._arrange()
        self.about.refresh()
        self._look()

    def _project(self, item: Item) -> None:
        """Take a direction out of the network, or put it back."""
        change = _without(item)
        changes = self.workspace.changes
        kept = tuple(one for one in changes if one != change)
        self.workspace.set_changes(kept if change in changes else (*changes, change))
        self.projected.emit()

    def _show_projected(self) -> None:
        item = self.panel.item
        if item is not None and item.unit is None and not item.wanted.is_class:
            self.panel.show_projected(_without(item) in self.workspace.changes)

    def _show_obstacle(self) -> None:
        words = obstacle(self.workspace)
        self.empty.setText(words)
        self._stack.setCurrentIndex(0 if words else 1)

    def _arrange(self) -> None:
        along, view = self.listing.count(), self.listing.view
        self.indexed.show_along(along)
        self.cards.show_as(along=self.listing.directions is not None)
        alike = self.listing.alike(self.items)
        self.cards.show_as(alike=alike, several=view == "several")
        items = self.listing.arranged(self.items, self.cards.spectrum, alike)
        self.cards.show_items(items)
        self.orders.setVisible(view == "cards" and not self.header.shows_classes)
        self.orders.setEnabled(self.cards.has_index)
        why = self.tr("Other orders need the strongest pictures of a folder: Folder…, below")
        self.orders.setToolTip(tip("" if self.cards.has_index else why))
        self._say(self.listing.note(len(items), len(self.items), alike))
        self.progress.crops.setVisible(self.cards.has_index and self.listing.shows_units)
        if self.cards.chosen is None and items:
            self.cards.choose(items[0])

    def _say(self, words: str) -> None:
        """How many there are, or what stands in the way: above, and in the middle where there is nothing."""
        self.header.set_note(words)
        self.cards.say(words)

    def _choose(self, item: Item) -> None:
        self.panel.show_item(item, self._line(item))
        self.right_header.set_note(item.name)
        self.kernels.mark(item.unit)
        self._show_projected()
        self.about.refresh()

    def _line(self, item: Item) -> str:
        checkpoint = self.workspace.checkpoint
        if item.wanted.is_class:
            return self.tr("class {0} of head {1}").format(item.channel, item.module)
        if item.unit is None or checkpoint is None:
            return self.tr("a direction in {0}").format(item.wanted.part)
        module = checkpoint.architecture.module(item.module)
        words = self.tr("channel {0} of {1}").format(item.channel, item.module)
        kernel = module.branch(item.unit.branch).convolutions[-1].kernel
        words = f"{words} · " + self.tr("kernel {0}×{0}").format(kernel)
        named = self._literature(item)
        return words if named is None else f"{named.name} ({named.source})\n{words}"

    def _literature(self, item: Item) -> Named | None:
        checkpoint = self.workspace.checkpoint
        if item.unit is None or checkpoint is None:
            return None
        return name_in_literature(checkpoint.provenance.sha256, item.module, item.channel)

    def _named(self, item: Item) -> str:
        named = self._literature(item)
        return "" if named is None else named.name

    def _group(self) -> None:
        groups = self.panel.grouping.groups
        self.cards.show_as(groups=lambda item: ", ".join(groups.of(item.name)))

    def _go(self, unit: Unit) -> None:
        """A unit's card, or where it has none, the unit in Explore."""
        item = next((one for one in self.items if one.unit == unit), None)
        if item is not None:
            self.cards.choose(item)
        elif unit.module in MODULES:
            self.show_unit(unit)
        else:
            self.unit_wanted.emit(unit)

    def _open(self, item: Item) -> None:
        if item.unit is not None:
            self.unit_wanted.emit(item.unit)

    # What comes

    def _look(self) -> None:
        """What is on the screen is wanted first: the large picture, then the cards."""
        items = self.cards.visible_items()
        first = [self.panel.job] if self.panel.job is not None else []
        self.wanting.look_at([*first, *(self.cards.job(item) for item in items)])
        self.indexed.look_at(self.cards.subjects(items))
        self.panel.show_picture()

    def _grown(self, job: Job) -> None:
        if job == self.panel.job:
            self.panel.show_picture()
        self.cards.show_again(lambda item: self.cards.job(item) == job)

    def _indexed(self) -> None:
        self.progress.show_index(self.indexed.state)
        if self.indexed.state is None or self.indexed.state.state != "running":
            self.orders.set_value("class" if self.cards.has_index else "index")
            self.header.offered = self.listing.offered()
            self._arrange()
            self._look()

    def _paint_later(self) -> None:
        self.cards.viewport().update()

    def _tell_later(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def _tell(self) -> None:
        self.progress.show_wanting()

    @property
    @override
    def settled(self) -> bool:
        """Whether everything on the screen is finished."""
        quiet = self.listing.recounts.share is None
        return self.workspace.checkpoint is None or (quiet and self.wanting.settled and self.indexed.settled)

    def index(self, folder: Path) -> None:
        """Show the strongest pictures of a folder."""
        self.indexed.open(folder)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The unit that was chosen elsewhere meanwhile is chosen here too."""
        super().showEvent(event)
        # once the cards know how many stand side by side
        QTimer.singleShot(0, self._take_unit)

    def _take_unit(self) -> None:
        unit = self.workspace.selection.unit
        if unit is not None and unit != self._taken:
            self._taken = unit
            self.show_unit(unit)

    @override
    def close_run(self) -> None:
        """The window closes."""
        self.about.close()
        self.listing.close()
        self.cropping.stop()
        self.kernels.close_run()
        self.wanting.close()
        self.indexed.close()


def _without(item: Item) -> Change:
    """The change that takes a direction out of its part."""
    values = replace(item.wanted.direction, source=item.name)
    return Change(item.wanted.part, "projected", values=values)


def _column(header: QWidget, body: QWidget) -> QWidget:
    widget = QWidget()
    widget.setAutoFillBackground(True)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(header)
    column.addWidget(body, 1)
    return widget
