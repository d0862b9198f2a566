"""Files that follow a container's grammar and lie in what it leaves open, each made from a kind and a seed.

Byte mutations hardly ever make a value that is shared, a length that fits another place, or a
table that agrees with itself; these do.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.checkpoints import tiny
from tests.checkpoints.grammars import (
    archives,
    hdf5,
    headers,
    keras,
    layers,
    matlab,
    pickles,
    tables,
    torch7,
    wire,
)
from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.mutations import mutated
from tests.checkpoints.tiny import small_files


def _packed(dice: Dice) -> bytes:
    """A file of another kind, packed once or several times."""
    return archives.packed(
        dice, _GRAMMARS[dice.choice(("pickle", "zip", "safetensors", "tar", "onnx"))](dice)
    )


_GRAMMARS: Final[Mapping[str, Callable[[Dice], bytes]]] = {
    "pickle": pickles.file,
    "zip": archives.zipped,
    "npz": archives.npz,
    "npy": archives.npy_file,
    "safetensors": headers.safetensors_file,
    "safetensors' JSON": headers.any_header,
    "onnx": wire.onnx,
    "onnx graph": wire.onnx_graph,
    "caffemodel": wire.caffemodel,
    "tensorflow": wire.tensorflow,
    "tar": archives.tar,
    "mxnet": headers.mxnet,
    "hdf5": hdf5.file,
    "matlab": matlab.file,
    "keras": keras.file,
    "torch7": torch7.file,
    "tensorflow checkpoint": tables.first_format,
    "tensorflow index": tables.index,
    "coreml": layers.coreml,
    "ncnn": layers.ncnn,
    "caffe2": layers.caffe2,
    "openvino": layers.openvino,
    "tensorflow lite": layers.tensorflow_lite,
    "packed": _packed,
}

MUTATED: Final = "mutated "
KINDS: Final = (*_GRAMMARS, *(f"{MUTATED}{container}" for container in small_files()))
"""Grammars, and every container's small file under byte mutations."""


def made(kind: str, seed: int) -> bytes:
    """The file of a kind and a seed; every fourth of a grammar has suffered accidents besides."""
    dice = Dice(f"{kind} {seed}")
    if kind.startswith(MUTATED):
        return mutated(small_files()[kind.removeprefix(MUTATED)], dice)
    data = _GRAMMARS[kind](dice)
    return mutated(data, dice) if seed % 4 == 0 else data


def placed(folder: Path, kind: str, data: bytes) -> Path:
    """The file in a folder, with what must lie beside it."""
    return tiny.placed(folder, kind.removeprefix(MUTATED), data)
