"""From named tensors to a network: widths are read from the shapes, settings from the file.

The family gives what no tensor shows; what the file itself tells beside its tensors
(a stride, how a pool rounds) beats the family.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor, constant, shape_text
from gnet_desktop.checkpoints.fitting.choosing import choose
from gnet_desktop.checkpoints.fitting.settings import apply_settings
from gnet_desktop.checkpoints.fitting.single import check_sigmoid, two_answers
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.network.architecture import AUXILIARY, MODULES, Architecture, Convolution
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import FAMILIES, Five, HeadWidths, ModuleWidths, Widths, build

Tensors = dict[str, dict[str, StoredTensor]]
"""Canonical layer → name in it (``weight``, ``norm.mean``) → where the tensor lies."""

Facts = Mapping[str, Mapping[str, Any]]

_SHOWN: Final = 10
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
    ``open`` what of that is in doubt.
    """

    architecture: Architecture
    tensors: Mapping[str, StoredTensor]
    missing: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()


def fit(
    tensors: Tensors,
    families: Sequence[str],
    *,
    trunk: Iterable[str],
    heads: Iterable[str] = AUXILIARY,
    inputs_first: bool | None = False,
    facts: Facts | None = None,
    order: Sequence[str] = (),
    told: Mapping[str, str] | None = None,
    named: Collection[str] = (),
    others: Sequence[str] = (),
    has_sigmoid: bool = False,
    assume: Mapping[str, str] | None = None,
) -> Fitted:
    """The network that the tensors make, as one of the ``families``, the likeliest of which come first.

    ``trunk`` are the layers that must be there, ``heads`` the heads that such a file
    may have; ``inputs_first`` says that matrices
    usually lie as inputs × outputs (None: they are right already). ``order`` are the
    trunk's layers one behind the other, where the file tells. ``told`` are switches of
    the family that the file settles, ``assume`` answers of a person to what it doesn't tell.
    ``named`` and ``others`` are as in `choosing.choose`,
    ``has_sigmoid``: the file shows one behind its main classifier.
    Raises CheckpointError naming the part where something is missing or doesn't fit,
    UsageError for an assumption that cannot be made.
    """
    _check_trunk(tensors, trunk)
    tensors = oriented(tensors, inputs_first=inputs_first)
    if has_sigmoid:
        check_sigmoid(tensors)
    tensors, single = two_answers(tensors, assume or {})
    channels = tensors["conv1"]["weight"].shape[1]
    if channels not in (1, 3):
        raise CheckpointError(
            "This network does not read pictures.",
            f"Its first convolution reads {channels} channels, but a picture has 3, or 1 in grey.",
            "Open a checkpoint of a GoogLeNet for pictures.",
        )
    usual = tuple(heads)
    choice = choose(
        families,
        lambda family, switches: _network(
            tensors, family, switches, [], _with_stride(tensors, family, facts or {}, assume or {})[0], order
        ),
        layers=[layer for layer in tensors if _is_of_trunk(layer)],
        told=told or {},
        assume=assume or {},
        named=named,
        others=others,
    )
    facts, stride = _with_stride(tensors, choice.family, facts or {}, assume or {})
    heads = [head for head in AUXILIARY if _has_head(tensors, head)]
    while True:
        architecture = _network(tensors, choice.family, choice.switches, heads, facts, order)
        wanted, holes = _collect(tensors, architecture)
        broken = {hole.partition("/")[0] for hole in holes if hole.startswith(tuple(AUXILIARY))}
        if not broken:
            break
        heads = [head for head in heads if head not in broken]
    if holes:
        raise _holes(holes)
    _check_shapes(architecture, wanted)
    missing = _missing(tensors, architecture, usual)
    doubts = {*stride, *(() if has_sigmoid else single)} - (assume or {}).keys()
    return Fitted(architecture, wanted, missing, {**choice.assumed, **stride, **single}, choice.open | doubts)


# What must be there


