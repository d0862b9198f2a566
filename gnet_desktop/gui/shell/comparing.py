"""With what a run is compared: the words for it, and the menu that chooses it."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.gui.controls.waiting import short_name
from gnet_desktop.gui.conventions.choices import alternatives, explanation
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import UNCHANGED, Reference

_MOST: Final = 30
"""Pictures that the menu lists; any other is compared from its own menu in the list."""

translate = QCoreApplication.translate


def reference_menu(
    parent: QWidget,
    workspace: Workspace,
    open_other: Callable[[], None],
    show_moved: Callable[[], None] = lambda: None,
) -> QMenu:
    """What a run can be compared with, what is in use marked; ``open_other`` asks for a checkpoint,
    ``show_moved`` compares the two that are open.
    """
    menu = QMenu(parent)
    now = workspace.reference
    nothing = (
        translate("Compare", "This picture, unchanged")
        if workspace.changes
        else translate("Compare", "Nothing")
    )
    _add(menu, nothing, now in (None, UNCHANGED), partial(workspace.compare_with, None))
    menu.addSeparator()
    pictures = menu.addMenu(translate("Compare", "Another picture"))
    fill_pictures(pictures, workspace)
    pictures.setEnabled(bool(pictures.actions()))
    _add_conventions(menu.addMenu(translate("Compare", "Another input convention")), workspace)
    other = menu.addAction(translate("Compare", "Another checkpoint…"))
    other.triggered.connect(lambda _=False: open_other())
    if workspace.reference_network is not None:
        moved = menu.addAction(translate("Compare", "What moved between the two checkpoints…"))
        moved.triggered.connect(lambda _=False: show_moved())
    return menu


def fill_pictures(menu: QMenu, workspace: Workspace) -> None:
    """The other pictures of the list, the one that is compared marked."""
    now = workspace.reference
    for picture, entry in list(workspace.pictures.items())[:_MOST]:
        if picture != workspace.current:
            chosen = now is not None and now.picture == picture
            compare = partial(workspace.compare_with, Reference(picture=picture))
            _add(menu, menu_words(short_name(entry.name)), chosen, compare)


def _add_conventions(menu: QMenu, workspace: Workspace) -> None:
    checkpoint, used, now = workspace.checkpoint, workspace.convention, workspace.reference
    if checkpoint is None or used is None:
        menu.setEnabled(False)
        return
    for one in [checkpoint.convention, *alternatives(checkpoint.convention)]:
        if one != used:
            words = f"{one.name}\t{explanation(one)}"
            chosen = now is not None and now.convention == one
            _add(menu, words, chosen, partial(workspace.compare_with, Reference(convention=one)))


def _add(menu: QMenu, words: str, chosen: bool, act: Callable[[], None]) -> None:
    action = menu.addAction(words)
    action.setCheckable(True)
    action.setChecked(chosen)
    action.triggered.connect(lambda _=False: act())
