"""Names of units and parts, canonical and as other programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import BRANCHES, MODULES, Architecture
from gnet_desktop.network.families import FAMILIES, build
from gnet_desktop.network.naming import (
    Unit,
    channel_counts,
    channel_in_module,
    parse_part,
    parse_unit,
    unit_in_module,
    unit_of,
)

HEADS = {"aux1": 10, "aux2": 10}
PAPER = build("caffe", aux_classes=HEADS)
LUCID = build("lucid")
STACKED = build("kuangliu", classes=10)
ALL = [build(family, aux_classes=HEADS) for family in FAMILIES]

# Borders of the branches in a module's output (docs/formats.md#common-ground).
BORDERS = {
    "3a": (64, 192, 224, 256),
    "3b": (128, 320, 416, 480),
    "4a": (192, 400, 448, 512),
    "4b": (160, 384, 448, 512),
    "4c": (128, 384, 448, 512),
    "4d": (112, 400, 464, 528),
    "4e": (256, 576, 704, 832),
    "5a": (256, 576, 704, 832),
    "5b": (384, 768, 896, 1024),
}


@st.composite
def units(draw: st.DrawFn) -> tuple[Architecture, Unit]:
    """Any unit of any family's network."""
    architecture = draw(st.sampled_from(ALL))
    counts = channel_counts(architecture)
    part = draw(st.sampled_from([name for name in counts if name not in MODULES]))
    return architecture, unit_of(part, draw(st.integers(0, counts[part] - 1)))


@given(units())
def test_a_unit_is_read_back_from_its_name(case: tuple[Architecture, Unit]) -> None:
    architecture, unit = case
    assert parse_unit(unit.name, architecture) == unit
    assert parse_part(unit.part, architecture) == unit.part


@given(units())
def test_a_unit_is_read_back_from_its_channel_in_the_module(case: tuple[Architecture, Unit]) -> None:
    architecture, unit = case
    channel = channel_in_module(architecture, unit)
    if unit.module in MODULES and unit.branch in BRANCHES:
        assert channel is not None
        assert unit_in_module(architecture, unit.module, channel) == unit
        assert parse_unit(f"mixed{unit.module}:{channel}", architecture) == unit
    else:
        assert channel is None


@given(st.sampled_from(MODULES), st.integers(0, 1023))
def test_branches_begin_where_the_published_borders_say(module: str, channel: int) -> None:
    borders = BORDERS[module]
    if channel >= borders[-1]:
        with pytest.raises(UsageError, match=f"has {borders[-1]} in this network"):
            unit_in_module(PAPER, module, channel)
        return
    index = sum(channel >= border for border in borders)
    start = borders[index - 1] if index else 0
    assert unit_in_module(PAPER, module, channel) == Unit(module, BRANCHES[index], channel - start)


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_an_error_in_words(text: str) -> None:
    try:
        unit = parse_unit(text, PAPER)
        sound = 0 <= unit.channel < channel_counts(PAPER)[unit.part]
    except UsageError as error:
        sound = all((error.what, error.why, error.todo))
    assert sound


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("4a/5x5:11", "4a/5x5:11"),
        ("4a:411", "4a/5x5:11"),
        ("inception_4a/5x5:11", "4a/5x5:11"),
        ("inception4a.branch3:11", "4a/5x5:11"),
        ("inception4a.branch3.1:11", "4a/5x5:11"),
        ("inception4a.branch3.0:11", "4a/5x5_reduce:11"),
        ("inception4a.branch4.0:11", "4a/pool:11"),
        ("inception4a.branch4.1:11", "4a/pool_proj:11"),
        ("inception4a.branch1:11", "4a/1x1:11"),
        ("inception_4a-5x5:11", "4a/5x5:11"),
        ("mixed4a_5x5:11", "4a/5x5:11"),
        ("mixed4a_5x5_0:11", "4a/5x5:11"),
        ("mixed4a_5x5_pre_relu_conv:11", "4a/5x5:11"),
        ("mixed4a_5x5_bottleneck:11", "4a/5x5_reduce:11"),
        ("mixed4a_pool_reduce:11", "4a/pool_proj:11"),
        ("mixed4a.conv_3x3_reduce:11", "4a/3x3_reduce:11"),
        ("mixed4a:411", "4a/5x5:11"),
        ("mixed3b_0:379", "3b/5x5:59"),
        ("3b:379", "3b/5x5:59"),
        (" 4A/5×5 : 11 ", "4a/5x5:11"),
        ("conv1:5", "conv1:5"),
        ("conv1/7x7_s2:5", "conv1:5"),
        ("conv2/3x3:191", "conv3:191"),
        ("conv2/3x3_reduce:5", "conv2:5"),
        ("conv2d2:191", "conv3:191"),
        ("pool2:191", "pool2:191"),
        ("norm1:5", "norm1:5"),
        ("pool3:479", "pool3:479"),
        ("4a/5x5_reduce:3", "4a/5x5_reduce:3"),
        ("4a/pool:479", "4a/pool:479"),
        ("aux1/conv:127", "aux1/conv:127"),
    ],
)
def test_names_of_other_programs_are_understood(text: str, name: str) -> None:
    assert parse_unit(text, PAPER).name == name


