"""What each value inside an auxiliary head adds to one of its answers.

Behind its pool a head is linear but for rectifiers, and those are fixed by the pass. So a value
times the derivative of the logit by it is exactly what it adds while the rectifiers stay as they are;
with biases of 0 each step's parts sum to the logit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.network.architecture import Head
from gnet_desktop.network.record import Array, Record

Weights = Callable[[str], tuple[Array, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class HeadParts:
    """What is added to the logit ``index`` of a head, in its units.

    ``pool`` and ``convolution`` are (channels, rows, columns) as the record's maps;
    ``connected`` is (values,), or None for a head of one layer.
    """

    index: int
    pool: Array
    convolution: Array
    connected: Array | None


def head_parts(weights: Weights, record: Record, head: Head, index: int) -> HeadParts | None:
    """The parts of logit ``index``; None if the pass has no such head or the head no such class.

    ``weights(layer)`` gives a layer's kernel or matrix with its bias, as
    `GoogLeNet.weights` does.
    """
    pooled, convolved = record.get(f"{head.name}/pool"), record.get(head.convolution.name)
    if pooled is None or convolved is None or not 0 <= index < head.classes:
        return None
    *inner, last = head.layers
    slope = weights(last.name)[0][index] * last.scale
    connected: Array | None = None
    for layer in reversed(inner):
        values = record[layer.name]
        connected = values * slope
        slope = (slope * _open(layer.activation, values)) @ weights(layer.name)[0] * layer.scale
    by_map = slope.reshape(convolved.shape)
    convolution = convolved * by_map
    by_map = by_map * _open(head.convolution.activation, convolved)
    kernel = weights(head.convolution.name)[0][:, :, 0, 0]
    pool = pooled * np.tensordot(kernel, by_map, axes=(0, 0))
    return HeadParts(index, pool, convolution, connected)


def _open(activation: str, values: Array) -> NDArray[np.bool_] | bool:
    """Where a rectifier lets changes through, told by what came out of it."""
    if activation == "none":
        return True
    return (values > 0) & (values < 6) if activation == "relu6" else values > 0
