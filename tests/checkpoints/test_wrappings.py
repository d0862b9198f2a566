"""What stands around the weights, and what is missing of them."""

import argparse
import json
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gnet_desktop.checkpoints.describing.card import make_card
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.cli import main
from gnet_desktop.errors import CheckpointError, UsageError
from tests.checkpoints.samples import assert_same_numbers, assert_same_tensors, observed, sample
from tests.oracles import ORACLES, Oracle

ENTRIES = ["state_dict", "model_state_dict", "model", "net", "weights", "params"]
PREFIXES = ["module.", "model.", "net.", "backbone.", "encoder.", "_orig_mod.", "googlenet.", "student.body."]


State = dict[str, torch.Tensor]


def save(saved: object, folder: Path) -> Path:
    torch.save(saved, path := folder / "weights.pth")
    return path


def prefixed(state: State, prefix: str) -> State:
    return {prefix + name: tensor for name, tensor in state.items()}


@pytest.mark.parametrize("family", ["tutorial", "d2l", "kuangliu"])
def test_every_wrapper_with_every_prefix(family: str, tmp_path: Path) -> None:
    """All on one family would do; d2l's own names begin with ``net.`` and with numbers."""
    expected = sample(family)
    plain = open_checkpoint(save(expected.state, tmp_path))
    stacks = [*product(ENTRIES, PREFIXES), ("", "module._orig_mod.model."), ("state_dict", "net.module.net.")]
    stacks = stacks[:: 3 if family == "tutorial" else 7]  # all entries and nearly all prefixes
    for entry, prefix in stacks:
        state = prefixed(expected.state, prefix)
        found = open_checkpoint(save({entry: state, "epoch": 90} if entry else state, tmp_path))
        words = (*([entry] if entry else []), *prefix.rstrip(".").split("."))
        own = ("net",) if family == "d2l" and "net.0.0.weight" in expected.state else ()
        assert found.provenance.wrappers == words + own, (entry, prefix)
        assert_same_tensors(found, plain)


def test_a_file_without_prefix_is_untouched(tmp_path: Path) -> None:
    found = open_checkpoint(save(sample("tutorial").state, tmp_path))
    assert found.provenance.wrappers == ()
    assert found.provenance.warnings == ()


def test_side_entries_are_skipped_and_named(tmp_path: Path) -> None:
    expected = sample("tutorial")
    saved = {
        "epoch": 3,
        "args": argparse.Namespace(lr=0.1),
        "config": SimpleNamespace(a=1),
        "where": Path("/somewhere"),
        "best": np.float64(0.7),
        "log": defaultdict(list, loss=[1.0, 2.0]),
        "state_dict": OrderedDict(expected.state),
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(64, 3, 7, 7)}}, "param_groups": [{"lr": 0.1}]},
    }
    found = open_checkpoint(save(saved, tmp_path))
    [note] = [line for line in found.provenance.notes if "Entries beside" in line]
    for word in ("epoch", "args (argparse.Namespace)", "optimizer", "where (pathlib"):
        assert word in note
    assert found.provenance.left_over == ()
    assert_same_numbers(found, expected)


@pytest.mark.parametrize(("first", "second"), [("ema_state_dict", "state_dict"), ("model_ema", "model")])
def test_of_two_sets_the_smoothed_copy_is_not_taken_and_named(
    first: str, second: str, tmp_path: Path
) -> None:
    state = sample("tutorial").state
    copy = {"n_averaged": torch.tensor(5), **prefixed({k: v * 0 for k, v in state.items()}, "module.")}
    found = open_checkpoint(save({first: copy, second: state}, tmp_path))
    assert found.provenance.wrappers == (second,)
    assert any("smoothed copy" in line and first in line for line in found.provenance.notes)
    assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"])


def two_sets(tmp_path: Path) -> Path:
    """Plain weights under ``state_dict``, their averages, all half as large, under ``ema_state.module``."""
    state = sample("tutorial").state
    copy = {"n_averaged": torch.tensor(5), **prefixed({k: v / 2 for k, v in state.items()}, "module.")}
    return save({"state_dict": state, "ema_state": copy}, tmp_path)


