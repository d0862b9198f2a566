"""A checkpoint as one readable Python file: a plain `torch.nn` module that needs nothing but torch.

Its parts are called as torchvision's are, so that its state dict is one of torchvision's
where the networks are the same. Whatever comes from the checkpoint and is not a number of
ours (class names, the file's own name) is written as a Python literal or not at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from gnet_desktop import __version__
from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.saving import python_parts as parts
from gnet_desktop.checkpoints.saving.python_input import input_source
from gnet_desktop.convention import Convention
from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    Head,
    Linear,
    Module,
    Pool,
    ResponseNorm,
    TrunkLayer,
)

if TYPE_CHECKING:
    from torch import Tensor

_BRANCHES: Final = ("branch1", "branch2", "branch3", "branch4")
_NORM: Final[Mapping[str, str]] = {
    "weight": "conv.weight",
    "bias": "conv.bias",
    "norm.weight": "bn.weight",
    "norm.bias": "bn.bias",
    "norm.mean": "bn.running_mean",
    "norm.variance": "bn.running_var",
}
_DEFAULTS: Final[Mapping[str, object]] = {"stride": 1, "padding": 0, "bias": True, "activation": "relu"}


def source(checkpoint: Checkpoint, convention: Convention) -> str:
    """The whole file as text, ASCII throughout."""
    architecture = checkpoint.architecture
    pieces = [
        _docstring(checkpoint),
        parts.IMPORTS,
        _classes(checkpoint.labels.names),
        f"TEMPERATURES = {_temperatures(checkpoint)!r}  # what a head's logits are divided by\n",
        *_helpers(architecture),
        _network(architecture),
        input_source(convention),
        parts.LOAD,
        parts.MAIN,
    ]
    return "\n\n".join(pieces)


def state_dict(checkpoint: Checkpoint) -> "dict[str, Tensor]":
    """The weights under the names of the module's parts."""
    paths = _paths(checkpoint.architecture)
    found = {}
    for name, tensor in checkpoint.tensors.items():
        layer, _, part = name.partition(".")
        is_linear = tensor.ndim == 2 or layer in {one.name for one in checkpoint.architecture.linears()}
        found[f"{paths[layer]}.{part if is_linear else _NORM[part]}"] = tensor
    return found


def _paths(architecture: Architecture) -> dict[str, str]:
    """Where each layer with weights is in the module."""
    found = {layer.name: layer.name for layer in architecture.trunk if isinstance(layer, Convolution)}
    for module in architecture.modules:
        for branch, attribute in zip(module.branches, _BRANCHES, strict=True):
            for place, layer in enumerate(branch.layers):
                behind = "" if attribute == _BRANCHES[0] else f".{place}"
                found[layer.name] = f"inception{module.name}.{attribute}{behind}"
    found |= {linear.name: linear.name for linear in architecture.classifier}
    for head in architecture.heads:
        names = [head.convolution.name, *(layer.name for layer in head.layers)]
        found |= {name: name.replace("/", ".") for name in names}
    return found


def _docstring(checkpoint: Checkpoint) -> str:
    provenance = checkpoint.provenance
    return (
        f'"""A GoogLeNet ({ascii(provenance.family_title)[1:-1]}) as a plain PyTorch module.\n\n'
        f"Written by GNet Desktop {__version__} from a checkpoint with the SHA-256\n{provenance.sha256}.\n"
        "It needs torch, and Pillow to read pictures; the weights are in the .pth file of the same name\n"
        'beside it. Run it with pictures, or import `load` and `prepare`.\n"""\n'
    )


def _classes(names: Iterable[str]) -> str:
    lines = "".join(f"    {name!a},\n" for name in names)
    return f"CLASSES = (\n{lines})\n" if lines else "CLASSES = ()\n"


def _temperatures(checkpoint: Checkpoint) -> dict[str, float]:
    return {head: value for head, value in checkpoint.temperatures.items() if value != 1.0}


def _helpers(architecture: Architecture) -> Iterator[str]:
    """The classes that this network is made of, and no others."""
    layers = [*architecture.trunk, *(head.pool for head in architecture.heads)]
    yield parts.ACTIVATIONS
    if any(getattr(layer, "padding", 0) == "same" for layer in layers):
        yield parts.PAD_SAME
    yield parts.CONVOLUTION
    if any(isinstance(layer, Pool) and layer.padding == "same" for layer in layers):
        yield parts.MAX_POOL_SAME
    yield parts.INCEPTION
    if architecture.heads:
        yield parts.HEAD


