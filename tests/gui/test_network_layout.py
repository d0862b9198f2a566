"""Where the parts of the map of the network lie, how thick they are, and what their numbers are."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from gnet_desktop.gui.looks.theme import DARK, LIGHT, Theme, font
from gnet_desktop.gui.network_map.layout import lay_out
from gnet_desktop.gui.network_map.marks import CHOSEN, HOVERED, draw_frames, draw_ground, words_of
from gnet_desktop.gui.network_map.savings import paths, savings
from gnet_desktop.gui.network_map.shapes import Box, MapLabel, MapLayout, Polygon, Ribbon, Wire
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.gui.network_map.words import amount, values_of
from gnet_desktop.gui.painting.ink import contrast, ink_on
from gnet_desktop.inspection.quantities import QUANTITIES, MeasuredNetwork, branches_of, measure
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.families import FAMILIES, build
from gnet_desktop.network.record import Record
from gnet_desktop.network.sizes import allowed_sizes
from tests.gui.answering import activations
from tests.gui.made import there

TEXTS = Texts("stem", "main", "pool", "no heads", "224²")
SIZES = [(911.0, 124.0), (1047.0, 182.0), (1600.0, 440.0)]


def size_for(architecture: Architecture) -> tuple[int, int]:
    """An input that the network takes, 224 if it does."""
    allowed = allowed_sizes(architecture)["main"]
    side = 224 if 224 in allowed else allowed.low
    return side, side


def layout_of(architecture: Architecture, size: tuple[float, float], quantity: str = "channels") -> MapLayout:
    """The map of a network, with a made pass where the quantity needs one."""
    input_size = size_for(architecture)
    record = Record(activations(architecture, input_size), {}, input_size, 1.0)
    other = Record(activations(architecture, input_size, seed=5), {}, input_size, 1.0)
    effects = {part: 0.1 for module in architecture.modules for part in branches_of(module)}
    found = measure(quantity, MeasuredNetwork(architecture, input_size, record, other, effects))
    assert found is not None
    return lay_out(architecture, found, size, shapes(architecture, input_size), TEXTS)


@pytest.fixture(scope="module")
def caffe() -> Architecture:
    return build("caffe", aux_classes={"aux1": 1000, "aux2": 1000})


# Geometry


@pytest.mark.parametrize("module", ["3b", "4a", "4e", "5b"])
def test_no_frame_passes_through_the_name_of_a_pool(caffe: Architecture, module: str) -> None:
    layout = layout_of(caffe, (1047.0, 182.0))
    image = QImage(1047, 182, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    draw_ground(painter, layout, module)
    draw_frames(painter, layout, [(module, CHOSEN), (module, HOVERED)])
    painter.end()
    pools = [one for one in layout.shapes if isinstance(one, MapLabel) and "pool" in one.text]
    assert len(pools) >= 3
    ground = QColor(LIGHT.accentbg).lightness()
    for label in pools:
        box = words_of(label).toAlignedRect().adjusted(1, 1, -1, -1)
        places = itertools.product(range(box.left(), box.right()), range(box.top(), box.bottom()))
        assert min(image.pixelColor(*place).lightness() for place in places) >= ground, label.text


def test_thickness_is_linear_in_the_channels(caffe: Architecture) -> None:
    boxes = layout_of(caffe, (1600, 440)).boxes
    # widths of the paper's table
    widths = {"4a/1x1": 192, "4a/3x3": 208, "4a/5x5": 48, "5b/3x3": 384, "conv3": 192, "4a/3x3_reduce": 96}
    scale = {name: boxes[name].height / width for name, width in widths.items()}
    assert max(scale.values()) == pytest.approx(min(scale.values()), rel=1e-6)


def test_the_stripes_of_a_module_are_as_thick_as_its_channels(caffe: Architecture) -> None:
    layout = layout_of(caffe, (1600, 440))
    scale = layout.boxes["5b/1x1"].height / 384
    stripes = [shape for shape in layout.shapes if isinstance(shape, Box) and shape.target in BRANCHES_OF_4A]
    stripes = [shape for shape in stripes if shape.radius == 0]
    assert sum(shape.height for shape in stripes) == pytest.approx(512 * scale)
    tops = [shape.top for shape in stripes]
    assert tops == sorted(tops)


BRANCHES_OF_4A = ("4a/1x1", "4a/3x3", "4a/5x5", "4a/pool_proj")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_nothing_is_too_thin_to_see_or_to_hit(
    caffe: Architecture, size: tuple[int, int], quantity: str
) -> None:
    layout = layout_of(caffe, size, quantity)
    assert min(area.height for name, area in layout.boxes.items() if "/" in name and "aux" not in name) >= 2.4
    assert min(min(area.width, area.height) for area in layout.areas) >= 12


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_everything_lies_inside_and_the_branches_of_a_module_apart(
    caffe: Architecture, size: tuple[int, int], quantity: str
) -> None:
    check_layout(layout_of(caffe, size, quantity), size)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_has_a_map(family: str) -> None:
    architecture = build(family)
    layout = layout_of(architecture, (911.0, 124.0))
    check_layout(layout, (911.0, 124.0))
    names = {layer.name for layer in architecture.convolutions()}
    assert names <= set(layout.boxes)
    assert list(layout.frames) == [module.name for module in architecture.modules]


def check_layout(layout: MapLayout, size: tuple[float, float]) -> None:
    """All shapes inside; branches of a module apart; modules from left to right."""
    width, height = size
    for shape in layout.shapes:
        for x, y in corners(shape):
            assert -0.01 <= x <= width + 0.01, shape
            assert -0.01 <= y <= height + 0.01, shape
    for module in layout.frames:
        rows = [area for name, area in layout.boxes.items() if name in branch_names(module)]
        rows.sort(key=lambda area: area.top)
        for above, below in itertools.pairwise(rows):
            assert above.top + above.height < below.top
    lefts = [frame.left for frame in layout.frames.values()]
    assert lefts == sorted(lefts)


def branch_names(module: str) -> set[str]:
    return {f"{module}/{branch}" for branch in ("1x1", "3x3", "5x5", "pool_proj")}


def corners(shape: object) -> list[tuple[float, float]]:
    match shape:
        case Box() | MapLabel():
            bottom = shape.top + shape.height
            return [(shape.left, shape.top), (shape.left + shape.width, bottom)]
        case Polygon() | Wire():
            return list(shape.points)
        case Ribbon():
            return [(shape.left, min(shape.start)), (shape.right, max(shape.end))]
    return []


def test_each_layer_is_hit_in_its_middle(caffe: Architecture) -> None:
    layout = layout_of(caffe, (1047.0, 182.0))
    for name, area in layout.boxes.items():
        found = layout.at(area.left + area.width / 2, area.top + area.height / 2)
        assert found == name, (name, found)
    frame = layout.frames["4c"]
    assert layout.at(frame.left + frame.width / 2, frame.top + 3) == "4c"


# Quantities, against the published table and by hand


def test_multiply_adds_are_those_of_the_table(caffe: Architecture) -> None:
    found = measure("macs", MeasuredNetwork(caffe, (224, 224), None))
    assert found is not None
    assert found.stripes["4a/3x3"] == 44_255_232
    assert found.stripes["3a/5x5"] == 12_443_648
    assert found.layers["conv3"] == 346_816_512


def test_energy_and_nonzero_need_a_picture(caffe: Architecture) -> None:
    assert measure("energy", MeasuredNetwork(caffe, (224, 224), None)) is None
    assert measure("nonzero", MeasuredNetwork(caffe, (224, 224), None)) is None


def test_energy_is_each_branchs_share_of_the_sum_of_squares(caffe: Architecture) -> None:
    made = activations(caffe, (224, 224))
    found = measure("energy", MeasuredNetwork(caffe, (224, 224), Record(made, {}, (224, 224), 1.0)))
    squares = {part: float((made[part].astype(np.float64) ** 2).sum()) for part in BRANCHES_OF_4A}
    assert found is not None
    for part, square in squares.items():
        assert found.layers[part] == pytest.approx(square / sum(squares.values()), rel=1e-5)


def test_nonzero_counts_cells_and_leaves_out_what_is_no_number(caffe: Architecture) -> None:
    made = activations(caffe, (224, 224))
    made["4a/1x1"][:] = 0
    made["4a/1x1"][:48, 0, 0] = 1
    made["4a/1x1"][0, 5, 5] = np.nan
    found = measure("nonzero", MeasuredNetwork(caffe, (224, 224), Record(made, {}, (224, 224), 1.0)))
    assert found is not None
    assert found.layers["4a/1x1"] == pytest.approx(48 / (192 * 14 * 14 - 1))


def test_the_difference_is_its_length_over_the_sum_of_both(caffe: Architecture) -> None:
    this, other = activations(caffe, (224, 224)), activations(caffe, (224, 224), seed=5)
    other["4a/5x5"] = this["4a/5x5"]
    other["4a/pool_proj"] = np.zeros_like(this["4a/pool_proj"])
    ours, theirs = (Record(made, {}, (224, 224), 1.0) for made in (this, other))
    found = measure("difference", MeasuredNetwork(caffe, (224, 224), ours, theirs))
    assert measure("difference", MeasuredNetwork(caffe, (224, 224), ours)) is None
    one, two = (made["4a/3x3"].astype(np.float64).ravel() for made in (this, other))
    apart = np.sqrt(np.square(one - two).sum())
    expected = apart / (np.sqrt(np.square(one).sum()) + np.sqrt(np.square(two).sum()))
    assert there(found).layers["4a/3x3"] == pytest.approx(expected, rel=1e-5)
    assert there(found).layers["4a/5x5"] == 0
    assert there(found).layers["4a/pool_proj"] == 1
    assert there(found).stripes["4a/3x3"] == pytest.approx(expected * 208 / 512, rel=1e-5)


def test_an_effect_is_as_thick_as_it_is_large_and_written_with_its_sign(caffe: Architecture) -> None:
    effects = {part: 0.0 for module in caffe.modules for part in branches_of(module)}
    effects.update({"4a/1x1": -2.0, "4a/3x3": 1.0, "5b/pool_proj": 0.001})
    found = measure("effect", MeasuredNetwork(caffe, (224, 224), effects=effects))
    assert measure("effect", MeasuredNetwork(caffe, (224, 224))) is None
    assert (there(found).layers["4a/1x1"], there(found).layers["4a/3x3"]) == (2, 1)
    words = values_of(there(found))
    assert (words["4a/1x1"], words["4a/3x3"], words["5b/pool_proj"]) == ("−2.00", "+1.00", "")


def test_amounts_are_short() -> None:
    words = [amount(value).replace("\u2009", " ") for value in (1_103_972_352, 44_255_232, 9_408, 512)]
    assert words == ["1.10 G", "44.3 M", "9.4 k", "512"]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_numbers_in_boxes_can_be_read(theme: Theme) -> None:
    for branch in ("1x1", "3x3", "5x5", "pool_proj"):
        ground = theme.branch(branch)
        assert contrast(ink_on(ground), ground) >= 4.5


# What the reductions save: the whole table of docs/formats.md#costs

WITH_AND_WITHOUT = {
    # module: 3x3 as built, without, 5x5 as built, without
    "3a": (101_154_816, 173_408_256, 12_443_648, 120_422_400),
    "3b": (199_098_368, 346_816_512, 66_633_728, 481_689_600),
    "4a": (44_255_232, 176_117_760, 5_268_480, 112_896_000),
    "4b": (55_494_656, 202_309_632, 9_934_848, 160_563_200),
    "4c": (70_647_808, 231_211_008, 9_934_848, 160_563_200),
    "4d": (87_607_296, 260_112_384, 13_246_464, 160_563_200),
    "4e": (106_874_880, 298_045_440, 23_382_016, 331_161_600),
    "5a": (29_102_080, 117_411_840, 6_322_176, 130_457_600),
    "5b": (40_341_504, 140_894_208, 9_483_264, 130_457_600),
}
WEIGHTS = {
    "3a": (163_328, 393_216),
    "3b": (388_096, 1_105_920),
    "4a": (375_552, 1_597_440),
    "4e": (867_328, 3_412_992),
    "5b": (1_442_816, 5_963_776),
}


def test_what_reductions_save_is_the_published_table(caffe: Architecture) -> None:
    found = savings(caffe, (224, 224))
    for module, numbers in WITH_AND_WITHOUT.items():
        one = found.module(module)
        assert (one.built["3x3"], one.without["3x3"], one.built["5x5"], one.without["5x5"]) == numbers
        assert one.built["1x1"] == one.without["1x1"]
        assert one.built["pool_proj"] == one.without["pool_proj"]
    assert found.total == 1_103_972_352
    assert found.total_without == 3_947_847_680
    assert round(found.ratio, 2) == 3.58


def test_weights_saved_are_the_published_table(caffe: Architecture) -> None:
    found = savings(caffe, (224, 224), "weights")
    for module, numbers in WEIGHTS.items():
        one = found.module(module)
        assert (one.total, one.total_without) == numbers
    assert (found.total, found.total_without) == (5_842_176, 24_151_040)


def test_torchvisions_smaller_kernel_saves_less() -> None:
    found = savings(build("torchvision"), (224, 224))
    assert found.total == 1_019_676_672
    assert round(found.total_without / 1e6, 1) == 2803.0
    assert round(found.ratio, 2) == 2.75


def test_the_running_total_begins_with_the_stem_and_ends_before_the_classifier(caffe: Architecture) -> None:
    found = savings(caffe, (224, 224))
    stem = 118_013_952 + 12_845_056 + 346_816_512
    assert found.module("3a").running == stem + 128_049_152
    assert found.module("5b").running == found.whole - 1_024_000


def test_the_teaching_example_is_branch_5x5_of_3a(caffe: Architecture) -> None:
    five = next(path for path in paths(caffe, "3a", (224, 224)) if path.branch.name == "5x5")
    assert [step.macs for step in five.steps] == [2_408_448, 10_035_200]
    assert [step.channels for step in five.steps] == [16, 32]
    assert (five.inputs, five.without) == (192, 120_422_400)


def test_a_pool_costs_nothing_and_has_no_other_way(caffe: Architecture) -> None:
    pool = next(path for path in paths(caffe, "4a", (224, 224)) if path.branch.name == "pool_proj")
    assert [step.macs for step in pool.steps] == [0, 6_021_120]
    assert pool.without is None


@pytest.mark.parametrize("total", ["480", "388.7\u2009k"])
@pytest.mark.parametrize("width", [640.0, 700.0, 760.0, 850.0, 1047.0])
def test_the_name_of_a_pool_never_runs_into_the_number_of_the_module_before(
    caffe: Architecture, qapp: object, width: float, total: str
) -> None:
    found = measure("channels", MeasuredNetwork(caffe, (224, 224)))
    assert found is not None
    texts = replace(TEXTS, totals={module.name: total for module in caffe.modules})
    layout = lay_out(caffe, found, (width, 182.0), shapes(caffe, (224, 224)), texts)
    row = [
        one for one in layout.shapes if isinstance(one, MapLabel) and one.top > 120 and one.align == "centre"
    ]
    measured = QFontMetricsF(font(10.5))
    boxes = []
    for label in row:
        middle, half = label.left + label.width / 2, measured.horizontalAdvance(label.text) / 2
        boxes.append((middle - half, middle + half, label.text))
    pairs = list(itertools.pairwise(sorted(boxes)))
    assert pairs
    for (_, end, one), (start, _, other) in pairs:
        if "pool" in other and one == total:
            assert start - end >= 4, (one, other)
    if width > 1000:
        assert "pool3" in [label.text for label in row]
