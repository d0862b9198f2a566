"""What a file lacks: parts without which there is no answer, heads, and numbers taken for missing ones."""

from collections.abc import Iterable, Iterator
from typing import Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor, constant
from gnet_desktop.checkpoints.fitting.lying import Tensors
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES, Architecture, Convolution, Linear
from gnet_desktop.network.arithmetic import tensor_shapes

_SHOWN: Final = 10


class OtherwiseNamed(CheckpointError):
    """What the names say makes no network; what the structure says still may."""


class PartsMissing(OtherwiseNamed):
    """A part of stem or modules has no tensor under the name that it should have."""


def check_trunk(tensors: Tensors, trunk: Iterable[str]) -> None:
    """Raise PartsMissing for layers without weights; two 3×3 for the 5×5 are in all modules or in none."""
    layers = [*trunk]
    if any(layer.endswith("/5x5_a") for layer in tensors):
        layers += [f"{module}/5x5_a" for module in MODULES if f"{module}/5x5_a" not in layers]
    holes = [layer for layer in layers if "weight" not in tensors.get(layer, {})]
    if holes:
        raise holes_error(holes)


def holes_error(holes: list[str]) -> "PartsMissing":
    """The refusal that names what is missing."""
    shown = ", ".join(holes[:_SHOWN])
    more = f" and {len(holes) - _SHOWN} more ({len(holes)} in all)" if len(holes) > _SHOWN else ""
    return PartsMissing(
        "A part of the network is missing in the file.",
        f"There is no tensor for {shown}{more}, and without it there are no right answers.",
        "Save the complete state dict, and open that.",
    )


def has_head(tensors: Tensors, head: str) -> bool:
    """Whether a head has all its weights."""
    return all("weight" in tensors.get(f"{head}/{part}", {}) for part in ("conv", "fc1", "fc2"))


def missing_parts(tensors: Tensors, architecture: Architecture, heads: Iterable[str]) -> tuple[str, ...]:
    """What a complete file would have: a head of which only pieces are there is named by these."""
    found = [] if architecture.classifier else ["fc"]
    for head in heads:
        if architecture.head(head) is None:
            pieces = [f"{head}/{part}" for part in ("conv", "fc1", "fc2")]
            absent = [piece for piece in pieces if piece not in tensors]
            found += [head] if len(absent) in (0, 3) else absent
    return tuple(found)


def collect(tensors: Tensors, architecture: Architecture) -> tuple[dict[str, StoredTensor], list[str]]:
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


def replaced_by_nothing(tensors: Tensors, architecture: Architecture, usual: Architecture) -> Iterator[str]:
    """Sentences about vectors and norms that the family has and the file hasn't, taken as 0 or 1."""
    layers: list[Convolution | Linear] = [*architecture.convolutions(), *architecture.linears()]
    known: list[Convolution | Linear] = [*usual.convolutions(), *usual.linears()]
    shifted = {layer.name for layer in known if _shifts(layer)}
    bare = [
        layer.name
        for layer in layers
        if not _shifts(layer) and (layer.name in shifted or layer.name.startswith(_HIDDEN))
    ]
    if bare:
        which = bare[0] if len(bare) == 1 else f"{len(bare)} layers (first {bare[0]})"
        yield f"The file has no bias of {which}; it is taken as 0."
    parts = {part for layer in tensors.values() for part in layer}
    normed = {layer.name for layer in usual.convolutions() if layer.norm_epsilon is not None}
    without = [layer.name for layer in architecture.convolutions() if layer.norm_epsilon is None]
    if "norm.mean" in parts and normed.intersection(without):
        which = " and ".join(name for name in without if name in normed)
        yield f"The file has no batch norm of {which}; none is computed there."
    if "norm.weight" in parts and "norm.bias" not in parts:
        yield "The file has no shift of its batch norms; it is taken as 0."
    if "norm.bias" in parts and "norm.weight" not in parts and architecture.family not in _WITHOUT_SCALE:
        yield "The file has no scale of its batch norms; it is taken as 1."


def _shifts(layer: Convolution | Linear) -> bool:
    """Whether something is added to what a layer adds up: a bias, or a norm's shift."""
    return layer.bias or (isinstance(layer, Convolution) and layer.norm_epsilon is not None)


_HIDDEN: Final = "fc_"
_WITHOUT_SCALE: Final = frozenset(("slim",))
"""Families whose norms never had one."""
