"""GoogLeNet, built from an `Architecture`; a pass gives a `Record`."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from gnet_desktop.errors import PictureError
from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    Head,
    Module,
    Pool,
    ResponseNorm,
    TrunkLayer,
)
from gnet_desktop.network.arithmetic import sources
from gnet_desktop.network.folding import folded
from gnet_desktop.network.layers import (
    ConvolutionLayer,
    LinearLayer,
    ModuleLayer,
    Outputs,
    can_pack,
    channels_last,
    global_pool,
    pool,
    response_norm,
)
from gnet_desktop.network.record import Answers, Array, Record
from gnet_desktop.network.sizes import allowed_sizes, check_size, head_fits

Detail = Literal["all", "branches", "answers"]
"""What a record keeps: everything; all but the reductions and pools in modules; no maps at all."""

_OUT_OF_MEMORY: Final = "The GPU ran out of memory, so this pass ran on the CPU."


class Calibrated(Protocol):
    """What is known of a head: the ``temperature`` that divides its logits."""

    @property
    def temperature(self) -> float: ...


class Opened(Protocol):
    """An opened file, as much of it as makes a network."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def tensors(self) -> Mapping[str, Tensor]: ...

    @property
    def heads(self) -> Mapping[str, Calibrated]: ...


class GoogLeNet(nn.Module):
    """A GoogLeNet of any dialect, for inference only, built without initialisation.

    ``tensors`` are those that the architecture asks for. ``temperatures`` divide the
    logits of a head (``main``, ``aux1``, ``aux2``) before the softmax.
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
        self._sources = sources(architecture)
        packs = can_pack()
        layers: dict[str, nn.Module] = {}
        for layer in (*architecture.trunk, *(head.convolution for head in architecture.heads)):
            if isinstance(layer, Module):
                layers[layer.name] = ModuleLayer(layer, tensors, packs=packs)
            elif isinstance(layer, Convolution):
                layers[layer.name] = ConvolutionLayer(layer, *folded(layer, tensors), packs=packs)
        for linear in architecture.linears():
            layers[linear.name] = LinearLayer(linear, tensors)
        self._layers = nn.ModuleDict(layers)
        self.eval()

    @classmethod
    def from_checkpoint(cls, checkpoint: Opened) -> Self:
        """The network of an opened file, with its calibration."""
        temperatures = {name: state.temperature for name, state in checkpoint.heads.items()}
        return cls(checkpoint.architecture, checkpoint.tensors, temperatures)

    if TYPE_CHECKING:

        def __call__(self, tensor: Tensor, detail: Detail = "all") -> Record: ...

    @property
    def device(self) -> torch.device:
        """Where the weights are and the passes run."""
        return next(self.buffers()).device

    def forward(self, tensor: Tensor, detail: Detail = "all") -> Record:
        """One picture (1, channels, height, width), float32, through everything.

        Raises PictureError if the network cannot take its size or channels.
        """
        if tensor.shape[0] != 1:
            raise ValueError(f"a record is of one picture, not of {tensor.shape[0]}")
        started = time.perf_counter()
        outputs, device, notes = self._somewhere(tensor, detail)
        answers = {name: self._answer(name, outputs[key][0]) for name, key in self._answering(outputs)}
        kept = {} if detail == "answers" else self._in_order(outputs)
        return Record(
            {name: value[0].numpy() for name, value in kept.items()},
            answers,
            input_size=(tensor.shape[2], tensor.shape[3]),
            milliseconds=(time.perf_counter() - started) * 1000,
            device=device,
            notes=(*notes, *self._silent_heads(answers)),
            input=tensor[0].detach().to("cpu", torch.float32, copy=True).numpy(),
        )

    def answers(self, batch: Tensor) -> dict[str, Array]:
        """Logits (pictures, classes) of ``main`` and of every head that can take this size.

        Raises PictureError as the pass of one picture does.
        """
        outputs, _, _ = self._somewhere(batch, "answers")
        return {name: outputs[key].numpy() for name, key in self._answering(outputs)}

    @torch.inference_mode()
    def linear(self, source: Record | Tensor, name: str) -> Array:
        """What a convolution gives before its activation, (channels, height, width).

        Worked out anew from the recorded input of that layer, or after a pass of an
        input tensor. ``name`` may end in ``/linear``. Raises KeyError if the network has
        no such convolution.
        """
        name = name.removesuffix("/linear")
        layer = self._holder(name)
        value = self._recorded(source, self._sources[name])
        output = layer.linear(name, value) if isinstance(layer, ModuleLayer) else layer.linear(value)
        array: Array = output[0].cpu().numpy()
        return array

    def weights(self, name: str) -> tuple[Array, Array]:
        """Kernel (outputs, inputs, k, k) and bias (outputs,) of a convolution, norm folded in.

        Of a fully connected layer (``fc``, ``aux1/fc2``) its matrix (outputs, inputs) and
        bias. Not to be written to. Raises KeyError if there is no such layer.
        """
        layer = self._holder(name)
        weight, bias = layer.kernel(name) if isinstance(layer, ModuleLayer) else (layer.weight, layer.bias)
        return weight.cpu().numpy(), bias.cpu().numpy()

    def _holder(self, name: str) -> Any:
        """The torch layer that has the weights of that name: a module's its own, else one by one."""
        layer = self._layers[name if name in self._layers else name.partition("/")[0]]
        if isinstance(layer, ModuleLayer) and name not in layer:
            raise KeyError(name)
        return layer

    def _recorded(self, source: Record | Tensor, name: str) -> Tensor:
        """A map of a pass, (1, channels, height, width); by another pass if it wasn't kept."""
        if isinstance(source, Tensor):
            return channels_last(source) if name == "input" else self._recorded(self(source), name)
        array = source.input if name == "input" else source.get(name)
        if array is not None:
            return channels_last(torch.from_numpy(array)[None].to(self.device))
        if source.input is None:
            raise KeyError(name)
        return self._recorded(torch.from_numpy(source.input)[None], name)

    def _somewhere(self, tensor: Tensor, detail: Detail) -> tuple[Outputs, str, tuple[str, ...]]:
        """Run where the network is, or on the CPU if the GPU's memory doesn't suffice."""
        self._check(tensor)
        device = self.device
        try:
            return self._run(tensor, detail), str(device), ()
        except RuntimeError as error:
            if device.type == "cpu" or not _is_memory(error):
                raise
        # Outside the handler, whose traceback holds the tensors that filled the memory.
        self.to("cpu")
        torch.cuda.empty_cache()
        outputs = self._run(tensor, detail)
        self._return_to(device)
        return outputs, "cpu", (_OUT_OF_MEMORY,)

    def _return_to(self, device: torch.device) -> None:
        """Back to the GPU, or wholly on the CPU if not even the weights fit."""
        try:
            self.to(device)
        except RuntimeError as error:
            if not _is_memory(error):
                raise
            self.to("cpu")

    def _check(self, tensor: Tensor) -> None:
        check_size(self.architecture, (tensor.shape[2], tensor.shape[3]))
        wanted = self.architecture.input_channels
        if tensor.shape[1] != wanted:
            raise PictureError(
                f"This network reads {wanted} channel{'s' if wanted > 1 else ''}.",
                f"The input has {tensor.shape[1]}.",
                "Choose an input convention with the right channels.",
            )

    @torch.inference_mode()
    def _run(self, tensor: Tensor, detail: Detail) -> Outputs:
        """The pass. Its outputs, on the CPU; without branches, which are parts of a module's."""
        found: Outputs = {}
        size = (tensor.shape[2], tensor.shape[3])
        heads = [head for head in self.architecture.heads if head_fits(self.architecture, head, size)]
        value = channels_last(tensor.to(self.device, torch.float32))
        with _exact_arithmetic(self.device):
            for layer in self.architecture.trunk:
                parts: Outputs = {}
                value = self._trunk_layer(layer, value, parts)
                parts[layer.name] = value
                for head in heads:
                    if head.source == layer.name:
                        parts.update(self._head(head, value))
                found.update(self._kept(parts, detail))
            found.update(self._kept(self._end(value), detail))
        return {name: output.cpu() for name, output in found.items()}

    def _trunk_layer(self, layer: TrunkLayer, value: Tensor, parts: Outputs) -> Tensor:
        if isinstance(layer, Pool):
            return pool(layer, value)
        if isinstance(layer, ResponseNorm):
            return response_norm(layer, value)
        torch_layer = self._layers[layer.name]
        output: Tensor = torch_layer(value, parts) if isinstance(layer, Module) else torch_layer(value)
        return output

    def _head(self, head: Head, value: Tensor) -> Outputs:
        pooled = (
            pool(head.pool, value)
            if isinstance(head.pool, Pool)
            else functional.adaptive_avg_pool2d(value, head.pool)
        )
        value = self._layers[head.convolution.name](pooled)
        outputs = {f"{head.name}/pool": pooled, head.convolution.name: value}
        for layer in head.layers:
            value = self._layers[layer.name](value)
            outputs[head.name if layer is head.layers[-1] else layer.name] = value
        return outputs

    def _end(self, value: Tensor) -> Outputs:
        value = global_pool(self.architecture.global_pool, value)
        outputs = {"global_pool": value}
        for layer in self.architecture.classifier:
            value = self._layers[layer.name](value)
            outputs["logits" if layer is self.architecture.classifier[-1] else layer.name] = value
        return outputs

    def _kept(self, outputs: Outputs, detail: Detail) -> Outputs:
        if detail == "answers":
            return {key: outputs[key] for _, key in self._answering(outputs)}
        if detail == "branches":
            inside = tuple(f"{module.name}/" for module in self.architecture.modules)
            return {name: value for name, value in outputs.items() if not name.startswith(inside)}
        return outputs

    def _in_order(self, outputs: Outputs) -> Outputs:
        """The outputs as a record has them: in the order of the pass, branches cut from modules."""
        ordered: Outputs = {}
        for layer in self.architecture.trunk:
            if isinstance(layer, Module):
                ordered.update(_parts(layer, outputs))
            ordered[layer.name] = outputs[layer.name]
        return ordered | {name: value for name, value in outputs.items() if name not in ordered}

    def _answering(self, outputs: Outputs) -> Iterator[tuple[str, str]]:
        """(head, name of its logits) of the heads that answered."""
        if "logits" in outputs:
            yield "main", "logits"
        for head in self.architecture.heads:
            if head.name in outputs:
                yield head.name, head.name

    def _answer(self, head: str, logits: Tensor) -> Answers:
        probabilities = torch.softmax(logits / self.temperatures.get(head, 1.0), 0)
        return Answers(logits.numpy(), probabilities.numpy())

    def _silent_heads(self, answers: Mapping[str, Answers]) -> Iterator[str]:
        silent = [head.name for head in self.architecture.heads if head.name not in answers]
        allowed = allowed_sizes(self.architecture) if silent else {}
        for name in silent:
            needs = f"needs sides of {allowed[name]} pixels" if name in allowed else "fits no size"
            yield f"{name} {needs}, so it gives no answer here."


def _parts(module: Module, outputs: Outputs) -> Iterator[tuple[str, Tensor]]:
    """The parts of a module in order; what it concatenates as views into its output."""
    output = outputs[module.name]
    for branch in module.branches:
        for layer in branch.layers[:-1]:
            if layer.name in outputs:
                yield layer.name, outputs[layer.name]
        yield branch.layers[-1].name, output.narrow(1, module.offset(branch.name), branch.outputs)


def _is_memory(error: RuntimeError) -> bool:
    """Whether a GPU's memory was the trouble; its libraries say so in their own words."""
    return isinstance(error, torch.OutOfMemoryError) or "ALLOC_FAILED" in str(error)


def _exact_arithmetic(device: torch.device) -> AbstractContextManager[None]:
    """Full float32 and the same result every time on CUDA, whose default convolution rounds to TF32."""
    if device.type != "cuda":
        return nullcontext()
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags
