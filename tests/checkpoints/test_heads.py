"""Is a head trained? Said from what its numbers show, never guessed from names."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from gnet_desktop.checkpoints.checkpoint import HeadState
from gnet_desktop.checkpoints.describing.heads import head_states
from gnet_desktop.checkpoints.reading import open_checkpoint
from tests.checkpoints.samples import sample
from tests.oracles import ORACLES


def opened(model: nn.Module, folder: Path, **changes: torch.Tensor) -> dict[str, HeadState]:
    torch.save({**model.state_dict(), **changes}, path := folder / "weights.pth")
    return dict(open_checkpoint(path).heads)


def torchvision_model(**options: object) -> Any:
    from torchvision.models import GoogLeNet

    torch.manual_seed(0)
    return GoogLeNet(num_classes=6, init_weights=options.pop("init_weights", False), **options)


def test_heads_with_random_numbers_look_trained(tmp_path: Path) -> None:
    heads = opened(sample("torchvision").model, tmp_path)
    assert [heads[name].trained for name in ("main", "aux1", "aux2")] == [True, True, True]


@pytest.mark.parametrize("init_weights", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_network_just_made_is_untrained_in_every_head(init_weights: bool, tmp_path: Path) -> None:
    heads = opened(torchvision_model(init_weights=init_weights), tmp_path)
    for name in ("main", "aux1", "aux2"):
        assert heads[name].trained is False, name
        assert heads[name].why.endswith(".")
    assert "never seen a picture" in heads["aux1"].why


def test_norms_that_saw_pictures_but_weights_that_never_moved(tmp_path: Path) -> None:
    """Training without the heads' losses moves their statistics only."""
    model = torchvision_model()
    for head in (model.aux1, model.aux2):
        head.conv.bn.running_mean += 0.3
    heads = opened(model, tmp_path)
    assert heads["aux1"].trained is False
    assert "initial range" in heads["aux1"].why


def test_one_head_trained_and_the_other_not(tmp_path: Path) -> None:
    model = sample("torchvision").model
    fresh = {
        f"aux1.conv.bn.{name}": torch.full((128,), value)
        for name, value in (("running_mean", 0.0), ("running_var", 1.0))
    }
    heads = opened(model, tmp_path, **fresh)
    assert heads["aux1"].trained is False
    assert heads["aux2"].trained is True


def test_a_counter_of_0_tells_only_beside_others(tmp_path: Path) -> None:
    model = sample("torchvision").model
    assert opened(model, tmp_path)["aux1"].trained  # all counters are 0: an old file was loaded
    heads = opened(model, tmp_path, **{"conv1.bn.num_batches_tracked": torch.tensor(500)})
    assert heads["aux1"].trained is False
    assert "no batch" in heads["aux1"].why


def test_biases_that_are_all_zero_are_those_of_an_initialisation(tmp_path: Path) -> None:
    model = ORACLES["wzmiaomiao"].make(0, classes=5)
    changes = {f"aux1.{layer}.bias": torch.zeros(size) for layer, size in (("fc1", 1024), ("fc2", 5))}
    heads = opened(model, tmp_path, **changes)
    assert heads["aux1"].trained is False
    assert heads["aux2"].trained is True


def test_the_official_file_is_known_by_its_hash() -> None:
    from gnet_desktop.network.families import build
    from tests.network.cases import random_tensors

    architecture = build("torchvision", classes=3, aux_classes={"aux1": 3, "aux2": 3})
    tensors = {name: value.numpy() for name, value in random_tensors(architecture).items()}
    states = head_states(architecture, tensors, {}, sha256="1378be20" + "0" * 56, temperatures={"main": 1.5})
    assert states["aux1"].trained is False
    assert "official" in states["aux1"].why
    assert states["main"].trained is True
    assert states["main"].temperature == 1.5


def test_an_absent_head_says_so(tmp_path: Path) -> None:
    torch.save(sample("tutorial").state, path := tmp_path / "weights.pth")
    head = open_checkpoint(path).heads["aux1"]
    assert not head.present
    assert head.trained is None
    assert head.why
