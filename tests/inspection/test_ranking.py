"""Orders that are stable, and what stands out where."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.ranking import (
    SORTS,
    gradient_contributions,
    order,
    parse_channels,
    peak,
    similarity,
    strongest_at,
)
from gnet_desktop.inspection.statistics import unit_statistics

pytestmark = pytest.mark.filterwarnings("error")

MAPS = np.array([[[1, 1]], [[0, 0]], [[4, 0]], [[1, 1]], [[0, 3]]], np.float32)
UNITS = unit_statistics(MAPS)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("index", [0, 1, 2, 3, 4]),
        ("mean", [2, 4, 0, 3, 1]),
        ("maximum", [2, 4, 0, 3, 1]),
        ("nonzero", [0, 3, 2, 4, 1]),
    ],
)
def test_orders_put_the_largest_first_and_ties_by_number(sort: str, expected: list[int]) -> None:
    assert order(UNITS, sort).tolist() == expected


def test_given_values_order_too_with_silent_channels_last() -> None:
    values = np.array([-2, 0, -1, 5, np.nan])
    assert order(UNITS, "contribution", values=values).tolist() == [3, 2, 0, 4, 1]
    assert order(UNITS, "effect", values=values).tolist() == [3, 2, 0, 4, 1]
    assert order(UNITS, "similarity", values=values).tolist() == [3, 2, 0, 4, 1]


def test_broken_channels_come_after_sound_ones() -> None:
    maps = MAPS.copy()
    maps[0] = np.nan
    assert order(unit_statistics(maps), "mean").tolist() == [2, 4, 3, 0, 1]


@given(
    values=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    sort=st.sampled_from([sort for sort in SORTS if sort != "index"]),
)
@settings(max_examples=80)
def test_ties_keep_the_order_of_their_numbers(values: list[int], sort: str) -> None:
    maps = np.array(values, np.float32)[:, None, None]
    given_values = np.array(values) if sort in ("similarity", "contribution", "effect") else None
    ordered = order(unit_statistics(maps), sort, values=given_values).tolist()
    assert sorted(ordered) == list(range(len(values)))
    keys = [-min(values[i], 1) if sort == "nonzero" else -values[i] for i in ordered]
    pairs = list(zip(keys, ordered, strict=True))
    assert pairs == sorted(pairs)


@pytest.mark.parametrize("sort", ["size", "similarity", ""])
def test_an_unknown_order_is_refused(sort: str) -> None:
    with pytest.raises(UsageError, match="Choose one of mean"):
        order(UNITS, sort)


def test_similarity_is_the_cosine() -> None:
    reference = np.array([[2, 0]], np.float32)
    assert similarity(MAPS, reference).tolist() == pytest.approx([2**-0.5, 0, 1, 2**-0.5, 0])
    opposite = similarity(-MAPS, reference)
    assert opposite[2] == pytest.approx(-1)
    assert similarity(MAPS, np.zeros((1, 2), np.float32)).tolist() == [0] * 5
    broken = np.array([[[np.nan, 1]]], np.float32)
    assert similarity(broken, np.array([[1, 1]], np.float32))[0] == pytest.approx(2**-0.5)


def test_maps_of_another_size_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="compared"):
        similarity(MAPS, np.zeros((2, 2), np.float32))


def test_gradient_contributions_are_exact_where_all_is_linear() -> None:
    gradient = np.arange(10, dtype=np.float32).reshape(MAPS.shape)
    assert gradient_contributions(MAPS, gradient).sum() == pytest.approx((MAPS * gradient).sum())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", list(range(32))),
        ("  ", list(range(32))),
        ("7", [7]),
        ("0-3, 20", [0, 1, 2, 3, 20]),
        ("20 0 - 2", [0, 1, 2, 20]),
        ("3,3,2-4", [2, 3, 4]),
        ("30-", [30, 31]),
        ("30–99", [30, 31]),
        ("5-2", []),
        ("cat 1", [1, 9]),
    ],
)
def test_a_filter_names_channels(text: str, expected: list[int]) -> None:
    assert parse_channels(text, 32, resolve={"cat": 9}.get).tolist() == expected


@pytest.mark.parametrize("text", ["cat", "-3", "1,x", "32", "1-2-3", "1.5", "99999999999"])
def test_a_filter_that_names_nothing_says_so(text: str) -> None:
    with pytest.raises(UsageError):
        parse_channels(text, 32)


@given(text=st.text(max_size=30))
@settings(max_examples=150)
def test_any_filter_text_gives_channels_or_a_sentence(text: str) -> None:
    try:
        found = parse_channels(text, 10)
    except UsageError:
        return
    assert set(found.tolist()) <= set(range(10))


def test_the_strongest_at_a_place_come_from_all_branches() -> None:
    branches = {
        "1x1": np.array([[[0, 5]], [[9, 2]]], np.float32),
        "3x3": np.array([[[0, 7]], [[0, np.nan]], [[0, -1]], [[0, 5]]], np.float32),
    }
    found = [tuple(unit) for unit in strongest_at(branches, 1, 0)]
    assert found == [("3x3", 0, 7), ("1x1", 0, 5), ("3x3", 3, 5), ("1x1", 1, 2)]
    assert len(strongest_at(branches, 1, 0, count=2)) == 2
    assert strongest_at(branches, 2, 0) == []
    assert strongest_at(branches, -1, 0) == []


def test_the_peak_is_the_first_of_the_largest_numbers() -> None:
    values = np.array([[0, 3, np.nan], [np.inf, 3, 1]], np.float32)
    assert peak(values) == (1, 0)
    assert peak(np.zeros((2, 2), np.float32)) == (0, 0)
