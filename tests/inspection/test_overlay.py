"""The overlay lies where the cells are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.inspection.colour_maps import EMBER, GREY, STRIPE_DARK, STRIPE_LIGHT, TIDE, ColourMap
from gnet_desktop.inspection.overlay import overlay, overlay_colours, seen_where
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.pictures.geometry import Geometry, Grid

pytestmark = pytest.mark.filterwarnings("error")

WHOLE = Geometry((224, 224), (224, 224), (1.0, 1.0), (0, 0))
CROPPED = Geometry((640, 360), (224, 224), (455 / 640, 256 / 360), (116, 16))
UNIT = Limits(0, 1)


def one_hot(side: int, column: int, row: int) -> np.ndarray:
    values = np.zeros((side, side), np.float32)
    values[row, column] = 1
    return values


def alpha(picture: np.ndarray) -> np.ndarray:
    return picture[..., 3].astype(float)


def centroid(weights: np.ndarray) -> tuple[float, float]:
    y, x = np.mgrid[0 : weights.shape[0], 0 : weights.shape[1]] + 0.5
    return float((weights * x).sum() / weights.sum()), float((weights * y).sum() / weights.sum())


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize(("side", "jump", "first"), [(7, 32, 22), (14, 16, 14), (28, 8, 6), (56, 4, 1.5)])
def test_a_hot_cell_enlarges_evenly_about_its_true_centre(
    smooth: bool, side: int, jump: int, first: float
) -> None:
    """Five screen pixels to one of the photo, so that half a screen pixel is a tenth of it."""
    cell = side // 3
    grid = Grid((first, first), jump, (side, side))
    centre = first + 0.5 + cell * jump
    target = (centre - 40, centre - 40, centre + 40, centre + 40)
    picture = overlay(
        one_hot(side, cell, cell), grid, WHOLE, target, (400, 400), limits=UNIT, colours=GREY, smooth=smooth
    )
    assert centroid(alpha(picture)) == pytest.approx((200, 200), abs=0.5)
    for mirrored in (picture[::-1], picture[:, ::-1]):
        assert np.abs(picture.astype(int) - mirrored).max() <= 2


@pytest.mark.parametrize("smooth", [True, False])
def test_the_picture_agrees_with_a_pixel_by_pixel_definition(smooth: bool) -> None:
    rng = np.random.default_rng(2)
    values = rng.uniform(0, 1, (5, 6)).astype(np.float32)
    grid = Grid((9.0, 11.0), 16, (6, 5))
    geometry = Geometry((150, 120), (100, 90), (0.9, 1.1), (12, 9))
    target, size = (20.0, 5.0, 140.0, 110.0), (61, 47)
    picture = overlay(
        values, grid, geometry, target, size, limits=Limits(0.1, 0.9), colours=EMBER, smooth=smooth
    )
    table = overlay_colours(EMBER).astype(int)
    for row in range(0, 47, 3):
        for column in range(0, 61, 3):
            x = target[0] + (column + 0.5) / 61 * 120
            y = target[1] + (row + 0.5) / 47 * 105
            x, y = geometry.to_input((x, y))
            i, j = (x - 0.5 - 9) / 16, (y - 0.5 - 11) / 16
            inside = 0 <= x < 100 and 0 <= y < 90 and -0.5 <= i < 5.5 and -0.5 <= j < 4.5
            if not inside:
                assert picture[row, column].tolist() == [0, 0, 0, 0]
                continue
            if smooth:
                i, j = min(max(i, 0), 5), min(max(j, 0), 4)
                i0, j0 = min(int(i), 4), min(int(j), 3)
                a, b = i - i0, j - j0
                value = (values[j0, i0] * (1 - a) + values[j0, i0 + 1] * a) * (1 - b)
                value += (values[j0 + 1, i0] * (1 - a) + values[j0 + 1, i0 + 1] * a) * b
            else:
                value = values[round(j), round(i)]
            step = (1023 * min(max((value - 0.1) / 0.8, 0), 1)) + 0.5
            candidates = [table[min(1023, int(step + d))] for d in (-0.01, 0.01)]
            assert any(np.array_equal(picture[row, column], one) for one in candidates)


def test_smooth_is_the_bilinear_of_pixel_centres_that_torch_knows() -> None:
    """Where cells tile the input exactly, this is interpolation without aligned corners."""
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(3).uniform(0, 1, (14, 14)).astype(np.float32)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None, None], size=(224, 224), mode="bilinear", align_corners=False
    )[0, 0].numpy()
    grid = Grid((7.5, 7.5), 16, (14, 14))
    picture = overlay(values, grid, WHOLE, (0, 0, 224, 224), (224, 224), limits=UNIT, colours=GREY)
    shown = np.interp(alpha(picture), overlay_colours(GREY)[60:560, 3], np.arange(60, 560) / 1023)
    readable = (expected > 0.1) & (expected < 0.5)  # where opacity tells the value
    assert np.abs(shown - expected)[readable].max() < 0.01


@given(
    side=st.sampled_from([7, 14, 28]),
    place=st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)),
    shift=st.floats(0, 20),
)
@settings(max_examples=40)
def test_smooth_and_cells_agree_on_the_peak(side: int, place: tuple[float, float], shift: float) -> None:
    grid = Grid((shift, shift), 224 / side, (side, side))
    column, row = int(place[0] * side), int(place[1] * side)
    values = np.random.default_rng(0).uniform(0, 0.6, (side, side)).astype(np.float32)
    values[row, column] = 1
    peaks = []
    for smooth in (True, False):
        picture = overlay(
            values, grid, CROPPED, (0, 0, 640, 360), (640, 360), limits=UNIT, colours=GREY, smooth=smooth
        )
        strength = picture.astype(int).sum(axis=2)
        y, x = np.nonzero(strength == strength.max())
        peaks.append(CROPPED.cell_at(grid, (x.mean() + 0.5, y.mean() + 0.5)))
    assert peaks == [(column, row)] * 2


def test_outside_the_crop_all_is_clear() -> None:
    grid = Grid((7.5, 7.5), 16, (14, 14))
    picture = overlay(
        np.ones((14, 14), np.float32),
        grid,
        CROPPED,
        (0, 0, 640, 360),
        (1280, 720),
        limits=UNIT,
        colours=EMBER,
    )
    left, top, right, bottom = (2 * edge for edge in CROPPED.seen_box)
    y, x = np.nonzero(alpha(picture))
    assert (x.min(), x.max() + 1) == pytest.approx((left, right), abs=1)
    assert (y.min(), y.max() + 1) == pytest.approx((top, bottom), abs=1)


def test_an_edge_that_belongs_to_no_cell_is_clear() -> None:
    grid = Grid((14, 14), 16, (14, 14))  # Caffe's: the first six pixels and a half
    for smooth in (True, False):
        picture = overlay(
            np.ones((14, 14), np.float32), grid, WHOLE, (0, 0, 224, 224), (448, 448),
            limits=UNIT, colours=EMBER, smooth=smooth,
        )  # fmt: skip
        assert alpha(picture)[200, :13].max() == 0
        assert alpha(picture)[200, 13:].min() > 0


def test_zooming_in_shows_the_same_thing_larger() -> None:
    values = np.random.default_rng(5).uniform(0, 1, (14, 14)).astype(np.float32)
    grid = Grid((7.5, 7.5), 16, (14, 14))
    part = overlay(values, grid, WHOLE, (50, 60, 100, 110), (200, 200), limits=UNIT, colours=EMBER)
    whole = overlay(values, grid, WHOLE, (0, 0, 224, 224), (896, 896), limits=UNIT, colours=EMBER)
    assert np.abs(part.astype(int) - whole[240:440, 200:400]).max() <= 4


def test_silence_is_clear_and_opacity_follows_the_design() -> None:
    table = overlay_colours(EMBER)
    place = np.arange(1024) / 1023
    expected = 255 * 0.87 * np.clip((place - 0.04) / 0.5, 0, 1) ** 0.8
    assert np.abs(table[:, 3] - expected).max() <= 0.51
    assert (table[place < 0.04] == 0).all()
    assert np.abs(overlay_colours(EMBER, opacity=0.5)[:, 3] - expected / 2).max() <= 0.51
    assert (table[:, :3] <= table[:, 3:]).all()  # premultiplied
    middle = EMBER.table(1024)[round(0.5**0.85 * 1023), :3] * (0.87 * (0.46 / 0.5) ** 0.8)
    assert np.abs(table[511, :3] - middle).max() <= 2


def test_a_signed_map_is_clear_at_0_and_strong_at_both_ends() -> None:
    table = overlay_colours(TIDE)
    assert table[511, 3] == table[512, 3] == 0
    assert table[0, 3] == table[-1, 3] == 222
    assert table[0, 2] > table[0, 0]  # blue below
    assert table[-1, 0] > table[-1, 2]  # orange above


@pytest.mark.parametrize("smooth", [True, False])
def test_broken_values_are_striped_and_stay_in_their_cell(smooth: bool) -> None:
    values = np.full((7, 7), 0.5, np.float32)
    values[3, 3] = np.nan
    grid = Grid((15.5, 15.5), 32, (7, 7))
    picture = overlay(
        values, grid, WHOLE, (0, 0, 224, 224), (224, 224), limits=UNIT, colours=EMBER, smooth=smooth
    )
    cell = picture[96:128, 96:128].reshape(-1, 4)
    assert {tuple(pixel) for pixel in cell.tolist()} == {(*STRIPE_LIGHT, 255), (*STRIPE_DARK, 255)}
    assert tuple(picture[95, 95]) not in {(*STRIPE_LIGHT, 255), (*STRIPE_DARK, 255)}


@pytest.mark.parametrize(("side", "size"), [(1, (30, 20)), (1, (0, 0)), (7, (1, 1))])
def test_the_smallest_maps_and_targets_work(side: int, size: tuple[int, int]) -> None:
    grid = Grid((111.5, 111.5), 224, (side, side))
    picture = overlay(
        np.ones((side, side), np.float32), grid, WHOLE, (0, 0, 224, 224), size, limits=UNIT, colours=EMBER
    )
    assert picture.shape == (size[1], size[0], 4)
    assert picture.flags.c_contiguous


def test_a_target_beside_the_crop_is_empty() -> None:
    grid = Grid((7.5, 7.5), 16, (14, 14))
    picture = overlay(
        np.ones((14, 14), np.float32), grid, CROPPED, (0, 0, 100, 20), (50, 10), limits=UNIT, colours=EMBER
    )
    assert not picture.any()


@pytest.mark.parametrize("colours", [EMBER, TIDE])
def test_a_constant_map_of_zeros_is_clear(colours: ColourMap) -> None:
    grid = Grid((7.5, 7.5), 16, (14, 14))
    zeros = np.zeros((14, 14), np.float32)
    picture = overlay(zeros, grid, WHOLE, (0, 0, 224, 224), (50, 50), limits=Limits(0, 0), colours=colours)
    assert not picture.any()


def test_where_a_map_reaches_a_value_is_where_its_smooth_overlay_is_as_bright() -> None:
    values = np.random.default_rng(4).uniform(0, 1, (5, 6)).astype(np.float32)
    grid, target, size = Grid((9.0, 11.0), 16, (6, 5)), (20.0, 5.0, 140.0, 110.0), (61, 47)
    geometry = Geometry((150, 120), (100, 90), (0.9, 1.1), (12, 9))
    seen = seen_where(values, 0.5, grid, geometry, target, size)
    grey = overlay(values, grid, geometry, target, size, limits=UNIT, colours=GREY)
    # from 0.54 on the opacity no longer tells, so that half the scale is looked up in the table
    brightness = alpha(grey) / 255
    half = overlay_colours(GREY)[512, 3] / 255
    clear = np.abs(brightness - half) > 0.01
    np.testing.assert_array_equal(seen[clear], (brightness > half)[clear])
    assert not seen[alpha(grey) == 0].any()
