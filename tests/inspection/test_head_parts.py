"""The parts of a head's answer, held against torch's derivatives of the head in plain torch."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gnet_desktop.inspection.head_parts import head_parts
from gnet_desktop.network.families import FAMILIES, build
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.inspection.test_gradients import filled

HEADS = {"aux1": 7, "aux2": 7}
ACTIVATIONS = {"none": lambda value: value, "relu": torch.relu, "relu6": functional.relu6}


@pytest.fixture(
    scope="module", params=[name for name, one in FAMILIES.items() if not one.convention.startswith("cifar")]
)
def passed(request: pytest.FixtureRequest) -> tuple[GoogLeNet, Record]:
    network = filled(build(request.param, classes=7, aux_classes=HEADS))
    return network, network(torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2)))


def steps(network: GoogLeNet, record: Record, name: str) -> dict[str, Tensor]:
    """A head from its pooled map on, every step kept for differentiation."""
    head = network.architecture.head(name)
    assert head is not None
    assert head is not None
    found = {"pool": torch.from_numpy(record[f"{name}/pool"].copy())[None].requires_grad_()}
    weight, bias = (torch.tensor(part) for part in network.weights(head.convolution.name))
    value = ACTIVATIONS[head.convolution.activation](functional.conv2d(found["pool"], weight, bias))
    found["convolution"] = value
    value = value.flatten(1)
    for layer in head.layers:
        weight, bias = (torch.tensor(part) for part in network.weights(layer.name))
        value = ACTIVATIONS[layer.activation](functional.linear(value * layer.scale, weight, bias))
        found["connected" if layer is not head.layers[-1] else "logits"] = value
    for one in found.values():
        one.retain_grad()
    return found


@pytest.mark.parametrize("name", ["aux1", "aux2"])
@pytest.mark.parametrize("index", [0, 5])
def test_parts_are_values_times_derivatives(passed: tuple[GoogLeNet, Record], name: str, index: int) -> None:
    network, record = passed
    head = network.architecture.head(name)
    assert head is not None
    parts = head_parts(network, record, head, index)
    plain = steps(network, record, name)
    assert plain["logits"][0].detach().numpy() == pytest.approx(
        record.answers[name].logits, rel=1e-3, abs=1e-3
    )
    plain["logits"][0, index].backward()
    for step, value in plain.items():
        if step != "logits":
            assert value.grad is not None
            expected = (value * value.grad)[0].detach().numpy()
            found = getattr(parts, step)
            assert found.shape == expected.shape
            assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


def test_what_the_last_values_add_is_the_logit_without_its_bias(passed: tuple[GoogLeNet, Record]) -> None:
    network, record = passed
    head = network.architecture.head("aux1")
    assert head is not None
    parts = head_parts(network, record, head, 3)
    assert parts is not None
    bias = network.weights(head.layers[-1].name)[1][3]
    last = parts.convolution if parts.connected is None else parts.connected
    assert last.sum() + bias == pytest.approx(record.answers["aux1"].logits[3], rel=1e-3, abs=1e-3)


def test_a_class_that_is_not_there_has_no_parts(passed: tuple[GoogLeNet, Record]) -> None:
    network, record = passed
    head = network.architecture.head("aux1")
    assert head is not None
    assert head_parts(network, record, head, 7) is None
    assert head_parts(network, record, head, -1) is None
