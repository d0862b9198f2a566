"""The Units page: modules above, cards in the middle, the chosen unit at the right, the making below."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gnet_desktop.gui.controls.common import PanelHeader, Segmented
from gnet_desktop.gui.controls.page import Page
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.units.about import About
from gnet_desktop.gui.units.gallery import Cards
from gnet_desktop.gui.units.kernels import Kernels
from gnet_desktop.gui.units.panel import UnitPanel
from gnet_desktop.gui.units.progress import Progress
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.architecture import BRANCHES, MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units.indexed import Indexed
from gnet_desktop.workspace.units.items import ALL, Item, arranged, units_of
from gnet_desktop.workspace.units.wanting import Job, Wanting

RIGHT: Final = 340
_PAUSE: Final = 120
"""Milliseconds between two looks at what the making told of."""


class UnitsPage(Page):
    """Every unit of a module as a card.

    ``unit_wanted(unit)`` asks to see a unit in Explore, ``picture_wanted(path)`` a picture,
    ``folder_wanted()`` asks for a folder; ``limit_chosen(bytes)`` tells how much may be kept.
    """

    unit_wanted = Signal(object)
    picture_wanted = Signal(Path)
    limit_chosen = Signal(int)
    folder_wanted = Signal()

    def __init__(
        self, workspace: Workspace, wanting: Wanting, indexed: Indexed, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.workspace, self.wanting, self.indexed = workspace, wanting, indexed
        self.recipe = Recipe()
        self.items: list[Item] = []
        self.cards, self.panel = Cards(wanting, indexed), UnitPanel(wanting)
        self.about = About(workspace, indexed, self.panel)
        self.kernels = Kernels(workspace)
        self.progress = Progress(wanting)
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
        self.header = PanelHeader(self.tr("Units of"))
        self.modules = Segmented([(name, name) for name in MODULES] + [(ALL, self.tr("all"))])
        self.modules.setAccessibleName(self.tr("Module"))
        self.branches = Segmented(
            [("", self.tr("all")), *((name, name.replace("_proj", "")) for name in BRANCHES)]
        )
        self.branches.setAccessibleName(self.tr("Branch"))
        self.orders = Segmented(
            (
                ("class", self.tr("Prefers one class")),
                ("strongest", self.tr("Strongest")),
                ("silent", self.tr("Rarely silent")),
                ("index", self.tr("Number")),
            )
        )
        self.orders.set_value("index")
        self.orders.setAccessibleName(self.tr("Sorted by"))
        self.header.add_first(self.modules)
        self.header.add_first(self.branches)
        self.views = Segmented((("cards", self.tr("Cards")), ("kernels", self.tr("Kernels"))))
        self.views.setAccessibleName(self.tr("Shown as"))
        self.header.add(self.orders)
        self.header.add(self.views)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.cards)
        self.middle.addWidget(self.kernels)
        self.right_header = PanelHeader(self.tr("Unit"))
        self.scrolling = ScrollPage(self.tr("Unit"))
        self.scrolling.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.modules.chosen.connect(lambda _: self.refresh())
        self.branches.chosen.connect(lambda _: self.refresh())
        self.orders.chosen.connect(lambda _: self._arrange())
        self.views.chosen.connect(lambda _: self._show_view())
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

    # What is shown

    def refresh(self) -> None:
        """Show the units of the chosen module of the network in use."""
        checkpoint = self.workspace.checkpoint
        self._show_obstacle()
        if checkpoint is None:
            return
        self.items = units_of(checkpoint.architecture, self.modules.value, self.branches.value)
        if self.panel.grouping.groups.sha256 != checkpoint.provenance.sha256:
            self.panel.grouping.show_checkpoint(checkpoint.provenance.sha256)
        self.cards.show_as(names=checkpoint.labels.names)
        self._arrange()
        self.progress.show_index(self.indexed.state)
        self.wanting.want([self.cards.job(item) for item in self.cards.cards.items])
        self._tell()
        self._show_view()

    def _show_view(self) -> None:
        """Cards, or the kernels of the module (of all modules: of the first)."""
        checkpoint, shows_kernels = self.workspace.checkpoint, self.views.value == "kernels"
        self.middle.setCurrentIndex(int(shows_kernels))
        self.orders.setVisible(not shows_kernels)
        if shows_kernels and checkpoint is not None and self.items:
            module = checkpoint.architecture.module(self.items[0].module)
            self.kernels.show_module(module, self.branches.value)

    def show_module(self, module: str) -> None:
        """Show the units of another module, or of `ALL`."""
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

    def _show_obstacle(self) -> None:
        words = obstacle(self.workspace)
        self.empty.setText(words)
        self._stack.setCurrentIndex(0 if words else 1)

    def _arrange(self) -> None:
        items = arranged(self.items, self.cards.spectrum, self.orders.value)
        self.cards.show_items(items)
        self.orders.setEnabled(self.cards.has_index)
        self.header.set_note(self.tr("{0} units").format(len(items)))
        if self.cards.chosen is None and items:
            self.cards.choose(items[0])

    def _choose(self, item: Item) -> None:
        self.panel.show_item(item, self._line(item))
        self.right_header.set_note(item.name)
        self.about.refresh()

    def _line(self, item: Item) -> str:
        checkpoint = self.workspace.checkpoint
        if item.unit is None or checkpoint is None:
            return self.tr("a direction in {0}").format(item.wanted.part)
        module = checkpoint.architecture.module(item.module)
        words = self.tr("channel {0} of {1}").format(item.channel, item.module)
        kernel = module.branch(item.unit.branch).convolutions[-1].kernel
        return f"{words} · " + self.tr("kernel {0}×{0}").format(kernel)

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
        self.indexed.look_at([item.unit for item in items if item.unit is not None])
        self.panel.show_picture()

    def _grown(self, job: Job) -> None:
        if job == self.panel.job:
            self.panel.show_picture()
        self.cards.show_again(lambda item: self.cards.job(item) == job)

    def _indexed(self) -> None:
        self.progress.show_index(self.indexed.state)
        if self.indexed.state is None or self.indexed.state.state != "running":
            self.orders.set_value("class" if self.cards.has_index else "index")
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
    def settled(self) -> bool:
        """Whether everything on the screen is finished."""
        return self.workspace.checkpoint is None or (self.wanting.settled and self.indexed.settled)

    def index(self, folder: Path) -> None:
        """Show the strongest pictures of a folder."""
        self.indexed.open(folder)

    def close_run(self) -> None:
        """The window closes."""
        self.about.close()
        self.kernels.close_run()
        self.wanting.close()
        self.indexed.close()


def _column(header: QWidget, body: QWidget) -> QWidget:
    widget = QWidget()
    widget.setAutoFillBackground(True)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(header)
    column.addWidget(body, 1)
    return widget
