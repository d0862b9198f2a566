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


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan], [], [5.0, 5.0], [-2.0]])
def test_odd_values_have_a_histogram(values: list[float]) -> None:
    found = histogram(np.array(values, np.float32))
    assert found.total == len(values)
    assert len(found.edges) == len(found.counts) + 1
    assert (np.diff(found.edges) > 0).all()
