"""Names of units and parts: the canonical ones, and the aliases that are read everywhere.

A unit is one channel of one layer. ``4a/5x5:11`` is channel 11, counted from 0, of
4a's 5×5 branch; ``4a:411`` is the same unit counted in the module's output.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from typing_extensions import override

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import MODULES, Architecture, Branch, Convolution, Module

_MODULE: Final = re.compile(r"(?:inception_?|inc|mixed)?([345][a-e])(?:[/._-](.+))?")
_BRANCH: Final = re.compile(r"branch([1-4])(?:\.([0-2]))?")

# What Lucid and captum call the parts of a module; torchvision's go by `_BRANCH`.
# A part that isn't here must already be canonical.
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "3x3_bottleneck": "3x3_reduce",
        "5x5_bottleneck": "5x5_reduce",
        "pool_reduce": "pool_proj",
        "conv_1x1": "1x1",
        "conv_3x3_reduce": "3x3_reduce",
        "conv_3x3": "3x3",
        "conv_5x5_reduce": "5x5_reduce",
        "conv_5x5": "5x5",
    }
)

# Parts outside modules. Caffe counts conv2's two layers as one, Lucid from 0.
_OUTSIDE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "conv1/7x7_s2": "conv1",
        "pool1/3x3_s2": "pool1",
        "pool1/norm1": "norm1",
        "conv2/3x3_reduce": "conv2",
        "conv2/3x3": "conv3",
        "conv2/norm2": "norm2",
        "pool2/3x3_s2": "pool2",
        "pool3/3x3_s2": "pool3",
        "pool4/3x3_s2": "pool4",
        "conv2d0": "conv1",
        "conv2d1": "conv2",
        "conv2d2": "conv3",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """One channel of one layer.

    ``module`` is ``4a`` and ``branch`` the part after the slash, ``5x5`` or
    ``5x5_reduce``; outside modules ``module`` is the layer's name and ``branch`` empty.
    """

    module: str
    branch: str
    channel: int

    @property
    def part(self) -> str:
        """Name of the layer, the record's key: ``4a/5x5``."""
        return f"{self.module}/{self.branch}" if self.branch else self.module

    @property
    def name(self) -> str:
        """``4a/5x5:11``."""
        return f"{self.part}:{self.channel}"

    @override
    def __str__(self) -> str:
        return self.name


def unit_of(part: str, channel: int) -> Unit:
    """The unit of a layer's canonical name and a channel, unchecked."""
    module, _, branch = part.partition("/")
    return Unit(module, branch, channel)


def channel_counts(architecture: Architecture) -> dict[str, int]:
    """Number of channels of every map that a pass records, by canonical name."""
    counts: dict[str, int] = {}
    channels = architecture.input_channels
    for layer in architecture.trunk:
        if isinstance(layer, Module):
            for branch in layer.branches:
                counts.update(_branch_counts(branch, channels))
        if isinstance(layer, Convolution | Module):
            channels = layer.outputs
        counts[layer.name] = channels
    for head in architecture.heads:
        counts[f"{head.name}/pool"] = counts[head.source]
        counts[head.convolution.name] = head.convolution.outputs
    return counts


def _branch_counts(branch: Branch, channels: int) -> dict[str, int]:
    counts = {}
    for layer in branch.layers:
        channels = layer.outputs if isinstance(layer, Convolution) else channels
        counts[layer.name] = channels
    return counts


def unit_in_module(architecture: Architecture, module: str, channel: int) -> Unit:
    """The unit that is that channel of a module's output: 4a, 411 → ``4a/5x5:11``.

    Raises UsageError if the module or the channel doesn't exist.
    """
    if module not in MODULES:
        raise _unknown(module, architecture)
    position = channel
    for branch in architecture.module(module).branches:
        if 0 <= position < branch.outputs:
            return Unit(module, branch.name, position)
        position -= branch.outputs
    raise _no_channel(module, channel, architecture.module(module).outputs)


