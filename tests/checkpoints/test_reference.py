"""Independent definitions that ship: held against torchvision and the tests' own, and able to disagree."""

import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
import torch

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.card import verification_to_json, verification_to_text, verify
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.checkpoints.reference import installed, plain, reference_for, why_not
from gnet_desktop.errors import UsageError
from gnet_desktop.network.families import PAPER_WIDTHS, ModuleWidths, build
from tests.checkpoints.samples import sample
from tests.network.cases import random_tensors

FAMILIES = ("torchvision", "caffe")


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def opened(family: str, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    torch.save(sample(family).state, path := tmp_path_factory.mktemp("weights") / "weights.pth")
    return open_checkpoint(path)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without torchvision."""
    for name in ("torchvision", "torchvision.models"):
        monkeypatch.setitem(sys.modules, name, None)


def test_the_plain_definition_gives_what_the_original_gives(family: str, opened: Checkpoint) -> None:
    expected = sample(family)
    found = plain.run(opened, expected.picture)
    assert found.keys() == expected.outputs.keys()
    for part, value in expected.outputs.items():
        torch.testing.assert_close(found[part], value, rtol=0, atol=1e-5 * float(value.abs().max()))


def test_our_numbers_agree_with_it_wherever_the_program_runs(
    family: str, opened: Checkpoint, alone: None
) -> None:
    expected = sample(family)
    assert installed.version() == ""
    found = verify(opened, expected.picture)
    assert found.agrees
    assert "plain definition" in found.other
    assert {difference.part for difference in found.differences} == expected.outputs.keys()
    assert all(difference.scale > 0 for difference in found.differences)
    assert verification_to_json(found)["agrees"] is True
    assert "agree on this picture (224×224)" in verification_to_text(found)


def test_where_torchvision_is_installed_its_own_network_is_asked() -> None:
    torchvision = pytest.importorskip("torchvision")
    expected = sample("torchvision")
    architecture = build("torchvision", classes=7, aux_classes={"aux1": 7, "aux2": 7})
    assert installed.fits(architecture)
    assert installed.version() == torchvision.__version__
    assert expected.outputs.keys() >= {"logits", "aux1", "aux2"}


def test_torchvisions_own_network_agrees(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    expected = sample("torchvision")
    torch.save(expected.state, path := tmp_path / "weights.pth")
    found = verify(open_checkpoint(path), expected.picture)
    assert found.other.startswith("torchvision ")
    assert found.agrees
    assert {difference.part for difference in found.differences} == expected.outputs.keys()


WRONG = {"torchvision": {"epsilon": 1e-5}, "caffe": {"last_pool": 2}}


def test_a_network_that_is_built_otherwise_is_seen(
    family: str, opened: Checkpoint, alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replace(plain.FACTS[family], **WRONG[family])
    monkeypatch.setattr(plain, "FACTS", MappingProxyType({**plain.FACTS, family: facts}))
    found = verify(opened, sample(family).picture)
    assert not found.agrees
    assert "differ by more than rounding" in verification_to_text(found)


def test_other_widths_are_compared_as_well(family: str, opened: Checkpoint, alone: None) -> None:
    half = {
        name: ModuleWidths(
            *(max(1, getattr(module, field) // 2) for field in ModuleWidths.__dataclass_fields__)
        )
        for name, module in PAPER_WIDTHS.modules.items()
    }
    widths = replace(PAPER_WIDTHS, modules=MappingProxyType(half))
    architecture = build(family, widths, classes=5)
    thin = replace(opened, architecture=architecture, tensors=random_tensors(architecture))
    assert not installed.fits(architecture)
    found = verify(thin, torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2)))
    assert found.agrees


@pytest.mark.parametrize("family", ["wzmiaomiao", "aladdinpersson", "slim"])
def test_a_network_without_a_definition_is_refused_with_why(family: str) -> None:
    refusal = why_not(build(family))
    assert isinstance(refusal, UsageError)
    assert "cannot be compared" in str(refusal)
    assert family in str(refusal)


def test_a_family_with_another_choice_is_not_called_the_same(opened: Checkpoint) -> None:
    other = build("torchvision", epsilon="pytorch")
    assert why_not(other) is not None
    with pytest.raises(UsageError, match="cannot be compared"):
        reference_for(replace(opened, architecture=other))
