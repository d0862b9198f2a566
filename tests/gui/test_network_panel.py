"""The network map: what it draws where, what it tells, and what can be done on it."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from gnet_desktop.errors import ExportError
from gnet_desktop.glossary import TERMS
from gnet_desktop.gui.exports.network import export_network
from gnet_desktop.gui.looks.theme import DARK, LIGHT
from gnet_desktop.gui.network_map.layout import lay_out
from gnet_desktop.gui.network_map.marks import CHOSEN, HOVERED, draw_frames, draw_ground, words_of
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.network_map.savings import paths, savings
from gnet_desktop.gui.network_map.shapes import Box, Label, MapLayout, Polygon, Ribbon, Wire
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.gui.network_map.words import amount, values_of
from gnet_desktop.gui.painting.ink import contrast, ink_on
from gnet_desktop.inspection.quantities import QUANTITIES, Source, branches_of, measure
from gnet_desktop.network.architecture import MODULES, Architecture
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.families import FAMILIES, build
from gnet_desktop.network.record import Record
from gnet_desktop.network.sizes import allowed_sizes
from gnet_desktop.workspace.state import Workspace
from tests.gui.answering import activations, make_checkpoint, make_result, make_workspace, show
from tests.gui.made import point_at

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
    found = measure(quantity, Source(architecture, input_size, record, other, effects))
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
    pools = [one for one in layout.shapes if isinstance(one, Label) and "pool" in one.text]
    assert len(pools) >= 3
    ground = QColor(LIGHT.accentbg).lightness()
    for label in pools:
        box = words_of(label).toAlignedRect().adjusted(1, 1, -1, -1)
        places = itertools.product(range(box.left(), box.right()), range(box.top(), box.bottom()))
        assert min(image.pixelColor(*place).lightness() for place in places) >= ground, label.text


def test_thickness_is_linear_in_the_channels(caffe) -> None:
    boxes = layout_of(caffe, (1600, 440)).boxes
    # widths of the paper's table
    widths = {"4a/1x1": 192, "4a/3x3": 208, "4a/5x5": 48, "5b/3x3": 384, "conv3": 192, "4a/3x3_reduce": 96}
    scale = {name: boxes[name].height / width for name, width in widths.items()}
    assert max(scale.values()) == pytest.approx(min(scale.values()), rel=1e-6)


def test_the_stripes_of_a_module_are_as_thick_as_its_channels(caffe) -> None:
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
def test_nothing_is_too_thin_to_see_or_to_hit(caffe, size, quantity) -> None:
    layout = layout_of(caffe, size, quantity)
    assert min(area.height for name, area in layout.boxes.items() if "/" in name and "aux" not in name) >= 2.4
    assert min(min(area.width, area.height) for area in layout.areas) >= 12


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_everything_lies_inside_and_the_branches_of_a_module_apart(caffe, size, quantity) -> None:
    check_layout(layout_of(caffe, size, quantity), size)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_has_a_map(family) -> None:
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
        case Box() | Label():
            bottom = shape.top + shape.height
            return [(shape.left, shape.top), (shape.left + shape.width, bottom)]
        case Polygon() | Wire():
            return list(shape.points)
        case Ribbon():
            return [(shape.left, min(shape.start)), (shape.right, max(shape.end))]
    return []


def test_each_layer_is_hit_in_its_middle(caffe) -> None:
    layout = layout_of(caffe, (1047.0, 182.0))
    for name, area in layout.boxes.items():
        found = layout.at(area.left + area.width / 2, area.top + area.height / 2)
        assert found == name, (name, found)
    frame = layout.frames["4c"]
    assert layout.at(frame.left + frame.width / 2, frame.top + 3) == "4c"


# Quantities, against the published table and by hand


def test_multiply_adds_are_those_of_the_table(caffe) -> None:
    found = measure("macs", Source(caffe, (224, 224), None))
    assert found is not None
    assert found.stripes["4a/3x3"] == 44_255_232
    assert found.stripes["3a/5x5"] == 12_443_648
    assert found.layers["conv3"] == 346_816_512


def test_energy_and_nonzero_need_a_picture(caffe) -> None:
    assert measure("energy", Source(caffe, (224, 224), None)) is None
    assert measure("nonzero", Source(caffe, (224, 224), None)) is None


def test_energy_is_each_branchs_share_of_the_sum_of_squares(caffe) -> None:
    made = activations(caffe, (224, 224))
    found = measure("energy", Source(caffe, (224, 224), Record(made, {}, (224, 224), 1.0)))
    squares = {part: float((made[part].astype(np.float64) ** 2).sum()) for part in BRANCHES_OF_4A}
    assert found is not None
    for part, square in squares.items():
        assert found.layers[part] == pytest.approx(square / sum(squares.values()), rel=1e-5)


def test_nonzero_counts_cells_and_leaves_out_what_is_no_number(caffe) -> None:
    made = activations(caffe, (224, 224))
    made["4a/1x1"][:] = 0
    made["4a/1x1"][:48, 0, 0] = 1
    made["4a/1x1"][0, 5, 5] = np.nan
    found = measure("nonzero", Source(caffe, (224, 224), Record(made, {}, (224, 224), 1.0)))
    assert found is not None
    assert found.layers["4a/1x1"] == pytest.approx(48 / (192 * 14 * 14 - 1))


def test_the_difference_is_its_length_over_the_sum_of_both(caffe) -> None:
    this, other = activations(caffe, (224, 224)), activations(caffe, (224, 224), seed=5)
    other["4a/5x5"] = this["4a/5x5"]
    other["4a/pool_proj"] = np.zeros_like(this["4a/pool_proj"])
    records = [Record(made, {}, (224, 224), 1.0) for made in (this, other)]
    found = measure("difference", Source(caffe, (224, 224), *records))
    assert measure("difference", Source(caffe, (224, 224), records[0])) is None
    one, two = (made["4a/3x3"].astype(np.float64).ravel() for made in (this, other))
    apart = np.sqrt(np.square(one - two).sum())
    expected = apart / (np.sqrt(np.square(one).sum()) + np.sqrt(np.square(two).sum()))
    assert found.layers["4a/3x3"] == pytest.approx(expected, rel=1e-5)
    assert found.layers["4a/5x5"] == 0
    assert found.layers["4a/pool_proj"] == 1
    assert found.stripes["4a/3x3"] == pytest.approx(expected * 208 / 512, rel=1e-5)


def test_an_effect_is_as_thick_as_it_is_large_and_written_with_its_sign(caffe) -> None:
    effects = {part: 0.0 for module in caffe.modules for part in branches_of(module)}
    effects.update({"4a/1x1": -2.0, "4a/3x3": 1.0, "5b/pool_proj": 0.001})
    found = measure("effect", Source(caffe, (224, 224), effects=effects))
    assert measure("effect", Source(caffe, (224, 224))) is None
    assert (found.layers["4a/1x1"], found.layers["4a/3x3"]) == (2, 1)
    words = values_of(found)
    assert (words["4a/1x1"], words["4a/3x3"], words["5b/pool_proj"]) == ("−2.00", "+1.00", "")


def test_amounts_are_short() -> None:
    words = [amount(value).replace("\u2009", " ") for value in (1_103_972_352, 44_255_232, 9_408, 512)]
    assert words == ["1.10 G", "44.3 M", "9.4 k", "512"]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_numbers_in_boxes_can_be_read(theme) -> None:
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


def test_what_reductions_save_is_the_published_table(caffe) -> None:
    found = savings(caffe, (224, 224))
    for module, numbers in WITH_AND_WITHOUT.items():
        one = found.module(module)
        assert (one.built["3x3"], one.without["3x3"], one.built["5x5"], one.without["5x5"]) == numbers
        assert one.built["1x1"] == one.without["1x1"]
        assert one.built["pool_proj"] == one.without["pool_proj"]
    assert found.total == 1_103_972_352
    assert found.total_without == 3_947_847_680
    assert round(found.ratio, 2) == 3.58


def test_weights_saved_are_the_published_table(caffe) -> None:
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


def test_the_running_total_begins_with_the_stem_and_ends_before_the_classifier(caffe) -> None:
    found = savings(caffe, (224, 224))
    stem = 118_013_952 + 12_845_056 + 346_816_512
    assert found.module("3a").running == stem + 128_049_152
    assert found.module("5b").running == found.whole - 1_024_000


def test_the_teaching_example_is_branch_5x5_of_3a(caffe) -> None:
    five = next(path for path in paths(caffe, "3a", (224, 224)) if path.branch.name == "5x5")
    assert [step.macs for step in five.steps] == [2_408_448, 10_035_200]
    assert [step.channels for step in five.steps] == [16, 32]
    assert (five.inputs, five.without) == (192, 120_422_400)


def test_a_pool_costs_nothing_and_has_no_other_way(caffe) -> None:
    pool = next(path for path in paths(caffe, "4a", (224, 224)) if path.branch.name == "pool_proj")
    assert [step.macs for step in pool.steps] == [0, 6_021_120]
    assert pool.without is None


# The widget


@pytest.fixture(scope="module")
def result(qapp):
    return make_result()


@pytest.fixture
def workspace(result) -> Iterator[Workspace]:
    one = make_workspace(result)
    yield one
    one.close()


@pytest.fixture
def panel(workspace, qtbot) -> NetworkPanel:
    one = NetworkPanel(workspace)
    qtbot.addWidget(one)
    one.resize(1047, 214)
    one.show()
    qtbot.waitExposed(one)
    return one


def at(panel: NetworkPanel, target: str) -> QPoint:
    position = panel.map.position_of(target)
    assert position is not None
    return position.toPoint()


def test_a_click_chooses_a_module(panel, workspace, qtbot) -> None:
    frame = panel.map.map_layout.frames["4d"]
    place = QPoint(round(frame.left + frame.width / 2), round(frame.top + 5))
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.selection.module == "4d"
    assert workspace.selection.unit is None


def test_a_click_on_a_branch_chooses_its_strongest_unit(panel, workspace, result, qtbot) -> None:
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "5a/5x5"))
    means = result.record["5a/5x5"].mean(axis=(1, 2))
    assert workspace.selection.unit.name == f"5a/5x5:{int(means.argmax())}"
    assert workspace.selection.module == "5a"


def test_a_click_on_a_branch_keeps_a_unit_of_it(panel, workspace, qtbot) -> None:
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "4a/1x1"))
    workspace.choose_unit(type(workspace.selection.unit)("4a", "1x1", 7))
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "4a/1x1"))
    assert workspace.selection.unit.channel == 7


def test_a_click_on_a_head_asks_for_it(panel, qtbot) -> None:
    with qtbot.waitSignal(panel.head_wanted) as caught:
        qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "aux2"))
    assert caught.args == ["aux2"]


def test_hovering_tells_name_shape_kernel_and_numbers(panel, qtbot) -> None:
    point_at(panel.map, at(panel, "3a/5x5"))
    qtbot.waitUntil(lambda: panel.map.hovered == "3a/5x5")
    words = " ".join(panel.map.words("3a/5x5"))
    assert "32 channels of 28 × 28 cells" in words
    assert "kernel 3×3" in words  # torchvision's true kernel
    assert "1×1 → 16 → 3×3" in words
    assert "multiply-adds" in words
    assert "energy" in words
    assert panel.map._tip.isVisible()
    QApplication.sendEvent(panel.map, QEvent(QEvent.Type.Leave))
    assert not panel.map._tip.isVisible()


def test_keys_walk_the_map_and_choose(panel, workspace, qtbot) -> None:
    panel.map.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.map.focused == "4a"
    qtbot.keyClick(panel.map, Qt.Key.Key_Right)
    assert panel.map.focused == "aux1/pool"
    qtbot.keyClick(panel.map, Qt.Key.Key_Right)
    assert panel.map.focused == "4b"
    qtbot.keyClick(panel.map, Qt.Key.Key_Down)
    assert panel.map.focused == "4b/1x1"
    assert "160 channels" in panel.map.accessibleDescription()
    qtbot.keyClick(panel.map, Qt.Key.Key_Return)
    assert workspace.selection.unit.part == "4b/1x1"


def test_zoomed_in_the_chosen_module_stays_in_view(panel, workspace, qtbot) -> None:
    panel.map.set_zoom(4.0)
    for module in MODULES:
        workspace.choose_module(module)
        middle = panel.map.position_of(module)
        assert panel.map.rect().contains(middle.toPoint()), module
    qtbot.keyClick(panel.map, Qt.Key.Key_0)
    assert panel.map.zoom == 1.0


@pytest.mark.parametrize("width", [372, 450, 640])
def test_a_narrow_map_is_smaller_and_still_whole(panel, qtbot, width) -> None:
    panel.resize(width, 250)
    QApplication.processEvents()
    frame = panel.map.rect()
    for target in ("input", *MODULES, "main", "aux1/fc1", "5b/pool_proj"):
        middle = panel.map.position_of(target)
        assert frame.contains(middle.toPoint()), target
        send_move(panel.map, middle.toPoint(), Qt.MouseButton.NoButton)
        assert panel.map.hovered is not None
    send_move(panel.map, panel.map.position_of("4d/3x3").toPoint(), Qt.MouseButton.NoButton)
    assert panel.map.hovered == "4d/3x3"
    before = panel.map.position_of("4d/3x3")
    panel.map.set_zoom(2.0, before)
    assert abs(panel.map.position_of("4d/3x3").x() - before.x()) < 60


def test_zooming_keeps_what_is_under_the_cursor(panel) -> None:
    before = panel.map.position_of("4d/3x3")
    panel.map.set_zoom(2.0, QPointF(before))
    after = panel.map.position_of("4d/3x3")
    # widths don't grow exactly with the view: margins stay as they are
    assert abs(after.x() - before.x()) < 60


def test_dragging_moves_a_zoomed_map_and_chooses_nothing(panel, workspace, qtbot) -> None:
    panel.map.set_zoom(4.0)
    before, start = panel.map.position_of("4a"), QPoint(500, 90)
    qtbot.mousePress(panel.map, Qt.MouseButton.LeftButton, pos=start)
    send_move(panel.map, start + QPoint(-120, 0))
    qtbot.mouseRelease(panel.map, Qt.MouseButton.LeftButton, pos=start + QPoint(-120, 0))
    assert panel.map.position_of("4a").x() == pytest.approx(before.x() - 120)
    assert workspace.selection.module == "4a"


def send_move(widget, position: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    from PySide6.QtGui import QMouseEvent

    here = QPointF(position)
    event = QMouseEvent(
        QEvent.Type.MouseMove, here, widget.mapToGlobal(here), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_the_answers_of_all_heads_stand_at_their_places(panel) -> None:
    texts = panel.map.model.texts
    assert texts.main_answer == ("Egyptian cat", "79 %")
    assert texts.answer("aux1") == ("tabby", "41 %")
    assert texts.answer("aux2") == ("Egyptian cat", "62 %")


def test_an_untrained_head_gives_no_answer_on_the_map(qtbot) -> None:
    workspace = make_workspace(make_result(make_checkpoint(trained=False)))
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    assert panel.map.model.texts.answer("aux1") == ("untrained", "")
    workspace.close()


def test_without_heads_the_map_says_so(qtbot) -> None:
    workspace = make_workspace(None, make_checkpoint("caffe", heads=()))
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1047, 214)
    labels = [shape.text for shape in panel.map.map_layout.shapes if isinstance(shape, Label)]
    assert "This file has no auxiliary heads." in labels
    workspace.close()


def test_without_a_picture_energy_shows_channels_and_says_why(qtbot) -> None:
    workspace = make_workspace(None, make_checkpoint())
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    place = panel.quantity._boxes()[3].center().toPoint()
    qtbot.mouseClick(panel.quantity, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.view.quantity == "energy"
    assert panel.map.model.quantity.name == "channels"
    assert panel.header.note == "open a picture to see this"
    workspace.close()


def test_without_a_checkpoint_nothing_breaks(qtbot) -> None:
    workspace = make_workspace(None)
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1047, 214)
    panel.show()
    panel.grab()
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=QPoint(300, 80))
    assert panel.map.map_layout is None
    workspace.close()


def test_answers_that_are_no_numbers_are_not_shown(panel, workspace, result) -> None:
    from gnet_desktop.network.record import Answers
    from tests.gui.answering import with_record

    broken = Answers(np.full(8, np.nan, np.float32), np.full(8, np.nan, np.float32))
    show(workspace, with_record(result, answers={**result.record.answers, "main": broken}))
    assert panel.map.model.texts.main_answer == ("not a number",)


def test_another_theme_paints_anew(panel, qapp) -> None:
    def ground() -> QColor:
        return panel.map.grab().toImage().pixelColor(at(panel, "4c/1x1"))

    before, palette = ground(), qapp.palette()
    dark = QPalette(palette)
    dark.setColor(QPalette.ColorRole.Window, QColor(DARK.window))
    qapp.setPalette(dark)
    qapp.processEvents()
    try:
        assert before == LIGHT.branch("1x1")
        assert ground() == DARK.branch("1x1")
    finally:
        qapp.setPalette(palette)
        qapp.processEvents()


def test_teaching_begins_with_what_the_words_mean_and_shows_the_sums(panel, workspace, qtbot) -> None:
    qtbot.mouseClick(panel.teach, Qt.MouseButton.LeftButton)
    assert workspace.view.teaching
    assert panel.teaching.isVisible()
    model = panel.map.model
    five = panel.teaching.reduction_sentences("4a")
    assert "480 channels become 16" in five
    assert "2.9 M" in five.replace("\u2009", " ")  # 2,860,032: torchvision's 3×3 kernel
    told = (panel.teaching.branch_sentences(model), five, panel.teaching.head_sentences(model))
    for term, words in zip(("branch", "reduction", "auxiliary head"), told, strict=True):
        assert words.startswith(TERMS[term].means)
        assert len(words) < 320
    QApplication.processEvents()
    for label in panel.teaching.explanations:
        assert label.geometry().bottom() < panel.teaching.chart.geometry().top()
        assert label.visibleRegion().boundingRect() == label.rect()
    assert "4b" in panel.teaching.accessibleDescription()
    workspace.choose_module("3a")
    assert panel.teaching.cards.module == "3a"
    panel.grab()


def test_names_stay_in_sight_where_the_map_is_moved_up(panel) -> None:
    QApplication.processEvents()
    panel.map.set_zoom(8.0, QPointF(panel.map.width() / 2, panel.map.height()))
    assert panel.map.position_of("3a/1x1").y() < 0  # the upper part of the map is out of view
    image = panel.map.grab().toImage()
    ink = [
        image.pixelColor(x, y).lightness()
        for y in range(2, round(22 * panel.map.devicePixelRatioF()))
        for x in range(image.width())
    ]
    assert min(ink) < 80


# Export


def test_the_map_is_saved_as_svg_with_its_texts(panel, tmp_path: Path) -> None:
    export_network(panel.map.model, tmp_path / "map.svg")
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"4a", "5b", "Egyptian cat", "28 × 28 cells"} <= words
    assert list(tmp_path.iterdir()) == [tmp_path / "map.svg"]


def test_the_map_is_saved_as_png_twice_as_sharp(panel, tmp_path: Path) -> None:
    export_network(panel.map.model, tmp_path / "map.png")
    assert QImage(str(tmp_path / "map.png")).size().toTuple() == (3200, 880)


def test_what_cannot_be_saved_is_said_and_leaves_nothing(panel, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="SVG or PNG"):
        export_network(panel.map.model, tmp_path / "map.gif")
    with pytest.raises(ExportError, match="Choose another place"):
        export_network(panel.map.model, tmp_path / "missing" / "map.svg")
    assert list(tmp_path.iterdir()) == []


def test_the_numbers_can_be_copied(panel) -> None:
    lines = panel.copy_numbers().splitlines()
    assert lines[0] == "layer\tchannels"
    assert "4a/3x3\t208" in lines