def units_of_part(architecture: Architecture, part: str) -> list[Unit]:
    """All units of a part by its canonical name, of a module in the order of its output.

    Raises UsageError if the part has none.
    """
    count = channel_counts(architecture).get(part, 0)
    if not count:
        raise _no_channel(part, 0, 0)
    if part in MODULES:
        return [unit_in_module(architecture, part, channel) for channel in range(count)]
    return [unit_of(part, channel) for channel in range(count)]


def channel_in_module(architecture: Architecture, unit: Unit) -> int | None:
    """The unit's channel in its module's output; None for units that aren't part of it."""
    if unit.module not in MODULES:
        return None
    module = architecture.module(unit.module)
    if unit.branch not in {branch.name for branch in module.branches}:
        return None
    return module.offset(unit.branch) + unit.channel


def parse_part(text: str, architecture: Architecture) -> str:
    """Canonical name of a part of this network: ``inception_4a/5x5`` → ``4a/5x5``.

    Raises UsageError, with what would fit, if this network has no such part.
    """
    name = _canonical(text, architecture)
    known = {*channel_counts(architecture), "global_pool", "logits", *_vectors(architecture)}
    if name not in known:
        raise _unknown(text.strip(), architecture)
    return name


def parse_unit(text: str, architecture: Architecture) -> Unit:
    """The unit that a name means in this network; all aliases are understood.

    ``4a:411`` needs the network, since the branches' widths differ between files.

    Raises UsageError, with what would fit.
    """
    part, colon, number = text.strip().rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,6}", number.strip()):
        raise UsageError(
            f"{text.strip()!r} is not a unit.",
            "A unit is a part, a colon and a channel counted from 0.",
            "Write it like 4a/5x5:11 or 4a:411.",
        )
    name, channel = parse_part(part, architecture), int(number)
    if name in MODULES:
        return unit_in_module(architecture, name, channel)
    count = channel_counts(architecture).get(name, 0)
    if not channel < count:
        raise _no_channel(name, channel, count)
    return unit_of(name, channel)


def _vectors(architecture: Architecture) -> list[str]:
    return [name for head in architecture.heads for name in (head.name, f"{head.name}/fc1")]


def _canonical(text: str, architecture: Architecture) -> str:
    """Undo an alias; what isn't one comes back in lower case, to be checked by the caller."""
    name = text.strip().lower().replace("×", "x").replace(" ", "_").removesuffix("_pre_relu_conv")
    if name.startswith("mixed"):
        name = name.removesuffix("_0")  # a graph's name of the operation's first output
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    found = _MODULE.fullmatch(name)
    if found is None or found[1] not in MODULES:
        return name
    module, part = found[1], found[2]
    return f"{module}/{_part(part, architecture.module(module))}" if part else module


def _part(part: str, module: Module) -> str:
    """Canonical name of a part of a module; ``branch3.1`` is the second layer of its third branch."""
    found = _BRANCH.fullmatch(part)
    if found is None:
        return _PARTS.get(part, part)
    branch = module.branches[int(found[1]) - 1]
    index = int(found[2]) if found[2] else len(branch.layers) - 1
    return branch.layers[index].name.partition("/")[2] if index < len(branch.layers) else part


def _unknown(text: str, architecture: Architecture) -> UsageError:
    known = list(channel_counts(architecture))
    near = difflib.get_close_matches(_canonical(text, architecture), known, n=3, cutoff=0.6)
    fits = f"Did you mean {' or '.join(near)}?" if near else f"Its modules are {', '.join(MODULES)}."
    return UsageError(f"This network has no part {text!r}.", fits, "Write it like 4a/5x5 or conv1.")


def _no_channel(part: str, channel: int, count: int) -> UsageError:
    if not count:
        return UsageError(f"{part} has no units.", "It is not a map.", "Choose a part like 4a/5x5.")
    return UsageError(
        f"{part} has no unit {channel}.",
        f"It has {count} in this network, counted from 0.",
        f"Choose 0 to {count - 1}.",
    )
