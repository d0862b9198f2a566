"""GoogLeNet, built from an `Architecture`; a pass gives a `Record`."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from gnet_desktop.network.architecture import (
    Activation,
    Architecture,
    Convolution,
    GlobalPool,
    Head,
    Linear,
    Module,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.folding import folded
from gnet_desktop.network.record import Answers, Array, Record

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint

Detail = Literal["all", "branches", "answers"]
Outputs = dict[str, Tensor]


class GoogLeNet(nn.Module):
    """A GoogLeNet of any dialect, for inference only.

    ``tensors`` are those that the architecture asks for, float32. ``temperatures``
    divide the logits of a head (``main``, ``aux1``, ``aux2``) before the softmax.
    """

    def __init__(
        self,
        architecture: Architecture,
        tensors: Mapping[str, Tensor],
        temperatures: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.temperatures = dict(temperatures or {})
        for convolution in architecture.convolutions():
            weight, bias = folded(convolution, tensors)
            self._keep(convolution.name, weight.contiguous(memory_format=torch.channels_last), bias)
        for linear in (
            *architecture.classifier,
            *(layer for head in architecture.heads for layer in head.layers),
        ):
            bias = tensors[f"{linear.name}.bias"] if linear.bias else torch.zeros(linear.outputs)
            self._keep(linear.name, tensors[f"{linear.name}.weight"].float(), bias.float())
        self.eval()

    @classmethod
    def from_checkpoint(cls, checkpoint: "Checkpoint") -> Self:
        """The network of an opened file, with its calibration."""
        temperatures = {name: state.temperature for name, state in checkpoint.heads.items()}
        return cls(checkpoint.architecture, checkpoint.tensors, temperatures)

    def _keep(self, name: str, weight: Tensor, bias: Tensor) -> None:
        key = name.replace("/", "_")
        self.register_buffer(f"weight_{key}", weight, persistent=False)
        self.register_buffer(f"bias_{key}", bias, persistent=False)

    def _parameters_of(self, name: str) -> tuple[Tensor, Tensor]:
        key = name.replace("/", "_")
        return self.get_buffer(f"weight_{key}"), self.get_buffer(f"bias_{key}")

    def weights(self, name: str) -> tuple[Array, Array]:
        """Kernel (outputs, inputs, k, k) and bias (outputs,) of a convolution, norm folded in.

        Of a fully connected layer the matrix (outputs, inputs) and its bias.
        """
        weight, bias = self._parameters_of(name)
        return weight.cpu().numpy(), bias.cpu().numpy()

    @torch.inference_mode()
    def forward(self, tensor: Tensor, detail: Detail = "all") -> Record:
        """One picture (1, channels, height, width), float32, through everything."""
        started = time.perf_counter()
        outputs = self._run(tensor)
        answers = {name: self._answers(name, outputs[key][0]) for name, key in self._answer_keys().items()}
        return Record(
            {name: value[0].cpu().numpy() for name, value in outputs.items()},
            answers,
            input_size=(tensor.shape[2], tensor.shape[3]),
            milliseconds=(time.perf_counter() - started) * 1000,
            device=str(tensor.device),
        )

    @torch.inference_mode()
    def answers(self, batch: Tensor) -> dict[str, Array]:
        """Logits (pictures, classes) of every head, for a batch."""
        outputs = self._run(batch)
        return {name: outputs[key].cpu().numpy() for name, key in self._answer_keys().items()}

    def _answer_keys(self) -> dict[str, str]:
        keys = {"main": "logits"} if self.architecture.classifier else {}
        return keys | {head.name: head.name for head in self.architecture.heads}

    def _answers(self, head: str, logits: Tensor) -> Answers:
        probabilities = torch.softmax(logits / self.temperatures.get(head, 1.0), 0)
        return Answers(logits.cpu().numpy(), probabilities.cpu().numpy())

    def _run(self, tensor: Tensor) -> Outputs:
        outputs: Outputs = {}
        value = tensor.contiguous(memory_format=torch.channels_last)
        for layer in self.architecture.trunk:
            value = self._layer(layer, value, outputs)
            outputs[layer.name] = value
        for head in self.architecture.heads:
            self._head(head, outputs)
        value = _global_pool(self.architecture.global_pool, value)
        outputs["global_pool"] = value
        for linear in self.architecture.classifier:
            value = self._linear(linear, value)
            outputs["logits" if linear is self.architecture.classifier[-1] else linear.name] = value
        return outputs

    def _layer(
        self, layer: Convolution | Pool | ResponseNorm | Module, value: Tensor, outputs: Outputs
    ) -> Tensor:
        if isinstance(layer, Convolution):
            return self._convolution(layer, value)
        if isinstance(layer, Pool):
            return _pool(layer, value)
        if isinstance(layer, ResponseNorm):
            return functional.local_response_norm(value, layer.size, layer.alpha, layer.beta, layer.k)
        return self._module(layer, value, outputs)

    def _module(self, module: Module, value: Tensor, outputs: Outputs) -> Tensor:
        parts = []
        for branch in module.branches:
            part = value
            for layer in branch.layers:
                part = self._layer(layer, part, outputs)
                outputs[layer.name] = part
            parts.append(part)
        return _activate(module.activation, torch.cat(parts, 1))

    def _convolution(self, layer: Convolution, value: Tensor) -> Tensor:
        weight, bias = self._parameters_of(layer.name)
        padding = layer.padding
        assert isinstance(padding, int)
        return _activate(layer.activation, functional.conv2d(value, weight, bias, layer.stride, padding))

    def _linear(self, layer: Linear, value: Tensor) -> Tensor:
        weight, bias = self._parameters_of(layer.name)
        return _activate(layer.activation, functional.linear(value.flatten(1) * layer.scale, weight, bias))

    def _head(self, head: Head, outputs: Outputs) -> None:
        value = outputs[head.source]
        pooled = (
            _pool(head.pool, value)
            if isinstance(head.pool, Pool)
            else functional.adaptive_avg_pool2d(value, head.pool)
        )
        outputs[f"{head.name}/pool"] = pooled
        value = self._convolution(head.convolution, pooled)
        outputs[f"{head.name}/conv"] = value
        for layer in head.layers:
            value = self._linear(layer, value)
            outputs[head.name if layer is head.layers[-1] else layer.name] = value


def _activate(activation: Activation, value: Tensor) -> Tensor:
    if activation == "relu":
        return functional.relu_(value)
    return functional.relu6(value, inplace=True) if activation == "relu6" else value


def _pool(pool: Pool, value: Tensor) -> Tensor:
    assert isinstance(pool.padding, int)
    function = functional.max_pool2d if pool.kind == "max" else functional.avg_pool2d
    return function(value, pool.kernel, pool.stride, pool.padding, ceil_mode=pool.ceil)


def _global_pool(pool: GlobalPool, value: Tensor) -> Tensor:
    return value.amax((2, 3)) if pool.kind == "max" else value.mean((2, 3))


__all__ = ["Detail", "GoogLeNet"]
