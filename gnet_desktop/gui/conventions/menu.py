"""The menu of input conventions: the one in use marked, each with what it does."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from gnet_desktop.convention import Convention
from gnet_desktop.gui.conventions.choices import alternatives, explanation


def fill_convention_menu(
    menu: QMenu,
    base: Convention,
    used: Convention,
    choose: Callable[[Convention], None],
    edit: Callable[[], None],
) -> None:
    """The file's own convention and what can stand for it; ``used`` is marked, whichever it is."""
    offered = [base, *alternatives(base)]
    if used not in offered:
        offered.insert(0, used)
    group = QActionGroup(menu)
    menu.setToolTipsVisible(True)
    for one in offered:
        words = explanation(one)
        action = menu.addAction(f"{one.name}\t{words}")
        action.setCheckable(True)
        action.setChecked(one == used)
        group.addAction(action)
        action.triggered.connect(lambda _=False, one=one: choose(one))
    menu.addSeparator()
    menu.addAction(QCoreApplication.translate("Conventions", "Edit…")).triggered.connect(
        lambda _=False: edit()
    )
