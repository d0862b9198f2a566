import numpy as np
import pytest

from gnet_desktop.inspection.histogram import histogram

pytestmark = pytest.mark.filterwarnings("error")


def test_every_value_is_counted_once() -> None:
    values = np.array([[0, 0, 1, 1, 4], [-1, 2, np.nan, np.inf, 0]], np.float32)
    found = histogram(values, bins=5)
    assert found.edges.tolist() == pytest.approx([-1, 0, 1, 2, 3, 4])
    assert found.counts.tolist() == [1, 0, 2, 1, 1]
    assert (found.zeros, found.non_finite, found.total) == (3, 2, 10)


def test_heights_are_logarithmic_and_one_value_is_visible() -> None:
    values = np.concatenate([np.full(1000, 0.05), [0.95]]).astype(np.float32)
    heights = histogram(values, bins=10).heights
    assert heights.max() == 1
    assert heights[-1] == pytest.approx(np.log(2) / np.log(1001))
    assert heights[5] == 0


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan], [], [5.0, 5.0], [-2.0]])
def test_odd_values_have_a_histogram(values: list[float]) -> None:
    found = histogram(np.array(values, np.float32))
    assert found.total == len(values)
    assert len(found.edges) == len(found.counts) + 1
    assert (np.diff(found.edges) > 0).all()
    assert np.isfinite(found.heights).all()
