"""How tensors lie: kernels with their sides last, matrices with their outputs first, vectors flat."""

from gnet_desktop.checkpoints.containers.stored import StoredTensor, shape_text
from gnet_desktop.errors import CheckpointError

Tensors = dict[str, dict[str, StoredTensor]]
"""Canonical layer → name in it (``weight``, ``norm.mean``) → where the tensor lies."""


def oriented(tensors: Tensors, *, inputs_first: bool | None) -> Tensors:
    """Kernels as outputs × inputs × height × width, matrices as outputs × inputs."""
    kernel = tensors["conv1"]["weight"].shape
    if len(kernel) != 4:
        raise CheckpointError(
            "This is no GoogLeNet for pictures.",
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
                "This is no GoogLeNet.",
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
