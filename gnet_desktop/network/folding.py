"""Batch norm folded into the convolution before it, once, when a network is built."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gnet_desktop.network.architecture import Convolution

if TYPE_CHECKING:
    import torch


def folded(
    convolution: Convolution, tensors: "Mapping[str, torch.Tensor]"
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Kernel (outputs, inputs, k, k) and bias (outputs,), float32, with the norm inside.

    Worked out in float64: running variances near 0 with a tiny epsilon lose digits
    otherwise.
    """
    import torch

    weight = tensors[f"{convolution.name}.weight"].to(torch.float64)
    bias = torch.zeros(convolution.outputs, dtype=torch.float64, device=weight.device)
    if convolution.bias:
        bias = tensors[f"{convolution.name}.bias"].to(torch.float64)
    if convolution.norm_epsilon is not None:
        scale, shift, mean, variance = (
            tensors[f"{convolution.name}.norm.{part}"].to(torch.float64)
            for part in ("weight", "bias", "mean", "variance")
        )
        factor = scale / torch.sqrt(variance + convolution.norm_epsilon)
        weight = weight * factor[:, None, None, None]
        bias = (bias - mean) * factor + shift
    return weight.to(torch.float32), bias.to(torch.float32)
