"""What is dark and what is bright."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.inspection.scaling import (
    NON_FINITE,
    TOP,
    Limits,
    Scaling,
    limits_of,
    quantise,
)

pytestmark = pytest.mark.filterwarnings("error")


def test_silence_is_dark_even_where_nothing_is_silent() -> None:
    assert limits_of(np.array([3, 5], np.float32), Scaling()) == Limits(0, 5)
    assert limits_of(np.array([-3, -1], np.float32), Scaling()) == Limits(-3, 0)


def test_a_signed_scale_is_symmetric_about_0() -> None:
    assert limits_of(np.array([-3, 1], np.float32), Scaling(signed=True)) == Limits(-3, 3)
    levels = quantise(np.array([[-3.0, 0, 3]], np.float32), Limits(-3, 3), gamma=0.5, signed=True)
    assert levels.tolist() == [[0, TOP // 2, TOP]]


def test_nothing_but_0_is_the_middle_of_a_signed_scale() -> None:
    """What doesn't differ between two runs was as blue as what fell most."""
    zeros = np.zeros((2, 3, 3), np.float32)
    limits = limits_of(zeros, Scaling(signed=True))
    assert (quantise(zeros, limits, signed=True) == TOP // 2).all()
    assert (quantise(zeros, [limits, limits], signed=True) == TOP // 2).all()
    assert not quantise(zeros, limits_of(zeros, Scaling())).any()


def test_a_signed_gamma_bends_both_ways_alike() -> None:
    values = np.linspace(-1, 1, 101, dtype=np.float32)[None]
    levels = quantise(values, Limits(-1, 1), gamma=0.5, signed=True)[0].astype(int)
    assert np.abs(levels + levels[::-1] - TOP).max() <= 1
    assert levels[75] == pytest.approx(TOP * (1 + 0.5**0.5) / 2, abs=1)


def test_clipping_ignores_the_few_brightest_and_the_many_silent() -> None:
    values = np.concatenate([np.zeros(1000), np.arange(1, 101), [10_000]]).astype(np.float32)
    high = limits_of(values, Scaling(clip=99)).high
    assert 95 <= high <= 101
    assert limits_of(values, Scaling(clip=100)).high == 10_000


def test_a_channel_at_a_hundredth_of_the_maximum_is_dark() -> None:
    levels = quantise(np.array([[[1.0]], [[100.0]]], np.float32), Limits(0, 100))
    assert levels[0, 0, 0] <= 0.012 * TOP
    assert levels[1, 0, 0] == TOP


def test_under_its_own_scale_every_map_reaches_the_top() -> None:
    maps = np.array([[[0, 1.0]], [[0, 100.0]]], np.float32)
    assert quantise(maps, [limits_of(one, Scaling("map")) for one in maps]).max(axis=(1, 2)).tolist() == [
        TOP,
        TOP,
    ]


@pytest.mark.parametrize("value", [0.0, 7.0, -7.0])
@pytest.mark.parametrize("signed", [False, True])
def test_constant_maps_divide_by_nothing_and_make_no_noise(value: float, signed: bool) -> None:
    maps = np.full((2, 3, 3), value, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        limits = limits_of(maps, Scaling("map", signed=signed))
        levels = quantise(maps, limits, gamma=0.5, signed=signed)
    assert len(np.unique(levels)) == 1


def test_what_is_no_number_has_a_level_of_its_own_and_spoils_no_other() -> None:
    maps = np.array([[[np.nan, 1, np.inf, -np.inf, 2]]], np.float32)
    limits = limits_of(maps, Scaling())
    assert limits == Limits(0, 2)
    assert quantise(maps, limits).tolist() == [[[NON_FINITE, TOP // 2, NON_FINITE, NON_FINITE, TOP]]]


def test_maps_without_any_number_have_limits() -> None:
    assert limits_of(np.full((1, 2, 2), np.nan, np.float32), Scaling()) == Limits(0, 0)


@given(
    values=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40),
    gamma=st.sampled_from([0.25, 0.5, 1.0, 2.0]),
    signed=st.booleans(),
)
@settings(max_examples=80)
def test_levels_follow_the_definition_and_keep_the_order(
    values: list[float], gamma: float, signed: bool
) -> None:
    maps = np.array([[values]], np.float32)
    limits = limits_of(maps, Scaling(signed=signed))
    levels = quantise(maps, limits, gamma=gamma, signed=signed)[0, 0].astype(int)
    nothing = signed and limits.high - limits.low <= 1e-30  # then 0 is the middle all the same
    place = (maps[0, 0].astype(float) - limits.low) / limits.span + 0.5 * nothing

    def bent(share: np.ndarray) -> np.ndarray:
        share = np.clip(share, 0, 1)
        if not signed:
            return TOP * share**gamma
        away = 2 * share - 1
        return TOP * (1 + np.sign(away) * np.abs(away) ** gamma) / 2

    step = 0.51 / 4096  # values nearer to each other than this may share a level
    assert (levels >= bent(place - step) - 0.51).all()
    assert (levels <= bent(place + step) + 0.51).all()
    order = np.argsort(maps[0, 0], kind="stable")
    assert (np.diff(levels[order]) >= 0).all()


@pytest.mark.parametrize("values", [[0, 1e-44], [-3e38, 3e38], [3e38, 3e38], [0, np.inf], [1e-30, -1e-30]])
@pytest.mark.parametrize("signed", [False, True])
def test_extreme_values_have_levels(values: list[float], signed: bool) -> None:
    maps = np.array([[values]], np.float32)
    levels = quantise(maps, limits_of(maps, Scaling(signed=signed)), gamma=0.5, signed=signed)[0, 0]
    assert (levels[np.isfinite(maps[0, 0])] <= TOP).all()
    assert (levels[~np.isfinite(maps[0, 0])] == NON_FINITE).all()
