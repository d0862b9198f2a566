"""How far the parts of one network are from another's, held against what was done to them."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from gnet_desktop.inspection.comparing.moving import PartMove, part_moves
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors, tiny


def compared(
    first: str, second: str, scaled: Mapping[str, float], *, heads: tuple[bool, bool] = (True, True)
) -> dict[str, PartMove]:
    """The moves of a small network to one whose tensors of these names are multiplied."""
    networks = []
    for family, with_heads, factors in zip((first, second), heads, ({}, scaled), strict=True):
        architecture = tiny(family, heads=with_heads)
        tensors = {
            name: value * factors.get(name, 1.0) for name, value in random_tensors(architecture, 0).items()
        }
        networks.append(GoogLeNet(architecture, tensors))
    return {move.part: move for move in part_moves(*networks)}


def test_a_branch_moved_as_far_as_its_weights_did() -> None:
    architecture = tiny("caffe")
    tensors = random_tensors(architecture, 0)
    name = "4a/3x3.weight"
    found = compared("caffe", "caffe", {name: 1.5})
    assert {part for part, move in found.items() if not move.same} == {"4a", "4a/3x3"}

    def size(*layers: str) -> float:
        parts = [tensors[key] for key in tensors if key.rpartition(".")[0] in layers]
        return float(torch.cat([part.flatten().double() for part in parts]).norm())

    moved = float(tensors[name].double().norm()) / 2
    assert found["4a/3x3"].distance == pytest.approx(moved / size("4a/3x3", "4a/3x3_reduce"), rel=1e-6)
    module = [key.rpartition(".")[0] for key in tensors if key.startswith("4a/")]
    assert found["4a"].distance == pytest.approx(moved / size(*module), rel=1e-6)
    assert (found["4a/3x3"].within, found["4a"].within, found["fc"].within) == ("4a", "", "")


def test_every_module_is_followed_by_its_branches_and_all_are_equal_of_a_copy() -> None:
    found = compared("torchvision", "torchvision", {})
    assert all(move.same and move.distance == 0 and move.partner for move in found.values())
    order = list(found)
    place = order.index("4a")
    assert order[place : place + 5] == ["4a", "4a/1x1", "4a/3x3", "4a/5x5", "4a/pool_proj"]
    modules = {"3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"}
    assert sum(move.within in modules for move in found.values()) == 36


def test_what_one_of_them_lacks_has_no_partner() -> None:
    for heads in ((True, False), (False, True)):
        found = compared("caffe", "caffe", {}, heads=heads)
        alone = {part for part, move in found.items() if not move.partner}
        assert {"aux1", "aux2", "aux1/conv"} <= alone
        assert {part.partition("/")[0] for part in alone} == {"aux1", "aux2"}


def test_other_shapes_have_no_distance() -> None:
    found = compared("caffe", "torchvision", {})
    assert np.isfinite(found["4a/1x1"].distance or 0)
    assert found["4a/5x5"].partner
    assert found["4a/5x5"].distance is None
