"""Weights that a file keeps in parts are put together here, whatever file they come from.

Pruning, weight norm, spectral norm and quantisation keep what a weight is worked out
from (``weight_orig`` and ``weight_mask``; ``parametrizations.weight.original0``;
``weight_scale``) in its place. To read a further kind, add a row to the table.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.made import dequantised, made
from gnet_desktop.checkpoints.containers.stored import (
    Contents,
    Floats,
    StoredTensor,
    is_whole,
)
from gnet_desktop.errors import CheckpointError

Parts = tuple[StoredTensor, ...]

_DEEPEST: Final = 4
"""Times that a weight may be kept in parts of parts (pruned, then weight-normed)."""

_PARAMETRISED: Final = re.compile(r"(?:(.+)\.)?parametrizations\.([^.]+)(\..+)")
_PACKED: Final = re.compile(r"(.+)\._packed_params\._packed_params\.([01])")
_QUANTISED_ENDINGS: Final = r"[._](?:scales?|zero_points?|zeros?|zp)"
_ENDING: Final = re.compile(rf"(.+?)(_orig|_mask|_[guv]|\._data|\._scale|{_QUANTISED_ENDINGS})")


@dataclass(frozen=True)
class _Rule:
    """How a weight is put together: its parts' endings, whether they fit, and what is done.

    The first part has the weight's shape.
    """

    endings: tuple[str, ...]
    fits: Callable[[Parts], bool]
    compose: Callable[..., StoredTensor]


def composed(contents: Contents) -> Contents:
    """The contents with every weight that lies in parts put together, in the place of its first part.

    Raises CheckpointError for parts that nothing is known of.
    """
    tensors = {_unpacked(name): tensor for name, tensor in contents.tensors.items()}
    for _ in range(_DEEPEST):
        found = dict(_compositions(tensors))
        if not found:
            break
        tensors = dict(_replaced(tensors, found))
    _refuse_unknown(tensors)
    return replace(contents, tensors=dict(_without_activations(tensors)))


@dataclass(frozen=True)
class _Composition:
    """A weight's name and the names that it replaces, the first of which gives it its place."""

    name: str
    tensor: StoredTensor
    used: tuple[str, ...]


def _compositions(tensors: Mapping[str, StoredTensor]) -> Iterator[tuple[str, _Composition]]:
    """What can be put together, by the name of its first part."""
    for stem, names in _groups(tensors).items():
        for rule in _RULES:
            if not set(rule.endings) <= names.keys():
                continue
            used = tuple(names[ending] for ending in rule.endings)
            parts = tuple(tensors[name] for name in used)
            if rule.fits(parts):
                yield used[0], _Composition(names.get("", stem), rule.compose(*parts), used)
                break


def _groups(tensors: Mapping[str, StoredTensor]) -> dict[str, dict[str, str]]:
    """Names by the weight that they are part of, then by their endings; "" is the weight itself."""
    found: dict[str, dict[str, str]] = {}
    for name in tensors:
        stem, ending = _split(name)
        if ending:
            group = found.setdefault(stem, {})
            group[ending] = name
            # a single scale under the layer's own name is that of its outputs, in torch's files
            owner = f"{stem}.weight" if stem not in tensors and tensors[name].count > 1 else stem
            if owner in tensors:
                group[""] = owner
    return found


def _unpacked(name: str) -> str:
    """Torch packs a quantised linear layer's weight and bias into one entry."""
    found = _PACKED.fullmatch(name)  # a search would begin anew at each of a long name's letters
    return f"{found[1]}.{('weight', 'bias')[int(found[2])]}" if found else name


def _split(name: str) -> tuple[str, str]:
    if match := _PARAMETRISED.fullmatch(name):
        return ".".join(filter(None, match.groups()[:2])), match[3]
    if match := _ENDING.fullmatch(name):
        return match[1], _SAME.get(match[2].lstrip("._"), match[2])
    return name, ""


_SAME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("scale", "scales"), "scale"),
    **dict.fromkeys(("zero_point", "zero_points", "zero", "zeros", "zp"), "zero"),
}
"""The two parts of a quantised weight, as the many programs call them."""


def _replaced(
    tensors: Mapping[str, StoredTensor], found: Mapping[str, _Composition]
) -> Iterator[tuple[str, StoredTensor]]:
    gone = {name for composition in found.values() for name in (*composition.used, composition.name)}
    for name, tensor in tensors.items():
        if name in found:
            yield found[name].name, found[name].tensor
        elif name not in gone:
            yield name, tensor


