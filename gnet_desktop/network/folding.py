"""Batch norm folded into the convolution before it, once, when a network is built."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gnet_desktop.network.architecture import Convolution


def folded(convolution: Convolution, tensors: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Kernel (outputs, inputs, k, k) and bias (outputs,), float32, with the norm inside.

    Worked out in float64: running variances near 0 with a tiny epsilon lose digits
    otherwise.
    """

    def exact(part: str) -> Tensor:
        return tensors[f"{convolution.name}.{part}"].detach().to(torch.float64)

    weight = exact("weight")
    bias = exact("bias") if convolution.bias else weight.new_zeros(convolution.outputs)
    if convolution.norm_epsilon is not None:
        scale, shift, mean, variance = map(exact, ("norm.weight", "norm.bias", "norm.mean", "norm.variance"))
        factor = scale / torch.sqrt(variance + convolution.norm_epsilon)
        weight = weight * factor[:, None, None, None]
        bias = (bias - mean) * factor + shift
    return weight.to(torch.float32), bias.to(torch.float32)
