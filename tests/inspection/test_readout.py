"""Readouts by ridge regression, against scikit-learn's refitted without each picture in turn."""

import numpy as np
import pytest

from gnet_desktop.inspection.readout import FEWEST, PENALTIES, fit

linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is the oracle here")


def data(pictures: int, channels: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    pooled = random.gamma(2, size=(pictures, channels)).astype(np.float32)
    logits = pooled @ random.normal(size=(channels, 5)) + 3 + noise * random.normal(size=(pictures, 5))
    return pooled, logits.astype(np.float32)


@pytest.mark.parametrize(("pictures", "channels", "noise"), [(30, 8, 0.5), (25, 60, 0.1), (40, 40, 3.0)])
def test_it_is_scikit_learns_with_each_picture_left_out(pictures: int, channels: int, noise: float) -> None:
    pooled, logits = data(pictures, channels, noise)
    found = fit(pooled, logits)
    wide, deep = pooled.astype(np.float64), logits.astype(np.float64)
    unit = np.square(wide - wide.mean(0)).sum() / channels
    errors, predictions = [], []
    for penalty in PENALTIES:
        left_out = np.array([alone(wide, deep, place, penalty * unit) for place in range(pictures)])
        errors.append(np.square(left_out - deep).sum())
        predictions.append(left_out)
    best = int(np.argmin(errors))
    whole = linear_model.Ridge(alpha=PENALTIES[best] * unit).fit(wide, deep)
    np.testing.assert_allclose(found.matrix, whole.coef_.T, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found(pooled), whole.predict(wide), rtol=1e-5, atol=1e-5)
    expected = (predictions[best].argmax(1) == deep.argmax(1)).mean()
    assert found.agreement == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(found.left_out, predictions[best], rtol=1e-5, atol=1e-5)


def alone(pooled: np.ndarray, logits: np.ndarray, place: int, alpha: float) -> np.ndarray:
    kept = np.arange(len(pooled)) != place
    model = linear_model.Ridge(alpha=alpha).fit(pooled[kept], logits[kept])
    return model.predict(pooled[place : place + 1])[0]


def test_what_says_nothing_agrees_by_chance_only() -> None:
    pooled, _ = data(200, 20, 0)
    logits = np.random.default_rng(9).normal(size=(200, 5))
    assert fit(pooled, logits).agreement < 0.35
    silent = fit(np.zeros((200, 20)), logits)
    np.testing.assert_allclose(silent.bias, logits.mean(0), atol=1e-12)


def test_too_few_pictures_are_refused() -> None:
    pooled, logits = data(FEWEST - 1, 4, 0.1)
    with pytest.raises(ValueError, match="too few"):
        fit(pooled, logits)
