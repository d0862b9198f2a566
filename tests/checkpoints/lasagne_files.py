"""Lasagne's lists of parameters, and pickles as Python 2 wrote them."""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")


def _text(text: bytes) -> bytes:
    return (
        b"U" + bytes((len(text),)) + text if len(text) < 256 else b"T" + struct.pack("<I", len(text)) + text
    )


def _number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def python2(value: Any) -> bytes:
    """What Python 2's pickle writes of a value with protocol 2: texts are bytes of no encoding."""
    if isinstance(value, dict):
        return b"}(" + b"".join(python2(key) + python2(one) for key, one in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(python2, value)) + b"e"
    if isinstance(value, str):
        return _text(value.encode("latin-1"))
    assert isinstance(value, np.ndarray)
    assert value.dtype == np.float32
    dtype = (
        b"cnumpy\ndtype\n"
        + _text(b"f4")
        + b"K\0K\1\x87R(K\3"
        + _text(b"<")
        + b"NNN"
        + _number(-1) * 2
        + b"K\0tb"
    )
    shape = b"(" + b"".join(map(_number, value.shape)) + b"t"
    made = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85" + _text(b"b") + b"\x87R"
    return made + b"(K\1" + shape + dtype + b"\x89" + _text(value.tobytes()) + b"tb"


def arrays(state: Mapping[str, Tensor], *, dense: bool = True) -> list[np.ndarray[Any, Any]]:
    """The weights in the recipe's order; its older edition ends in a 1×1 convolution."""
    parts = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
    layers = ["conv1/7x7_s2", "conv2/3x3_reduce", "conv2/3x3"]
    layers += [f"inception_{module}/{part}" for module in MODULES for part in parts]
    found = [state[f"{layer}.{role}"].numpy() for layer in layers for role in ("weight", "bias")]
    matrix = state["loss3/classifier.weight"].numpy()
    last = np.ascontiguousarray(matrix.T) if dense else matrix[:, :, None, None]
    return [*found, last, state["loss3/classifier.bias"].numpy()]
