"""Caffe's GoogLeNet as a list of operations, which every format's writer puts into its own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor

from tests.oracles.common import NAMES

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Operation:
    """``kind`` is one of convolution, relu, pool, norm, concat, dense and softmax; it gives ``name``.

    ``weights`` are kernel (outputs × inputs × height × width) or matrix, and bias.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    settings: Mapping[str, int] = field(default_factory=dict)
    weights: tuple[Array, ...] = ()


ALPHA, BETA, SIZE, BIAS = 1e-4, 0.75, 5, 1.0
"""Of the response norms; alpha is divided by the size."""


class _Walk:
    def __init__(self, state: Mapping[str, Tensor]) -> None:
        self.state, self.found = state, list[Operation]()

    def add(
        self, kind: str, name: str, *inputs: str, weights: tuple[Array, ...] = (), **settings: int
    ) -> str:
        self.found.append(Operation(kind, name, inputs, settings, weights))
        return name

    def weights(self, name: str) -> tuple[Array, ...]:
        return tuple(self.state[f"{name}.{part}"].numpy() for part in ("weight", "bias"))

    def convolution(self, name: str, value: str, stride: int = 1) -> str:
        weights = self.weights(name)
        kernel = weights[0].shape[-1]
        window = {"kernel": kernel, "stride": stride, "padding": kernel // 2}
        return self.add(
            "relu", f"{name}_relu", self.add("convolution", name, value, weights=weights, **window)
        )

    def halved(self, name: str, value: str) -> str:
        """Caffe's pool, which rounds up."""
        return self.add("pool", name, value, kernel=3, stride=2, padding=0, ceil=1, average=0)

    def module(self, name: str, value: str) -> str:
        scope = f"inception_{name}"
        pooled = self.add("pool", f"{scope}/pool", value, kernel=3, stride=1, padding=1, ceil=0, average=0)
        return self.add(
            "concat",
            f"{scope}/output",
            self.convolution(f"{scope}/1x1", value),
            self.convolution(f"{scope}/3x3", self.convolution(f"{scope}/3x3_reduce", value)),
            self.convolution(f"{scope}/5x5", self.convolution(f"{scope}/5x5_reduce", value)),
            self.convolution(f"{scope}/pool_proj", pooled),
        )


def operations(state: Mapping[str, Tensor]) -> list[Operation]:
    """The network from ``data`` to ``prob``, without heads."""
    walk = _Walk(state)
    value = walk.halved("pool1/3x3_s2", walk.convolution("conv1/7x7_s2", "data", 2))
    value = walk.convolution("conv2/3x3_reduce", walk.add("norm", "pool1/norm1", value))
    value = walk.add("norm", "conv2/norm2", walk.convolution("conv2/3x3", value))
    value = walk.halved("pool2/3x3_s2", value)
    for name in NAMES:
        value = walk.module(name, value)
        if name in ("3b", "4e"):
            value = walk.halved(f"pool{3 + (name == '4e')}/3x3_s2", value)
    value = walk.add("pool", "pool5/7x7_s1", value, kernel=7, stride=1, padding=0, ceil=0, average=1)
    value = walk.add("dense", "loss3/classifier", value, weights=walk.weights("loss3/classifier"))
    walk.add("softmax", "prob", value)
    return walk.found