def _check_trunk(tensors: Tensors, trunk: Iterable[str]) -> None:
    holes = [layer for layer in trunk if "weight" not in tensors.get(layer, {})]
    if holes:
        raise _holes(holes)


def _holes(holes: list[str]) -> CheckpointError:
    shown = ", ".join(holes[:_SHOWN])
    more = f" and {len(holes) - _SHOWN} more ({len(holes)} in all)" if len(holes) > _SHOWN else ""
    return CheckpointError(
        "A part of the network is missing in the file.",
        f"There is no tensor for {shown}{more}, and without it there are no right answers.",
        "Save the complete state dict, and open that.",
    )


def _has_head(tensors: Tensors, head: str) -> bool:
    return all("weight" in tensors.get(f"{head}/{part}", {}) for part in ("conv", "fc1", "fc2"))


def _missing(tensors: Tensors, architecture: Architecture, heads: Iterable[str]) -> tuple[str, ...]:
    """What a complete file would have: a head of which only pieces are there is named by these."""
    found = [] if architecture.classifier else ["fc"]
    for head in heads:
        if architecture.head(head) is None:
            pieces = [f"{head}/{part}" for part in ("conv", "fc1", "fc2")]
            absent = [piece for piece in pieces if piece not in tensors]
            found += [head] if len(absent) in (0, 3) else absent
    return tuple(found)


# How the tensors lie


def oriented(tensors: Tensors, *, inputs_first: bool | None) -> Tensors:
    """Kernels as outputs × inputs × height × width, matrices as outputs × inputs."""
    kernel = tensors["conv1"]["weight"].shape
    if len(kernel) != 4:
        raise CheckpointError(
            "This is no GoogLeNet for pictures.",
            f"conv1's weights have the shape {shape_text(kernel)}, not four sides.",
            "Open a checkpoint of a GoogLeNet.",
        )
    spatial_first = kernel[0] == kernel[1] and kernel[2] != kernel[3]
    found: Tensors = {}
    for layer, parts in tensors.items():
        found[layer] = {
            name: _oriented(layer, tensor, spatial_first) if name == "weight" else tensor.squeezed(1)
            for name, tensor in parts.items()
        }
    _check_sides(found)
    return found if inputs_first is None else _matrices(found, turned=inputs_first)


def _check_sides(tensors: Tensors) -> None:
    """Kernels have four sides, matrices two; raises CheckpointError naming one that hasn't."""
    for layer, parts in tensors.items():
        shape = parts["weight"].shape if "weight" in parts else None
        if shape is not None and len(shape) != (2 if _is_matrix(layer) else 4):
            raise CheckpointError(
                "This is no GoogLeNet.",
                f"{layer} has weights of shape {shape_text(shape)}, which is no "
                f"{'matrix' if _is_matrix(layer) else 'kernel'}.",
                "Open a checkpoint of a GoogLeNet.",
            )


def _is_matrix(layer: str) -> bool:
    return layer.rpartition("/")[2].startswith("fc")


def _is_of_trunk(layer: str) -> bool:
    """Whether a layer is a convolution before or behind the modules."""
    return "/" not in layer and not _is_matrix(layer)


def _oriented(layer: str, tensor: StoredTensor, spatial_first: bool) -> StoredTensor:
    if len(tensor.shape) == 4 and spatial_first:
        tensor = tensor.permuted((3, 2, 0, 1))
    return tensor.squeezed(2) if _is_matrix(layer) else tensor


