"""Shapes, costs and sizes against the published tables and against torch."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from gnet_desktop.errors import PictureError
from gnet_desktop.network.architecture import MODULES, Convolution, Pool
from gnet_desktop.network.arithmetic import (
    Cost,
    costs,
    shapes,
    sources,
    tensor_shapes,
    unreduced,
)
from gnet_desktop.network.families import FAMILIES, LUCID_WIDTHS, build
from gnet_desktop.network.sizes import Range, allowed_sizes, check_size, padding_of, side_after
from gnet_desktop.network.weightless import pool
from tests.network.cases import tiny
from tests.oracles import ORACLES

HEADS = {"aux1": 1000, "aux2": 1000}

# Family, arguments, side; parameters, MACs; parameters of aux1 and aux2 (docs/formats.md#common-ground).
TOTALS = [
    ("caffe", {}, 224, 6_998_552, 1_582_671_872, 3_188_840, 3_190_888),
    ("wzmiaomiao", {}, 224, 6_998_552, 1_582_671_872, 3_188_840, 3_190_888),
    ("torchvision", {}, 224, 6_624_904, 1_498_376_192, 3_188_968, 3_191_016),
    ("tutorial", {}, 224, 6_994_392, 1_569_826_816, None, None),
    ("aladdinpersson", {}, 224, 7_008_824, 1_569_826_816, 3_189_096, 3_191_144),
    ("lucid", {"classes": 1008}, 224, 7_066_380, 1_584_881_536, None, None),
    ("paddle", {}, 224, 6_991_272, 1_431_556_352, 2_271_208, 2_273_256),
    ("kuangliu", {"classes": 10}, 32, 6_166_250, 1_521_756_160, None, None),
    ("weiaicunzai", {"classes": 100}, 32, 6_258_500, 1_357_850_880, None, None),
]

# MACs of the four branches with their reductions, at 224 (docs/formats.md#costs).
BRANCH_MACS = {
    5: {
        "3a": (9_633_792, 101_154_816, 12_443_648, 4_816_896),
        "3b": (25_690_112, 199_098_368, 66_633_728, 12_845_056),
        "4a": (18_063_360, 44_255_232, 5_268_480, 6_021_120),
        "4b": (16_056_320, 55_494_656, 9_934_848, 6_422_528),
        "4c": (12_845_056, 70_647_808, 9_934_848, 6_422_528),
        "4d": (11_239_424, 87_607_296, 13_246_464, 6_422_528),
        "4e": (26_492_928, 106_874_880, 23_382_016, 13_246_464),
        "5a": (10_436_608, 29_102_080, 6_322_176, 5_218_304),
        "5b": (15_654_912, 40_341_504, 9_483_264, 5_218_304),
    },
    3: {
        "3a": (9_633_792, 101_154_816, 6_021_120, 4_816_896),
        "3b": (25_690_112, 199_098_368, 28_098_560, 12_845_056),
        "4a": (18_063_360, 44_255_232, 2_860_032, 6_021_120),
        "4b": (16_056_320, 55_494_656, 5_117_952, 6_422_528),
        "4c": (12_845_056, 70_647_808, 5_117_952, 6_422_528),
        "4d": (11_239_424, 87_607_296, 6_823_936, 6_422_528),
        "4e": (26_492_928, 106_874_880, 10_536_960, 13_246_464),
        "5a": (10_436_608, 29_102_080, 3_110_912, 5_218_304),
        "5b": (15_654_912, 40_341_504, 4_666_368, 5_218_304),
    },
}

# MACs of the 3×3 and the 5×5 branch without reductions, the module's weights with and without
# (docs/formats.md#costs, real 5×5).
UNREDUCED = {
    "3a": (173_408_256, 120_422_400, 163_328, 393_216),
    "3b": (346_816_512, 481_689_600, 388_096, 1_105_920),
    "4a": (176_117_760, 112_896_000, 375_552, 1_597_440),
    "4b": (202_309_632, 160_563_200, 448_512, 1_966_080),
    "4c": (231_211_008, 160_563_200, 509_440, 2_097_152),
    "4d": (260_112_384, 160_563_200, 604_672, 2_236_416),
    "4e": (298_045_440, 331_161_600, 867_328, 3_412_992),
    "5a": (117_411_840, 130_457_600, 1_042_432, 5_378_048),
    "5b": (140_894_208, 130_457_600, 1_442_816, 5_963_776),
}

# Sides of conv1, pool1, pool2, pool3, pool4 (docs/formats.md#costs).
SIDES = {
    "torchvision": {
        32: (16, 8, 4, 2, 1),
        112: (56, 28, 14, 7, 4),
        200: (100, 50, 25, 12, 6),
        208: (104, 52, 26, 13, 7),
        224: (112, 56, 28, 14, 7),
        227: (114, 57, 28, 14, 7),
        240: (120, 60, 30, 15, 8),
        299: (150, 75, 37, 18, 9),
        512: (256, 128, 64, 32, 16),
    },
    "wzmiaomiao": {112: (56, 28, 14, 7, 3), 208: (104, 52, 26, 13, 6), 240: (120, 60, 30, 15, 7)},
    "d2l": {
        96: (48, 24, 12, 6, 3),
        193: (97, 49, 25, 13, 7),
        225: (113, 57, 29, 15, 8),
        299: (150, 75, 38, 19, 10),
    },
    "lucid": {193: (97, 49, 25, 13, 7), 227: (114, 57, 29, 15, 8), 448: (224, 112, 56, 28, 14)},
    "paddle": {
        64: (32, 15, 7, 3, 1),
        224: (112, 55, 27, 13, 6),
        225: (113, 56, 27, 13, 6),
        256: (128, 63, 31, 15, 7),
    },
}


@pytest.mark.parametrize(("family", "arguments", "side", "parameters", "macs", "aux1", "aux2"), TOTALS)
def test_totals_are_the_published_ones(
    family: str, arguments: Mapping[str, Any], side: int, parameters: int, macs: int, aux1: int, aux2: int
) -> None:
    found = costs(build(family, aux_classes=HEADS if aux1 else {}, **arguments), (side, side))
    assert (found.total.parameters, found.total.macs) == (parameters, macs)
    if aux1:
        assert [found.heads[name].parameters for name in ("aux1", "aux2")] == [aux1, aux2]


def test_an_auxiliary_head_costs_what_is_published() -> None:
    heads = costs(build("torchvision", aux_classes=HEADS), (224, 224)).heads
    assert (heads["aux1"].macs, heads["aux2"].macs) == (4_169_728, 4_202_496)


@pytest.mark.parametrize("five", [3, 5])
def test_branches_cost_what_is_published(five: Literal[3, 5]) -> None:
    found = costs(build("wzmiaomiao", five=five), (224, 224))
    for module, expected in BRANCH_MACS[five].items():
        branches = [found.branches[f"{module}/{name}"].macs for name in ("1x1", "3x3", "5x5", "pool_proj")]
        assert tuple(branches) == expected
        assert found.modules[module].macs == sum(expected)
    assert found.layers["conv3"].macs == 346_816_512


def test_without_reductions_modules_cost_what_is_published() -> None:
    architecture = build("caffe")
    reduced, naive = (costs(net, (224, 224)) for net in (architecture, unreduced(architecture)))
    for module, (three, five, weights, more) in UNREDUCED.items():
        assert naive.branches[f"{module}/3x3"].macs == three
        assert naive.branches[f"{module}/5x5"].macs == five
        assert naive.branches[f"{module}/1x1"] == reduced.branches[f"{module}/1x1"]
        assert (reduced.modules[module].weights, naive.modules[module].weights) == (weights, more)
    assert sum(cost.macs for cost in naive.modules.values()) == 3_947_847_680
    three_by_three = unreduced(build("torchvision"))
    total = sum(cost.macs for cost in costs(three_by_three, (224, 224)).modules.values())
    assert total == pytest.approx(2803.0e6, abs=0.05e6)


def test_stacked_layers_lose_their_reduction_too() -> None:
    layers = unreduced(build("kuangliu")).module("3a").branch("5x5").layers
    assert [layer.name for layer in layers] == ["3a/5x5_a", "3a/5x5"]
    assert isinstance(layers[0], Convolution)
    assert layers[0].inputs == 192


@pytest.mark.parametrize(
    ("family", "side"), [(family, side) for family, sides in SIDES.items() for side in sides]
)
def test_maps_have_the_published_sides(family: str, side: int) -> None:
    found = shapes(tiny(family), (side, side))
    assert (
        tuple(found[name][1] for name in ("conv1", "pool1", "pool2", "pool3", "pool4")) == SIDES[family][side]
    )


# Which sides give an answer (docs/formats.md#costs).
@pytest.mark.parametrize(
    ("family", "part", "low", "high"),
    [
        ("torchvision", "main", 15, None),
        ("torchvision", "aux1", 15, None),
        ("caffe", "main", 223, 254),
        ("tutorial", "main", 193, 224),
        ("slim", "main", 193, 224),
        ("aladdinpersson", "main", 193, 224),
        ("aladdinpersson", "aux2", 209, 256),
        ("wzmiaomiao", "aux1", 223, 270),
        ("weiaicunzai", "main", 31, 34),
        ("kuangliu", "main", 29, 32),
        ("paddle", "aux1", 189, 236),
    ],
)
def test_allowed_sizes_are_the_published_ones(family: str, part: str, low: int, high: int | None) -> None:
    found = allowed_sizes(tiny(family, heads=True))[part]
    assert found == Range(low, high)
    assert low in found
    assert low - 1 not in found
    assert (high or 5000) in found
    if high is not None:
        assert high + 1 not in found


@pytest.mark.parametrize("family", ["torchvision", "caffe", "tutorial", "wzmiaomiao", "slim", "kuangliu"])
def test_the_original_fails_where_we_refuse(family: str) -> None:
    """The independent definitions run at both ends of the allowed sizes and fail beyond."""
    oracle = ORACLES[family]
    model = oracle.make(0, classes=3, **({"heads": False} if oracle.heads else {}))
    allowed = allowed_sizes(build(family, classes=3))["main"]
    ends = [(allowed.low, True), (allowed.low - 1, False)]
    if allowed.high is not None:
        ends += [(allowed.high, True), (allowed.high + 1, False)]
    for side, fits in ends:
        value = torch.zeros(1, oracle.channels, side, side)
        with torch.inference_mode():
            try:
                oracle.outputs(model, value)
                ran = True
            except RuntimeError:
                ran = False
        assert ran == fits, side


def test_a_refused_size_is_explained() -> None:
    with pytest.raises(PictureError) as caught:
        check_size(build("caffe"), (200, 300))
    assert caught.value.what == "This network cannot take an input of 300×200."
    assert "223 to 254" in caught.value.why


def test_an_enormous_input_is_refused_before_memory_is_asked_for() -> None:
    with pytest.raises(PictureError, match="too large"):
        check_size(build("torchvision"), (6000, 8000))
    check_size(build("torchvision"), (1500, 2000))


def test_ranges_read_well() -> None:
    assert [str(Range(15, None)), str(Range(7, 7)), str(Range(193, 224))] == ["15 or more", "7", "193 to 224"]


@st.composite
def windows(draw: st.DrawFn) -> tuple[Pool, int]:
    kernel = draw(st.integers(1, 7))
    same = draw(st.booleans())
    padding: int | Literal["same"] = "same" if same else draw(st.integers(0, kernel // 2))
    layer = Pool("pool", kernel, draw(st.integers(1, 4)), padding, ceil=not same and draw(st.booleans()))
    return layer, draw(st.integers(1, 40))


@given(windows())
@settings(max_examples=300)
def test_sides_of_pools_are_torchs(case: tuple[Pool, int]) -> None:
    layer, side = case
    expected = side_after(layer, side)
    if expected < 1:
        with pytest.raises(RuntimeError):
            pool(layer, torch.zeros(1, 1, side, side))
    else:
        assert pool(layer, torch.zeros(1, 1, side, side)).shape[2] == expected


@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 3), st.integers(1, 40))
def test_sides_of_convolutions_are_torchs(kernel: int, stride: int, padding: int, side: int) -> None:
    expected = side_after(Convolution("c", 1, 1, kernel, stride, padding), side)
    if expected >= 1:
        value = F.conv2d(
            torch.zeros(1, 1, side, side), torch.zeros(1, 1, kernel, kernel), None, stride, padding
        )
        assert value.shape[2] == expected


@given(st.integers(1, 7), st.integers(1, 4), st.integers(1, 300))
def test_same_padding_is_tensorflows(kernel: int, stride: int, side: int) -> None:
    """Output ceil(n / s), and the smaller half in front (docs/formats.md#common-ground)."""
    layer = Convolution("c", 1, 1, kernel, stride, "same")
    before, after = padding_of(layer, side)
    assert side_after(layer, side) == -(-side // stride)
    assert 0 <= after - before <= 1
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    assert before + after == total


@pytest.mark.parametrize("family", FAMILIES)
def test_every_map_has_a_source_that_is_recorded(family: str) -> None:
    architecture = build(family, aux_classes=HEADS)
    known = sources(architecture)
    side = 32 if family in ("kuangliu", "weiaicunzai") else 224
    maps = {name for name, shape in shapes(architecture, (side, side)).items() if len(shape) == 3}
    assert set(known) == maps
    assert set(known.values()) <= {*maps, "input"}
    assert known["4a/5x5_reduce"] == known["4a/1x1"] == known["4a/pool"] == "pool3"
    assert known["4a/3x3"] == "4a/3x3_reduce"


def test_tensor_shapes_are_those_of_the_file() -> None:
    """Against torchvision's own state dict: same sizes, same number of tensors."""
    model = ORACLES["torchvision"].make(0, classes=1000)
    state = {name: tuple(value.shape) for name, value in model.state_dict().items() if value.dim()}
    found = tensor_shapes(build("torchvision", aux_classes=HEADS))
    assert sorted(found.values()) == sorted(state.values())
    assert found["4a/5x5.weight"] == state["inception4a.branch3.1.conv.weight"]
    assert found["4a/5x5.norm.variance"] == state["inception4a.branch3.1.bn.running_var"]


def test_costs_add_up() -> None:
    assert Cost(1, 2, 3) + Cost(10, 20, 30) == Cost(11, 22, 33)
    found = costs(build("lucid", LUCID_WIDTHS), (224, 224))
    assert set(found.modules) == set(MODULES)
    outside = [name for name in found.layers if "/" not in name]
    total = sum(found.modules[name].macs for name in MODULES) + sum(
        found.layers[name].macs for name in outside
    )
    assert total == found.total.macs


def test_names_and_arithmetic_do_not_import_torch() -> None:
    modules = ("architecture", "arithmetic", "assembling", "families", "naming", "record", "recipes", "sizes")
    lines = [f"import gnet_desktop.network.{module}" for module in modules]
    code = "; ".join([*lines, "import sys", "assert 'torch' not in sys.modules"])
    subprocess.run([sys.executable, "-c", code], check=True)
