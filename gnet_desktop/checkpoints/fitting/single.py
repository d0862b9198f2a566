"""A classifier with one output: a yes or no, which is shown as two answers that exclude each other.

The logits (0, z) have the softmax (1 − σ(z), σ(z)), so that a row of zeros beside the one
that is there makes two answers of it, exactly.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor
from gnet_desktop.errors import CheckpointError

ONE_OUTPUT: Final = ("second", "first")
"""Which of the two classes a single output may speak for; binary cross-entropy's is the second."""

_LAST: Final = ("fc", "aux1/fc2", "aux2/fc2")
_HOW: Final = "one output as two answers, the other's weights are 0"

Tensors = Mapping[str, Mapping[str, StoredTensor]]


def two_answers(
    tensors: Tensors, assume: Mapping[str, str]
) -> tuple[dict[str, dict[str, StoredTensor]], dict[str, str]]:
    """The tensors with two rows for one in the last layers, and what was assumed about them."""
    found = {layer: dict(parts) for layer, parts in tensors.items()}
    single = [layer for layer in _LAST if "weight" in found.get(layer, {}) and _rows(found[layer]) == 1]
    which = assume.get("one_output", ONE_OUTPUT[0])
    for layer in single:
        found[layer] = {part: _doubled(tensor, which) for part, tensor in found[layer].items()}
    return found, {"one_output": which} if single else {}


def check_sigmoid(tensors: Tensors) -> None:
    """Raise CheckpointError for a sigmoid behind several outputs, each of which is a yes or no then."""
    outputs = _rows(tensors.get("fc", {}))
    if outputs > 1:
        raise CheckpointError(
            "Its answers do not exclude each other.",
            f"A sigmoid follows its {outputs} outputs, so that each is a yes or no of its own.",
            "Open a checkpoint whose answer is one of several classes.",
        )


def _rows(parts: Mapping[str, StoredTensor]) -> int:
    return parts["weight"].shape[0] if "weight" in parts else 0


def _doubled(tensor: StoredTensor, which: str) -> StoredTensor:
    return made((tensor,), _ROWS[which], shape=(2, *tensor.shape[1:]), how=_HOW)


def _second(row: Floats) -> NDArray[np.float32]:
    return np.concatenate([np.zeros_like(row), row])


def _first(row: Floats) -> NDArray[np.float32]:
    return np.concatenate([row, np.zeros_like(row)])


_ROWS: Final[Mapping[str, Callable[[Floats], NDArray[np.float32]]]] = {"second": _second, "first": _first}
