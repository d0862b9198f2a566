"""The panel with the unit of 4a/3x3 that has the largest value."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from tests.gui.made import (
    Calls,
    World,
    deliver,
    make_world,
)
from tests.workspace.workers import Posed


@pytest.fixture(scope="package")
def world(qapp: QApplication) -> World:
    return make_world()


@pytest.fixture
def unit(world: World) -> Unit:
    """The unit of 4a/3x3 with the largest value."""
    maps = world.results[0].record["4a/3x3"]
    return Unit("4a", "3x3", int(maps.max(axis=(1, 2)).argmax()))


@pytest.fixture
def panel(workspace: Posed, calls: Calls, unit: Unit, qtbot: QtBot) -> UnitPanel:
    workspace.choose_unit(unit)
    one = UnitPanel(workspace)
    qtbot.addWidget(one)
    one.resize(335, 940)
    one.show()
    qtbot.waitExposed(one)
    deliver(workspace, calls)
    return one
