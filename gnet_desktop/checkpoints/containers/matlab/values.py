"""MATLAB's variables as named tensors, whichever edition of its files they come from.

A struct with a name of its own (MatConvNet's ``params``, MATLAB's layers) gives it to what is in
it. Kernels are height × width × inputs × outputs, unless a program of another house wrote
them; trailing sides of 1 are left out.
"""

import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Final

from numpy.typing import NDArray

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.matlab.matconvnet import describe
from gnet_desktop.checkpoints.containers.matlab.structs import DEEPEST, Cell, Struct, Value
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor, is_whole
from gnet_desktop.errors import CheckpointError

_LARGEST_KERNEL: Final = 11
_LONGEST_PATH: Final = 512
_NAMES: Final = ("name", "Name")


_ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("weights", "Weights", "weight", "filters", "filter", "Scale"), "weight"),
    **dict.fromkeys(("bias", "Bias", "biases", "Offset"), "bias"),
    "TrainedMean": "running_mean",
    "TrainedVariance": "running_var",
}
_PAIR: Final = ("weight", "bias")
_ENDING: Final = re.compile(r"(.+?)[_.](weights?|Weights|filters?|bias|Bias|biases)")
_OBJECTS: Final = CheckpointError(
    "This is a MATLAB file of objects.",
    "A network that was saved whole (DAGNetwork, SeriesNetwork, dlnetwork) can only be read by MATLAB.",
    "Export it there with exportONNXNetwork, or save its layers' Weights and Bias as structs, and open that.",
)


def contents(variables: Mapping[str, Value], container: str) -> Contents:
    """The tensors of a file's variables; raises CheckpointError where there are none."""
    net = describe(variables)
    kept = {"params": variables["params"]} if net is not None else variables
    found = dict(_roles(dict(_tensors(kept))))
    if not found:
        raise _OBJECTS
    kernels = [tensor.shape for tensor in found.values() if len(tensor.shape) == 4]
    outputs_first = bool(kernels) and not all(shape[0] == shape[1] <= _LARGEST_KERNEL for shape in kernels)
    tensors = {name: _as_torch(tensor, outputs_first=outputs_first) for name, tensor in found.items()}
    if net is None:
        return Contents(container, tensors)
    return Contents(
        f"MatConvNet's network, {container}",
        tensors,
        texts=net.texts,
        labels=net.labels,
        graph=net.graph(tensors),
    )


# Names


def _tensors(variables: Mapping[str, Value]) -> Iterator[tuple[str, StoredTensor]]:
    """Every array of numbers under its path, where a name of its own stands for the path before it."""
    waiting: list[tuple[str, Any, int]] = [(name, value, 0) for name, value in reversed([*variables.items()])]
    while waiting:
        path, value, depth = waiting.pop()
        current().steps()
        if isinstance(value, StoredTensor):
            yield path, value
        elif depth < DEEPEST and len(path) < _LONGEST_PATH:
            inside = list(_inside(path, value))
            current().keep(len(path) * len(inside))
            waiting += [(name, one, depth + 1) for name, one in reversed(inside)]


def _inside(path: str, value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Cell):
        pair = path.rpartition(".")[2] == "weight" and len(value.values) > 1
        for number, one in enumerate(value.values):
            yield (
                f"{path.rpartition('.')[0]}.{_PAIR[number]}" if pair and number < 2 else f"{path}.{number}",
                one,
            )
    if not isinstance(value, Struct):
        return
    for number, row in enumerate(value.rows):
        name = next((row[word] for word in _NAMES if isinstance(row.get(word), str) and row[word]), "")
        before = name or (f"{path}.{number}" if len(value.rows) > 1 else path)
        for word, one in row.items():
            if name and word == "value":
                yield name, one
            elif not name or word in _ROLES:
                yield f"{before}.{_ROLES.get(word, word)}", one


def _roles(tensors: Mapping[str, StoredTensor]) -> Iterator[tuple[str, StoredTensor]]:
    """Names that end in a role as torch writes it; an array that has none is a weight."""
    for name, tensor in tensors.items():
        ending = _ENDING.fullmatch(name)
        if is_whole(tensor.dtype) or tensor.count < 2:
            continue
        if ending is not None:
            yield f"{ending[1]}.{_ROLES[ending[2]]}", tensor
        else:
            yield (name if name.endswith(_KNOWN) else f"{name}.weight"), tensor


_KNOWN: Final = tuple(f".{role}" for role in ("weight", "bias", "running_mean", "running_var"))


# How they lie


def _as_torch(tensor: StoredTensor, *, outputs_first: bool) -> StoredTensor:
    """Kernels as outputs × inputs × height × width, vectors flat, kernels of a whole map as matrices."""
    if sum(side != 1 for side in tensor.shape) < 2:
        return tensor.squeezed(1)
    if len(tensor.shape) != 4:
        return tensor
    kernel = tensor if outputs_first else tensor.permuted((3, 2, 0, 1))
    high, wide = kernel.shape[2:]
    if high != wide or high % 2:
        return kernel
    # a fully connected layer that is written as a convolution of its whole map
    return made((kernel,), _flat, shape=(kernel.shape[0], prod(kernel.shape[1:])))


def _flat(kernel: Floats) -> NDArray[Any]:
    return kernel.reshape(len(kernel), -1)