def test_the_averaged_weights_can_be_chosen(tmp_path: Path) -> None:
    path, state = two_sets(tmp_path), sample("tutorial").state
    plain = open_checkpoint(path)
    averaged = open_checkpoint(path, assume={"weights": "ema_state.module"})
    assert torch.equal(plain.tensors["conv1.weight"], state["layer_1.0.weight"])
    assert torch.equal(averaged.tensors["conv1.weight"], state["layer_1.0.weight"] / 2)
    assert plain.provenance.sets == ("state_dict", "ema_state.module")
    assert averaged.provenance.sets == ("ema_state.module", "state_dict")
    assert averaged.provenance.assumed["weights"] == "ema_state.module"
    assert averaged.provenance.left_over == ()
    assert any("ema_state.module" in line and "--weights" in line for line in plain.provenance.notes)
    assert any("another set" in line and "state_dict" in line for line in averaged.provenance.notes)


def test_weights_without_a_prefix_are_called_top(tmp_path: Path) -> None:
    state = sample("tutorial").state
    path = save({**state, **prefixed({k: v / 2 for k, v in state.items()}, "ema.")}, tmp_path)
    assert set(open_checkpoint(path).provenance.sets) == {"top", "ema"}
    for name, factor in (("top", 1), ("ema", 0.5)):
        found = open_checkpoint(path, assume={"weights": name})
        assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"] * factor)


@pytest.mark.parametrize("many", [True, False])
def test_weights_that_a_file_does_not_have_are_refused(tmp_path: Path, many: bool) -> None:
    path = two_sets(tmp_path) if many else save(sample("tutorial").state, tmp_path)
    words = "It has state_dict, ema_state.module" if many else "It has one set only"
    with pytest.raises(UsageError, match=words):
        open_checkpoint(path, assume={"weights": "swa"})


def test_the_card_offers_the_other_weights(tmp_path: Path) -> None:
    card = make_card(open_checkpoint(two_sets(tmp_path)))
    [choice] = [one for one in card.assumptions if one.key == "weights"]
    assert choice.value == "state_dict"
    assert choice.choices == (
        ("ema_state.module", "ema_state.module (a smoothed copy)"),
        ("state_dict", "state_dict"),
    )


