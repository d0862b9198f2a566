"""Lanes of module 4a in a window of the usual size."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.panel import LanesPanel
from tests.gui.made import World, make_world
from tests.workspace.workers import Posed


@pytest.fixture(scope="package")
def world(qapp: QApplication) -> World:
    return make_world()


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
