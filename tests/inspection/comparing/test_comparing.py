"""Likeness of two networks' units and of two groups of pictures, against plain definitions and scipy."""

import numpy as np
import pytest

from gnet_desktop.inspection.comparing.groups import telling_apart
from gnet_desktop.inspection.comparing.matching import correlations, match
from gnet_desktop.inspection.comparing.similarity import alignments

random = np.random.default_rng(0)


def defined(first: np.ndarray, second: np.ndarray) -> float:
    """The published estimator term by term, with matrices of ones."""

    def kernel(values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(0)
        found = centred @ centred.T
        return found - np.diag(np.diag(found))

    def dependence(left: np.ndarray, right: np.ndarray) -> float:
        n = len(left)
        one = np.ones(n)
        return (
            np.trace(left @ right)
            + (one @ left @ one) * (one @ right @ one) / ((n - 1) * (n - 2))
            - 2 / (n - 2) * (one @ left @ right @ one)
        ) / (n * (n - 3))

    left, right = kernel(first), kernel(second)
    return dependence(left, right) / np.sqrt(dependence(left, left) * dependence(right, right))


def cka(first: np.ndarray, second: np.ndarray) -> float:
    """The alignment of two sets of units."""
    return float(alignments([first], [second])[0, 0])


def test_alignment_is_that_of_the_published_estimator() -> None:
    first = random.standard_normal((30, 7))
    second = np.maximum(first @ random.standard_normal((7, 12)), 0) + 3
    assert cka(first, second) == pytest.approx(defined(first, second), abs=1e-12)


def test_alignment_knows_neither_rotation_nor_scale_nor_shift() -> None:
    first = random.standard_normal((20, 6))
    turned = np.linalg.qr(random.standard_normal((6, 6)))[0]
    assert cka(first, first) == pytest.approx(1)
    assert cka(first, 1e-20 * first @ turned + 4e-20) == pytest.approx(1)


def test_what_has_nothing_to_do_with_each_other_aligns_at_nothing() -> None:
    """The biased estimator would tell about 0.5 here."""
    found = [cka(random.standard_normal((50, 40)), random.standard_normal((50, 40))) for _ in range(20)]
    assert abs(np.mean(found)) < 0.03
    assert max(map(abs, found)) < 0.2


@pytest.mark.parametrize("values", [np.ones((10, 3)), np.ones((4, 3)), np.zeros((0, 3))])
def test_what_does_not_vary_or_is_too_little_has_no_alignment(values: np.ndarray) -> None:
    assert np.isnan(cka(values, random.standard_normal((len(values), 3))))


def test_correlations_are_numpys() -> None:
    first, second = random.standard_normal((9, 4)), random.standard_normal((9, 5))
    second[:, 2] = 7
    with np.errstate(invalid="ignore"):
        expected = np.nan_to_num(np.corrcoef(first.T, second.T)[:4, 4:])
    np.testing.assert_allclose(correlations(first, second), expected, atol=1e-12)


def test_a_permuted_copy_is_matched_back_without_an_error() -> None:
    first = random.standard_normal((40, 96))
    order = random.permutation(96)
    found = match(first, 3 * first[:, order] + 1)
    assert np.array_equal(order[found.partner], np.arange(96))
    np.testing.assert_allclose(found.correlation, 1)


@pytest.mark.parametrize("shape", [(12, 12), (5, 17), (17, 5), (1, 1), (60, 64)])
def test_partners_are_those_that_scipy_assigns(shape: tuple[int, int]) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    first, second = (random.standard_normal((11, count)) for count in shape)
    found = match(first, second)
    table = np.corrcoef(first.T, second.T)[: shape[0], shape[0] :]
    rows, columns = optimize.linear_sum_assignment(-table)
    assert found.correlation.sum() == pytest.approx(table[rows, columns].sum(), abs=1e-9)
    partners = found.partner[found.partner >= 0]
    assert len(set(partners)) == len(partners) == min(shape)


def test_the_units_that_tell_groups_apart_are_first() -> None:
    """By hand: means 2 and 5, both of variance 1 over three pictures, so the difference is −3 deviations."""
    first = {"4a": np.array([[1.0, 0, 7], [2, 0, 7], [3, 0, 7]])}
    second = {"4a": np.array([[4.0, 0, 6], [5, 1, 6], [6, 2, 6]]), "4b": np.ones((3, 2))}
    found = telling_apart(first, second)
    assert [(one.channel, one.first, one.second) for one in found] == [(2, 7, 6), (0, 2, 5), (1, 0, 1)]
    assert found[0].effect == np.inf
    assert found[1].effect == pytest.approx(-3)
    assert found[2].effect == pytest.approx(-1 / np.sqrt(0.5))
    assert [one.channel for one in telling_apart(first, second, most=1)] == [2]


def test_one_picture_is_no_group() -> None:
    assert telling_apart({"4a": np.ones((1, 2))}, {"4a": np.zeros((5, 2))}) == []
