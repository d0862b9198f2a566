"""A checkpoint as an ONNX model, node by node from its `Architecture`; needs the ``onnx`` package.

Nothing is folded: norms stay norms. The input is a batch of prepared pictures of one size,
because an adaptive pool and TensorFlow's padding hang on it; each head's logits are an output.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.containers.onnx import read_contents
from gnet_desktop.checkpoints.containers.source import MemorySource
from gnet_desktop.checkpoints.recognition.own import GRAPH_DIGEST, digest
from gnet_desktop.errors import MachineError
from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    Head,
    Linear,
    Module,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.sizes import Size, head_fits, padding_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OPSET: Final = 13
_INPUT: Final = "input"
_POOLS: Final[Mapping[str, str]] = {"max": "MaxPool", "average": "AveragePool"}


def as_bytes(checkpoint: Checkpoint, metadata: Mapping[str, str], size: Size) -> bytes:
    """The model for inputs of ``size`` (height, width), as the file's bytes.

    Raises MachineError where the ``onnx`` package isn't installed. Heads that cannot take
    this size are left out.
    """
    try:
        import onnx
    except ImportError as error:
        raise MachineError(
            "An ONNX file cannot be written here.",
            "The package onnx is not installed.",
            "Install it with: pip install onnx",
        ) from error
    graph = _Graph(checkpoint, size)
    model = onnx.helper.make_model(
        graph.made(onnx),
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
        producer_name="GNet Desktop",
        ir_version=8,
    )
    written = read_contents(MemorySource(model.SerializeToString())).graph
    known = {GRAPH_DIGEST: digest(written)} if written is not None else {}
    onnx.helper.set_model_props(model, {**metadata, **known})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data


class _Graph:
    """Nodes and initialisers, collected on the way through the network."""

    def __init__(self, checkpoint: Checkpoint, size: Size) -> None:
        self._weights = {name: tensor.numpy() for name, tensor in checkpoint.tensors.items()}
        self._architecture, self._size = checkpoint.architecture, size
        self._shapes = shapes(checkpoint.architecture, size)
        self._nodes: list[tuple[str, list[str], str, dict[str, Any]]] = []
        self._arrays: dict[str, NDArray[np.float32]] = {}
        self._outputs: dict[str, int] = {}

    def made(self, onnx: Any) -> Any:
        """The whole graph."""
        self._travel(self._architecture)
        helper, kind = onnx.helper, onnx.TensorProto.FLOAT
        channels = self._architecture.input_channels
        return helper.make_graph(
            [
                helper.make_node(kind_of, inputs, [output], name=output, **settings)
                for kind_of, inputs, output, settings in self._nodes
            ],
            "GoogLeNet",
            [helper.make_tensor_value_info(_INPUT, kind, ["pictures", channels, *self._size])],
            [
                helper.make_tensor_value_info(name, kind, ["pictures", classes])
                for name, classes in self._outputs.items()
            ],
            [onnx.numpy_helper.from_array(array, name) for name, array in self._arrays.items()],
        )

    def _travel(self, architecture: Architecture) -> None:
        value, side = _INPUT, self._size
        for layer in architecture.trunk:
            value = (
                self._module(layer, value, side)
                if isinstance(layer, Module)
                else self._layer(layer, value, side)
            )
            side = self._side(layer.name)
            for head in architecture.heads:
                if head.source == layer.name and head_fits(architecture, head, self._size):
                    self._head(head, value, side)
        kind = {"average": "GlobalAveragePool", "max": "GlobalMaxPool"}[architecture.global_pool.kind]
        value = self._flat(self._node(kind, [value], "global_pool"))
        for linear in architecture.classifier:
            value = self._linear(linear, value, "main" if linear is architecture.classifier[-1] else "")
        if architecture.classifier:
            self._outputs["main"] = architecture.classes

    def _side(self, name: str) -> Size:
        _, height, width = self._shapes[name]
        return height, width

    def _node(self, kind: str, inputs: list[str], output: str, **settings: Any) -> str:
        self._nodes.append((kind, inputs, output, settings))
        return output

    def _constant(self, name: str, array: "NDArray[np.float32]") -> str:
        self._arrays[name] = np.ascontiguousarray(array, np.float32)
        return name

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _layer(self, layer: Convolution | Pool | ResponseNorm, value: str, side: Size) -> str:
        if isinstance(layer, Convolution):
            return self._convolution(layer, value, side)
        return (
            self._pool(layer, value, side) if isinstance(layer, Pool) else self._response_norm(layer, value)
        )

    def _matrix(self, layer: Convolution | Linear) -> list[str]:
        """Names of a layer's weights and, where it has one, its bias."""
        return [self._weight(f"{layer.name}.{part}") for part in ("weight", "bias")[: 1 + layer.bias]]

    def _convolution(self, layer: Convolution, value: str, side: Size) -> str:
        name, norm = layer.name, layer.norm_epsilon is not None
        steps = [*(["norm"] if norm else []), *(["activation"] if layer.activation != "none" else [])]
        value = self._node(
            "Conv",
            [value, *self._matrix(layer)],
            f"{name}/linear" if steps else name,
            kernel_shape=[layer.kernel] * 2,
            strides=[layer.stride] * 2,
            pads=_pads(layer, side),
        )
        if norm:
            parts = [self._weight(f"{name}.norm.{part}") for part in ("weight", "bias", "mean", "variance")]
            output = f"{name}/norm" if steps[-1] != "norm" else name
            value = self._node(
                "BatchNormalization", [value, *parts], output, epsilon=float(layer.norm_epsilon or 0)
            )
        return self._activated(layer.activation, value, name)

    def _activated(self, activation: str, value: str, output: str) -> str:
        if activation == "none":
            return value
        if activation == "relu":
            return self._node("Relu", [value], output)
        bounds = [self._constant("zero", np.float32(0)), self._constant("six", np.float32(6))]  # type: ignore[arg-type]
        return self._node("Clip", [value, *bounds], output)

    def _pool(self, layer: Pool, value: str, side: Size) -> str:
        return self._node(
            _POOLS[layer.kind],
            [value],
            layer.name,
            kernel_shape=[layer.kernel] * 2,
            strides=[layer.stride] * 2,
            pads=_pads(layer, side),
            ceil_mode=int(layer.ceil),
        )

    def _response_norm(self, layer: ResponseNorm, value: str) -> str:
        return self._node(
            "LRN", [value], layer.name, size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k
        )

    def _module(self, module: Module, value: str, side: Size) -> str:
        ends = []
        for branch in module.branches:
            part = value
            for layer in branch.layers:
                part = self._layer(layer, part, side)
            ends.append(part)
        activated = module.activation != "none"
        value = self._node("Concat", ends, f"{module.name}/concat" if activated else module.name, axis=1)
        return self._activated(module.activation, value, module.name)

    def _head(self, head: Head, value: str, side: Size) -> None:
        pooled = (
            self._pool(head.pool, value, side)
            if isinstance(head.pool, Pool)
            else self._adaptive(head.name, head.pool, value, side)
        )
        value = self._flat(self._convolution(head.convolution, pooled, self._side(f"{head.name}/pool")))
        for linear in head.layers:
            value = self._linear(linear, value, head.name if linear is head.layers[-1] else "")
        self._outputs[head.name] = head.classes

    def _adaptive(self, head: str, cells: int, value: str, side: Size) -> str:
        """An adaptive average pool is a matrix from each side: ONNX has no node for it."""
        down = self._constant(f"{head}/pool/rows", _averages(cells, side[0]))
        across = self._constant(f"{head}/pool/columns", _averages(cells, side[1]).T)
        rows = self._node("MatMul", [down, value], f"{head}/pool/down")
        return self._node("MatMul", [rows, across], f"{head}/pool")

    def _flat(self, value: str) -> str:
        return self._node("Flatten", [value], f"{value}/flat")

    def _linear(self, linear: Linear, value: str, output: str) -> str:
        name = linear.name
        output = output or name
        activated = linear.activation != "none"
        made = self._node(
            "Gemm",
            [value, *self._matrix(linear)],
            f"{name}/linear" if activated else output,
            transB=1,
            alpha=float(linear.scale),
        )
        return self._activated(linear.activation, made, output)


def _pads(layer: Convolution | Pool, side: Size) -> list[int]:
    """As ONNX has them: (top, left, bottom, right)."""
    (top, bottom), (left, right) = (padding_of(layer, one) for one in side)
    return [top, left, bottom, right]


def _averages(cells: int, side: int) -> "NDArray[np.float32]":
    """The matrix (cells, side) whose rows average the windows of torch's adaptive pool."""
    matrix = np.zeros((cells, side), np.float32)
    for cell in range(cells):
        start, end = cell * side // cells, -(-(cell + 1) * side // cells)
        matrix[cell, start:end] = 1 / (end - start)
    return matrix
