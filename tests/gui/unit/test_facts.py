"""The unit panel: what is said about one unit, and where its value comes from."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.naming import Unit
from tests.gui.made import (
    Calls,
    deliver,
    point_at,
    there,
)
from tests.gui.unit.values import values_of
from tests.workspace.workers import Posed


def test_the_title_says_name_place_kernel_and_size(panel: UnitPanel, unit: Unit) -> None:
    words = panel.body.title.accessibleName()
    assert words == f"{unit.name}, channel {192 + unit.channel} of 4a · kernel 3×3 · 8 × 8 cells"


def test_the_facts_are_those_of_the_map(panel: UnitPanel, workspace: Posed, unit: Unit) -> None:
    values = values_of(workspace, unit)
    facts = panel.body.facts
    assert there(facts).numbers.maximum == values.max()
    assert there(facts).numbers.mean == pytest.approx(values.mean(dtype=np.float64))
    assert there(facts).numbers.nonzero == (values > 0).mean()
    assert (there(facts).rank, there(facts).siblings) == (1, 208)
    written = panel.body.facts_section.facts
    assert written["rank"] == "1 of 208"
    assert float(written["maximum"]) == pytest.approx(values.max(), rel=1e-3)


def test_the_receptive_field_is_that_of_the_branch(panel: UnitPanel, workspace: Posed, calls: Calls) -> None:
    architecture = there(workspace.result).checkpoint.architecture
    for branch in ("1x1", "3x3"):
        workspace.choose_unit(Unit("4a", branch, 0))
        deliver(workspace, calls)
        size = receptive_field(architecture, f"4a/{branch}", (128, 128)).size
        assert panel.body.facts_section.facts["sees"] == f"{size} × {size} px"


def test_the_line_speaks_of_the_peak_and_of_the_cell_under_the_cursor(
    panel: UnitPanel, workspace: Posed, unit: Unit, qtbot: QtBot
) -> None:
    values = values_of(workspace, unit)
    row, column = divmod(int(values.argmax()), 8)
    words, value = panel.body.map.line()
    assert words == f"cell {column}, {row} · peak"
    assert float(value) == pytest.approx(values.max(), rel=1e-4)
    side = panel.body.map.map_box().width() / 8
    point_at(panel.body.map, QPoint(int(2.5 * side), int(6.5 * side)))
    words, value = panel.body.map.line()
    assert words.startswith("cell 2, 6")
    assert float(value.replace("−", "-")) == pytest.approx(float(values[6, 2]), rel=1e-4, abs=1e-6)
    assert workspace.hovered == unit
    assert workspace.point is not None


def test_cells_are_walked_by_keys(
    panel: UnitPanel, workspace: Posed, unit: Unit, calls: Calls, qtbot: QtBot
) -> None:
    panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
    qtbot.keyClick(panel.body.map, Qt.Key.Key_Home)
    column, row = there(panel.body.facts).peak
    step, key = (-1, Qt.Key.Key_Left) if column else (1, Qt.Key.Key_Right)
    qtbot.keyClick(panel.body.map, key)
    assert panel.body.map.cell == (column + step, row)
    assert workspace.hovered == unit
    assert f"cell {column + step}, {row}" in panel.body.map.accessibleDescription()
    qtbot.keyClick(panel.body.map, Qt.Key.Key_Return)
    deliver(workspace, calls)
    assert there(panel.body.origins).parts.cell == (column + step, row)


def test_the_point_told_for_a_cell_is_its_centre_on_the_photo(
    panel: UnitPanel, workspace: Posed, qtbot: QtBot
) -> None:
    result = workspace.result
    field = receptive_field(there(result).checkpoint.architecture, "4a/3x3", (128, 128))
    side = panel.body.map.map_box().width() / 8
    point_at(panel.body.map, QPoint(int(3.5 * side), int(4.5 * side)))
    x, y = there(result).geometry.to_input(there(workspace.point))
    assert x - 0.5 == pytest.approx(field.centre[0] + 3 * field.jump)
    assert y - 0.5 == pytest.approx(field.centre[1] + 4 * field.jump)


def test_the_parts_of_all_inputs_and_the_bias_make_the_value(
    panel: UnitPanel, workspace: Posed, unit: Unit
) -> None:
    origins = panel.body.origins
    value = values_of(workspace, unit).max()
    total = sum(float(share.positive + share.negative) for share in there(origins).shares.values())
    assert total + there(origins).parts.bias == pytest.approx(float(value), rel=1e-4)
    assert sum(float(there(origins).share(group)) for group in there(origins).shares) == pytest.approx(1)
    assert list(there(origins).shares) == ["1x1", "3x3", "5x5", "pool_proj"]
    assert panel.body.inputs.note == "from 3b"


def test_a_strongest_input_is_named_as_the_unit_that_it_is(panel: UnitPanel, workspace: Posed) -> None:
    architecture = there(workspace.result).checkpoint.architecture
    offsets = {
        branch.name: architecture.module("3b").offset(branch.name)
        for branch in architecture.module("3b").branches
    }
    for group, parts in there(panel.body.origins).strongest.items():
        assert len(parts) == 4
        for part in parts:
            assert part.unit == Unit("3b", group, part.channel - offsets[group])
            assert part.value == pytest.approx(there(panel.body.origins).parts.inputs[part.channel])


def test_a_click_on_an_input_leads_to_it(
    panel: UnitPanel, workspace: Posed, calls: Calls, qtbot: QtBot
) -> None:
    section = panel.body.inputs
    piece = next(piece for piece in section.pieces if isinstance(piece.value, Unit))
    qtbot.mouseClick(section, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert workspace.selection.unit == piece.value
    assert workspace.selection.module == "3b"
    deliver(workspace, calls)
    assert panel.body.title.accessibleName().startswith(there(piece.value).name)


def test_a_click_on_a_cell_asks_where_that_value_comes_from(
    panel: UnitPanel, workspace: Posed, unit: Unit, calls: Calls, qtbot: QtBot
) -> None:
    values = values_of(workspace, unit)
    cell = np.argwhere(values > 0)[0]
    side = panel.body.map.map_box().width() / 8
    place = QPoint(int((cell[1] + 0.5) * side), int((cell[0] + 0.5) * side))
    qtbot.mouseClick(panel.body.map, Qt.MouseButton.LeftButton, pos=place)
    deliver(workspace, calls)
    origins = panel.body.origins
    assert there(origins).parts.cell == (cell[1], cell[0])
    assert there(origins).parts.value == pytest.approx(float(values[tuple(cell)]), rel=1e-3)
    assert f"cell {cell[1]}, {cell[0]}" in panel.body.inputs.title


def test_kernels_come_from_the_units_of_largest_weight(
    panel: UnitPanel, workspace: Posed, unit: Unit
) -> None:
    weights = there(workspace.network).network.weights
    reduce, spatial = weights("4a/3x3_reduce")[0][:, :, 0, 0], weights("4a/3x3")[0][unit.channel]
    expanded = np.einsum("rhw,ri->ihw", spatial.astype(np.float64), reduce)
    sizes = np.sqrt((expanded**2).sum(axis=(1, 2)))
    shown = there(panel.body.origins).expanded.kernels
    assert [np.sqrt((kernel**2).sum()) for _, kernel in shown] == pytest.approx(
        np.sort(sizes)[::-1][:10].tolist()
    )
    assert panel.body.kernels.isVisible()
    assert "without rectifiers" in panel.body.kernels.note
