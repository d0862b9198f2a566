"""What tests of comparing do with the window."""

import numpy as np
from PySide6.QtWidgets import QMenu

from gnet_desktop.gui.shell.window import Window
from gnet_desktop.network.naming import Unit
from tests.gui.made import pause, there, wait_until

UNIT = Unit("5a", "5x5", 11)


def current(window: Window) -> None:
    workspace = window.workspace
    wait_until(
        lambda: (
            not workspace.stale
            and (workspace.reference_result is not None) == (workspace.reference is not None)
        )
    )
    pause(20)


def pick(menu: QMenu, *path: str) -> None:
    for words in path[:-1]:
        menu = next(one for one in menu.findChildren(QMenu) if one.title() == words)
    next(action for action in menu.actions() if action.text().split("\t")[0] == path[-1]).trigger()


def lane_maps(window: Window, branch: str) -> np.ndarray:
    return next(
        there(view.lane).maps
        for view in window.panels.lanes.area.views
        if there(view.lane).part.endswith(branch)
    )
