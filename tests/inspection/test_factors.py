"""Factors: against scikit-learn's, against the best that any factors can do, and where they are known."""

import numpy as np
import pytest
from sklearn.decomposition import NMF

from gnet_desktop.inspection.factors import nonnegative_factors, one_sided_factors


def error_of(values: np.ndarray, amounts: np.ndarray, directions: np.ndarray) -> float:
    return float(((values - amounts @ directions) ** 2).sum() / (values**2).sum())


@pytest.mark.parametrize("count", [1, 3, 6])
def test_they_explain_as_much_as_scikit_learns(count: int) -> None:
    values = np.maximum(np.random.default_rng(0).normal(size=(120, 30)), 0).astype(np.float32)
    found = nonnegative_factors(values, count)
    assert (found.amounts >= 0).all()
    assert (found.directions >= 0).all()
    model = NMF(count, init="random", solver="mu", max_iter=500, random_state=0)
    expected = error_of(values, model.fit_transform(values), model.components_)
    assert error_of(values, found.amounts, found.directions) <= 1.02 * expected
    assert 1 - found.explained == pytest.approx(error_of(values, found.amounts, found.directions), rel=1e-3)


def test_parts_that_lie_apart_are_found_again() -> None:
    """Each value is so much of one of three blocks of channels."""
    blocks = np.kron(np.eye(3, dtype=np.float32), np.ones((1, 4), np.float32)) / 2
    random = np.random.default_rng(1)
    amounts = random.random((90, 3)).astype(np.float32) * (random.integers(0, 3, (90, 1)) == np.arange(3))
    amounts *= [3, 2, 1]
    found = nonnegative_factors(amounts @ blocks, 3)
    assert found.explained > 0.999
    assert np.abs(found.directions - blocks).max() < 0.03  # in the order of what they explain
    assert np.abs(found.amounts - amounts).max() < 0.1


@pytest.mark.parametrize("count", [1, 3])
def test_signed_values_get_signed_directions_and_nearly_the_best_fit(count: int) -> None:
    """No factors of any sign explain more than the singular values do."""
    random = np.random.default_rng(2)
    values = (np.abs(random.normal(size=(150, 3))) @ random.normal(size=(3, 20))).astype(np.float32)
    values += 0.1 * random.normal(size=values.shape).astype(np.float32)
    found = one_sided_factors(values, count)
    assert (found.amounts >= 0).all()
    assert (found.directions < 0).any()
    squares = np.linalg.svd(values, compute_uv=False) ** 2
    best = squares[count:].sum() / squares.sum()
    error = error_of(values, found.amounts, found.directions)
    assert best - 1e-6 <= error <= best + 0.03
    assert np.linalg.norm(found.directions, axis=1) == pytest.approx(np.ones(count), rel=1e-5)


def test_the_same_seed_gives_the_same_and_nothing_breaks_on_nothing() -> None:
    values = np.random.default_rng(3).random((20, 8)).astype(np.float32)
    one, same = (nonnegative_factors(values, 2, seed=5) for _ in range(2))
    assert np.array_equal(one.directions, same.directions)
    nothing = nonnegative_factors(np.zeros((5, 4), np.float32), 2)
    assert np.isfinite(nothing.amounts).all()
    with pytest.raises(ValueError, match="negative"):
        nonnegative_factors(-values, 2)
