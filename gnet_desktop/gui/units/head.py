"""The line above the cards: whose units or classes, in which order, shown how; directions from elsewhere."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import PanelHeader
from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.network.architecture import BRANCHES, HEADS, MODULES
from gnet_desktop.workspace.units.items import ALL

CLASSES: Final = "classes"
"""In place of a module's name: the classes of a head."""
OFFERED: Final = 14
"""Classes whose factors are offered, those with the most pictures first."""


class UnitsHead(PanelHeader):
    """``changed()`` when others are to be shown, ``order_chosen()`` and ``view_chosen()`` the same otherwise;
    ``asked()`` before what is offered is shown.

    ``file_wanted()`` asks for a matrix of directions, ``factors_wanted(class)`` for factors of its cells,
    ``picture_wanted()`` for those of the current picture, whose name is ``picture``.
    """

    changed, order_chosen, view_chosen, asked = Signal(), Signal(), Signal(), Signal()
    file_wanted, factors_wanted, picture_wanted = Signal(), Signal(int), Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.set_title("")
        self.setAccessibleName(self.tr("Units"))
        self.modules = Segmented(
            [(name, name) for name in MODULES] + [(ALL, self.tr("all")), (CLASSES, self.tr("classes"))]
        )
        self.modules.setAccessibleName(self.tr("Module"))
        self.branches = Segmented(
            [("", self.tr("all")), *((name, name.replace("_proj", "")) for name in BRANCHES)]
        )
        self.branches.setAccessibleName(self.tr("Branch"))
        self.heads = Segmented([(name, name) for name in HEADS])
        self.heads.setAccessibleName(self.tr("UnitsHead"))
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
        self.views = Segmented(
            (
                ("cards", self.tr("Cards")),
                ("kernels", self.tr("Kernels")),
                ("same", self.tr("Duplicates")),
                ("several", self.tr("Several meanings")),
            )
        )
        self.views.setAccessibleName(self.tr("Shown as"))
        self.views.explain(
            {
                "same": self.tr(
                    "Units that do nearly the same on the folder's pictures: correlation 0.9 or more"
                ),
                "several": self.tr("Units whose strongest pictures fall into groups"),
            }
        )
        self.directions = Button(self.tr("Directions"))
        self.directions.setFont(font(12))
        self.directions.setToolTip(
            self.tr(
                "Directions in this layer's channels as cards: from a file, or found in a class's pictures"
            )
        )
        self.offered: Sequence[tuple[int, str]] = ()
        self.picture = ""
        self._lay_out()

    def _lay_out(self) -> None:
        menu = QMenu(self.directions)
        menu.aboutToShow.connect(lambda: self.fill(menu))
        self.directions.setMenu(menu)
        for widget in (self.modules, self.branches, self.heads):
            self.add_first(widget)
        self.add(self.orders)
        self.add(self.views)
        self.add(self.directions)
        self.heads.hide()
        for control in (self.modules, self.branches, self.heads):
            control.chosen.connect(lambda _: self.changed.emit())
        self.orders.chosen.connect(lambda _: self.order_chosen.emit())
        self.views.chosen.connect(lambda _: self.view_chosen.emit())

    @property
    def shows_classes(self) -> bool:
        """Whether a head's classes are wanted, not units."""
        return bool(self.modules.value == CLASSES)

    def settle(self, *, units: bool) -> None:
        """Show the controls that mean something: ``units`` of a module, or classes or directions."""
        self.branches.setVisible(not self.shows_classes)
        self.heads.setVisible(self.shows_classes)
        self.directions.setVisible(not self.shows_classes)
        self.views.setVisible(units)

    def fill(self, menu: QMenu) -> None:
        """What directions there can be."""
        self.asked.emit()
        menu.clear()
        menu.addAction(self.tr("Open a matrix…")).triggered.connect(self.file_wanted)
        menu.addSeparator()
        if self.picture:
            words = self.tr("Factors of {0}").format(menu_words(self.picture))
            menu.addAction(words).triggered.connect(self.picture_wanted)
        if not self.offered:
            hint = menu.addAction(self.tr("Open a folder to find factors of a class's cells"))
            hint.setEnabled(False)
        for number, name in self.offered:
            action = menu.addAction(self.tr("Factors of {0}").format(menu_words(name)))
            action.triggered.connect(lambda _=False, number=number: self.factors_wanted.emit(number))