def _matrices(tensors: Tensors, *, turned: bool) -> Tensors:
    """All matrices lie like the main classifier's, whose inputs are known; without one, as usual."""
    last = {name: tensors[f"5b/{name}"]["weight"].shape[0] for name in ("1x1", "3x3", "5x5", "pool_proj")}
    inputs = tensors["conv4"]["weight"].shape[0] if "conv4" in tensors else sum(last.values())
    first = next((layer for layer in ("fc_1", "fc") if "weight" in tensors.get(layer, {})), None)
    shape = tensors[first]["weight"].shape if first else ()
    if len(shape) == 2 and (shape[0] == inputs) != (shape[1] == inputs):
        turned = shape[0] == inputs
    if not turned:
        return tensors
    return {
        layer: {
            name: tensor.permuted((1, 0)) if name == "weight" and len(tensor.shape) == 2 else tensor
            for name, tensor in parts.items()
        }
        if _is_matrix(layer)
        else parts
        for layer, parts in tensors.items()
    }


def _has_norms(tensors: Tensors) -> bool:
    return any(part.startswith("norm.") for parts in tensors.values() for part in parts)


def _with_stride(
    tensors: Tensors, family: str, facts: Facts, assume: Mapping[str, str]
) -> tuple[Facts, dict[str, str]]:
    """A first convolution with another kernel than the family's may step otherwise too."""
    usual = FAMILIES[family].stem[0] if family in FAMILIES else None
    told = facts.get("conv1", {})
    if not isinstance(usual, Convolution) or usual.kernel == _kernel(tensors, "conv1") or "stride" in told:
        return facts, {}
    stride = assume.get("conv1_stride", str(usual.stride))
    if stride not in ("1", "2"):
        raise UsageError(f"conv1_stride={stride} cannot be assumed.", "It can be 1 or 2.")
    return {**facts, "conv1": {**told, "stride": int(stride)}}, {"conv1_stride": stride}


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
            "This is no GoogLeNet.",
            f"{layer} has weights of shape {shape_text(shape)}, which is no square kernel.",
            "Open a checkpoint of a GoogLeNet.",
        )
    return shape[2]


def _five(tensors: Tensors) -> Five:
    if "3a/5x5_a" in tensors:
        return "3+3"
    kernel = _kernel(tensors, "3a/5x5")
    if kernel not in (3, 5):
        raise CheckpointError(
            "This is no GoogLeNet.",
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
    trunk = {layer: outputs(layer) for layer in tensors if _is_of_trunk(layer)}
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
            f"Its hidden layer reads {inputs} values, which are no square map of {channels} channels.",
            "Open a complete checkpoint of a GoogLeNet.",
        )
    return HeadWidths(channels, hidden, cells)


# The tensors


def _collect(tensors: Tensors, architecture: Architecture) -> tuple[dict[str, StoredTensor], list[str]]:
    """The tensors that the network asks for, and the names of those that are not there.

    A norm without scale or shift is one with 1 and 0, if no norm has them.
    """
    plain = {
        f"norm.{part}": value
        for part, value in (("weight", 1.0), ("bias", 0.0))
        if not any(f"norm.{part}" in parts for parts in tensors.values())
    }
    wanted, holes = {}, []
    for name, shape in tensor_shapes(architecture).items():
        layer, _, part = name.partition(".")
        found = tensors.get(layer, {}).get(part)
        if found is None and part in plain:
            found = constant(plain[part], shape[0])
        if found is None:
            holes.append(layer if part == "weight" else f"{layer} ({part.replace('.', ' ')})")
        else:
            wanted[name] = found
    return wanted, holes


def _check_shapes(architecture: Architecture, wanted: Mapping[str, StoredTensor]) -> None:
    expected = tensor_shapes(architecture)
    for name, tensor in wanted.items():
        if tensor.shape == expected[name]:
            tensor.check(name)
            continue
        layer, given, due = name.partition(".")[0], tensor.shape, expected[name]
        reads = len(given) == len(due) > 1 and given[0] == due[0] and given[1] != due[1]
        raise CheckpointError(
            "This is no GoogLeNet.",
            f"{layer} reads {given[1]} values, but the part before it gives {due[1]}."
            if reads
            else f"{name} has the shape {shape_text(given)} where {shape_text(due)} is due.",
            "Open a checkpoint of a GoogLeNet.",
        )