def _refuse_unknown(tensors: Mapping[str, StoredTensor]) -> None:
    for name in tensors:
        if match := _PARAMETRISED.fullmatch(name):
            weight = ".".join(filter(None, match.groups()[:2]))
            raise CheckpointError(
                f"{weight} is kept as what it is worked out from ({name}).",
                "The file does not tell by which rule; pruning, weight norm and spectral norm are known.",
                "Call torch.nn.utils.parametrize.remove_parametrizations before saving, and open that.",
            )


def _without_activations(tensors: Mapping[str, StoredTensor]) -> Iterator[tuple[str, StoredTensor]]:
    """Without the scales of quantised activations: a pass here is made in float32."""
    quantised = any(is_whole(tensor.kind) for tensor in tensors.values())
    for name, tensor in tensors.items():
        layer, _, last = name.rpartition(".")
        beside = {"scale": "zero_point", "zero_point": "scale"}.get(last)
        if not (quantised and beside and tensor.count == 1 and f"{layer}.{beside}".lstrip(".") in tensors):
            yield name, tensor


# The rules


def _alike(parts: Parts) -> bool:
    return parts[0].shape == parts[1].shape


def _has_lengths(parts: Parts) -> bool:
    """Weight norm's lengths are 1 along the sides that they were taken over."""
    weight, lengths = parts[0].shape, parts[1].shape
    return parts[1].count == 1 or (
        len(lengths) == len(weight)
        and all(side in (1, whole) for side, whole in zip(lengths, weight, strict=True))
    )


def _has_vectors(parts: Parts) -> bool:
    """Spectral norm's two vectors are as long as the matrix is high and wide."""
    weight, left, right = (part.shape for part in parts)
    return len(weight) > 1 and left == weight[:1] and right == (prod(weight[1:]),)


def _is_quantised(parts: Parts) -> bool:
    """One scale for all, or one for each of the first side's channels."""
    return is_whole(parts[0].dtype) and all(
        part.count == 1 or part.count == (*parts[0].shape, 1)[0] for part in parts[1:]
    )


def _is_symmetric(parts: Parts) -> bool:
    """Without a zero point it is 0, which unsigned numbers would make no sense with."""
    shape = parts[0].shape
    return parts[0].dtype in _SIGNED and parts[1].count in (1, *shape[:1])


_SIGNED: Final = ("int8", "float8_e4m3fn", "float8_e5m2")


def _masked(weight: Floats, mask: Floats) -> NDArray[Any]:
    return weight * mask


def _with_length(direction: Floats, length: Floats) -> NDArray[Any]:
    over = tuple(axis for axis in range(direction.ndim) if length.size == 1 or length.shape[axis] == 1)
    wide = direction.astype(np.float64)
    norms = np.sqrt((wide * wide).sum(over, keepdims=True))
    return wide * (length.reshape(norms.shape) / np.where(norms == 0, 1, norms))


def _by_largest(weight: Floats, left: Floats, right: Floats) -> NDArray[Any]:
    """A weight over its largest singular value, as the two vectors give it."""
    matrix = weight.reshape(len(weight), -1).astype(np.float64)
    return weight / (left.astype(np.float64) @ (matrix @ right.astype(np.float64)))


def _worked_out(how: str, work_out: Callable[..., NDArray[Any]]) -> Callable[..., StoredTensor]:
    def compose(*parts: StoredTensor) -> StoredTensor:
        return made(parts, work_out, how=how)

    return compose


_PRUNED: Final = _worked_out("weight × pruning mask", _masked)
_NORMED: Final = _worked_out("weight norm applied", _with_length)
_SPECTRAL: Final = _worked_out("spectral norm applied", _by_largest)
_BY_CHANNEL: Final = partial(dequantised, axis=0)

# Asked in this order: a rule with more parts comes before one with fewer.
_RULES: Final[tuple[_Rule, ...]] = (
    _Rule((".original", ".0._u", ".0._v"), _has_vectors, _SPECTRAL),
    _Rule((".original1", ".original0"), _has_lengths, _NORMED),
    _Rule(("_orig", "_u", "_v"), _has_vectors, _SPECTRAL),
    _Rule(("_orig", "_mask"), _alike, _PRUNED),
    _Rule(("_v", "_g"), _has_lengths, _NORMED),
    _Rule(("._data", "._scale"), _is_symmetric, _BY_CHANNEL),
    _Rule(("", "scale", "zero"), _is_quantised, _BY_CHANNEL),
    _Rule(("", "scale"), _is_symmetric, _BY_CHANNEL),
)
