"""FIELD 5d: a unit's value split over its inputs, held against torch's own gradients."""

import numpy as np
import pytest

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.contributions import (
    decompose,
    expanded_weights,
    shares_by_branch,
)
from gnet_desktop.network.architecture import Branch, Convolution, Pool

torch = pytest.importorskip("torch")
functional = torch.nn.functional


def convolution(name: str, inputs: int, outputs: int, kernel: int, activation: str = "relu") -> Convolution:
    return Convolution(name, inputs, outputs, kernel, padding=(kernel - 1) // 2, activation=activation)


BRANCHES = {
    "1x1": Branch((convolution("x/1x1", 6, 5, 1),)),
    "3x3": Branch((convolution("x/3x3_reduce", 6, 4, 1), convolution("x/3x3", 4, 5, 3))),
    "5x5": Branch((convolution("x/5x5_reduce", 6, 3, 1), convolution("x/5x5", 3, 5, 5))),
    "relu6": Branch((convolution("x/3x3_reduce", 6, 4, 1, "relu6"), convolution("x/3x3", 4, 5, 3, "relu6"))),
    "linear": Branch((convolution("x/3x3_reduce", 6, 4, 1, "none"), convolution("x/3x3", 4, 5, 3))),
    "stacked": Branch(
        (
            convolution("x/5x5_reduce", 6, 4, 1),
            convolution("x/5x5_middle", 4, 4, 3),
            convolution("x/5x5", 4, 5, 3),
        )
    ),
    "pool": Branch((Pool("x/pool", 3, 1, 1), convolution("x/pool_proj", 6, 5, 1))),
    "pool last": Branch(
        (convolution("x/pool_proj", 6, 5, 1), Pool("x/pool", 3, 1, 1), convolution("x/a", 5, 5, 1))
    ),
    "same": Branch((Convolution("x/3x3", 6, 5, 3, padding="same"),)),
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


def by_torch(
    branch: Branch, weights: dict[str, tuple[np.ndarray, np.ndarray]], inputs: np.ndarray,
    channel: int, cell: tuple[int, int],
) -> tuple[float, np.ndarray]:  # fmt: skip
    """The value before the last rectifier, and gradient times input of each input channel."""
    x = torch.from_numpy(inputs).double()[None].requires_grad_()
    y = x
    for layer in branch.layers:
        if isinstance(layer, Pool):
            y = functional.max_pool2d(y, layer.kernel, 1, layer.padding)
            continue
        weight, bias = (torch.from_numpy(part).double() for part in weights[layer.name])
        y = functional.conv2d(y, weight, bias, padding=(layer.kernel - 1) // 2)
        if layer is not branch.layers[-1] and layer.activation != "none":
            y = functional.relu6(y) if layer.activation == "relu6" else functional.relu(y)
    value = y[0, channel, cell[1], cell[0]]
    value.backward()
    return value.item(), (x.grad * x)[0].sum(dim=(1, 2)).detach().numpy()


@pytest.mark.parametrize("name", sorted(BRANCHES))
@pytest.mark.parametrize("cell", [(0, 0), (3, 2), (6, 4), (6, 0)])
def test_parts_equal_gradient_times_input_and_sum_to_the_value(name: str, cell: tuple[int, int]) -> None:
    branch, rng = BRANCHES[name], np.random.default_rng(9)
    inputs = np.maximum(rng.normal(0, 1, (6, 5, 7)), 0).astype(np.float32)
    weights = weights_of(branch, seed=4)
    for channel in range(5):
        value, parts = by_torch(branch, weights, inputs, channel, cell)
        found = decompose(branch, weights, inputs, channel, cell)
        assert found.value == pytest.approx(value, abs=1e-6)
        assert found.inputs == pytest.approx(parts, abs=1e-6)
        assert found.inputs.sum() + found.bias == pytest.approx(value, abs=1e-6)
        assert found.cell == cell


def test_a_closed_reduction_passes_nothing() -> None:
    branch = Branch((convolution("x/3x3_reduce", 2, 1, 1), convolution("x/3x3", 1, 1, 3)))
    weights = {
        "x/3x3_reduce": (np.array([[[[-1.0]], [[0.5]]]], np.float32), np.zeros(1, np.float32)),
        "x/3x3": (np.ones((1, 1, 3, 3), np.float32), np.array([0.25], np.float32)),
    }
    inputs = np.ones((2, 3, 3), np.float32)
    found = decompose(branch, weights, inputs, 0, (1, 1))
    assert (found.value, found.bias, found.inputs.tolist()) == (0.25, 0.25, [0, 0])
    assert found.strongest() == []


def test_the_strongest_parts_come_by_size_with_their_sign() -> None:
    branch = Branch((convolution("x/1x1", 4, 1, 1),))
    weights = {"x/1x1": (np.array([1, -3, 0, 2], np.float32).reshape(1, 4, 1, 1), np.zeros(1, np.float32))}
    found = decompose(branch, weights, np.ones((4, 1, 1), np.float32), 0, (0, 0))
    assert found.strongest() == [(1, -3), (3, 2), (0, 1)]
    assert found.strongest(1) == [(1, -3)]


@pytest.mark.parametrize(("channel", "cell"), [(5, (0, 0)), (-1, (0, 0)), (0, (7, 0)), (0, (0, -1))])
def test_what_does_not_exist_is_refused(channel: int, cell: tuple[int, int]) -> None:
    branch = BRANCHES["1x1"]
    with pytest.raises(UsageError):
        decompose(branch, weights_of(branch, 0), np.zeros((6, 5, 7), np.float32), channel, cell)


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


def test_parts_are_summed_by_the_branch_they_come_from() -> None:
    parts = np.array([1.0, -2.0, 3.0, 0.0, -1.0, 4.0])
    shares = shares_by_branch(parts, {"1x1": 2, "3x3": 3, "5x5": 1})
    assert (shares["1x1"].positive, shares["1x1"].negative) == (1, -2)
    assert (shares["3x3"].positive, shares["3x3"].negative) == (3, -1)
    assert [share.fraction for share in shares.values()] == [1 / 8, 3 / 8, 4 / 8]
    nothing = shares_by_branch(np.array([-1.0, -1.0]), {"1x1": 1, "3x3": 1})
    assert [share.fraction for share in nothing.values()] == [0, 0]