def test_a_channel_of_a_module_depends_on_the_widths_of_the_file() -> None:
    """Lucid's 4a has 204 channels in its 3×3 branch, the paper's 208 (docs/formats.md#common-ground)."""
    assert parse_unit("mixed4a:400", LUCID) == Unit("4a", "5x5", 4)
    assert parse_unit("mixed4a:400", PAPER) == Unit("4a", "5x5", 0)
    assert parse_unit("mixed4a:396", LUCID) == Unit("4a", "5x5", 0)
    with pytest.raises(UsageError, match="has 508 in this network"):
        parse_unit("4a:508", LUCID)


def test_the_branch_of_two_stacked_layers_is_named_by_the_last() -> None:
    assert parse_unit("inception3a.branch3:31", STACKED).name == "3a/5x5:31"
    assert parse_unit("inception3a.branch3.1:31", STACKED).name == "3a/5x5_a:31"
    assert parse_unit("inception3a.branch3.2:31", STACKED).name == "3a/5x5:31"
    assert parse_unit("3a:192", STACKED).name == "3a/5x5:0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4f:3", "no part '4f'.*3a, 3b"),
        ("4a/5x5:48", "no unit 48.*Choose 0 to 47"),
        ("4a:512", "no unit 512.*Choose 0 to 511"),
        ("4a/5x5", "not a unit.*4a/5x5:11"),
        ("4a/5x5:", "not a unit"),
        ("4a/5x5:-1", "not a unit"),
        ("4a/5x5:eleven", "not a unit"),
        ("4a/5x5:٣", "not a unit"),
        ("4a/5x5_reduc:1", "Did you mean 4a/5x5_reduce"),
        ("conv9:1", "Did you mean conv"),
        ("logits:3", "logits has no units"),
        ("aux1:3", "aux1 has no units"),
        ("", "not a unit"),
        ("Mixed_4b/5x5:1", "no part"),
        ("4a/branch3.9:1", "no part"),
    ],
)
def test_what_is_not_there_is_refused_with_what_would_fit(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_unit(text, PAPER)


def test_parts_that_this_network_lacks_are_refused() -> None:
    with pytest.raises(UsageError, match="no part 'norm1'"):
        parse_part("norm1", build("torchvision"))
    with pytest.raises(UsageError, match="no part 'aux1/conv'"):
        parse_part("aux1/conv", build("caffe"))
    with pytest.raises(UsageError, match="no part 'conv2'"):
        parse_part("conv2", build("tutorial"))


@pytest.mark.parametrize(
    ("text", "name"),
    [("inception_4a", "4a"), ("logits", "logits"), ("global_pool", "global_pool"), ("aux2", "aux2")],
)
def test_parts_without_a_channel(text: str, name: str) -> None:
    assert parse_part(text, PAPER) == name


def test_channel_counts_are_those_of_the_paper() -> None:
    counts = channel_counts(PAPER)
    assert sum(counts[name] for name in MODULES) == 5488
    assert sum(counts[name] for name in (*MODULES, "conv1", "conv2", "conv3")) == 5808
    lucid = channel_counts(LUCID)
    assert sum(lucid[name] for name in (*MODULES, "conv1", "conv2", "conv3")) == 5804
