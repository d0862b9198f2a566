"""Lasagne's lists of parameters: arrays in order, without names (docs/formats.md#other-frameworks).

The recipes keep them under ``param values``, made by `get_all_param_values`: a weight and a
bias a layer, in the order in which the layers are reached from the output: stem, the modules'
branches, classifier. Matrices lie as inputs × outputs.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor
from gnet_desktop.network.architecture import MODULES

_MEAN: Final = re.compile(r"(?:.+\.)?mean[ _](?:value|image)")
"""What some of these files keep beside the list: the mean that is taken off a picture."""

_OWN_MEAN: Final = "The mean that the file keeps beside its weights is not read; Caffe's own is taken off."

_PLACE: Final = re.compile(r"(?:.+\.|arr_)?\d+")
_PARTS: Final = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
_LAYERS: Final = (
    *("conv1/7x7_s2", "conv2/3x3_reduce", "conv2/3x3"),
    *(f"inception_{module}/{part}" for module in MODULES for part in _PARTS),
    "loss3/classifier",
)
"""Caffe's names in the order of the recipe, which was made from Caffe's file."""

_SIDES: Final = {"7x7_s2": 7, "3x3": 3, "5x5": 5}


def named(contents: Contents) -> Contents:
    """The contents with Caffe's names where they are such a list; as they are where they are none."""
    listed = {name: tensor for name, tensor in contents.tensors.items() if not _MEAN.fullmatch(name)}
    tensors = list(listed.values())
    places = all(_PLACE.fullmatch(name) for name in listed)
    pairs = list(zip(tensors[::2], tensors[1::2], strict=False))
    if not places or len(tensors) != 2 * len(_LAYERS) or not _fits(pairs):
        return contents
    found = dict(_named(pairs))
    container = f"{contents.container}, Lasagne's parameters"
    notes = contents.notes if len(listed) == len(contents.tensors) else (*contents.notes, _OWN_MEAN)
    return replace(contents, container=container, tensors=found, notes=notes)


def _fits(pairs: list[tuple[StoredTensor, StoredTensor]]) -> bool:
    """Whether each weight has its layer's kernel and its own bias, and the stem leads from layer to layer."""
    for layer, (weight, bias) in zip(_LAYERS, pairs, strict=True):
        side = _SIDES.get(layer.rpartition("/")[2], 1)
        kernel = (side, side) if len(weight.shape) == 4 else ()
        if len(weight.shape) not in (2, 4) or weight.shape[2:] != kernel or len(bias.shape) != 1:
            return False
        if bias.count not in (weight.shape[:1] if kernel else weight.shape[1:]):
            return False
    stem = [weight.shape for weight, _ in pairs[:3]]
    return all(len(shape) == 4 for shape in stem) and all(a[0] == b[1] for a, b in pairwise(stem))


def _named(pairs: list[tuple[StoredTensor, StoredTensor]]) -> Iterator[tuple[str, StoredTensor]]:
    for layer, (weight, bias) in zip(_LAYERS, pairs, strict=True):
        yield f"{layer}.weight", weight.permuted((1, 0)) if len(weight.shape) == 2 else weight
        yield f"{layer}.bias", bias
