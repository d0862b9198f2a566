"""GoogLeNet, built from an `Architecture`: one way through its layers serves every question."""

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

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
from gnet_desktop.network.changes import Change, Editor, branch_spans, place_of
from gnet_desktop.network.folding import folded
from gnet_desktop.network.layers import ConvolutionLayer, LinearLayer, ModuleLayer, can_pack
from gnet_desktop.network.passing import Outputs, Pass
from gnet_desktop.network.record import LOGITS, Array, Described, Record
from gnet_desktop.network.recording import Detail, resume, whole_pass
from gnet_desktop.network.sizes import check_size, head_fits
from gnet_desktop.network.weightless import channels_last, global_pool, pool, response_norm

_OUT_OF_MEMORY: Final = "The GPU ran out of memory, so this pass ran on the CPU."
_LINEAR: Final = "/linear"
_POOLED: Final = "global_pool"


class Opened(Protocol):
    """An opened file, as much of it as makes a network."""

    @property
    def architecture(self) -> Architecture:
        """What the network is."""

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """The weights by canonical name."""

    @property
    def temperatures(self) -> Mapping[str, float]:
        """What each head's logits are divided by before the softmax."""


class GoogLeNet(nn.Module):
    """A GoogLeNet of any dialect, built without initialisation; its weights stay as they are.

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
        return cls(checkpoint.architecture, checkpoint.tensors, checkpoint.temperatures)

    def calibrated(self, temperatures: Mapping[str, float]) -> Self:
        """The same network, its layers shared, with other temperatures."""
        other = copy.copy(self)
        other.temperatures = dict(temperatures)
        return other

    if TYPE_CHECKING:

        @override
        def __call__(self, tensor: Tensor, detail: Detail = "all", changes: Sequence[Change] = ()) -> Record:
            """One picture's pass, as `forward`."""

    @property
    def device(self) -> torch.device:
        """Where the weights are and the passes run."""
        return next(self.buffers()).device

    @override
    def forward(self, tensor: Tensor, detail: Detail = "all", changes: Sequence[Change] = ()) -> Record:
        """`recording.whole_pass`: one picture through everything."""
        return whole_pass(self, tensor, detail, changes)

    def resume(self, record: Record, changes: Sequence[Change], detail: Detail = "all") -> Record:
        """`recording.resume`: a record's pass once more, with changes."""
        return resume(self, record, changes, detail)

    def outputs(
        self,
        value: Tensor,
        wanted: Collection[str] = tuple(LOGITS.values()),
        *,
        after: str = "input",
        changes: Sequence[Change] = (),
        differentiable: bool = False,
    ) -> Outputs:
        """Chosen parts of a pass of a batch, computed no further than the last of them.

        ``value`` is what ``after`` has before changes: (pictures, channels, height, width) of
        the ``input`` or of a layer of the trunk (``4a``, ``pool3``), or (pictures, channels)
        of ``global_pool``. ``wanted`` are canonical names, those of convolutions also with
        ``/linear`` (before the rectifier), and those of `LOGITS`; what doesn't come behind
        ``after`` is missing in the result. The tensors are on the network's device; with
        ``differentiable`` they have derivatives by ``value``. Raises PictureError as
        `forward` does, and UsageError for changes that aren't possible.
        """
        last = self._last(wanted)
        if after == "input":
            self.check(value, whole=last == "logits")
        only = {} if changes or after == last else self._some_branches(wanted, last)
        spans = {
            name: span
            for name, span in branch_spans(self.architecture).items()
            if name in wanted and span[0] not in only
        }
        kept = {*wanted, *(module for module, _ in spans.values())}
        linear = [name.removesuffix(_LINEAR) for name in wanted if name.endswith(_LINEAR)]
        going = Pass(kept.__contains__, Editor(self.architecture, changes), linear, only)
        heads = [one for one in self.architecture.heads if any(_is_of(one.name, name) for name in wanted)]
        with torch.enable_grad() if differentiable else torch.inference_mode():
            self.travel(after, value, going, heads, until=last)
            found = going.outputs | {
                name: going.outputs[module][:, span]
                for name, (module, span) in spans.items()
                if module in going.outputs
            }
        return {name: found[name] for name in wanted if name in found}

    def answers(self, batch: Tensor, changes: Sequence[Change] = ()) -> Mapping[str, Array]:
        """Logits (pictures, classes) of ``main`` and of every head that can take this size.

        Raises PictureError as the pass of one picture does.
        """
        return self.described(batch, changes).logits

    def described(self, batch: Tensor, changes: Sequence[Change] = ()) -> Described:
        """`answers`, and the pooled vectors that the main classifier reads."""
        self.check(batch)
        heads = self.fitting_heads((batch.shape[2], batch.shape[3]))
        kept = frozenset({*LOGITS.values(), _POOLED})

        def run() -> Pass:
            going = Pass(kept.__contains__, Editor(self.architecture, changes))
            return self.travel("input", batch, going, heads)

        found = self.somewhere(run)[0].outputs
        logits = {head: found[name].cpu().numpy() for head, name in LOGITS.items() if name in found}
        return Described(logits, found[_POOLED].cpu().numpy())

    @torch.inference_mode()
    def linear(self, source: Record | Tensor, name: str) -> Array:
        """What a convolution gives before its activation, (channels, height, width).

        Worked out anew from the recorded input of that layer, or after a pass of an
        input tensor. ``name`` may end in ``/linear``. Raises KeyError if the network has
        no such convolution.
        """
        name = name.removesuffix(_LINEAR)
        layer = self._holder(name)
        value = self.recorded(source, self._sources[name])
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

    def shuffled(self, layers: Collection[str], seed: int = 0) -> Self:
        """A copy with the weights of these layers (``fc``, ``5b``, ``conv1`` …) in random order."""
        other = copy.deepcopy(self)
        generator = torch.Generator().manual_seed(seed)
        for name in layers:
            for layer in other._layers[name].modules():
                if isinstance(layer, ConvolutionLayer | LinearLayer):
                    layer.shuffle(generator)
        return other

    def _holder(self, name: str) -> Any:
        """The torch layer that has the weights of that name: a module's its own, else one by one."""
        layer = self._layers[name if name in self._layers else name.partition("/")[0]]
        if isinstance(layer, ModuleLayer) and name not in layer:
            raise KeyError(name)
        return layer

    def recorded(self, source: Record | Tensor, name: str) -> Tensor:
        """A map of a pass, (1, channels, height, width); by another pass if it wasn't kept."""
        if isinstance(source, Tensor):
            return channels_last(source) if name == "input" else self.recorded(self(source), name)
        array = source.input if name == "input" else source.get(name)
        if array is not None:
            return channels_last(torch.from_numpy(array)[None].to(self.device))
        if source.input is None:
            raise KeyError(name)
        return self.recorded(torch.from_numpy(source.input)[None], name)

    # The one way through the layers

    def travel(
        self, after: str, value: Tensor, going: Pass, heads: Sequence[Head], until: str = "logits"
    ) -> Pass:
        """From what ``after`` has (see `outputs`) through the trunk and ``heads``, to ``until``.

        ``until`` is a trunk layer, or ``logits`` for the whole way.
        """
        names = ["input", *(layer.name for layer in self.architecture.trunk), "global_pool"]
        value = value.to(next(self.buffers()))  # device and precision
        value = channels_last(value) if value.ndim == 4 else value
        with _exact_arithmetic(self.device):
            if after not in ("input", "global_pool"):
                value = self._made(after, value, going, heads)
            last = names.index(until) if until in names else len(names)
            for layer in self.architecture.trunk[names.index(after) : last]:
                value = self._made(layer.name, self._trunk_layer(layer, value, going), going, heads)
            if until not in names:
                pooled = after == "global_pool"
                value = value if pooled else global_pool(self.architecture.global_pool, value)
                self._classify(value, going)
        return going

    def travel_head(self, head: Head, value: Tensor, going: Pass) -> None:
        """Through one auxiliary head, from what it reads."""
        with _exact_arithmetic(self.device):
            self._head(head, value, going)

    def _made(self, name: str, value: Tensor, going: Pass, heads: Sequence[Head]) -> Tensor:
        """A trunk layer's output handed in, and the heads that read it."""
        value = going(name, value)
        for head in heads:
            if head.source == name:
                self._head(head, value, going)
        return value

    def _trunk_layer(self, layer: TrunkLayer, value: Tensor, going: Pass) -> Tensor:
        if isinstance(layer, Pool):
            return pool(layer, value)
        if isinstance(layer, ResponseNorm):
            return response_norm(layer, value)
        output: Tensor = self._layers[layer.name](value, going)
        return output

    def _head(self, head: Head, value: Tensor, going: Pass) -> None:
        pooled = (
            pool(head.pool, value)
            if isinstance(head.pool, Pool)
            else functional.adaptive_avg_pool2d(value, head.pool)
        )
        pooled = going(f"{head.name}/pool", pooled)
        value = going(head.convolution.name, self._layers[head.convolution.name](pooled, going))
        for layer in head.layers:
            name = head.name if layer is head.layers[-1] else layer.name
            value = going(name, self._layers[layer.name](value))

    def _classify(self, value: Tensor, going: Pass) -> None:
        value = going("global_pool", value)
        for layer in self.architecture.classifier:
            name = "logits" if layer is self.architecture.classifier[-1] else layer.name
            value = going(name, self._layers[layer.name](value))

    def _last(self, wanted: Collection[str]) -> str:
        """The trunk layer behind which nothing of ``wanted`` lies, or ``logits``."""
        order = {layer.name: index for index, layer in enumerate(self.architecture.trunk)}
        sources: dict[str, str] = {head.name: head.source for head in self.architecture.heads}
        places = [place_of(self.architecture, name.removesuffix(_LINEAR)) for name in wanted]
        indices = [order.get(sources.get(place, place), len(order)) for place in places]
        last = max(indices, default=len(order))
        return self.architecture.trunk[last].name if last < len(order) else "logits"

    def _some_branches(self, wanted: Collection[str], last: str) -> dict[str, set[str]]:
        """{``last``: its branches} if it is a module of which these alone are wanted; else nothing."""
        modules = {module.name: module for module in self.architecture.modules}
        if last not in modules or last in wanted or self._is_read(last, wanted):
            return {}
        found = set()
        for branch in modules[last].branches:
            names = {layer.name for layer in branch.layers}
            if any(name.removesuffix(_LINEAR) in names for name in wanted):
                found.add(branch.name)
        return {last: found} if len(found) < len(modules[last].branches) else {}

    def _is_read(self, module: str, wanted: Collection[str]) -> bool:
        """Whether a head of which something is wanted reads a module."""
        heads = [head.name for head in self.architecture.heads if head.source == module]
        return any(_is_of(head, name) for head in heads for name in wanted)

    # Where it runs, and what it takes

    def somewhere(self, run: Callable[[], Pass]) -> tuple[Pass, str, tuple[str, ...]]:
        """Run without derivatives where the network is, or on the CPU if the GPU's memory is too small.

        Returns what ``run``, which may be called twice, gives; the device it ran on; and notes.
        """
        device = self.device
        try:
            with torch.inference_mode():
                return run(), str(device), ()
        except RuntimeError as error:
            if device.type == "cpu" or not _is_memory(error):
                raise
        # Outside the handler, whose traceback holds the tensors that filled the memory.
        self.to("cpu")
        torch.cuda.empty_cache()
        with torch.inference_mode():
            done = run()
        self._return_to(device)
        return done, "cpu", (_OUT_OF_MEMORY,)

    def _return_to(self, device: torch.device) -> None:
        """Back to the GPU, or wholly on the CPU if not even the weights fit."""
        try:
            self.to(device)
        except RuntimeError as error:
            if not _is_memory(error):
                raise
            self.to("cpu")

    def fitting_heads(self, size: tuple[int, int]) -> list[Head]:
        """The auxiliary heads that can take an input of this (height, width)."""
        return [head for head in self.architecture.heads if head_fits(self.architecture, head, size)]

    def check(self, tensor: Tensor, *, whole: bool = True) -> None:
        """Raise PictureError if the network cannot take an input of this shape.

        Not ``whole``: only as far as its maps, which are less particular about the size.
        """
        check_size(self.architecture, (tensor.shape[2], tensor.shape[3]), whole=whole)
        wanted = self.architecture.input_channels
        if tensor.shape[1] != wanted:
            raise PictureError(
                f"This network reads {wanted} channel{'s' if wanted > 1 else ''}.",
                f"The input has {tensor.shape[1]}.",
                "Choose an input convention with the right channels.",
            )


def _is_of(head: str, name: str) -> bool:
    return name == head or name.startswith(f"{head}/")


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
