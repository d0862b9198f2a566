"""Parts switched off, averaged, scaled and replaced: against hooks on independent networks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from _pytest.mark.structures import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gnet_desktop.network.changes import Change, Values, changeable_parts
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import CASES, Case
from tests.network.changes.networks import made


def again(network: GoogLeNet, record: Record, *changes: Change) -> Record:
    """A whole pass of the same picture with changes."""
    assert record.input is not None
    return network(torch.from_numpy(record.input)[None], changes=changes)


def same(left: Record, right: Record, *, exact: bool = False) -> None:
    assert list(left) == list(right)
    for name in left:
        if exact:
            np.testing.assert_array_equal(left[name], right[name], err_msg=name)
        else:
            size = max(1.0, float(np.abs(right[name]).max()))
            np.testing.assert_allclose(left[name] / size, right[name] / size, atol=1e-6, err_msg=name)
    assert left.answers.keys() == right.answers.keys()
    for head in left.answers:
        np.testing.assert_allclose(
            left.answers[head].probabilities, right.answers[head].probabilities, atol=1e-6, err_msg=head
        )


def changes_of(part: str, record: Record) -> Iterator[Change]:
    """One change of each kind of a part, with values that differ from its own."""
    array = record[part]
    yield Change(part)
    yield Change(part, "off", (0,))
    yield Change(part, "scaled", factor=2.5)
    yield Change(part, "mean")
    yield Change(part, "usual", values=Values(np.linspace(0.1, 0.9, len(array), dtype=np.float32)))
    yield Change(part, "other", values=Values(array[::-1].copy()))
    yield Change(part, "projected", values=Values(np.linspace(-1, 2, len(array), dtype=np.float32)))


PARTS = (
    "conv1",
    "conv2",
    "pool1",
    "3a/1x1",
    "3b",
    "4a/5x5",
    "4a/5x5_reduce",
    "4d/pool",
    "5b/pool_proj",
    "5b",
)


def all_slow(values: Iterable[int]) -> list[ParameterSet]:
    """All but the first are for long runs."""
    first, *rest = values
    return [pytest.param(first), *(pytest.param(value, marks=pytest.mark.slow) for value in rest)]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shift", all_slow(range(4)))
def test_going_on_from_a_record_equals_a_whole_pass_with_the_same_changes(family: str, shift: int) -> None:
    """Each part with every fourth kind of change, so that all shifts together are all kinds."""
    network, record = made(family)
    parts = [part for part in (*PARTS, "aux1/conv", "aux2/fc1", "global_pool") if part in record]
    for number, part in enumerate(parts):
        for change in list(changes_of(part, record))[(number + shift) % 4 :: 4]:
            same(network.resume(record, (change,)), again(network, record, change))


@pytest.mark.parametrize("family", ["torchvision", "caffe"])
def test_it_goes_on_where_there_are_no_heads(family: str) -> None:
    network, record = made(family, heads=False)
    for part in ("conv2", "4a/5x5", "5b"):
        same(network.resume(record, (Change(part),)), again(network, record, Change(part)))


@pytest.mark.parametrize("family", ["torchvision", "caffe", "paddle", "lucid"])
@pytest.mark.parametrize("shift", all_slow(range(5)))
def test_a_change_to_its_own_value_changes_no_bit(family: str, shift: int) -> None:
    """A module has eight parts, so every fifth of all is each of them somewhere."""
    network, record = made(family)
    parts = [part for part in changeable_parts(network.architecture) if part in record]
    for part in parts[shift::5]:
        for change in (
            Change(part, "other", values=Values(record[part])),
            Change(part, "scaled", factor=1.0),
        ):
            changed = network.resume(record, (change,))
            same(changed, record, exact=True)
            assert changed.altered == (0,)


def test_what_lies_before_a_change_is_the_same_memory(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    changed = network.resume(record, (Change("4c/3x3"),))
    names = list(record)
    before = names[: names.index("4c/1x1")]
    assert all(np.shares_memory(changed[name], record[name]) for name in before)
    assert changed.answers["aux1"] is record.answers["aux1"]
    assert not np.array_equal(changed["4c"], record["4c"])
    assert not np.array_equal(changed.answers["aux2"].logits, record.answers["aux2"].logits)


def test_a_heads_inner_layer_changes_that_head_only(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    changed = network.resume(record, (Change("aux1/fc1"),))
    assert changed.answers["main"] is record.answers["main"]
    assert changed.answers["aux2"] is record.answers["aux2"]
    assert not np.array_equal(changed.answers["aux1"].logits, record.answers["aux1"].logits)
    same(changed, again(network, record, Change("aux1/fc1")))


def test_several_changes_act_in_the_order_of_the_network(small: tuple[GoogLeNet, Record]) -> None:
    """Of one part in the order given: off and then doubled is off, doubled and then half is as before."""
    network, record = small
    off, double = Change("4b/3x3"), Change("4b/3x3", "scaled", factor=2)
    assert not network.resume(record, (off, double))["4b/3x3"].any()
    half = Change("4b/3x3", "scaled", factor=0.5)
    same(network.resume(record, (double, half)), record, exact=True)
    both = (Change("5a/1x1"), Change("3b/5x5"))
    same(network.resume(record, both), again(network, record, *reversed(both)))


def test_what_really_changed_is_counted(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    changes = (Change("4a/5x5"), Change("4a/5x5"))
    assert network.resume(record, changes).altered == (int((record["4a/5x5"] != 0).sum()), 0)


@given(st.data())
@settings(max_examples=40)
def test_any_changes_together_equal_a_whole_pass(data: st.DataObject) -> None:
    network, record = _small()
    parts = data.draw(st.lists(st.sampled_from([part for part in PARTS if part in record]), max_size=4))
    kinds = [data.draw(st.sampled_from(list(changes_of(part, record)))) for part in parts]
    same(network.resume(record, kinds), again(network, record, *kinds))


def _small(kept: list[tuple[GoogLeNet, Record]] = []) -> tuple[GoogLeNet, Record]:  # noqa: B006
    if not kept:
        kept.append(made("torchvision"))
    return kept[0]


Rule = Callable[[Tensor], Tensor]


HOOKED = {
    "4a": "inception4a",
    "4a/5x5": "inception4a.branch3.1",
    "3b/3x3_reduce": "inception3b.branch2.0",
    "5b/1x1": "inception5b.branch1",
    "conv2": "conv2",
    "pool3": "maxpool3",
}


@contextmanager
def hooked(model: nn.Module, module: str, rule: Rule) -> Iterator[None]:
    handle = model.get_submodule(module).register_forward_hook(lambda layer, given, output: rule(output))
    try:
        yield
    finally:
        handle.remove()


def unit_off(value: Tensor) -> Tensor:
    value = value.clone()
    value[:, 1] = 0
    return value


Full = tuple[Case, nn.Module, Tensor, GoogLeNet, Record]


@pytest.fixture(scope="module")
def full() -> Full:
    """torchvision's network at its full width, a picture, and our network of the same weights."""
    case = CASES["torchvision"]
    model, value = case.oracle(), case.picture()
    network = case.network(model)
    return case, model, value, network, network(value)


