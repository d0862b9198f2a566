"""Every family gives the numbers of its independent definition."""

import pytest
import torch
from torch import Tensor

from gnet_desktop.network.record import Record
from tests.network.cases import CASES, Case
from tests.oracles.common import NAMES, Outputs


def assert_close(found: Tensor, expected: Tensor, name: str) -> None:
    """Within 1e-4 of the scale of the values."""
    scale = max(1.0, expected.abs().max().item())
    assert found.shape == expected.shape, name
    assert (found - expected).abs().max().item() <= 1e-4 * scale, name


def assert_same(record: Record, expected: Outputs) -> None:
    """All nine modules, the logits, and each head under its own name."""
    assert set(NAMES) <= set(record)
    for name, value in expected.items():
        assert_close(torch.from_numpy(record[name]), value[0], name)
    heads = {"main", *(name for name in expected if name.startswith("aux"))}
    assert set(record.answers) == heads
    for head in heads:
        logits = expected["logits" if head == "main" else head][0]
        assert_close(torch.from_numpy(record.answers[head].logits), logits, head)
        probabilities = torch.from_numpy(record.answers[head].probabilities)
        assert_close(probabilities, torch.softmax(logits, 0), head)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_family_gives_the_numbers_of_its_definition(case: Case) -> None:
    model = case.oracle()
    value = case.picture()
    assert_same(case.network(model)(value), case.outputs(model, value))


@pytest.mark.parametrize(
    ("name", "height", "width"),
    [
        ("torchvision", 191, 258),
        ("wzmiaomiao", 224, 263),
        ("d2l", 96, 131),
        ("lucid", 225, 300),
        ("slim", 193, 210),
        ("paddle", 200, 229),
        ("weiaicunzai_later", 45, 32),
        ("tutorial_bn", 97, 150),
    ],
)
def test_other_sizes_and_oblong_pictures_too(name: str, height: int, width: int) -> None:
    case = CASES[name]
    model = case.oracle(seed=3)
    value = case.picture(height, width)
    assert_same(case.network(model)(value), case.outputs(model, value))


def test_a_wrong_setting_would_be_noticed() -> None:
    """The tolerance is not so wide that a neighbouring dialect passes."""
    for name, wrong in (
        ("d2l early", Case("d2l", {"early": True})),
        ("lucid as lucent", Case("lucid", {"norm": "lucent"})),
        ("weiaicunzai repaired", Case("weiaicunzai", {"epsilon": False})),
    ):
        model = wrong.oracle()
        value = wrong.picture()
        expected = CASES[name].outputs(model, value)
        with pytest.raises(AssertionError):
            assert_same(wrong.network(model)(value), expected)


def test_values_before_the_rectifier_are_those_of_the_batch_norm() -> None:
    case = CASES["torchvision"]
    model = case.oracle()
    value = case.picture()
    network = case.network(model)
    record = network(value)
    inner = model.inception4a
    with torch.inference_mode():
        source = torch.from_numpy(record["pool3"])[None]
        reduced = inner.branch3[0](source)
        expected = {
            "4a/5x5": inner.branch3[1].bn(inner.branch3[1].conv(reduced)),
            "4a/5x5_reduce": inner.branch3[0].bn(inner.branch3[0].conv(source)),
            "4a/1x1": inner.branch1.bn(inner.branch1.conv(source)),
            "conv1": model.conv1.bn(model.conv1.conv(value)),
        }
    for name, before in expected.items():
        found = torch.from_numpy(network.linear(record, name))
        assert_close(found, before[0], name)
        assert found.min() < -0.1
        assert_close(torch.from_numpy(record[name]), before[0].relu(), name)
