"""How the pictures of a run and its reference are shown: the words and the menu."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.gui.photo.pairing import one_picture
from gnet_desktop.workspace.state import Workspace

PHOTOS: Final[Mapping[str, str]] = {
    "auto": "Two pictures side by side, one alone",
    "alone": "One of the two",
    "beside": "Side by side",
    "split": "One picture, parted by a line",
}
"""The values of `ViewOptions.photos` in words."""


def places_menu(parent: QWidget, workspace: Workspace) -> QMenu:
    """The choices, what is in use marked; a line parts one picture only."""
    menu, same = QMenu(parent), one_picture(workspace)
    for value, words in PHOTOS.items():
        action = menu.addAction(QCoreApplication.translate("actions", words))
        action.setCheckable(True)
        action.setChecked(workspace.view.photos == value)
        action.setEnabled(same or value != "split")
        action.triggered.connect(partial(_choose, workspace, value))
    return menu


def following(mode: str, workspace: Workspace) -> str:
    """The way of showing two runs that comes after this one."""
    ways = ("alone", "beside", "split") if one_picture(workspace) else ("alone", "beside")
    return ways[(ways.index(mode) + 1) % len(ways)]


def _choose(workspace: Workspace, value: str, _checked: bool = False) -> None:
    workspace.change_view(photos=value)
