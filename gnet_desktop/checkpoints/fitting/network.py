"""From named tensors to a network: widths are read from the shapes, settings from the file.

The family gives what no tensor shows; what the file itself tells beside its tensors
(a stride, how a pool rounds) beats the family.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, Final

from gnet_desktop.checkpoints.checkpoint import Said
from gnet_desktop.checkpoints.containers.stored import StoredTensor, shape_text
from gnet_desktop.checkpoints.fitting.choosing import Choice, choose
from gnet_desktop.checkpoints.fitting.gaps import (
    OtherwiseNamed,
    check_trunk,
    collect,
    has_head,
    holes_error,
    missing_parts,
    replaced_by_nothing,
)
from gnet_desktop.checkpoints.fitting.lying import Tensors, is_of_trunk, oriented, with_channels_first
from gnet_desktop.checkpoints.fitting.settings import apply_settings
from gnet_desktop.checkpoints.fitting.single import check_sigmoid, two_answers
from gnet_desktop.checkpoints.fitting.words import taken
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.network.architecture import AUXILIARY, MODULES, Architecture, Convolution
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import FAMILIES, Five, HeadWidths, ModuleWidths, Widths, build

Facts = Mapping[str, Mapping[str, Any]]

_BRANCHES: Final = {
    "one": "1x1",
    "three_reduce": "3x3_reduce",
    "three": "3x3",
    "five_reduce": "5x5_reduce",
    "five": "5x5",
    "pool_proj": "pool_proj",
}


@dataclass(frozen=True)
class Fitted:
    """A network and exactly the tensors that it asks for.

    ``missing`` are the parts that the file lacks, ``assumed`` what it doesn't tell,
    ``open`` what of that is in doubt; ``warnings`` may mean that something is wrong;
    ``said`` is what it does tell.
    """

    architecture: Architecture
    tensors: Mapping[str, StoredTensor]
    missing: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    said: Said = field(default_factory=Said)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of a network beside its tensors.

    ``families`` are those that it may be of, the likeliest first, ``others`` and ``named``
    as in `choosing.choose`. ``trunk`` are the layers that must be there, ``heads`` the
    heads that such a file may have. ``inputs_first``: matrices usually lie as inputs ×
    outputs (None: they are right already). ``facts`` are settings by layer, ``order`` the
    trunk's layers one behind the other, where the file tells; ``switches`` those of the
    family that it settles. ``has_sigmoid``: it shows one behind the main classifier;
    ``whole``: it shows every layer with all that it has; ``maps_last``: its heads flatten
    their maps with the channels running fastest. ``assume`` are answers of a person to
    what it doesn't tell.
    """

    families: Sequence[str]
    others: Sequence[str] = ()
    named: Collection[str] = ()
    trunk: Iterable[str] = ()
    heads: tuple[str, ...] = tuple(AUXILIARY)
    inputs_first: bool | None = False
    facts: Facts = field(default_factory=dict)
    order: Sequence[str] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    has_sigmoid: bool = False
    whole: bool = False
    maps_last: bool = False
    assume: Mapping[str, str] = field(default_factory=dict)


def fit(tensors: Tensors, told: Told) -> Fitted:
    """The network that the tensors make.

    Raises CheckpointError naming the part where something is missing or doesn't fit
    (`gaps.OtherwiseNamed`), UsageError for an assumption that cannot be made.
    """
    check_trunk(tensors, told.trunk)
    tensors = oriented(tensors, inputs_first=told.inputs_first)
    if told.maps_last:
        tensors = with_channels_first(tensors)
    if told.has_sigmoid:
        check_sigmoid(tensors)
    tensors, single = two_answers(tensors, told.assume)
    _check_channels(tensors)
    choice = _choose(tensors, told)
    facts, stride = _with_stride(tensors, choice.family, told)
    architecture, wanted = _complete(tensors, choice, facts, told.order)
    _check_shapes(architecture, wanted)
    doubts = {*stride, *(() if told.has_sigmoid else single)} - told.assume.keys()
    usual = _usual(choice, architecture)
    return Fitted(
        architecture,
        wanted,
        missing_parts(tensors, architecture, told.heads),
        {**choice.assumed, **stride, **single},
        choice.open | doubts,
        () if told.whole else tuple(replaced_by_nothing(tensors, architecture, usual)),
        Said(taken(architecture, facts), tuple(told.order), choice.switches),
    )


def _check_channels(tensors: Tensors) -> None:
    channels = tensors["conv1"]["weight"].shape[1]
    if channels not in (1, 3):
        raise CheckpointError(
            "This network does not read pictures.",
            f"Its first convolution reads {channels} channels, but a picture has 3, or 1 in grey.",
            "Open a checkpoint of a GoogLeNet for pictures.",
        )


def _choose(tensors: Tensors, told: Told) -> Choice:
    def network(family: str, switches: Mapping[str, str]) -> Architecture:
        facts, _ = _with_stride(tensors, family, told)
        return _network(tensors, family, switches, [], facts, told.order)

    return choose(
        told.families,
        network,
        layers=[layer for layer in tensors if is_of_trunk(layer)],
        told=told.switches,
        assume=told.assume,
        named=told.named,
        others=told.others,
    )


