"""Menus that the window opens beside its bar: for a part of the network, conventions, orders."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.gui.conventions.menu import convention_menu
from gnet_desktop.gui.lanes.changes_menu import fill_changes_menu
from gnet_desktop.gui.shell.comparing import fill_pictures, reference_menu
from gnet_desktop.network.changes import changeable_parts
from gnet_desktop.workspace.ordering import ORDERS


class Menus(QObject):
    """Made of the window's ``actions`` by name; each menu is gone when it closes."""

    def __init__(self, shell: Shell, actions: Mapping[str, QAction]) -> None:
        super().__init__(shell.widget)
        self._shell, self._actions = shell, actions
        self._workspace = shell.workspace

    def network(self, target: str, place: QPoint) -> None:
        """What can be done with a part of the network."""
        module = target.partition("/")[0]
        menu = self._new()
        if f"module {module}" in self._actions:
            menu.addAction(self._actions[f"module {module}"])
        checkpoint = self._workspace.checkpoint
        if checkpoint is not None and target in changeable_parts(checkpoint.architecture):
            fill_changes_menu(menu, self._workspace, target)
            if module != target:
                fill_changes_menu(menu, self._workspace, module)
            menu.addSeparator()
        for name in ("show_heads", "toggle_teaching", "export_shown"):
            menu.addAction(self._actions[name])
        menu.popup(place)

    def references(self, button: QWidget) -> None:
        """What the run can be compared with, below its button."""
        menu = reference_menu(
            self._shell.widget,
            self._workspace,
            self._actions["compare_checkpoint"].trigger,
            self._actions["compare_checkpoints"].trigger,
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def pictures(self, below: QPoint) -> None:
        """The pictures that this one can be compared with."""
        menu = self._new()
        fill_pictures(menu, self._workspace)
        menu.popup(below)
        # it came by a key or the palette: a key chooses
        menu.setActiveAction(menu.actions()[0])

    def conventions(self, above: QPoint) -> None:
        """The input conventions of the checkpoint that is open."""
        menu = convention_menu(self._workspace, self._shell.widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if menu.isEmpty():
            self._shell.show_news(self.tr("Open a checkpoint first."))
            return
        menu.popup(QPoint(above.x(), above.y() - menu.sizeHint().height()))

    def orders(self, button: QWidget) -> None:
        """The orders of the list of pictures, below their button."""
        menu = self._new()
        for order in ORDERS:
            menu.addAction(self._actions[f"sort {order}"])
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _new(self) -> QMenu:
        menu = QMenu(self._shell.widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
