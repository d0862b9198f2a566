"""Numbers of units, with zero, constant and broken maps told apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.inspection.statistics import (
    branch_summary,
    energy_shares,
    first_non_finite,
    non_finite_count,
    unit_statistics,
)

pytestmark = pytest.mark.filterwarnings("error")

NAN, INF = np.float32("nan"), np.float32("inf")
BY_HAND = np.array(
    [
        [[0, 0], [0, 0]],
        [[1, 0], [3, 0]],
        [[-2, 2], [1, 1]],
        [[5, 5], [5, 5]],
        [[NAN, 4], [0, 2]],
        [[INF, -INF], [NAN, NAN]],
        [[NAN, 0], [0, 0]],
    ],
    np.float32,
)


def test_every_number_follows_its_definition() -> None:
    units = unit_statistics(BY_HAND)
    assert units.mean.tolist() == [0, 1, 0.5, 5, 2, 0, 0]
    assert units.maximum.tolist() == [0, 3, 2, 5, 4, 0, 0]
    assert units.minimum.tolist() == [0, 0, -2, 5, 0, 0, 0]
    assert units.nonzero.tolist() == pytest.approx([0, 0.5, 1, 1, 2 / 3, 0, 0])
    assert units.energy.tolist() == [0, 10, 10, 100, 20, 0, 0]
    assert units.non_finite.tolist() == [0, 0, 0, 0, 1, 4, 1]
    assert len(units) == 7


def test_zero_and_constant_maps_are_flagged_and_broken_ones_are_not() -> None:
    units = unit_statistics(BY_HAND)
    assert units.zero.tolist() == [True, False, False, False, False, False, False]
    assert units.constant.tolist() == [True, False, False, True, False, False, False]


def test_sound_maps_beside_a_broken_one_keep_their_numbers() -> None:
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(20, 7, 7)), 0).astype(np.float32)
    broken = maps.copy()
    broken[3, 2, 2] = NAN
    whole, partly = unit_statistics(maps), unit_statistics(broken)
    others = np.arange(20) != 3
    for field in ("mean", "maximum", "minimum", "nonzero", "energy"):
        assert np.array_equal(getattr(whole, field)[others], getattr(partly, field)[others])


@given(shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)), seed=st.integers(0, 10_000))
@settings(max_examples=50)
def test_numbers_equal_those_of_plain_loops(shape: tuple[int, int, int], seed: int) -> None:
    maps = np.random.default_rng(seed).integers(-3, 4, shape).astype(np.float32)
    units = unit_statistics(maps)
    for channel, one in enumerate(maps):
        cells = [float(value) for value in one.ravel()]
        assert units.mean[channel] == pytest.approx(sum(cells) / len(cells))
        assert units.nonzero[channel] == pytest.approx(sum(cell != 0 for cell in cells) / len(cells))
        assert units.energy[channel] == pytest.approx(sum(cell * cell for cell in cells))
        assert (units.maximum[channel], units.minimum[channel]) == (max(cells), min(cells))


def test_vectors_count_as_maps_of_one_cell() -> None:
    units = unit_statistics(np.array([0, 2, -1], np.float32))
    assert units.mean.tolist() == [0, 2, -1]
    assert units.zero.tolist() == [True, False, False]


def test_channels_that_are_not_contiguous_are_read_right() -> None:
    whole = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(3, 4, 10)[:, :, ::2]
    assert unit_statistics(whole).mean.tolist() == pytest.approx(whole.mean(axis=(1, 2)).tolist())


def test_a_branch_has_the_reference_files_fields() -> None:
    maps = np.zeros((6, 2, 2), np.float32)
    maps[4], maps[1, 0, 0], maps[2, 0, 0] = 2, 4, 4
    summary = branch_summary(maps).as_dict()
    assert summary == {
        "mean": pytest.approx(16 / 24),
        "max": 4,
        "nonzero": pytest.approx(6 / 24),
        "strongest": [[4, 2], [1, 1], [2, 1], [0, 0], [3, 0]],
    }


def test_broken_cells_are_left_out_of_a_branch_and_counted() -> None:
    maps = np.ones((3, 2, 2), np.float32)
    maps[1] = NAN
    maps[2, 0, 0] = INF
    summary = branch_summary(maps)
    assert (summary.mean, summary.maximum, summary.nonzero, summary.non_finite) == (1, 1, 1, 5)


def test_a_branch_of_negative_values_has_a_negative_maximum() -> None:
    assert branch_summary(np.full((2, 2, 2), -3, np.float32)).maximum == -3


def test_energy_is_shared_out_among_the_branches() -> None:
    shares = energy_shares(
        {"1x1": np.full((1, 2, 2), 1, np.float32), "3x3": np.full((3, 1, 1), 2, np.float32)}
    )
    assert shares == {"1x1": pytest.approx(4 / 16), "3x3": pytest.approx(12 / 16)}


def test_a_silent_module_has_no_shares_and_a_broken_value_spoils_none() -> None:
    silent = np.zeros((2, 2, 2), np.float32)
    assert energy_shares({"1x1": silent, "3x3": silent}) == {"1x1": 0, "3x3": 0}
    broken = np.array([[[NAN, 3]]], np.float32)
    assert energy_shares({"1x1": broken, "3x3": np.full((1, 1, 1), 4, np.float32)})["1x1"] == 9 / 25


def test_the_first_place_where_numbers_end_is_named() -> None:
    sound = np.zeros((2, 3, 3), np.float32)
    broken = sound.copy()
    broken[1, 0] = INF
    found = first_non_finite({"conv1": sound, "3a/1x1": broken, "3a": np.full(4, NAN)})
    assert found is not None
    assert (found.name, found.count, found.total) == ("3a/1x1", 3, 18)
    assert first_non_finite({"conv1": sound}) is None


def test_large_values_are_no_missing_ones() -> None:
    huge = np.full((4, 2), 3e38, np.float32)
    assert non_finite_count(huge) == 0
    huge[0, 0] = NAN
    assert non_finite_count(huge) == 1


def test_infinities_that_cancel_are_still_found() -> None:
    assert non_finite_count(np.array([INF, -INF, 1], np.float32)) == 2
