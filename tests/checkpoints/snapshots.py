"""Caffe's snapshots as Caffe writes them: every layer with what it reads and gives, norms apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from tests.checkpoints.writing import legacy_shape, message, new_shape, number, packed_floats, text
from tests.oracles.common import NAMES

FACTOR = 999.98
"""What Caffe multiplies the statistics of a batch norm by, after some thousand steps."""

# current layers: name 1, type 2, bottom 3, top 4, blobs 7; V1: 4, 5, 2, 3, 6
_V1 = {
    "Concat": 3,
    "Convolution": 4,
    "Data": 5,
    "Dropout": 6,
    "InnerProduct": 14,
    "LRN": 15,
    "Pooling": 17,
    "ReLU": 18,
    "Softmax": 20,
    "SoftmaxWithLoss": 21,
    "Split": 22,
}
_PARAMETERS = {
    "Convolution": (106, 10),
    "InnerProduct": (117, 17),
    "LRN": (118, 18),
    "Pooling": (121, 19),
    "BatchNorm": (139, 0),
}


def _float(field_number: int, value: float) -> bytes:
    return bytes([field_number << 3 | 5]) + np.float32(value).tobytes()


@dataclass
class Snapshot:
    """Writes a network layer by layer.

    ``norms``: "" for none, ``scale`` for BatchNorm and Scale, ``nvidia`` for both in one
    layer, ``whole`` for a BN layer of four blobs. ``wired``: layers say what they read and
    give, and those without weights are there, too. ``renamed`` are other names of layers.
    """

    state: Mapping[str, Tensor]
    form: str = "current"
    norms: str = ""
    response_norms: bool = True
    wired: bool = True
    training: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    norm_names: Callable[[str], tuple[str, str]] = lambda name: (f"{name}/bn", f"{name}/bn/sc")
    epsilon: float | None = None
    data: bytes = b""

    def layer(
        self,
        name: str,
        kind: str,
        bottoms: list[str],
        tops: list[str],
        *,
        blobs: Sequence[np.ndarray] = (),
        settings: bytes = b"",
    ) -> None:
        if not self.wired and not blobs:
            return
        new = self.form == "current"
        shape = new_shape if new else legacy_shape
        fields = (1, 2, 3, 4, 7) if new else (4, 5, 2, 3, 6)
        name = self.renamed.get(name, name)
        body = text(fields[0], name) + (text(2, kind) if new else number(5, _V1[kind]))
        if self.wired:
            body += b"".join(text(fields[2], bottom) for bottom in bottoms)
            body += b"".join(text(fields[3], top) for top in tops)
        body += b"".join(message(fields[4], shape(blob.shape) + packed_floats(blob)) for blob in blobs)
        if settings:
            body += message(_PARAMETERS[kind][0 if new else 1], settings)
        self.data += message(100 if new else 2, body)

    def blobs(self, name: str) -> list[np.ndarray]:
        return [self.state[f"{name}.{part}"].numpy() for part in ("weight", "bias")]

    def convolution(self, name: str, bottom: str, stride: int = 1) -> str:
        """A convolution with its norm and rectifier, in place as in the published files."""
        kernel = self.state[f"{name}.weight"].shape[-1]
        settings = number(1, 1) + number(3, kernel // 2) + number(4, kernel) + number(6, stride)
        self.layer(name, "Convolution", [bottom], [name], blobs=self.blobs(name), settings=settings)
        if self.norms:
            self.norm(name)
        self.layer(f"{name}/relu", "ReLU", [name], [name])
        return name

    def norm(self, name: str) -> None:
        scale, shift, mean, variance = (
            self.state[f"{name}/bn.{part}"].numpy()
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        norm, own = self.norm_names(name)
        settings = number(1, 1) + (_float(3, self.epsilon) if self.epsilon is not None else b"")
        if self.norms == "whole":
            four = [part.reshape(1, -1, 1, 1) for part in (scale, shift, mean, variance)]
            self.layer(norm, "BN", [name], [name], blobs=four)
            return
        kept: list[np.ndarray] = [mean * FACTOR, variance * FACTOR, np.array([FACTOR], np.float32)]
        if self.norms == "nvidia":
            self.layer(norm, "BatchNorm", [name], [name], blobs=[*kept, scale, shift], settings=settings)
            return
        self.layer(norm, "BatchNorm", [name], [name], blobs=kept, settings=settings)
        self.layer(own, "Scale", [name], [name], blobs=[scale, shift])

    def pool(self, name: str, bottom: str, kernel: int, stride: int, padding: int = 0, kind: int = 0) -> str:
        settings = number(1, kind) + number(2, kernel) + number(3, stride) + number(4, padding)
        self.layer(name, "Pooling", [bottom], [name], settings=settings)
        return name

    def response_norm(self, name: str, bottom: str) -> str:
        if not self.response_norms:
            return bottom
        settings = number(1, 5) + _float(2, 1e-4) + _float(3, 0.75)
        self.layer(name, "LRN", [bottom], [name], settings=settings)
        return name

    def split(self, bottom: str, count: int) -> list[str]:
        """Caffe copies what several layers read, and writes that down."""
        tops = [f"{bottom}_split_{index}" for index in range(count)]
        self.layer(f"{bottom}_split", "Split", [bottom], tops)
        return tops

    def module(self, name: str, bottom: str) -> str:
        layer = f"inception_{name}"
        one, three, five, pool = self.split(bottom, 4)
        ends = [
            self.convolution(f"{layer}/1x1", one),
            self.convolution(f"{layer}/3x3", self.convolution(f"{layer}/3x3_reduce", three)),
            self.convolution(f"{layer}/5x5", self.convolution(f"{layer}/5x5_reduce", five)),
            self.convolution(f"{layer}/pool_proj", self.pool(f"{layer}/pool", pool, 3, 1, 1)),
        ]
        self.layer(f"{layer}/output", "Concat", ends, [f"{layer}/output"])
        return f"{layer}/output"

    def matrix(self, name: str, bottom: str) -> str:
        self.layer(name, "InnerProduct", [bottom], [name], blobs=self.blobs(name), settings=number(1, 1))
        return name

    def head(self, loss: str, bottom: str) -> None:
        value = self.convolution(f"{loss}/conv", self.pool(f"{loss}/ave_pool", bottom, 5, 3, kind=1))
        value = self.matrix(f"{loss}/fc", value)
        self.layer(f"{loss}/relu_fc", "ReLU", [value], [value])
        self.layer(f"{loss}/drop_fc", "Dropout", [value], [value])
        self.loss(loss, self.matrix(f"{loss}/classifier", value))

    def loss(self, name: str, bottom: str) -> None:
        if self.training:
            first, second = self.split(bottom, 2)
            self.layer(f"{name}/loss", "SoftmaxWithLoss", [first, "label"], [f"{name}/loss"])
            self.layer(f"{name}/again", "Softmax", [second], [f"{name}/again"])
        else:
            self.layer(f"{name}/prob", "Softmax", [bottom], [f"{name}/prob"])

    def bytes(self) -> bytes:
        """The whole file."""
        self.data = text(1, "GoogleNet")
        if self.training:
            self.layer("data", "Data", [], ["data", "label"])
        value = self.pool("pool1/3x3_s2", self.convolution("conv1/7x7_s2", "data", 2), 3, 2)
        value = self.response_norm("pool1/norm1", value)
        value = self.convolution("conv2/3x3", self.convolution("conv2/3x3_reduce", value))
        value = self.pool("pool2/3x3_s2", self.response_norm("conv2/norm2", value), 3, 2)
        for name in NAMES:
            value = self.module(name, value)
            loss = {"4a": "loss1", "4d": "loss2"}.get(name)
            if loss and f"{loss}/fc.weight" in self.state:
                value, aside = self.split(value, 2)
                self.head(loss, aside)
            if name in ("3b", "4e"):
                value = self.pool({"3b": "pool3", "4e": "pool4"}[name], value, 3, 2)
        value = self.pool("pool5/7x7_s1", value, 7, 1, kind=1)
        self.layer("pool5/drop", "Dropout", [value], [value])
        self.loss("loss3", self.matrix("loss3/classifier", value))
        return self.data
