"""Receptive fields against the published tables and against gradients."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gnet_desktop.network.architecture import BRANCHES, MODULES, Architecture, Convolution, Module, Pool
from gnet_desktop.network.arithmetic import field_box, receptive_field
from gnet_desktop.network.families import FAMILIES, build
from tests.network.cases import tiny
from tests.oracles.tensorflow import same

# Fields of the four branches by module; of the stem and the pools; jumps and centres of the
# stages 3, 4, 5 (docs/formats.md#costs).
_TORCHVISION = {
    "3a": (27, 43, 43, 43),
    "3b": (43, 59, 59, 59),
    "4a": (75, 107, 107, 107),
    "4b": (107, 139, 139, 139),
    "4c": (139, 171, 171, 171),
    "4d": (171, 203, 203, 203),
    "4e": (203, 235, 235, 235),
    "5a": (251, 315, 315, 315),
    "5b": (315, 379, 379, 379),
    "stem": {"conv1": 7, "pool1": 11, "conv2": 11, "conv3": 19, "pool2": 27, "pool3": 75, "pool4": 251},
}
_CAFFE = {
    "3a": (27, 43, 59, 43),
    "3b": (59, 75, 91, 75),
    "4a": (107, 139, 171, 139),
    "4b": (171, 203, 235, 203),
    "4c": (235, 267, 299, 267),
    "4d": (299, 331, 363, 331),
    "4e": (363, 395, 427, 395),
    "5a": (459, 523, 587, 523),
    "5b": (587, 651, 715, 651),
    "stem": {"conv1": 7, "pool1": 11, "conv3": 19, "pool2": 27, "pool3": 107, "pool4": 459},
}
_CIFAR = {
    "3a": (3, 5, 7, 5),
    "3b": (7, 9, 11, 9),
    "4a": (13, 17, 21, 17),
    "4b": (21, 25, 29, 25),
    "4c": (29, 33, 37, 33),
    "4d": (37, 41, 45, 41),
    "4e": (45, 49, 53, 49),
    "5a": (57, 65, 73, 65),
    "5b": (73, 81, 89, 81),
    "stem": {"conv1": 3, "pool3": 13, "pool4": 57},
}
PUBLISHED = [
    ("torchvision", 224, _TORCHVISION, (8, 16, 32), (6, 14, 22)),
    ("caffe", 224, _CAFFE, (8, 16, 32), (6, 14, 30)),
    ("wzmiaomiao", 224, _CAFFE, (8, 16, 32), (6, 14, 30)),
    ("tutorial", 224, _CAFFE, (8, 16, 32), (0, 0, 0)),
    ("d2l", 224, _CAFFE, (8, 16, 32), (0, 0, 0)),
    ("slim", 224, _TORCHVISION, (8, 16, 32), (7, 15, 23)),
    ("lucid", 224, _CAFFE, (8, 16, 32), (7, 15, 31)),
    ("kuangliu", 32, _CIFAR, (1, 2, 4), (0, 0, 0)),
    ("weiaicunzai", 32, _CIFAR, (1, 2, 4), (1, 1, 1)),
]


@pytest.mark.parametrize(("family", "side", "sizes", "jumps", "centres"), PUBLISHED)
def test_fields_are_the_published_ones(
    family: str, side: int, sizes: Mapping[str, Any], jumps: tuple[int, ...], centres: tuple[float, ...]
) -> None:
    architecture = build(family)
    for module in MODULES:
        stage = "345".index(module[0])
        for branch, size in zip(BRANCHES, sizes[module], strict=True):
            field = receptive_field(architecture, f"{module}/{branch}", (side, side))
            assert (field.size, field.jump, field.centre) == (size, jumps[stage], (centres[stage],) * 2)
        whole = receptive_field(architecture, module, (side, side))
        assert whole.size == max(sizes[module])
    for name, size in sizes["stem"].items():
        assert receptive_field(architecture, name, (side, side)).size == size


def test_a_field_without_a_regular_grid_is_refused() -> None:
    architecture = build("torchvision", aux_classes={"aux1": 10})
    for name in ("aux1/conv", "aux1", "logits", "global_pool", "4f"):
        with pytest.raises(KeyError):
            receptive_field(architecture, name, (224, 224))


def test_norms_do_not_change_the_field_and_heads_with_a_fixed_pool_have_one() -> None:
    architecture = build("caffe", aux_classes={"aux1": 10})
    fields = [receptive_field(architecture, name, (224, 224)) for name in ("pool1", "norm1")]
    assert fields[0] == fields[1]
    field = receptive_field(architecture, "aux1/conv", (224, 224))
    assert (field.size, field.jump) == (171 + 4 * 16, 48)


class Spread:
    """Which pixels each cell depends on, by gradient.

    One channel, all weights alike and positive, averages in place of maxima and sums in
    place of concatenations: the gradient is positive exactly where there is a path.
    Written with torch's own padding and rounding, not with the arithmetic under test.
    """

    def __init__(self, architecture: Architecture, size: tuple[int, int]) -> None:
        self.maps: dict[str, Tensor] = {}
        self.input = torch.ones(1, 1, *size, dtype=torch.float64, requires_grad=True)
        value = self.input
        for layer in architecture.trunk:
            if isinstance(layer, Module):
                ends = []
                for branch in layer.branches:
                    part = value
                    for step in branch.layers:
                        part = self.maps[step.name] = self.apply(step, part)
                    ends.append(part)
                value = torch.stack(ends).sum(0)
            elif isinstance(layer, Convolution | Pool):
                value = self.apply(layer, value)
            self.maps[layer.name] = value

    @staticmethod
    def apply(layer: Convolution | Pool, value: Tensor) -> Tensor:
        padding = layer.padding
        if padding == "same":
            value, padding = same(value, layer.kernel, layer.stride), 0
        if isinstance(layer, Pool):
            return F.avg_pool2d(value, layer.kernel, layer.stride, padding, ceil_mode=layer.ceil)
        kernel = torch.full((1, 1, layer.kernel, layer.kernel), 1 / layer.kernel**2, dtype=torch.float64)
        return F.conv2d(value, kernel, None, layer.stride, padding)

    def box(self, name: str, column: int, row: int) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) of the pixels that a cell depends on; they fill the box."""
        cell = self.maps[name][0, 0, row, column]
        (gradient,) = torch.autograd.grad(cell, self.input, retain_graph=True)
        touched = gradient[0, 0] > 0
        rows, columns = touched.any(1).nonzero().flatten(), touched.any(0).nonzero().flatten()
        left, right = int(columns[0]), int(columns[-1]) + 1
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        assert touched[top:bottom, left:right].all()
        return left, top, right, bottom