def test_the_command_line_takes_the_other_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(two_sets(tmp_path))
    assert main(["inspect", path, "--weights", "ema_state.module", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["value"] for one in found["assumed"] if one["key"] == "weights"] == ["ema_state.module"]
    assert main(["inspect", path, "--weights", "swa", "--format", "json"]) == 2
    assert "It has state_dict, ema_state.module" in json.loads(capsys.readouterr().out)["error"]


def test_a_lone_smoothed_copy_opens_and_says_so(tmp_path: Path) -> None:
    found = open_checkpoint(save({"ema_state_dict": sample("tutorial").state}, tmp_path))
    assert any("smoothed copy" in line for line in found.provenance.notes)


@pytest.mark.parametrize("counted", [True, False])
def test_counters_of_batches_are_optional(counted: bool, tmp_path: Path) -> None:
    state = {k: v for k, v in sample("torchvision").state.items() if counted or "num_batches" not in k}
    found = open_checkpoint(save(state, tmp_path))
    assert found.provenance.left_over == ()
    assert found.provenance.missing == ()


def _without(*prefixes: str) -> State:
    return {k: v for k, v in sample("torchvision").state.items() if not k.startswith(prefixes)}


@pytest.mark.parametrize(
    ("gone", "missing", "parts"),
    [
        (("aux",), ("aux1", "aux2"), 10),
        (("aux1",), ("aux1",), 11),
        (("aux2",), ("aux2",), 11),
        (("aux1.fc2",), ("aux1/fc2",), 11),
        (("fc.",), ("fc",), 11),
        (("fc.", "aux"), ("fc", "aux1", "aux2"), 9),
    ],
)
def test_what_is_missing_of_the_heads_is_named(
    gone: tuple[str, ...], missing: tuple[str, ...], parts: int, tmp_path: Path
) -> None:
    found = open_checkpoint(save(_without(*gone), tmp_path))
    assert found.provenance.missing == missing
    for head in ("main", "aux1", "aux2"):
        name = "fc" if head == "main" else head
        assert found.heads[head].present == (not any(piece.startswith(name) for piece in missing))
    assert_same_numbers(found, sample("torchvision"), parts=parts)


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (("inception4c.branch3.1",), "4c/5x5"),
        (("conv1.",), "conv1"),
        (("conv3.bn.running_var",), "conv3 (norm variance)"),
        (("inception5a", "inception5b"), "12 in all"),
    ],
)
def test_a_hole_in_the_trunk_is_refused_by_the_parts_name(
    gone: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(save(_without(*gone), tmp_path))
    assert named in caught.value.why


def test_missing_running_statistics_are_never_made_up(tmp_path: Path) -> None:
    state = {k: v for k, v in sample("torchvision").state.items() if "running" not in k}
    with pytest.raises(CheckpointError, match="norm mean"):
        open_checkpoint(save(state, tmp_path))


def test_a_convolution_too_many_is_refused(tmp_path: Path) -> None:
    """A branch with a further layer has other outputs than the known network would give."""
    state = sample("torchvision").state
    state["inception4b.branch2.2.conv.weight"] = torch.zeros(224, 224, 3, 3)
    with pytest.raises(CheckpointError, match=r"inception4b\.branch2\.2"):
        open_checkpoint(save(state, tmp_path))


def test_widths_that_do_not_follow_are_told(tmp_path: Path) -> None:
    state = sample("tutorial").state
    state["layer_3.0.conv_1_5.2.weight"] = torch.zeros(40, 16, 5, 5)
    state["layer_3.0.conv_1_5.2.bias"] = torch.zeros(40)
    with pytest.raises(CheckpointError, match="4b/1x1 reads 512 values, but the part before it gives 504"):
        open_checkpoint(save(state, tmp_path))


def _changed(change: Callable[[Any], object]) -> tuple[Oracle, Any]:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=4)
    change(model)
    for module in model.fc.modules():
        if isinstance(module, nn.BatchNorm1d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_()
    return oracle, model.eval()


CLASSIFIERS: dict[str, Callable[[], nn.Module]] = {
    "dropout first": lambda: nn.Sequential(nn.Dropout(0.4), nn.Linear(1024, 3)),
    "no bias": lambda: nn.Linear(1024, 3, bias=False),
    "hidden layer": lambda: nn.Sequential(nn.Linear(1024, 32), nn.ReLU(), nn.Linear(32, 3)),
    "norm after": lambda: nn.Sequential(nn.Linear(1024, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 3)),
    "norms before": lambda: nn.Sequential(
        nn.BatchNorm1d(1024),
        nn.Dropout(),
        nn.Linear(1024, 32),
        nn.ReLU(),
        nn.BatchNorm1d(32),
        nn.Linear(32, 3),
    ),
}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_a_replaced_classifier(classifier: str, whole: bool, tmp_path: Path) -> None:
    oracle, model = _changed(lambda model: setattr(model, "fc", CLASSIFIERS[classifier]()))
    found = open_checkpoint(save(model if whole else model.state_dict(), tmp_path))
    hidden = classifier not in ("dropout first", "no bias")
    assert found.provenance.assumed.get("hidden") == ("relu" if hidden and not whole else None)
    assert found.provenance.left_over == ()
    assert found.heads["main"].classes == 3
    assert_same_numbers(found, observed(oracle, model))


def test_nothing_between_fully_connected_layers_can_be_assumed(tmp_path: Path) -> None:
    oracle, model = _changed(
        lambda model: setattr(model, "fc", nn.Sequential(nn.Linear(1024, 32), nn.Linear(32, 3)))
    )
    found = open_checkpoint(save(model.state_dict(), tmp_path), assume={"hidden": "none"})
    assert_same_numbers(found, observed(oracle, model))


def test_another_rectifier_in_a_pickled_classifier_is_refused(tmp_path: Path) -> None:
    _, model = _changed(
        lambda model: setattr(model, "fc", nn.Sequential(nn.Linear(1024, 32), nn.Tanh(), nn.Linear(32, 3)))
    )
    with pytest.raises(CheckpointError, match="Tanh"):
        open_checkpoint(save(model, tmp_path))


@pytest.mark.parametrize(
    "assume", [{"epsilon": "x"}, {"family": "vgg"}, {"nonsense": "1"}, {"transform_input": "perhaps"}]
)
def test_an_assumption_that_makes_no_sense_is_a_usage_error(assume: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_checkpoint(save(sample("torchvision").state, tmp_path), assume=assume)


def test_a_first_convolution_for_small_pictures_may_step_by_one(tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=4)
    model.conv1.conv = nn.Conv2d(3, 64, 3, stride=1, padding=1, bias=False)
    path = save(model.state_dict(), tmp_path)
    assert open_checkpoint(path).provenance.assumed["conv1_stride"] == "2"
    found = open_checkpoint(path, assume={"conv1_stride": "1"})
    assert_same_numbers(found, observed(oracle, model.eval()))
