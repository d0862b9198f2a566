"""The menu of input conventions: the one in use marked, each with what it does."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.convention import Convention
from gnet_desktop.gui.conventions.choices import alternatives, explanation
from gnet_desktop.workspace.state import Workspace


def convention_menu(workspace: Workspace, parent: QWidget) -> QMenu:
    """The menu for the checkpoint in use; empty without one."""
    menu = QMenu(parent)
    checkpoint, used = workspace.checkpoint, workspace.convention
    if checkpoint is not None and used is not None:
        edit = partial(edit_convention, workspace, parent)
        fill_convention_menu(menu, checkpoint.convention, used, workspace.set_convention, edit)
    return menu


def edit_convention(workspace: Workspace, parent: QWidget) -> None:
    """Edit the convention in use."""
    checkpoint, used = workspace.checkpoint, workspace.convention
    if checkpoint is None or used is None:
        return
    from gnet_desktop.gui.conventions.editor import ConventionEditor

    editor = ConventionEditor(used, checkpoint.architecture.input_channels, parent)
    if editor.exec() and editor.convention is not None:
        workspace.set_convention(editor.convention)


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
