"""Points go through crop and resize and come back; cells lie where arithmetic says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.pictures.geometry import Geometry, Grid
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from tests.pictures.test_preparation import noise

SIDES = st.integers(1, 20_000)
GEOMETRIES = st.builds(
    Geometry,
    picture=st.tuples(SIDES, SIDES),
    input=st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    scale=st.tuples(st.floats(0.001, 50), st.floats(0.001, 50)),
    offset=st.tuples(st.integers(-500, 5000), st.integers(-500, 5000)),
)
POINTS = st.tuples(st.floats(-1000, 21_000), st.floats(-1000, 21_000))
GRIDS = st.builds(
    Grid,
    centre=st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
    jump=st.sampled_from([1, 2, 4, 8, 16, 32]),
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
)


@given(geometry=GEOMETRIES, point=POINTS)
def test_a_point_returns_to_itself(geometry: Geometry, point: tuple[float, float]) -> None:
    assert geometry.to_picture(geometry.to_input(point)) == pytest.approx(point, abs=1e-3)


@given(grid=GRIDS, data=st.data())
def test_a_cell_holds_its_own_box_and_no_other(grid: Grid, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, grid.size[0] - 1))
    row = data.draw(st.integers(0, grid.size[1] - 1))
    left, top, right, bottom = grid.cell_box(column, row)
    shares = data.draw(st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)))
    inside = left + shares[0] * (right - left), top + shares[1] * (bottom - top)
    assert grid.cell_at(*inside) == (column, row)
    assert grid.cell_box(column + 1, row)[0] == pytest.approx(right)


@given(grid=GRIDS)
def test_nothing_lies_outside_the_map(grid: Grid) -> None:
    left, top, _, _ = grid.cell_box(0, 0)
    _, _, right, bottom = grid.cell_box(grid.size[0] - 1, grid.size[1] - 1)
    middle = (top + bottom) / 2
    assert grid.cell_at(left - 0.01, middle) is None
    assert grid.cell_at(right + 0.01, middle) is None
    assert grid.cell_at(left + 0.01, middle) is not None
    assert right - left == pytest.approx(grid.size[0] * grid.jump)


def test_cells_are_centred_as_caffes_unpadded_pools_put_them() -> None:
    grid = Grid((14, 14), 16, (14, 14))
    left, top, right, bottom = grid.cell_box(0, 3)
    assert ((left + right) / 2, (top + bottom) / 2) == (14.5, 62.5)  # pixel 14's middle, pixel 62's
    assert grid.cell_at(6.4, 100) is None  # the first six pixels belong to no cell
    assert grid.cell_at(6.6, 100) == (0, 5)


def test_axes_may_differ() -> None:
    grid = Grid((3.0, 3.5), 8, (28, 20))
    assert grid.cell_box(0, 0) == (-0.5, 0.0, 7.5, 8.0)


def test_a_landscape_photo_is_seen_in_its_middle() -> None:
    geometry = prepare(noise((640, 360)), CONVENTIONS["torchvision"]).geometry
    scale = (455 / 640, 256 / 360)  # 256 · 640 / 360 = 455.1, truncated
    assert geometry.scale == pytest.approx(scale)
    assert geometry.offset == (116, 16)
    left, top, right, bottom = geometry.crop_box
    assert (left, right) == pytest.approx((116 / scale[0], 340 / scale[0]))
    assert (top, bottom) == pytest.approx((22.5, 337.5))
    assert geometry.seen_box == geometry.crop_box


def test_a_filled_frame_reaches_beyond_the_picture_and_nothing_is_seen_there() -> None:
    geometry = prepare(noise((640, 360)), CONVENTIONS["fit"]).geometry
    assert geometry.crop_box[1] < 0
    assert geometry.seen_box == pytest.approx((0, 0, 640, 360))


def test_outside_the_crop_there_is_no_cell() -> None:
    geometry = prepare(noise((640, 360)), CONVENTIONS["torchvision"]).geometry
    grid = Grid((6, 6), 8, (28, 28))
    assert geometry.cell_at(grid, (20, 180)) is None
    assert geometry.cell_at(grid, (320, 180)) is not None


@given(
    size=st.tuples(st.integers(20, 900), st.integers(20, 900)),
    name=st.sampled_from(sorted(CONVENTIONS)),
    place=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
)
def test_a_cell_found_on_the_picture_has_its_box_there(
    size: tuple[int, int], name: str, place: tuple[float, float]
) -> None:
    picture = Picture(noise((1, 1)).image.resize(size), "flat", "PNG", size)
    geometry = prepare(picture, CONVENTIONS[name]).geometry
    grid = Grid((7.5, 7.5), 16, (14, 14))
    point = place[0] * size[0], place[1] * size[1]
    cell = geometry.cell_at(grid, point)
    if cell is not None:
        left, top, right, bottom = geometry.cell_box(grid, *cell)
        assert left - 1e-6 <= point[0] <= right + 1e-6
        assert top - 1e-6 <= point[1] <= bottom + 1e-6
