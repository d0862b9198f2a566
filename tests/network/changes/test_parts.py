"""Parts of a pass, batches, derivatives, and how parts are named: against independent definitions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.network.changes import Change, Values, parse_change
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import CASES, random_tensors, tiny
from tests.oracles import ORACLES


def test_wanted_parts_of_a_batch_are_those_of_each_picture(small: tuple[GoogLeNet, Record]) -> None:
    network, _ = small
    batch = torch.randn(3, 3, 224, 224, generator=torch.Generator().manual_seed(5))
    wanted = ("3b", "4a/5x5", "4a/5x5_reduce", "4a/3x3/linear", "aux1")
    found = network.outputs(batch, wanted)
    assert tuple(found) == wanted
    for index in range(3):
        record = network(batch[index : index + 1])
        for name in ("3b", "4a/5x5", "4a/5x5_reduce", "aux1"):
            np.testing.assert_allclose(found[name][index], record[name], atol=1e-5)
        linear = network.linear(record, "4a/3x3")
        np.testing.assert_allclose(found["4a/3x3/linear"][index], linear, atol=1e-5)


def test_all_branches_of_the_last_module_are_its_slices(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    wanted = [f"4a/{branch.name}" for branch in network.architecture.module("4a").branches]
    assert record.input is not None
    found = network.outputs(torch.from_numpy(record.input)[None], wanted)
    np.testing.assert_allclose(np.concatenate([found[name][0] for name in wanted]), record["4a"], atol=1e-5)


def test_maps_of_the_middle_can_be_had_at_sizes_that_the_classifier_refuses() -> None:
    """Four halvings, each rounded up: 128 pixels become 8 cells."""
    architecture = tiny("caffe")
    network = GoogLeNet(architecture, random_tensors(architecture))
    value = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    assert network.outputs(value, ("4a/3x3",))["4a/3x3"].shape == (1, 4, 8, 8)
    for wrong in ({"wanted": ("4a", "logits")}, {"wanted": ("4a",), "value": value[:, :, :4, :4]}):
        with pytest.raises(PictureError, match="cannot take an input"):
            network.outputs(**{"value": value} | wrong)


def test_nothing_behind_what_is_wanted_is_computed(
    small: tuple[GoogLeNet, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, record = small
    layers = network._layers
    calls: list[str] = []
    monkeypatch.setattr(type(layers["4b"]), "forward", _count(calls, type(layers["4b"]).forward))
    network.outputs(torch.from_numpy(record.input)[None], ("4a",))
    assert calls == ["3a", "3b", "4a"]


def _count(calls: list[str], forward: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def counted(self: nn.Module, *arguments: object) -> Tensor:
        calls.append(self.module.name)  # type: ignore[union-attr,arg-type]
        return forward(self, *arguments)

    return counted


@pytest.mark.parametrize("after", ["pool1", "3b", "4a", "pool4", "5b", "global_pool"])
def test_a_pass_from_the_middle_gives_the_same_answers(small: tuple[GoogLeNet, Record], after: str) -> None:
    network, record = small
    value = torch.from_numpy(record[after].copy())[None].repeat(2, *[1] * record[after].ndim)
    found = network.outputs(value, after=after)
    for name, logits in found.items():
        for row in logits:
            np.testing.assert_allclose(row, record[name], atol=1e-5)
    assert ("aux1" in found) == (after in ("pool1", "3b", "4a"))


@pytest.mark.parametrize("family", ["torchvision", "caffe", "shanglianlm", "slim", "paddle"])
def test_derivatives_are_those_of_the_independent_definition(family: str) -> None:
    """In float64: in float32 some rectifiers and maxima near a tie fall to the other side."""
    case = CASES[family]
    model = case.oracle()
    network = case.network(model).double()
    value = case.picture().double()
    ours, theirs = (value.clone().requires_grad_() for _ in range(2))
    logits = network.outputs(ours, ("logits",), differentiable=True)["logits"]
    logits[0, 2].backward()
    expected = ORACLES[case.family].outputs(model.double(), theirs)["logits"]
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-5)
    expected[0, 2].backward()
    assert theirs.grad is not None
    assert ours.grad is not None
    size = theirs.grad.abs().max()
    torch.testing.assert_close(ours.grad / size, theirs.grad / size, rtol=1e-4, atol=1e-4)


def test_the_differentiable_pass_gives_the_ordinary_numbers(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    found = network.outputs(torch.from_numpy(record.input)[None], ("4a", "logits"), differentiable=True)
    for name, value in found.items():
        np.testing.assert_allclose(value[0].detach(), record[name], rtol=1e-5, atol=1e-6)


def test_derivatives_from_the_middle_are_finite_differences(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    start = torch.from_numpy(record["4b"].copy())[None].requires_grad_()
    network.outputs(start, ("logits",), after="4b", differentiable=True)["logits"][0, 1].backward()
    step = 1e-2
    for place in [(0, 3, 4), (2, 7, 7), (5, 0, 13)]:
        sides = []
        for sign in (1, -1):
            moved = start.detach().clone()
            moved[(0, *place)] += sign * step
            sides.append(float(network.outputs(moved, ("logits",), after="4b")["logits"][0, 1]))
        slope = (sides[0] - sides[1]) / (2 * step)
        assert start.grad is not None
        assert float(start.grad[(0, *place)]) == pytest.approx(slope, rel=0.05, abs=1e-3)


def test_changes_act_on_batches_and_on_what_begins_in_the_middle(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    change = Change("4c/1x1")
    value = torch.from_numpy(record["4b"].copy())[None].repeat(2, 1, 1, 1)
    found = network.outputs(value, ("logits",), after="4b", changes=(change,))["logits"]
    expected = network.resume(record, (change,))["logits"]
    np.testing.assert_allclose(found, np.stack([expected, expected]), atol=1e-5)


@pytest.mark.parametrize(
    ("text", "part", "channels"),
    [
        ("4a/5x5", "4a/5x5", None),
        ("inception_4a/5x5:1,0", "4a/5x5", (0, 1)),
        ("conv2", "conv2", None),
        ("4a:0", "4a", (0,)),
        ("mixed4a_5x5:1", "4a/5x5", (1,)),
    ],
)
def test_parts_are_named_as_units_are(
    small: tuple[GoogLeNet, Record], text: str, part: str, channels: tuple[int, ...] | None
) -> None:
    change = parse_change(text, small[0].architecture)
    assert (change.part, change.channels) == (part, channels)


@pytest.mark.parametrize(
    ("text", "kind", "numbers"),
    [
        ("4z/5x5", "off", {}),
        ("4a/5x5:999", "off", {}),
        ("4a/5x5:a", "off", {}),
        ("logits", "off", {}),
        ("4a", "scaled", {"factor": 4.5}),
        ("4a", "scaled", {"factor": float("nan")}),
        ("4a", "usual", {}),
        ("4a", "projected", {"values": Values(np.zeros(12, np.float32))}),
        ("4a:1", "projected", {"values": Values(np.ones(12, np.float32))}),
        ("4a", "other", {"values": Values(np.zeros(3, np.float32))}),
    ],
)
def test_what_cannot_be_changed_is_said(
    small: tuple[GoogLeNet, Record], text: str, kind: str, numbers: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        parse_change(text, small[0].architecture, kind, **numbers)  # type: ignore[arg-type]


def test_values_of_another_size_are_refused(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    other = Values(np.zeros((len(record["4a"]), 3, 3), np.float32))
    with pytest.raises(UsageError, match="another size"):
        network.resume(record, (Change("4a", "other", values=other),))


def test_equal_changes_are_one_key() -> None:
    """Values are told apart by what they are."""
    ones, zeros = np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32)
    first, second = (Change("4a", "other", values=Values(ones.copy(), "a")) for _ in range(2))
    assert hash(first) == hash(second)
    assert first == second
    assert first != Change("4a", "other", values=Values(zeros, "a"))
