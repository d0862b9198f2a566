"""Derivatives by the input against torch's own, of plain definitions."""

import copy

import pytest
import torch
from torch.nn import functional

from gnet_desktop.network.architecture import Convolution, ResponseNorm
from gnet_desktop.network.layers import ConvolutionLayer, can_pack
from gnet_desktop.network.passing import Pass
from gnet_desktop.network.weightless import channels_last, response_norm

pytestmark = pytest.mark.skipif(not can_pack(), reason="this torch has no packed convolutions")


def derivative(found: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """Of a sum in which every number counts differently."""
    weights = torch.rand(found.shape, generator=torch.Generator().manual_seed(5))
    return torch.autograd.grad((found * weights).sum(), value)[0]


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [(7, 2, 3), (7, 2, 2), (1, 1, 0), (3, 1, 1), (5, 1, 2), (3, 2, 1), (3, 1, 0), (1, 2, 0), (5, 3, 1)],
)
@pytest.mark.parametrize("size", [(1, 4, 17, 22), (2, 4, 8, 9)])
def test_derivative_of_a_convolution(
    kernel: int, stride: int, padding: int, size: tuple[int, int, int, int]
) -> None:
    random = torch.Generator().manual_seed(1)
    weight = torch.randn(6, 4, kernel, kernel, generator=random)
    bias = torch.randn(6, generator=random)
    plan = Convolution("conv", 4, 6, kernel=kernel, stride=stride, padding=padding, activation="none")
    layer = ConvolutionLayer(plan, weight, bias, packs=True)
    value = channels_last(torch.randn(size, generator=random)).requires_grad_()
    expected = functional.conv2d(value, weight, bias, stride, padding)
    found = layer(value, Pass(frozenset().__contains__))
    assert type(found.grad_fn).__name__ == "ConvolvedBackward"
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(derivative(found, value), derivative(expected, value), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("beta", [0.75, 0.5, 0.6])
@pytest.mark.parametrize("size", [5, 3, 4])
def test_derivative_of_a_response_norm(size: int, beta: float) -> None:
    value = channels_last(torch.randn(2, 12, 5, 6, generator=torch.Generator().manual_seed(2)) * 40)
    value = value.requires_grad_()
    plan = ResponseNorm("norm", size=size, alpha=0.02, beta=beta, k=1.5)
    found = response_norm(plan, value)
    expected = functional.local_response_norm(value, size, 0.02, beta, 1.5)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(derivative(found, value), derivative(expected, value), rtol=1e-4, atol=1e-5)


def test_shuffled_weights_have_derivatives_of_their_own() -> None:
    plan = Convolution("conv", 3, 4, kernel=3, stride=1, padding=1, activation="none")
    layer = ConvolutionLayer(plan, torch.randn(4, 3, 3, 3), torch.zeros(4), packs=True)
    value = channels_last(torch.randn(1, 3, 6, 6)).requires_grad_()
    before = derivative(layer.linear(value), value)
    other = copy.deepcopy(layer)
    other.shuffle(torch.Generator().manual_seed(3))
    expected = functional.conv2d(value, other.weight, None, 1, 1)
    torch.testing.assert_close(derivative(other.linear(value), value), derivative(expected, value))
    torch.testing.assert_close(derivative(layer.linear(value), value), before)
