"""The unit panel over other pictures, places and units, and where there is nothing to say."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import PictureError
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.unit.facts import facts_of, path_to, strongest_pictures
from gnet_desktop.gui.unit.origins_view import kernel_picture
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.inspection.sources import source_of
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import Result
from tests.gui.made import (
    Calls,
    World,
    changed,
    deliver,
    of_type,
    point_at,
    rgb,
    show,
    there,
)
from tests.gui.unit.values import values_of
from tests.workspace.workers import Posed


def test_the_strongest_pictures_are_ranked_and_lead_to_them(
    panel: UnitPanel, workspace: Posed, world: World, unit: Unit, qtbot: QtBot
) -> None:
    maxima = {result.key.picture: float(values_of_result(result, unit).max()) for result in world.results}
    ranked = sorted(maxima, key=lambda entry: -maxima[entry])
    section = panel.body.pictures
    assert [piece.value for piece in section.pieces] == ranked
    assert section.note == "of the 2 open"
    other = next(piece for piece in section.pieces if piece.value != workspace.current)
    qtbot.mouseClick(section, Qt.MouseButton.LeftButton, pos=other.box.center().toPoint())
    assert workspace.current == other.value


def values_of_result(result: Result, unit: Unit) -> np.ndarray:
    return result.record[unit.part][unit.channel]


def test_pictures_without_a_number_are_left_out_of_the_ranking() -> None:
    peaks = {1: {"4a": np.array([1.0, 5.0], np.float32)}, 2: {"4a": np.array([3.0, np.nan], np.float32)}}
    assert strongest_pictures(peaks, 0, "4a") == [(2, 3.0), (1, 1.0)]
    assert strongest_pictures(peaks, 1, "4a") == [(1, 5.0)]


def test_hovering_the_photo_lists_the_strongest_units_there(panel: UnitPanel, workspace: Posed) -> None:
    result = workspace.result
    point = there(result).geometry.to_picture((64.0, 64.0))
    workspace.hover(None, point)
    column, row = there(panel.body.map.cell)
    at = there(result).record["4a"][:, row, column]
    expected = np.argsort(-at, kind="stable")[:10]
    units = [of_type(Unit, piece.value) for piece in panel.body.places[0].pieces]
    offsets = {"1x1": 0, "3x3": 192, "5x5": 400, "pool_proj": 448}
    assert [offsets[unit.branch] + unit.channel for unit in units] == expected[at[expected] > 0].tolist()
    assert panel.body.places[0].isVisible()
    assert not panel.body.pictures.isVisible()
    workspace.hover(None)
    assert not panel.body.places[0].isVisible()
    assert panel.body.pictures.isVisible()


def test_two_pinned_places_are_compared_and_their_units_can_be_chosen(
    panel: UnitPanel, workspace: Posed, qtbot: QtBot
) -> None:
    geometry = there(workspace.result).geometry
    workspace.pin_point(geometry.to_picture((40.0, 40.0)))
    workspace.pin_point(geometry.to_picture((90.0, 90.0)), compare=True)
    QApplication.processEvents()
    assert all(place.isVisible() for place in panel.body.places)
    section = panel.body.places[1]
    assert "pinned" in section.note
    piece = section.pieces[0]
    qtbot.mouseClick(section, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert workspace.selection.unit == piece.value


def test_without_a_unit_one_is_offered(panel: UnitPanel, workspace: Posed) -> None:
    workspace.choose_unit(None)
    assert panel.empty.isVisible()
    assert panel.empty.button.text() == f"Show the strongest of {workspace.selection.module}"
    assert not panel.pin_button.isEnabled()
    assert panel.copy_numbers() == ""


def test_the_tray_stays_while_modules_and_pictures_change(
    panel: UnitPanel, workspace: Posed, world: World, unit: Unit, qtbot: QtBot
) -> None:
    panel.pin()
    assert workspace.tray == (unit,)
    workspace.choose_module("5a")
    show(workspace, world.results[1])
    assert [piece.value for piece in panel.tray.pieces] == [unit]
    piece = panel.tray.pieces[0]
    qtbot.mouseClick(panel.tray, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert workspace.selection.unit == unit
    panel.tray.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.tray, Qt.Key.Key_Delete)
    assert workspace.tray == ()


def test_a_short_panel_folds_the_tray_and_keeps_the_count(
    panel: UnitPanel, workspace: Posed, unit: Unit, qtbot: QtBot
) -> None:
    panel.pin()
    panel.resize(296, 600)
    QApplication.processEvents()
    assert panel.tray.pieces == []
    assert panel.body.map.map_box().width() <= 196
    qtbot.mouseClick(panel.tray, Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
    assert [piece.value for piece in panel.tray.pieces] == [unit]


def test_many_pinned_units_scroll_and_none_is_cut(panel: UnitPanel, workspace: Posed) -> None:
    for channel in range(30):
        workspace.toggle_in_tray(Unit("4a", "1x1", channel))
    QApplication.processEvents()
    assert len(panel.tray.pieces) == 30
    assert panel.tray.height() > there(panel.tray.parentWidget()).height()
    assert panel.tray.pieces[-1].box.bottom() <= panel.tray.height()


def test_pointing_at_an_input_previews_it(panel: UnitPanel, workspace: Posed, qtbot: QtBot) -> None:
    section = panel.body.inputs
    piece = next(piece for piece in section.pieces if isinstance(piece.value, Unit))
    point_at(section, piece.box.center().toPoint())
    assert workspace.hovered == piece.value
    point_at(section, QPoint(3, 3))
    assert workspace.hovered is None


def test_sections_are_walked_and_activated_by_keys(
    panel: UnitPanel, workspace: Posed, calls: Calls, qtbot: QtBot
) -> None:
    section = panel.body.inputs
    section.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(section, Qt.Key.Key_Right)
    piece = section.focused_piece
    assert piece is section.pieces[1]
    assert section.accessibleDescription() == piece.words
    qtbot.keyClick(section, Qt.Key.Key_Return)
    assert workspace.selection.unit == piece.value
    deliver(workspace, calls)


def test_copied_numbers_hold_the_exact_map(panel: UnitPanel, workspace: Posed, unit: Unit) -> None:
    lines = panel.copy_numbers().splitlines()
    assert lines[0] == unit.name
    rows = np.array([line.split("\t") for line in lines[-8:]], np.float32)
    assert (rows == values_of(workspace, unit)).all()


def test_broken_cells_are_counted_and_striped(
    panel: UnitPanel, workspace: Posed, world: World, unit: Unit
) -> None:
    def break_it(maps: np.ndarray) -> None:
        maps[unit.channel, 0, :3] = np.nan

    show(workspace, changed(world.results[0], {unit.part: break_it}))
    QApplication.processEvents()
    assert panel.body.facts_section.facts["not a number"] == "3 cells"
    image = panel.body.map.grab().toImage()
    side = panel.body.map.map_box().width() / 8
    seen = {image.pixelColor(x, int(side / 2)).name() for x in range(2, int(2.5 * side))}
    assert {"#00e5ff", "#0a283c"} <= seen


def test_a_zero_unit_has_no_peak(panel: UnitPanel, workspace: Posed, world: World, unit: Unit) -> None:
    def silence(maps: np.ndarray) -> None:
        maps[unit.channel] = 0

    show(workspace, changed(world.results[0], {unit.part: silence}))
    assert "peak" not in panel.body.map.line()[0]
    assert panel.body.facts_section.facts["active cells"] == "0 %"


def test_a_stale_map_is_grey(panel: UnitPanel, workspace: Posed, world: World) -> None:
    show(workspace, world.results[0], stale=True)
    image = panel.body.map.grab().toImage()
    box = panel.body.map.map_box().toRect()
    for x in range(4, box.width(), 25):
        colour = image.pixelColor(x, 8)
        assert colour.red() == colour.green() == colour.blue()


def test_the_first_convolutions_kernel_is_a_colour_picture(
    panel: UnitPanel, workspace: Posed, calls: Calls
) -> None:
    workspace.choose_unit(Unit("conv1", "", 3))
    deliver(workspace, calls)
    assert panel.body.kernels.isVisible()
    assert not panel.body.inputs.isVisible()
    kernel = there(workspace.network).network.weights("conv1")[0][3]
    picture = kernel_picture(kernel, "rgb")
    assert (picture.width(), picture.height()) == (7, 7)
    row, column = 2, 5
    expected = 127.5 + 127.5 * kernel[:, row, column] / np.abs(kernel).max()
    assert rgb(picture.pixelColor(column, row)) == tuple(int(part) for part in np.rint(expected))
    swapped = kernel_picture(kernel, "bgr").pixelColor(column, row)
    assert swapped.red() == picture.pixelColor(column, row).blue()


@pytest.mark.parametrize(
    ("other", "source"),
    [
        (Unit("3a", "5x5", 4), "conv3"),
        (Unit("4a", "3x3_reduce", 2), "3b"),
        (Unit("conv3", "", 7), "conv2"),
        (Unit("5b", "pool_proj", 9), "5a"),
    ],
)
def test_origins_are_exact_for_stem_reductions_and_pool(
    panel: UnitPanel, workspace: Posed, calls: Calls, other: Unit, source: str
) -> None:
    workspace.choose_unit(other)
    deliver(workspace, calls)
    origins, values = panel.body.origins, values_of(workspace, other)
    assert there(origins).source.name == source
    total = (
        sum(float(share.positive + share.negative) for share in there(origins).shares.values())
        + there(origins).parts.bias
    )
    row, column = divmod(int(values.argmax()), values.shape[1])
    assert there(origins).parts.cell == (column, row)
    if values.max() > 0:
        assert total == pytest.approx(float(values.max()), rel=1e-3)
    else:
        assert total <= 1e-6


def test_what_convolves_nothing_has_no_origins(workspace: Posed) -> None:
    architecture = there(workspace.result).checkpoint.architecture
    assert path_to(architecture, Unit("4a", "pool", 3)) is None
    assert path_to(architecture, Unit("conv1", "", 3)) is None
    assert source_of(architecture, "4a").part == "pool3"


def test_units_of_every_part_of_a_pass_have_facts(world: World) -> None:
    result = world.results[0]
    for part, maps in result.record.items():
        if maps.ndim == 3:
            module, _, branch = part.partition("/")
            facts = facts_of(result, Unit(module, branch, 0), unit_statistics(maps))
            assert facts.numbers.maximum == maps[0].max()


def test_another_theme_repaints_the_tray(panel: UnitPanel, workspace: Posed, qapp: QApplication) -> None:
    panel.pin()
    light = panel.tray.grab().toImage().pixelColor(3, 3)
    palette = qapp.palette()
    dark = qapp.palette()
    dark.setColor(dark.ColorRole.Window, QColor("#0F1115"))
    try:
        qapp.setPalette(dark)
        QApplication.processEvents()
        assert Theme.now().is_dark
        assert panel.tray.grab().toImage().pixelColor(3, 3) == QColor("#1F232B")
    finally:
        qapp.setPalette(palette)
    assert light == QColor("#F5F6F9")


def visible_parts(panel: UnitPanel) -> list[QRect]:
    return [section.geometry() for section in panel.body.sections if not section.isHidden()]


@pytest.mark.parametrize("pointed", [False, True])
def test_the_first_choice_is_laid_out_before_it_can_be_painted(
    workspace: Posed, calls: Calls, unit: Unit, qtbot: QtBot, pointed: bool
) -> None:
    one = UnitPanel(workspace)
    qtbot.addWidget(one)
    one.resize(335, 940)
    one.show()
    qtbot.waitExposed(one)
    if pointed:
        # the units of a place of the photo stand there before any is chosen
        workspace.pin_point((100.0, 100.0))
    QApplication.processEvents()
    workspace.choose_unit(unit)
    # nothing has been processed since: a busy machine would paint now
    parts = visible_parts(one)
    assert len(parts) > 3
    for upper, lower in itertools.pairwise(parts):
        assert upper.bottom() < lower.top()
    assert parts[1].height() > 150


@pytest.mark.parametrize("chosen", [True, False])
def test_where_a_picture_failed_the_panel_says_so_and_names_the_unit(
    workspace: Posed, unit: Unit, qtbot: QtBot, chosen: bool
) -> None:
    workspace.choose_unit(unit if chosen else None)
    one = UnitPanel(workspace)
    qtbot.addWidget(one)
    one.show()
    [bad] = workspace.add_pictures([("bad.png", b"")], show=False)
    workspace.fail(bad, PictureError("bad.png is empty.", "", ""))
    assert one.empty.isVisible()
    assert one.empty.title.text() == (unit.name if chosen else "No unit is chosen")
    assert "bad.png could not be opened" in one.empty.words.text()
    assert not one.empty.button.isVisible()
