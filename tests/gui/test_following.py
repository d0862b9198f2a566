"""From a cell back to the picture by clicks, with Back; and the arithmetic of the cell under the cursor."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch.nn import functional

from gnet_desktop.gui.controls.section import Section
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import Selection
from tests.gui.made import Calls, World, deliver, make_world, point_at, there
from tests.workspace.workers import Posed


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture
def panel(workspace: Posed, calls: Calls, world: World, qtbot: QtBot) -> UnitPanel:
    maps = world.results[0].record["4b/3x3"]
    workspace.choose_unit(Unit("4b", "3x3", int(maps.max(axis=(1, 2)).argmax())))
    one = UnitPanel(workspace)
    qtbot.addWidget(one)
    one.resize(335, 940)
    one.show()
    qtbot.waitExposed(one)
    deliver(workspace, calls)
    return one


def click(section: Section, place: int) -> None:
    at = section.pieces[place].box.center().toPoint()
    QTest.mouseClick(section, Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))


def test_clicks_go_back_to_the_picture_and_back_returns(
    workspace: Posed, panel: UnitPanel, calls: Calls, world: World
) -> None:
    path = panel.body.following.path
    visited = [workspace.selection]
    for _ in range(20):
        assert path.isVisible()
        if path.title == "Followed back to the picture":
            break
        step = panel.body.following._steps.value
        adding = next(place for place, one in enumerate(there(step).inflows) if one.value > 0)
        click(path, adding)
        spot = there(step).inflows[adding].spot
        assert (workspace.selection.unit, workspace.selection.cell) == (spot.unit, spot.cell)
        visited.append(workspace.selection)
        deliver(workspace, calls)
    assert path.title == "Followed back to the picture"
    assert there(visited[-1].unit).module == "conv1"
    assert [name for name, _ in path.rows()][-2:] == ["bias", "before the rectifier"]
    assert {"red", "green", "blue"} >= {name for name, _ in path.rows()[:-2]}
    for selection in visited[-2::-1]:
        workspace.back()
        assert workspace.selection == selection


def test_the_rows_add_up_to_the_cells_value(
    workspace: Posed, panel: UnitPanel, calls: Calls, world: World
) -> None:
    """The value that torch's rectifier makes of the sum is the one in the map."""
    maps = world.results[0].record["4b/3x3"]
    unit = workspace.selection.unit
    for cell in ((0, 0), (2, 3)):
        QTest.mouseClick(
            panel.body.map,
            Qt.MouseButton.LeftButton,
            pos=panel.body.map._cell_box(cell).center().toPoint(),
        )
        deliver(workspace, calls)
        assert workspace.selection == Selection("4b", unit, cell)
        *parts, (_, total) = panel.body.following.path.rows()
        assert sum(value for _, value in parts) == pytest.approx(total, abs=1e-4)
        assert max(total, 0) == pytest.approx(maps[there(unit).channel, cell[1], cell[0]], abs=1e-4)


def test_the_formula_follows_the_cursor_in_teaching_mode(
    workspace: Posed, panel: UnitPanel, calls: Calls, world: World
) -> None:
    body, record = panel.body, world.results[0].record
    section, unit = body.following.formula, workspace.selection.unit
    assert not section.isVisible()
    workspace.change_view(teaching=True)
    deliver(workspace, calls)
    assert section.isVisible()
    read = torch.from_numpy(record["4b/3x3_reduce"].copy())[None]
    columns, rows = there(body.facts).cells
    windows = functional.unfold(read, 3, padding=1)[0].reshape(read.shape[1], 3, 3, rows, columns)
    kernel = world.loaded.network.weights("4b/3x3")[0][there(unit).channel]
    for cell in ((1, 1), (3, 2), (0, 0)):
        point_at(body.map, body.map._cell_box(cell).center().toPoint())
        assert section.note == f"cell {cell[0]}, {cell[1]}"
        window = windows[:, :, :, cell[1], cell[0]].numpy()
        sums = (window * kernel).sum((1, 2))
        channel = int(np.abs(sums).argmax())
        assert section.lines[0][0] == f"products of 4b/3x3_reduce:{channel}"
        np.testing.assert_allclose(np.nan_to_num(section.tables["window"]), window[channel])
        np.testing.assert_allclose(
            section.tables["products"], np.nan_to_num(window[channel] * kernel[channel]), rtol=1e-6
        )
        assert float(section.lines[-1][1]) == pytest.approx(
            record["4b/3x3"][there(unit).channel, cell[1], cell[0]], rel=2e-3
        )
    workspace.change_view(teaching=False)
    assert not section.isVisible()


def test_a_1x1_is_a_weighted_sum_and_a_pool_has_a_winner(
    workspace: Posed, panel: UnitPanel, calls: Calls, world: World
) -> None:
    record, body = world.results[0].record, panel.body
    workspace.change_view(teaching=True)
    workspace.choose_unit(Unit("4b", "1x1", 3), (2, 2))
    deliver(workspace, calls)
    weight = world.loaded.network.weights("4b/1x1")[0][3, :, 0, 0]
    products = weight * record["4a"][:, 2, 2]
    assert len(body.following.formula.lines) > 7
    first = int(np.abs(products).argmax())
    value, shown = body.following.formula.lines[0][0].split(": ")[1], body.following.formula.lines[0][1]
    assert float(shown.replace("−", "-")) == pytest.approx(products[first], rel=1e-2)
    assert " × " in value
    workspace.choose_unit(Unit("4b", "pool", 7), (2, 2))
    deliver(workspace, calls)
    read = record["4a"][7]
    window = read[1:4, 1:4]
    row, column = np.unravel_index(int(window.argmax()), window.shape)
    words, largest = body.following.formula.lines[0]
    assert words == f"the largest wins, from cell {column + 1}, {row + 1}"
    assert float(largest) == pytest.approx(window.max(), rel=1e-3)
    np.testing.assert_array_equal(body.following.formula.tables["window"], window)
