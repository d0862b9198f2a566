"""What a unit's weights could gather, held against torch's own gradients; and sums of parts."""

import numpy as np
import pytest

from gnet_desktop.inspection.contributions import (
    Decomposition,
    expanded_weights,
    shares_by_branch,
    weights_onward,
)
from gnet_desktop.network.architecture import Activation, Branch, Convolution, Pool

torch = pytest.importorskip("torch")
functional = torch.nn.functional


def convolution(
    name: str, inputs: int, outputs: int, kernel: int, activation: Activation = "relu"
) -> Convolution:
    return Convolution(name, inputs, outputs, kernel, padding=(kernel - 1) // 2, activation=activation)


BRANCHES = {
    "1x1": Branch((convolution("x/1x1", 6, 5, 1),)),
    "3x3": Branch((convolution("x/3x3_reduce", 6, 4, 1), convolution("x/3x3", 4, 5, 3))),
    "5x5": Branch((convolution("x/5x5_reduce", 6, 3, 1), convolution("x/5x5", 3, 5, 5))),
    "stacked": Branch(
        (
            convolution("x/5x5_reduce", 6, 4, 1),
            convolution("x/5x5_middle", 4, 4, 3),
            convolution("x/5x5", 4, 5, 3),
        )
    ),
    "pool": Branch((Pool("x/pool", 3, 1, 1), convolution("x/pool_proj", 6, 5, 1))),
}


def weights_of(branch: Branch, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    return {
        layer.name: (
            rng.normal(0, 1, (layer.outputs, layer.inputs, layer.kernel, layer.kernel)).astype(np.float32),
            rng.normal(0, 1, layer.outputs).astype(np.float32),
        )
        for layer in branch.convolutions
    }


def test_the_strongest_parts_come_by_size_with_their_sign() -> None:
    found = Decomposition(0.0, 0.0, np.array([1.0, -3.0, 0.0, 2.0]), (0, 0), np.zeros((4, 2), int))
    assert found.strongest() == [(1, -3), (3, 2), (0, 1)]
    assert found.strongest(1) == [(1, -3)]


@pytest.mark.parametrize("name", ["1x1", "3x3", "5x5", "stacked", "pool"])
def test_expanded_weights_are_those_of_the_branch_without_rectifiers(name: str) -> None:
    """The gradient at the middle of a large input, of torch's layers with averages for maxima."""
    branch = BRANCHES[name]
    weights = weights_of(branch, seed=11)
    x = torch.zeros(1, 6, 11, 11, dtype=torch.float64, requires_grad=True)
    y = x
    for layer in branch.layers:
        if isinstance(layer, Pool):
            y = functional.avg_pool2d(y, layer.kernel, 1, layer.padding)
        else:
            kernel = torch.from_numpy(weights[layer.name][0]).double()
            y = functional.conv2d(y, kernel, padding=(layer.kernel - 1) // 2)
    y[0, 3, 5, 5].backward()
    reach = branch.kernel // 2
    expected = x.grad[0, :, 5 - reach : 6 + reach, 5 - reach : 6 + reach].numpy()
    found = expanded_weights(branch, weights, 3)
    assert found.shape == (6, branch.kernel, branch.kernel)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["1x1", "3x3", "5x5", "stacked", "pool"])
def test_weights_onward_are_the_expanded_weights_seen_from_the_input(name: str) -> None:
    branch = BRANCHES[name]
    weights = weights_of(branch, seed=12)
    each = np.stack([expanded_weights(branch, weights, unit) for unit in range(5)])
    for channel in range(6):
        assert weights_onward(branch, weights, channel) == pytest.approx(each[:, channel], abs=1e-9)


def test_parts_are_summed_by_the_branch_they_come_from() -> None:
    parts = np.array([1.0, -2.0, 3.0, 0.0, -1.0, 4.0])
    shares = shares_by_branch(parts, {"1x1": 2, "3x3": 3, "5x5": 1})
    assert (shares["1x1"].positive, shares["1x1"].negative) == (1, -2)
    assert (shares["3x3"].positive, shares["3x3"].negative) == (3, -1)
    assert [share.fraction for share in shares.values()] == [1 / 8, 3 / 8, 4 / 8]
    nothing = shares_by_branch(np.array([-1.0, -1.0]), {"1x1": 1, "3x3": 1})
    assert [share.fraction for share in nothing.values()] == [0, 0]