def _complete(
    tensors: Tensors, choice: Choice, facts: Facts, order: Sequence[str]
) -> tuple[Architecture, dict[str, StoredTensor]]:
    """The network with those heads that are whole, and the tensors that it asks for."""
    heads = [head for head in AUXILIARY if has_head(tensors, head)]
    while True:
        architecture = _network(tensors, choice.family, choice.switches, heads, facts, order)
        wanted, holes = collect(tensors, architecture)
        broken = {hole.partition("/")[0] for hole in holes if hole.startswith(tuple(AUXILIARY))}
        if not broken:
            break
        heads = [head for head in heads if head not in broken]
    if holes:
        raise holes_error(holes)
    return architecture, wanted


def _usual(choice: Choice, architecture: Architecture) -> Architecture:
    """The family's own network with the file's heads."""
    heads: dict[str, int] = {head.name: head.classes for head in architecture.heads}
    return build(
        choice.family,
        classes=architecture.classes,
        aux_classes=heads,
        **dict[str, Any](choice.switches),
    )


def _has_norms(tensors: Tensors) -> bool:
    return any(part.startswith("norm.") for parts in tensors.values() for part in parts)


def _with_stride(tensors: Tensors, family: str, told: Told) -> tuple[Facts, dict[str, str]]:
    """A first convolution with another kernel than the family's may step otherwise too."""
    usual = FAMILIES[family].stem[0] if family in FAMILIES else None
    first = told.facts.get("conv1", {})
    if not isinstance(usual, Convolution) or usual.kernel == _kernel(tensors, "conv1") or "stride" in first:
        return told.facts, {}
    stride = told.assume.get("conv1_stride", str(usual.stride))
    if stride not in ("1", "2"):
        raise UsageError(f"conv1_stride={stride} cannot be assumed.", "It can be 1 or 2.")
    return {**told.facts, "conv1": {**first, "stride": int(stride)}}, {"conv1_stride": stride}


# The architecture


def _network(
    tensors: Tensors,
    family: str,
    switches: Mapping[str, str],
    heads: Sequence[str],
    facts: Facts,
    order: Sequence[str],
) -> Architecture:
    architecture = build(
        family,
        _widths(tensors, heads),
        five=_five(tensors),
        input_channels=tensors["conv1"]["weight"].shape[1],
        classes=tensors["fc"]["weight"].shape[0] if "weight" in tensors.get("fc", {}) else 0,
        aux_classes={head: tensors[f"{head}/fc2"]["weight"].shape[0] for head in heads},
        norm=_has_norms(tensors),
        **dict[str, Any](switches),
    )
    return apply_settings(architecture, tensors, facts, order)


def _kernel(tensors: Tensors, layer: str) -> int:
    shape = tensors[layer]["weight"].shape
    if len(shape) != 4 or shape[2] != shape[3] or not min(shape):
        raise CheckpointError(
            "This is not a GoogLeNet.",
            f"{layer} has weights of shape {shape_text(shape)}, which is not a square kernel.",
            "Open a checkpoint of a GoogLeNet.",
        )
    return shape[2]


def _five(tensors: Tensors) -> Five:
    if "3a/5x5_a" in tensors:
        return "3+3"
    kernel = _kernel(tensors, "3a/5x5")
    if kernel not in (3, 5):
        raise CheckpointError(
            "This is not a GoogLeNet.",
            f"Its 5×5 branch has a kernel of {kernel}×{kernel}.",
            "Open a checkpoint of a GoogLeNet.",
        )
    return 3 if kernel == 3 else 5


def _widths(tensors: Tensors, heads: Sequence[str]) -> Widths:
    def outputs(layer: str) -> int:
        _kernel(tensors, layer)
        return tensors[layer]["weight"].shape[0]

    modules = {
        module: ModuleWidths(
            **{field: outputs(f"{module}/{part}") for field, part in _BRANCHES.items()},
            five_a=outputs(f"{module}/5x5_a") if f"{module}/5x5_a" in tensors else 0,
        )
        for module in MODULES
    }
    trunk = {layer: outputs(layer) for layer in tensors if is_of_trunk(layer)}
    hidden = sorted(layer for layer in tensors if layer.startswith("fc_"))
    return Widths(
        modules,
        trunk,
        {head: _head_widths(tensors, head) for head in heads},
        tuple(tensors[layer]["weight"].shape[0] for layer in hidden),
    )


def _head_widths(tensors: Tensors, head: str) -> HeadWidths:
    _kernel(tensors, f"{head}/conv")
    channels = tensors[f"{head}/conv"]["weight"].shape[0]
    hidden, inputs = tensors[f"{head}/fc1"]["weight"].shape
    cells = isqrt(inputs // channels) if channels else 0
    if not channels or cells * cells * channels != inputs:
        raise CheckpointError(
            f"The head {head} does not fit together.",
            f"Its hidden layer reads {inputs} values, which are not a square map of {channels} channels.",
            "Open a complete checkpoint of a GoogLeNet.",
        )
    return HeadWidths(channels, hidden, cells)


# The tensors


def _check_shapes(architecture: Architecture, wanted: Mapping[str, StoredTensor]) -> None:
    expected = tensor_shapes(architecture)
    for name, tensor in wanted.items():
        if tensor.shape == expected[name]:
            tensor.check(name)
            continue
        layer, given, due = name.partition(".")[0], tensor.shape, expected[name]
        reads = len(given) == len(due) > 1 and given[0] == due[0] and given[1] != due[1]
        raise OtherwiseNamed(
            "This is not a GoogLeNet.",
            f"{layer} reads {given[1]} values, but the part before it gives {due[1]}."
            if reads
            else f"{name} has the shape {shape_text(given)} where {shape_text(due)} is due.",
            "Open a checkpoint of a GoogLeNet.",
        )
