"""What follows a module, differentiated: against the pass itself, and against finite differences."""

import numpy as np
import pytest
import torch

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.gradients import logit_gradient
from gnet_desktop.inspection.ranking import gradient_contributions
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import build
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record


def network_of(family: str) -> GoogLeNet:
    return filled(build(family, classes=7))


def filled(architecture: Architecture) -> GoogLeNet:
    """With random weights that keep values about as large from layer to layer."""
    random = torch.Generator().manual_seed(11)
    tensors = {}
    for name, shape in tensor_shapes(architecture).items():
        values = torch.randn(shape, generator=random)
        fan = values[0].numel() if len(shape) > 1 else 1
        tensors[name] = values * (2 / fan) ** 0.5 if len(shape) > 1 else values.abs() / 10 + 0.5
    return GoogLeNet(architecture, tensors)


@pytest.fixture(scope="module")
def network() -> GoogLeNet:
    return network_of("torchvision")


@pytest.fixture(scope="module")
def record(network: GoogLeNet) -> Record:
    return network(torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(2)))


@pytest.mark.parametrize("family", ["tutorial_bn", "slim", "lucid"])
def test_every_family_has_derivatives(family: str) -> None:
    network = network_of(family)
    record = network(torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(3)))
    assert np.abs(logit_gradient(network, record, "5a", 1)).max() > 0


@pytest.mark.parametrize("module", ["4c", "5a"])
def test_a_gradient_foretells_a_small_change(network: GoogLeNet, record: Record, module: str) -> None:
    gradient = logit_gradient(network, record, module, 3)
    assert gradient.shape == record[module].shape
    active = gradient * (record[module] > 0)  # where nothing is active a pool's maximum is tied
    slope = float(np.linalg.norm(active))
    step = torch.from_numpy(active / slope).unsqueeze(0) * 0.005
    start = torch.from_numpy(record[module].copy()).unsqueeze(0)
    moved = (network.outputs(start + sign * step, ("logits",), after=module) for sign in (1, -1))
    up, down = (float(found["logits"][0, 3]) for found in moved)
    assert (up - down) / 0.01 == pytest.approx(slope, rel=0.03)


def test_behind_the_last_module_contributions_are_exact(network: GoogLeNet, record: Record) -> None:
    gradient = logit_gradient(network, record, "5b", 2)
    weights, bias = network.weights("fc")
    found = gradient_contributions(record["5b"], gradient)
    assert found == pytest.approx(record["5b"].mean((1, 2)) * weights[2], rel=1e-3, abs=1e-5)
    assert found.sum() + bias[2] == pytest.approx(float(record["logits"][2]), rel=1e-3, abs=1e-3)


def test_a_class_that_is_not_there_is_refused(network: GoogLeNet, record: Record) -> None:
    with pytest.raises(UsageError, match="no class 7"):
        logit_gradient(network, record, "5b", 7)