@pytest.mark.parametrize("part", HOOKED)
@pytest.mark.parametrize("kind", ["off", "unit", "mean", "scaled", "other", "projected"])
def test_every_kind_equals_a_hook_on_torchvisions_network(full: Full, part: str, kind: str) -> None:
    case, model, value, network, record = full
    patched = torch.from_numpy(record[part][::-1].copy())[None]
    direction = np.linspace(-1, 2, len(record[part]), dtype=np.float32)

    def without(x: Tensor) -> Tensor:
        """Gram-Schmidt, cell by cell: x − (x·d / d·d) d."""
        cells, along = x.movedim(1, -1), torch.from_numpy(direction)
        return (cells - (cells @ along / (along @ along))[..., None] * along).movedim(-1, 1)

    rules: dict[str, tuple[Change, Rule]] = {
        "off": (Change(part), torch.zeros_like),
        "unit": (Change(part, "off", (1,)), unit_off),
        "mean": (Change(part, "mean"), lambda x: x.mean((2, 3), keepdim=True).expand_as(x)),
        "scaled": (Change(part, "scaled", factor=1.7), lambda x: 1.7 * x),
        "other": (Change(part, "other", values=Values(patched[0].numpy())), lambda x: patched),
        "projected": (Change(part, "projected", values=Values(direction)), without),
    }
    change, rule = rules[kind]
    with hooked(model, HOOKED[part], rule):
        expected = case.outputs(model, value)
    found = network.resume(record, (change,))
    for name, logits in {"main": "logits", "aux1": "aux1", "aux2": "aux2"}.items():
        np.testing.assert_allclose(found.answers[name].logits, expected[logits][0], rtol=1e-4, atol=1e-4)


def test_a_unit_of_5b_lowers_a_logit_by_exactly_what_it_adds(small: tuple[GoogLeNet, Record]) -> None:
    """Behind 5b there is only an average and the classifier's matrix."""
    network, record = small
    weight, _ = network.weights("fc")
    for channel in range(len(record["5b"])):
        changed = network.resume(record, (Change("5b", "off", (channel,)),))
        lowered = record.answers["main"].logits - changed.answers["main"].logits
        np.testing.assert_allclose(lowered, weight[:, channel] * record["5b"][channel].mean(), atol=1e-5)


def test_a_direction_of_one_unit_alone_is_that_unit_off(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    axis = np.zeros(len(record["4a/3x3"]), np.float32)
    axis[2] = -3
    off, projected = (
        network.resume(record, (change,))
        for change in (Change("4a/3x3", "off", (2,)), Change("4a/3x3", "projected", values=Values(axis)))
    )
    same(off, projected)