def _network(architecture: Architecture) -> str:
    made = [line for layer in architecture.trunk for line in _made(layer)]
    made += [line for head in architecture.heads for line in _head(head)]
    made += [f"self.{linear.name} = {_linear(linear)}" for linear in architecture.classifier]
    body = "\n".join(f"        {line}" for line in made)
    steps = "\n".join(f"        {line}" for line in _steps(architecture))
    return (
        "class GoogLeNet(nn.Module):\n"
        '    """The network; its layers in the order of the pass."""\n\n'
        f"    def __init__(self):\n        super().__init__()\n{body}\n\n"
        "    def forward(self, x):\n"
        '        """Logits of each head for pictures that `prepare` made: {head: (pictures, classes)}."""\n'
        f"        found = {{}}\n{steps}\n        return found\n"
    )


def _made(layer: TrunkLayer) -> Iterator[str]:
    if not isinstance(layer, Module):
        yield f"self.{layer.name} = {_expression(layer)}"
        return
    yield f"self.inception{layer.name} = Inception("
    for branch in layer.branches:
        inside = ", ".join(map(_expression, branch.layers))
        single = branch is layer.branches[0]
        yield f"    {inside}," if single else f"    [{inside}],"
    if layer.activation != "none":
        yield f"    activation={layer.activation!r},"
    yield ")"


def _expression(layer: Convolution | Pool | ResponseNorm) -> str:
    if isinstance(layer, Convolution):
        return _convolution(layer)
    if isinstance(layer, ResponseNorm):
        return f"nn.LocalResponseNorm({layer.size}, {layer.alpha!r}, {layer.beta!r}, {layer.k!r})"
    return _pool(layer)


def _convolution(layer: Convolution) -> str:
    words = [f"{layer.inputs}, {layer.outputs}, {layer.kernel}"]
    for name, usual in _DEFAULTS.items():
        if (value := getattr(layer, name)) != usual:
            words.append(f"{name}={value!r}")
    if layer.norm_epsilon is not None:
        words.append(f"epsilon={layer.norm_epsilon!r}")
    return f"Convolution({', '.join(words)})"


def _pool(layer: Pool) -> str:
    if layer.padding == "same":
        return f"MaxPoolSame({layer.kernel}, {layer.stride})"
    kind = {"max": "MaxPool2d", "average": "AvgPool2d"}[layer.kind]
    words = [f"{layer.kernel}, {layer.stride}"]
    words += [f"padding={layer.padding}"] if layer.padding else []
    words += ["ceil_mode=True"] if layer.ceil else []
    return f"nn.{kind}({', '.join(words)})"


def _head(head: Head) -> Iterator[str]:
    fc1, fc2 = head.layers
    pool = _pool(head.pool) if isinstance(head.pool, Pool) else f"nn.AdaptiveAvgPool2d({head.pool})"
    yield f"self.{head.name} = Head("
    yield f"    {pool},"
    yield f"    {_convolution(head.convolution)},"
    yield f"    {_linear(fc1)},"
    yield f"    {_linear(fc2)},"
    if fc1.activation != "relu":
        yield f"    activation={fc1.activation!r},"
    if fc2.scale != 1:
        yield f"    scale={fc2.scale!r},"
    yield ")"


def _linear(layer: Linear) -> str:
    return f"nn.Linear({layer.inputs}, {layer.outputs}{'' if layer.bias else ', bias=False'})"


def _steps(architecture: Architecture) -> Iterator[str]:
    places = {head.source: head.name for head in architecture.heads}
    for layer in architecture.trunk:
        yield f"x = self.{'inception' if isinstance(layer, Module) else ''}{layer.name}(x)"
        if layer.name in places:
            yield f'found["{places[layer.name]}"] = self.{places[layer.name]}(x)'
    pooled = {"average": "x.mean((2, 3))", "max": "x.amax((2, 3))"}[architecture.global_pool.kind]
    yield f"x = {pooled}"
    for linear in architecture.classifier:
        scaled = "x" if linear.scale == 1 else f"x * {linear.scale!r}"
        yield f'x = ACTIVATIONS["{linear.activation}"](self.{linear.name}({scaled}))'
    if architecture.classifier:
        yield 'found["main"] = x'
