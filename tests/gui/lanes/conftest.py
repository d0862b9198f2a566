"""Lanes of module 4a in a window of the usual size."""

import queue
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.panel import LanesPanel
from tests.gui.lanes.by_hand import Calls
from tests.gui.made import World, make_workspace, make_world
from tests.workspace.workers import Posed


@pytest.fixture(scope="package")
def world(qapp: QApplication) -> World:
    return make_world()


@pytest.fixture
def calls() -> Calls:
    return queue.Queue()


@pytest.fixture
def workspace(world: World, calls: Calls) -> Iterator[Posed]:
    one = make_workspace(world, calls.put)
    yield one
    one.close()


@pytest.fixture
def panel(workspace: Posed, qtbot: QtBot) -> LanesPanel:
    workspace.choose_module("4a")
    one = LanesPanel(workspace)
    qtbot.addWidget(one)
    one.resize(1047, 372)
    one.show()
    qtbot.waitExposed(one)
    QApplication.processEvents()
    return one
