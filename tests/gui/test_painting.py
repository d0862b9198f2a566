"""Painting: levels become pixels, numbers become words, marks land where they should."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gnet_desktop.gui.lanes.arrangement import Zoom, arrange
from gnet_desktop.gui.lanes.atlas import LaneAtlas, Region
from gnet_desktop.gui.lanes.model import Lane, LaneScale, columns_for, scales_of
from gnet_desktop.gui.lanes.painting import Look, View, draw_tiles
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.glyphs import draw_glyph, mark_cell
from gnet_desktop.gui.painting.images import colour_table, rgb_image, tile_table
from gnet_desktop.gui.painting.numbers import cell_words, number, percent, share
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.painting.scale_bar import bin_of, with_zeros
from gnet_desktop.inspection.colour_maps import (
    COLOUR_MAPS,
    EMBER,
    OFFERED,
    STRIPE_DARK,
    STRIPE_LIGHT,
    palette,
)
from gnet_desktop.inspection.histogram import histogram
from gnet_desktop.inspection.scaling import Limits, Scaling
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.inspection.tiles import lay_out
from gnet_desktop.shown import name_words, whole
from tests.gui.made import there

pytestmark = pytest.mark.usefixtures("qapp")

GROUND, GAP = QColor("#F5F6F9"), QColor("#FFFFFF")


def pixels(image: QImage) -> np.ndarray:
    """(height, width, 4) blue, green, red, alpha of any image."""
    whole = image.convertToFormat(QImage.Format.Format_ARGB32)
    lines = np.frombuffer(whole.constBits(), np.uint8).reshape(whole.height(), whole.bytesPerLine() // 4, 4)
    return lines[:, : whole.width()].copy()


def canvas(width: int = 60, height: int = 60) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(QColor("#102030"))
    return image


def lane(maps: np.ndarray, part: str = "4a/3x3") -> Lane:
    maps = maps.astype(np.float32)
    return Lane(part, maps, unit_statistics(maps), "1×1 → 96 → 3×3", 1.0, 192)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (485.83, "486"),
        (23.04, "23.0"),
        (5.698, "5.70"),
        (0.0123, "0.0123"),
        (12345.6, "12\u2009346"),
        (-0.141, "−0.141"),
        (0.00002, "2.00e−05"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_have_three_figures_and_a_true_minus(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.0004, "<0.1 %"), (0.004, "0.4 %"), (0.47, "47 %"), (0.9991, ">99 %"), (1, "100 %")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float, words: str) -> None:
    assert percent(share) == words


def test_a_colour_table_keeps_every_colour_in_qts_order() -> None:
    table = palette(EMBER, ground=(1, 2, 3), gap=(4, 5, 6))
    entries = colour_table(table)
    assert [entries[level] for level in (0, 125, 250)] == [
        int.from_bytes(bytes([255, *table[level, :3]]), "big") for level in (0, 125, 250)
    ]


def test_a_map_is_painted_in_whole_cells_from_dark_to_bright() -> None:
    values = np.array([[0, 1], [2, 4]], np.float32)
    image = Scale("ember", Limits(0, 4)).image(values, nominal=20, ground=GROUND, gap=GAP).image
    seen = pixels(image)
    assert seen.shape == (20, 20, 4)
    for row in (0, 1):
        for column in (0, 1):
            block = seen[row * 10 : row * 10 + 10, column * 10 : column * 10 + 10].reshape(-1, 4)
            assert (block == block[0]).all()
            blue, green, red = (int(part) for part in block[0][:3])
            expected = EMBER.table(251)[round(250 * float(values[row, column]) / 4)]
            assert (red, green, blue) == tuple(int(part) for part in expected[:3])


def test_what_is_no_number_is_striped_in_colours_of_no_map() -> None:
    values = np.array([[1, np.nan], [np.inf, 2]], np.float32)
    image = Scale("ember", Limits(0, 2)).image(values, nominal=40, ground=GROUND, gap=GAP).image
    broken = pixels(image)[:20, 20:, :3].reshape(-1, 3)[:, ::-1]
    assert {tuple(int(part) for part in colour) for colour in broken} == {STRIPE_LIGHT, STRIPE_DARK}
    sound = pixels(image)[:20, :20, :3].reshape(-1, 3)
    assert len(np.unique(sound, axis=0)) == 1


def test_tiles_of_a_ratio_of_two_have_twice_the_pixels_and_the_same_size() -> None:
    values = np.ones((14, 14), np.float32)
    scale = Scale("grey", Limits(0, 1))
    single = scale.image(values, nominal=42, ground=GROUND, gap=GAP).image
    double = scale.image(values, nominal=84, ratio=2, ground=GROUND, gap=GAP).image
    assert double.width() == 2 * single.width()
    assert double.deviceIndependentSize() == single.deviceIndependentSize()


def test_an_image_of_pixels_owns_them() -> None:
    array = np.zeros((3, 5, 3), np.uint8)
    image = rgb_image(array)
    array[:] = 255
    assert image.pixelColor(2, 1) == QColor(0, 0, 0)


def test_a_recoloured_atlas_keeps_its_levels() -> None:
    maps = np.random.default_rng(1).random((9, 4, 4))
    one = lane(maps)
    layout = lay_out(np.arange(9), (4, 4), nominal=8, columns=3)
    atlas = LaneAtlas(one, layout, Region(0, 0, 4, 4), scales_of([one], Scaling())[0])
    atlas.colour(tile_table("ember", ground=GROUND, gap=GAP), 1.0)
    (_, block), *_ = atlas.between(0, 1000)
    before = block.levels.copy()
    atlas.colour(tile_table("grey", ground=GROUND, gap=GAP), 1.0)
    (_, again), *_ = atlas.between(0, 1000)
    assert again is block
    assert (again.levels == before).all()
    colour = again.image.pixelColor(1, 1)
    assert colour.red() == colour.green() == colour.blue()


def test_an_atlas_makes_only_the_rows_that_are_asked_for() -> None:
    one = lane(np.random.default_rng(2).random((4000, 7, 7)))
    layout = lay_out(np.arange(4000), (7, 7), nominal=49, columns=8)
    atlas = LaneAtlas(one, layout, Region(0, 0, 7, 7), scales_of([one], Scaling())[0])
    found = list(atlas.between(9000, 9400))
    down = layout.pitch[1]
    made = sum(block.image.height() for _, block in found)
    assert found[0][0] <= 9000 < 9400 <= found[-1][0] + found[-1][1].image.height()
    assert made < layout.rows * down / 10


def test_each_tile_of_an_atlas_shows_its_own_channel() -> None:
    maps = np.zeros((6, 2, 2))
    for channel in range(6):
        maps[channel, 0, 0] = channel
    one = lane(maps)
    order = np.array([5, 3, 4, 1, 2, 0])
    layout = lay_out(order, (2, 2), nominal=10, columns=4)
    scale = LaneScale((Limits(0, 5),), 1.0, False)
    atlas = LaneAtlas(one, layout, Region(0, 0, 2, 2), scale)
    atlas.colour(tile_table("ember", ground=GROUND, gap=GAP), 1.0)
    block = there(next(atlas.between(0, 100))[1])
    for channel in range(1, 6):
        x, y, _, _ = there(layout.rectangle(channel))
        assert block.levels[y, x] == 50 * channel
        assert block.levels[y, x + layout.tile[0]] == 252


def test_a_common_scale_leaves_a_weak_channel_dark() -> None:
    maps = np.zeros((2, 2, 2))
    maps[0], maps[1] = 100, 1
    one = lane(maps)
    other = lane(np.array([[[0, 200]]]))
    common, branch, own = (
        scales_of([one, other], Scaling(scope, gamma=1.0))[0] for scope in ("module", "branch", "map")
    )
    assert common.limits == (Limits(0, 200),)
    assert branch.limits == (Limits(0, 100),)
    assert own.limits == (Limits(0, 100), Limits(0, 1))


def test_columns_are_dealt_so_that_lanes_are_about_equally_long() -> None:
    columns = columns_for([192, 208, 48, 64], 21)
    assert columns == [7, 8, 3, 3]
    assert sum(columns_for([384, 384, 128, 128], 20)) == 20
    assert columns_for([192, 208, 48, 64], 2) == [1, 1, 1, 1]


def test_zooming_keeps_the_place_under_the_cursor() -> None:
    zoom = Zoom()
    for _ in range(3):
        zoom = zoom.by(1, 0.25, 0.75)
    assert zoom.span == pytest.approx(0.8**3)
    assert zoom.x + (0.25 - 0.5) * zoom.span == pytest.approx(0.25)
    assert zoom.y + (0.75 - 0.5) * zoom.span == pytest.approx(0.75)
    assert zoom.by(-50, 0.1, 0.1) == Zoom()


def test_a_zoomed_region_has_at_least_three_cells_and_lies_on_the_map() -> None:
    region = Zoom(0.99, 0.01, 0.05).region((14, 7))
    assert region.size == (3, 3)
    assert region.right <= 14
    assert region.top >= 0


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_tiles_are_whole_multiples_of_physical_pixels(ratio: float) -> None:
    orders = [np.arange(count) for count in (192, 208, 48, 64)]
    found = arrange((14, 14), orders, room=1047, nominal=48, ratio=ratio, zoom=Zoom())
    for place in found.places:
        assert place.layout.tile[0] == 14 * max(1, round(48 * ratio / 14))
    lefts = [place.left for place in found.places]
    assert all(
        left + place.width <= right + 1e-9
        for left, place, right in zip(lefts, found.places, lefts[1:], strict=False)
    )
    assert found.width <= 1047 + 1e-6


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_tiles_are_sharp_on_physical_pixels_wherever_the_panel_begins(ratio: float) -> None:
    checks = np.indices((8, 8)).sum(axis=0) % 2
    one = lane(np.stack([checks, 1 - checks]))
    layout = lay_out(np.arange(2), (8, 8), nominal=8 * ratio, columns=2)
    atlas = LaneAtlas(one, layout, Region(0, 0, 8, 8), LaneScale((Limits(0, 1),), 1.0, False))
    atlas.colour(tile_table("grey", ground=GROUND, gap=GAP), ratio)
    image = canvas(90, 60)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    painter.translate(5, 3)
    draw_tiles(
        painter,
        one,
        atlas,
        Region(0, 0, 8, 8),
        View(QRectF(2, 2, 40, 20), 0, ratio),
        Look(captions=0),
        QRectF(0, 0, 90, 60),
    )
    painter.end()
    colours = {image.pixelColor(x, y).red() for x in range(90) for y in range(60)}
    assert colours == {0x0C, 0xF5, 0x10, 0xFF}  # the two values, the canvas, the gap


def test_the_histograms_first_bin_holds_the_zeros() -> None:
    counts = histogram(np.array([0, 0, 0, 1, 2, 4], np.float32), bins=4)
    heights = with_zeros(counts)
    assert heights[0] == 1.0
    assert bin_of(counts, 4) == 3
    assert bin_of(counts, -1) is None


def test_a_scale_bar_shows_the_curve_in_use() -> None:
    straight, bent = Scale("grey", Limits(0, 100)), Scale("grey", Limits(0, 100), gamma=0.5)
    assert straight.colour_at(25).lightness() < bent.colour_at(25).lightness()
    assert bent.strip().pixelColor(64, 0).lightness() == pytest.approx(bent.colour_at(25).lightness(), abs=2)


@pytest.mark.parametrize("name", OFFERED)
def test_under_every_colour_map_silence_has_the_colour_of_zero(name: str) -> None:
    values = np.array([[0, 1], [2, 4]], np.float32)
    points = COLOUR_MAPS[name].points.split()
    zero = points[len(points) // 2] if name == "tide" else points[0]
    scale = Scale.linear(values, name)
    image = scale.image(values, nominal=20, ground=GROUND, gap=GAP).image
    assert image.pixelColor(2, 2) == scale.colour_at(0) == QColor(f"#{zero}")
    assert image.pixelColor(12, 12) == scale.colour_at(4) == QColor(f"#{points[-1]}")


def test_a_strip_of_a_part_has_the_colours_of_that_part() -> None:
    scale = Scale.linear(np.array([[0, 8]], np.float32), "tide")
    part = scale.strip(Limits(0, 8))
    assert part.pixelColor(0, 0) == scale.colour_at(0)
    assert part.pixelColor(255, 0) == scale.colour_at(8)
    assert scale.strip().pixelColor(0, 0) == scale.colour_at(-8)


@pytest.mark.parametrize(("branch", "count"), [("1x1", 25), ("3x3", 81), ("5x5", 100)])
def test_a_glyph_fills_its_squares_in_its_hue(branch: str, count: int) -> None:
    image = canvas(14, 14)
    painter = QPainter(image)
    draw_glyph(painter, branch, 0, 0)
    painter.end()
    hue = Theme.now().branch(branch)
    filled = sum(image.pixelColor(x, y) == hue for x in range(14) for y in range(14))
    assert filled == pytest.approx(count, abs=0.45 * count)


def test_a_marked_cell_is_white_around_blue_and_clear_inside() -> None:
    image = canvas()
    painter = QPainter(image)
    mark_cell(painter, QRectF(20, 20, 20, 20), width=2)
    painter.end()
    assert image.pixelColor(18, 30) == QColor("#FFFFFF")
    assert image.pixelColor(21, 30) == QColor("#2456D6")
    assert image.pixelColor(30, 30) == QColor("#102030")


def test_names_cells_and_small_shares_are_written_in_one_way() -> None:
    assert name_words("4a/3x3:115") == "4a/3×3:115"
    assert name_words("3x3_reduce") == "3×3_reduce"
    assert name_words("pool_proj:1") == "pool_proj:1"
    assert share(6e-7) == "6e−07"
    assert whole(12443648) == "12\u2009443\u2009648"
    assert cell_words(2, 1) == "2, 1"