def cells(spread: Spread, name: str) -> Iterator[tuple[int, int]]:
    """Both corners and the middle of a map, as (column, row)."""
    height, width = spread.maps[name].shape[2:]
    yield from {(0, 0), (width - 1, height - 1), (width // 2, height // 2)}


def assert_fields_are_those_of_the_gradients(
    architecture: Architecture, size: tuple[int, int], names: list[str]
) -> None:
    spread = Spread(architecture, size)
    for name in names:
        field = receptive_field(architecture, name, size)
        for column, row in cells(spread, name):
            assert field_box(field, column, row) == spread.box(name, column, row), (name, column, row)


def names_of(architecture: Architecture, modules: tuple[str, ...]) -> list[str]:
    """All maps of these modules, and everything outside modules."""
    inside = [
        layer.name
        for module in modules
        for branch in architecture.module(module).branches
        for layer in branch.layers
    ]
    return [*inside, *(layer.name for layer in architecture.trunk)]


SIZES = {"kuangliu": (32, 29), "weiaicunzai": (32, 34), "weiaicunzai_later": (40, 57), "d2l": (96, 131)}


@pytest.mark.parametrize(
    ("family", "size", "modules"),
    [
        ("torchvision", (224, 224), ("3a", "4a", "5b")),
        ("caffe", (224, 250), ("3a", "4d")),
        ("tutorial", (193, 224), ("3b", "5a")),
        ("lucid", (224, 301), ("3a", "4e")),
        ("slim", (221, 200), ("4b",)),
        ("paddle", (224, 189), ("3a", "5b")),
        ("kuangliu", (32, 32), ("3a", "4c", "5b")),
        ("weiaicunzai", (31, 34), ("3b", "4e")),
    ],
)
def test_fields_are_where_the_gradient_is(
    family: str, size: tuple[int, int], modules: tuple[str, ...]
) -> None:
    if family == "slim":
        size = (221, 200)
    architecture = tiny(family)
    assert_fields_are_those_of_the_gradients(architecture, size, names_of(architecture, modules))


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("five", [3, 5, "3+3"])
def test_every_branch_of_every_family_is_where_the_gradient_is(family: str, five: object) -> None:
    architecture = tiny(family, five=five)
    size = SIZES.get(family, (224, 224 if architecture.global_pool.window else 271))
    assert_fields_are_those_of_the_gradients(architecture, size, names_of(architecture, MODULES))


def test_the_first_module_sees_what_everyone_can_check() -> None:
    """27, 43, 43, 43 pixels with torchvision's kernels, 27, 43, 59, 43 with the paper's; step 8."""
    for family, expected in (("torchvision", (27, 43, 43, 43)), ("caffe", (27, 43, 59, 43))):
        spread = Spread(tiny(family), (224, 224))
        for branch, side in zip(BRANCHES, expected, strict=True):
            left, top, right, bottom = spread.box(f"3a/{branch}", 14, 14)
            assert (right - left, bottom - top) == (side, side)
            moved = spread.box(f"3a/{branch}", 15, 14)
            assert moved[0] - left == 8
