"""Every channel has its tile, at the place that is pointed at."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.inspection.scaling import GAP, GROUND, NON_FINITE, STRIPE
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.inspection.tiles import (
    TileLayout,
    atlas,
    flatten_levels,
    lay_out,
    magnification,
    square,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("cells", "sizes"),
    [(28, (28, 56, 84, 252)), (14, (28, 42, 98, 252)), (7, (21, 49, 98, 259))],
)
def test_tiles_have_the_sizes_of_the_design(cells: int, sizes: tuple[int, ...]) -> None:
    assert tuple(cells * magnification(cells, nominal) for nominal in (24, 48, 96, 256)) == sizes


def test_a_map_larger_than_its_tile_keeps_every_cell() -> None:
    assert magnification(112, 24) == 1


LAYOUTS = st.builds(
    lambda channels, seed, width, height, magnify, columns, gap, caption: TileLayout(
        np.random.default_rng(seed).permutation(channels),
        (width, height),
        magnify,
        columns,
        gap,
        caption,
    ),
    channels=st.integers(0, 30),
    seed=st.integers(0, 99),
    width=st.integers(1, 6),
    height=st.integers(1, 6),
    magnify=st.integers(1, 5),
    columns=st.integers(1, 9),
    gap=st.integers(0, 4),
    caption=st.integers(0, 5),
)


@given(layout=LAYOUTS, seed=st.integers(0, 99))
@settings(max_examples=120)
def test_the_atlas_shows_each_cell_enlarged_at_its_rectangle(layout: TileLayout, seed: int) -> None:
    count, (width, height) = len(layout.order), layout.cells
    levels = np.random.default_rng(seed).integers(0, 250, (count, height, width)).astype(np.uint8)
    picture = atlas(levels, layout)
    assert picture.shape[1] % 4 == 0
    assert picture.flags.c_contiguous
    expected = np.full_like(picture, GAP)
    for channel in range(count):
        x, y, wide, high = layout.rectangle(channel)  # type: ignore[misc]
        expected[y : y + high, x : x + wide] = np.kron(
            levels[channel], np.ones((layout.magnify, layout.magnify), np.uint8)
        )
    assert np.array_equal(picture, expected)


@given(layout=LAYOUTS)
@settings(max_examples=80)
def test_pointing_at_a_tile_finds_its_channel_and_cell(layout: TileLayout) -> None:
    for channel in layout.order:
        x, y, width, height = layout.rectangle(int(channel))  # type: ignore[misc]
        assert layout.channel_at(x, y) == channel
        assert layout.channel_at(x + width - 0.5, y + height - 0.5) == channel
        if layout.caption:
            assert layout.channel_at(x, y + height + 0.5) == channel
            assert layout.cell_at(x, y + height + 0.5) is None
        last = layout.cells[0] - 1, layout.cells[1] - 1
        assert layout.cell_at(x + width - 0.5, y + height - 0.5) == (channel, *last)
        if layout.gap:
            assert layout.channel_at(x + width + 0.5, y) is None
            assert layout.channel_at(x, y + height + layout.caption + 0.5) is None
    assert layout.channel_at(-1, 0) is None
    assert layout.channel_at(0, -1) is None
    assert layout.channel_at(layout.size[0] + layout.gap + 1, 0) is None
    assert layout.channel_at(0, layout.size[1] + layout.gap + 1) is None


@given(layout=LAYOUTS, top=st.integers(0, 200), height=st.integers(1, 100))
@settings(max_examples=60)
def test_rows_in_view_are_the_same_as_in_the_whole(layout: TileLayout, top: int, height: int) -> None:
    width, rows_high = layout.cells
    plain = np.arange(len(layout.order) * width * rows_high).astype(np.uint8)
    levels = plain.reshape(len(layout.order), rows_high, width)
    whole = atlas(levels, layout)
    rows = layout.rows_between(top, top + height)
    if len(rows):
        first = rows.start * layout.pitch[1]
        part = atlas(levels, layout, rows)
        assert np.array_equal(part, whole[first : first + len(part)])
        assert first <= max(top, 0) or rows.start == 0


def test_all_of_the_widest_branch_are_there() -> None:
    layout = lay_out(np.arange(384), (7, 7), nominal=48, width=1000)
    assert len({layout.rectangle(channel) for channel in range(384)}) == 384
    assert layout.columns == (1000 + 3) // (49 + 3)


def test_a_channel_that_is_filtered_out_has_no_place() -> None:
    layout = lay_out(np.array([5, 2]), (2, 2), nominal=4, columns=2)
    assert layout.rectangle(5) == (0, 0, 4, 4)
    assert layout.rectangle(2) == (7, 0, 4, 4)
    assert layout.rectangle(3) is None
    assert layout.place_of(3) is None


def test_arrows_walk_from_tile_to_tile_and_stop_at_the_ends() -> None:
    layout = lay_out(np.array([9, 8, 7, 6, 5]), (1, 1), nominal=1, columns=2)
    assert layout.neighbour(9, 1, 0) == 8
    assert layout.neighbour(9, 0, 1) == 7
    assert layout.neighbour(9, 0, -1) == 9
    assert layout.neighbour(5, 1, 0) == 5
    assert layout.neighbour(1, 1, 0) == 1


def test_zero_maps_are_plain_and_broken_cells_striped() -> None:
    maps = np.zeros((3, 4, 4), np.float32)
    maps[1, 0, 0] = 1
    levels = np.zeros((3, 4, 4), np.uint8)
    levels[2] = NON_FINITE
    maps[2] = np.nan
    flat = flatten_levels(levels, unit_statistics(maps))
    assert (flat[0] == GROUND).all()
    assert (flat[1] == 0).all()
    assert (levels[0] == 0).all()  # the levels given are left alone
    layout = lay_out(np.arange(3), (4, 4), nominal=24, columns=3)
    x, y, width, height = layout.rectangle(2)  # type: ignore[misc]
    tile = atlas(flat, layout)[y : y + height, x : x + width]
    assert set(np.unique(tile)) == {STRIPE, NON_FINITE}
    assert 0.4 < (tile == STRIPE).mean() < 0.6
    # stripes run along diagonals
    assert (tile[1:, :-1] == tile[:-1, 1:]).all()


def test_a_vector_becomes_a_square() -> None:
    assert square(np.arange(9).astype(np.uint8)).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert square(np.arange(5).astype(np.uint8)).tolist() == [[0, 1, 2], [3, 4, GAP]]
    assert square(np.zeros(1024, np.uint8)).shape == (32, 32)
