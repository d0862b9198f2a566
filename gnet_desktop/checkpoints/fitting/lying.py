"""How tensors lie: kernels with their sides last, matrices with their outputs first, vectors flat."""

from functools import partial
from math import isqrt
from typing import Any, Final

from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor, shape_text
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import AUXILIARY

Tensors = dict[str, dict[str, StoredTensor]]
"""Canonical layer → name in it (``weight``, ``norm.mean``) → where the tensor lies."""


def oriented(tensors: Tensors, *, inputs_first: bool | None) -> Tensors:
    """Kernels as outputs × inputs × height × width, matrices as outputs × inputs."""
    kernel = tensors["conv1"]["weight"].shape
    if len(kernel) != 4:
        raise CheckpointError(
            "This is not a GoogLeNet for pictures.",
            f"conv1's weights have the shape {shape_text(kernel)}, not four sides.",
            "Open a checkpoint of a GoogLeNet.",
        )
    spatial_first = kernel[0] == kernel[1] and kernel[2] != kernel[3]
    found: Tensors = {}
    for layer, parts in tensors.items():
        found[layer] = {
            name: _oriented(layer, tensor, spatial_first) if name == "weight" else tensor.squeezed(1)
            for name, tensor in parts.items()
        }
    _check_sides(found)
    return found if inputs_first is None else _matrices(found, turned=inputs_first)


def _check_sides(tensors: Tensors) -> None:
    """Kernels have four sides, matrices two; raises CheckpointError naming one that hasn't."""
    for layer, parts in tensors.items():
        shape = parts["weight"].shape if "weight" in parts else None
        if shape is not None and len(shape) != (2 if is_matrix(layer) else 4):
            raise CheckpointError(
                "This is not a GoogLeNet.",
                f"{layer} has weights of shape {shape_text(shape)}, which is no "
                f"{'matrix' if is_matrix(layer) else 'kernel'}.",
                "Open a checkpoint of a GoogLeNet.",
            )


def is_matrix(layer: str) -> bool:
    """Whether a layer multiplies by a matrix, as a head's and the classifier's do."""
    return layer.rpartition("/")[2].startswith("fc")


def is_of_trunk(layer: str) -> bool:
    """Whether a layer is a convolution before or behind the modules."""
    return "/" not in layer and not is_matrix(layer)


def _oriented(layer: str, tensor: StoredTensor, spatial_first: bool) -> StoredTensor:
    if len(tensor.shape) == 4 and spatial_first:
        tensor = tensor.permuted((3, 2, 0, 1))
    return tensor.squeezed(2) if is_matrix(layer) else tensor


def _matrices(tensors: Tensors, *, turned: bool) -> Tensors:
    """All matrices lie like the main classifier's, whose inputs are known; without one, as usual."""
    last = {name: tensors[f"5b/{name}"]["weight"].shape[0] for name in ("1x1", "3x3", "5x5", "pool_proj")}
    inputs = tensors["conv4"]["weight"].shape[0] if "conv4" in tensors else sum(last.values())
    first = next((layer for layer in ("fc_1", "fc") if "weight" in tensors.get(layer, {})), None)
    shape = tensors[first]["weight"].shape if first else ()
    if len(shape) == 2 and (shape[0] == inputs) != (shape[1] == inputs):
        turned = shape[0] == inputs
    if not turned:
        return tensors
    return {
        layer: {
            name: tensor.permuted((1, 0)) if name == "weight" and len(tensor.shape) == 2 else tensor
            for name, tensor in parts.items()
        }
        if is_matrix(layer)
        else parts
        for layer, parts in tensors.items()
    }


_REORDERED: Final = "inputs put in order, channels before height and width"


def with_channels_first(tensors: Tensors) -> Tensors:
    """Matrices that read a head's flattened map in TensorFlow's order, as if it were in torch's."""
    found = dict(tensors)
    for head in AUXILIARY:
        convolution, hidden = (tensors.get(f"{head}/{part}", {}).get("weight") for part in ("conv", "fc1"))
        if convolution is None or hidden is None or len(hidden.shape) != 2:
            continue
        channels = convolution.shape[0]
        side = isqrt(hidden.shape[1] // channels) if channels else 0
        if side > 1 and side * side * channels == hidden.shape[1]:
            work_out = partial(_channels_first, side=side, channels=channels)
            found[f"{head}/fc1"] = found[f"{head}/fc1"] | {
                "weight": made((hidden,), work_out, how=_REORDERED)
            }
    return found


def _channels_first(matrix: Floats, *, side: int, channels: int) -> NDArray[Any]:
    return matrix.reshape(-1, side, side, channels).transpose(0, 3, 1, 2).reshape(matrix.shape)
