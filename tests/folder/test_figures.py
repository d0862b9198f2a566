"""Figures of an evaluation against scikit-learn on the same predictions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.folder import figures

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle here")
CLASSES = 12


def made(pictures: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that lean towards the truth, float32 as a network gives them, with some classes rare."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, CLASSES, pictures) // random.integers(1, 4, pictures)
    logits = random.normal(0, 1.5, (pictures, CLASSES)).astype(np.float32)
    logits[np.arange(pictures), truth] += random.normal(1.5, 2, pictures).astype(np.float32)
    return logits, truth.astype(np.int64)


@pytest.mark.parametrize(("pictures", "seed"), [(1, 0), (7, 1), (400, 2), (3000, 3)])
def test_shares_and_log_loss_are_those_of_scikit_learn(pictures: int, seed: int) -> None:
    logits, truth = made(pictures, seed)
    found = figures.head_figures(figures.judged(logits, truth))
    labels = range(CLASSES)
    probabilities = np.exp(figures.log_softmax(logits))
    assert found.top1.value == pytest.approx(metrics.accuracy_score(truth, logits.argmax(1)), abs=1e-12)
    top5 = metrics.top_k_accuracy_score(truth, logits, k=5, labels=labels)
    assert found.top5.value == pytest.approx(top5, abs=1e-12)
    loss = metrics.log_loss(truth, probabilities, labels=labels)
    assert found.log_loss == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize(("pictures", "seed"), [(7, 1), (400, 2), (3000, 3)])
def test_each_class_and_the_confusion_are_those_of_scikit_learn(pictures: int, seed: int) -> None:
    logits, truth = made(pictures, seed)
    found = figures.head_figures(figures.judged(logits, truth))
    first = logits.argmax(1)
    shown = [one.index for one in found.per_class]
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, first, labels=shown, zero_division=0
    )
    ours = [(one.precision, one.recall, one.f1, one.support) for one in found.per_class]
    np.testing.assert_allclose(ours, np.stack([precision, recall, f1, support], 1), atol=1e-9)
    table = metrics.confusion_matrix(truth, first, labels=range(CLASSES))
    rebuilt = np.zeros_like(table)
    for (true, answer), count in found.confusion.items():
        rebuilt[true, answer] = count
    np.testing.assert_array_equal(rebuilt, table)


def test_the_reliability_diagram_is_scikit_learns_calibration_curve() -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    logits, truth = made(5000, 4)
    found = figures.head_figures(figures.judged(logits, truth))
    confidence = np.exp(figures.log_softmax(logits)).max(1)
    accuracy, mean = calibration.calibration_curve(
        logits.argmax(1) == truth, confidence, n_bins=figures.BINS, strategy="uniform"
    )
    np.testing.assert_allclose([one.accuracy for one in found.reliability], accuracy, atol=1e-9)
    np.testing.assert_allclose([one.confidence for one in found.reliability], mean, atol=1e-9)


def test_calibration_error_by_hand() -> None:
    """Two pictures at 0.9, one right; two at 0.6, both right: (2 × 0.4 + 2 × 0.4) / 4."""
    confidence = np.array([0.9, 0.9, 0.6, 0.6])
    right = np.array([True, False, True, True])
    assert figures.calibration_error(figures.reliability(confidence, right, 10)) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(18, 25, 0.524, 0.857), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_wilson_intervals_are_the_published_ones(count: int, total: int, low: float, high: float) -> None:
    assert figures.Share(count, total).interval == pytest.approx((low, high), abs=6e-4)


def test_the_interval_of_nothing_is_everything() -> None:
    share = figures.Share(0, 0)
    assert math.isnan(share.value)
    assert share.interval == (0.0, 1.0)


def test_no_picture_with_a_known_class_gives_no_numbers_and_no_error() -> None:
    found = figures.head_figures(figures.judged(np.empty((0, CLASSES), np.float32), np.empty(0, np.int64)))
    assert math.isnan(found.log_loss)
    assert found.per_class == ()
    assert found.confusion == {}


def test_heads_from_shallow_to_deep_each_take_what_no_earlier_one_told() -> None:
    truth = np.array([0, 1, 2, 3])
    first = {"main": np.array([0, 1, 2, 0]), "aux2": np.array([0, 1, 0, 0]), "aux1": np.array([0, 0, 0, 0])}
    found = figures.first_right(first, truth, ("aux1", "aux2", "main"))
    assert found == {"aux1": 1, "aux2": 1, "main": 1, None: 1}


def test_the_fitted_temperature_is_the_one_that_scipy_finds() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    logits, truth = made(2000, 5)
    logits *= 2.5

    def loss(temperature: float) -> float:
        return metrics.log_loss(
            truth, np.exp(figures.log_softmax(logits, temperature)), labels=range(CLASSES)
        )

    best = optimize.minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-6})
    assert figures.fitted_temperature(logits, truth) == pytest.approx(best.x, rel=1e-3)


def test_a_threshold_hides_no_more_right_answers_than_it_may() -> None:
    confidence = np.arange(1, 101) / 100
    right = np.ones(100, bool)
    threshold = figures.doubt_threshold(confidence, right, 0.05)
    assert (confidence[right] < threshold).mean() <= 0.05
    assert (confidence[right] < threshold + 0.011).mean() > 0.05


@settings(max_examples=60)
@given(st.integers(1, 30), st.integers(2, 9), st.integers(0, 10**6))
def test_ranks_break_ties_as_a_stable_sort_does(pictures: int, classes: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.integers(0, 4, (pictures, classes)).astype(np.float32)
    truth = random.integers(0, classes, pictures)
    order = np.argsort(-logits, axis=1, kind="stable")
    expected = [int(np.flatnonzero(row == index)[0]) for row, index in zip(order, truth, strict=True)]
    assert figures.rank_of(logits, truth).tolist() == expected
