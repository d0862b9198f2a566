"""Heads under other names than a family's: found by their place and shape, and every tensor counted."""

from collections.abc import Callable
from itertools import cycle, islice, product
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from gnet_desktop.checkpoints.describing.card import make_card
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints import writing
from tests.checkpoints.samples import assert_same_numbers, observed, sample, tiny_state
from tests.oracles import ORACLES

NAMES = ("classifier", "classifier.1", "last_linear", "output", "head.fc", "logits", "new_fc", "head.1")
PREFIXES = (
    ("", ""),
    ("backbone.", ""),
    ("model.", ""),
    ("module.model.", "module."),
    ("net.encoder.", "net."),
)
"""What stands before the trunk's names, and before the classifier's."""

# two 3×3 in place of the 5×5 are a variant of their family, and have no tiny network here
SPOKEN = [one for one in DIALECTS if not one.name.startswith(("stacked", "branch3x3"))]
EACH = 5
"""Names and prefixes that each scheme is tried with; together all of them, several times."""

COMBINATIONS = list(islice(cycle(product(NAMES, PREFIXES)), 0, EACH * len(SPOKEN) * 7, 7))
CASES = [
    (dialect, *COMBINATIONS[number * EACH + place])
    for number, dialect in enumerate(SPOKEN)
    for place in range(EACH)
]


def moved(state: dict[str, Tensor], paths: dict[str, str], prefix: str = "") -> dict[str, Tensor]:
    """A prefix before every name, and other paths for some layers, which keep their endings."""

    def name(key: str) -> str:
        for old, new in paths.items():
            if key.startswith(old) and key[len(old)] in "._/":
                return new + key[len(old) :]
        return prefix + key

    return {name(key): value for key, value in state.items()}


@pytest.mark.parametrize(
    ("dialect", "name", "prefixes"), CASES, ids=[f"{d.name}-{n}-{p[0]}" for d, n, p in CASES]
)
def test_a_classifier_of_any_name(
    dialect: Dialect, name: str, prefixes: tuple[str, str], tmp_path: Path
) -> None:
    state = tiny_state(dialect.family, dialect.name)
    path = dialect.linears["fc"]
    theirs = state[path + dialect.endings.weight]
    torch.save(moved(state, {path: prefixes[1] + name}, prefixes[0]), file := tmp_path / "weights.pth")
    found = open_checkpoint(file)
    assert found.heads["main"].classes == 4
    assert torch.equal(found.tensors["fc.weight"], theirs.reshape(4, -1))
    assert found.provenance.left_over == ()
    assert any("found by its place and shape" in note for note in found.provenance.notes)


CAFFES = {
    "another word before": "categories_loss{}/classifier",
    "another word behind": "loss{}/classifier_flowers",
    "other names": "fc_new_{}",
}


@pytest.mark.parametrize("names", CAFFES)
@pytest.mark.parametrize("container", ["caffemodel", "safetensors"])
def test_caffes_three_classifiers_renamed(names: str, container: str, tmp_path: Path) -> None:
    """safetensors keeps names in the alphabet's order, so that names alone tell whose each is."""
    expected = sample("caffe")
    paths = {f"loss{number}/classifier": CAFFES[names].format(number) for number in (1, 2, 3)}
    state = moved(expected.state, paths)
    if container == "caffemodel":
        (path := tmp_path / "flowers.caffemodel").write_bytes(writing.caffemodel(state))
    else:
        save_file(state, path := tmp_path / "flowers.safetensors")
    if names == "other names" and container == "safetensors":
        pytest.skip("neither names nor order tell the three apart")
    found = open_checkpoint(path)
    assert [found.heads[head].classes for head in ("main", "aux1", "aux2")] == [7, 7, 7]
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("head", ["aux1.fc2", "aux2.fc2", "aux1.fc1", "aux2.conv"])
def test_a_part_of_an_auxiliary_head_renamed(head: str, tmp_path: Path) -> None:
    expected = sample("torchvision")
    torch.save(moved(expected.state, {head: f"{head.partition('.')[0]}.other"}), path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert found.provenance.missing == found.provenance.left_over == ()
    assert_same_numbers(found, expected)


LIGHTNING = {
    "backbone and classifier": ({"fc": "classifier"}, "backbone."),
    "Lightning": ({"fc": "fc"}, "model."),
    "Lightning with all heads outside": (
        {"fc": "head.fc", "aux1": "first.aux", "aux2": "second.aux"},
        "net.",
    ),
}


@pytest.mark.parametrize("form", LIGHTNING)
def test_a_classifier_outside_the_trunk_gives_torchvisions_numbers(form: str, tmp_path: Path) -> None:
    expected = sample("torchvision")
    saved = {"state_dict": moved(expected.state, *LIGHTNING[form]), "epoch": 3}
    torch.save(saved, path := tmp_path / "last.ckpt")
    found = open_checkpoint(path)
    card = make_card(found)
    count = len(expected.state)
    assert f"305 of {count} tensors used, none missing" in card.completeness
    assert_same_numbers(found, expected)


def test_dictionaries_of_dictionaries(tmp_path: Path) -> None:
    expected = sample("tutorial")
    state = dict(expected.state)
    head = {name: state.pop(f"fc_layer.{name}") for name in ("weight", "bias")}
    torch.save({"encoder": state, "classifier": head, "epoch": 4}, path := tmp_path / "both.pt")
    assert_same_numbers(open_checkpoint(path), expected)


STACKS: dict[str, Callable[[], nn.Module]] = {
    "two layers": lambda: nn.Sequential(nn.Linear(1024, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 3)),
    "a norm between": lambda: nn.Sequential(
        nn.Dropout(), nn.Linear(1024, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 3)
    ),
    "a norm before": lambda: nn.Sequential(nn.BatchNorm1d(1024), nn.Linear(1024, 3)),
}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_outside_the_trunk(stack: str, whole: bool, tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=4)
    model.fc = STACKS[stack]().eval().requires_grad_(False)
    for layer in model.fc.modules():
        if isinstance(layer, nn.BatchNorm1d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    expected = observed(oracle, model)
    if whole:
        model.projection_free_head, model.fc = model.fc, nn.Identity()
        torch.save(model, path := tmp_path / "whole.pth")
    else:
        torch.save(
            moved(model.state_dict(), {"fc": "classification.head"}, "net."), path := tmp_path / "w.pth"
        )
    found = open_checkpoint(path)
    assert found.heads["main"].classes == 3
    assert found.provenance.left_over == ()
    assert_same_numbers(found, expected)


def test_a_training_keeps_more_than_the_network_and_none_of_it_is_taken(tmp_path: Path) -> None:
    """An optimiser's moments have the shapes of what they belong to."""
    state = {name: value for name, value in sample("tutorial").state.items() if not name.startswith("fc_")}
    moments = {
        index: {"exp_avg": value, "step": torch.tensor(7)} for index, value in enumerate(state.values())
    }
    moments[999] = {"exp_avg": torch.zeros(7, 1024), "step": torch.tensor(7)}
    torch.save({"model": state, "optimizer": {"state": moments}}, path := tmp_path / "last.pth")
    found = open_checkpoint(path)
    assert found.provenance.missing == ("fc",)
    assert found.provenance.warnings == ()
    beside = 2 * (len(state) + 1)
    assert f"{len(state)} of {len(state) + beside} tensors used" in make_card(found).completeness
    assert f"Beside them: {beside} of the training's state." in make_card(found).completeness


def test_a_lost_auxiliary_classifier_does_not_take_the_main_one(tmp_path: Path) -> None:
    state = {k: v for k, v in sample("torchvision").state.items() if ".fc2." not in k}
    torch.save(moved(state, {"fc": "classifier"}), path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert found.heads["main"].present
    assert found.provenance.missing == ("aux1/fc2", "aux2/fc2")


def test_of_two_that_could_be_the_classifier_one_is_used_and_the_other_named(tmp_path: Path) -> None:
    state = dict(sample("torchvision").state)
    state |= {"projector.weight": torch.rand(128, 1024), "projector.bias": torch.rand(128)}
    torch.save(moved(state, {"fc": "answers"}), path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert found.heads["main"].classes == 7
    assert found.provenance.left_over == ("projector.weight", "projector.bias")
    assert any("projector.weight" in warning for warning in found.provenance.warnings)


def test_what_is_no_classifier_stays_unused_and_is_named(tmp_path: Path) -> None:
    """A matrix that reads twice the channels, as behind two pools side by side, cannot be shown."""
    state = dict(sample("torchvision").state)
    del state["fc.weight"], state["fc.bias"]
    state |= {"head.weight": torch.rand(5, 2048), "head.bias": torch.rand(5)}
    torch.save(state, path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert not found.heads["main"].present
    assert any("head.weight" in warning for warning in found.provenance.warnings)


def test_a_layer_norm_in_a_classifier_is_never_passed_over(tmp_path: Path) -> None:
    model = ORACLES["torchvision"].make(0, classes=4)
    model.fc = nn.Sequential(nn.LayerNorm(1024), nn.Linear(1024, 3))
    torch.save(model.state_dict(), path := tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"fc\.0\.weight"):
        open_checkpoint(path)


# Norms and activations that a family's names don't know

NORMS = {
    "another name": lambda key: key.replace(".bn.", ".norm."),
    "a word before": lambda key: "bn_" + key.replace(".bn.", ".") if ".bn." in key else key,
}


@pytest.mark.parametrize("names", NORMS)
def test_norms_of_other_names_are_never_lost(names: str, tmp_path: Path) -> None:
    """Without its norms a torchvision file has the names of the course's network."""
    expected = sample("torchvision")
    torch.save(
        {NORMS[names](key): value for key, value in expected.state.items()}, path := tmp_path / "w.pth"
    )
    found = open_checkpoint(path)
    assert found.provenance.left_over == ()
    assert_same_numbers(found, expected)


def test_norms_that_belong_to_no_convolution_are_refused(tmp_path: Path) -> None:
    state = dict(sample("wzmiaomiao").state)
    for part in ("weight", "bias", "running_mean", "running_var"):
        state[f"inception4a.extra.{part}"] = torch.rand(192)
        state[f"inception4b.extra.{part}"] = torch.rand(160)
    torch.save(state, path := tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="batch norms"):
        open_checkpoint(path)


@pytest.mark.parametrize("kind", [nn.LeakyReLU, nn.SiLU, nn.ReLU6, nn.PReLU])
def test_other_rectifiers_inside_a_pickled_network_are_refused(kind: type[nn.Module], tmp_path: Path) -> None:
    model = ORACLES["tutorial"].make(0, classes=3)
    model.layer_3[2].conv_1_3[1] = kind()
    torch.save(model, path := tmp_path / "whole.pth")
    with pytest.raises(CheckpointError, match=r"inside a module|stands inside"):
        open_checkpoint(path)


# One output, and what the module shows


def _single(end: nn.Module | None = None) -> tuple[nn.Module, Tensor, Tensor]:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=1)
    picture = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        probability = torch.sigmoid(model(picture))[0, 0]
    if end is not None:
        model.fc = nn.Sequential(model.fc, end)
    return model, picture, probability


@pytest.mark.parametrize("form", ["state", "whole", "whole with a sigmoid"])
def test_one_output_is_a_sigmoid_and_two_answers(form: str, tmp_path: Path) -> None:
    model, picture, probability = _single(nn.Sigmoid() if form == "whole with a sigmoid" else None)
    torch.save(model.state_dict() if form == "state" else model, path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert found.labels.names == ("class 0", "class 1")
    assert found.provenance.assumed["one_output"] == "second"
    assert ("one_output" in found.provenance.open) == (form != "whole with a sigmoid")
    said = GoogLeNet.from_checkpoint(found)(picture).answers["main"].probabilities
    assert said.tolist() == pytest.approx([1 - float(probability), float(probability)], abs=1e-5)
    turned = open_checkpoint(path, assume={"one_output": "first"})
    assert GoogLeNet.from_checkpoint(turned)(picture).answers["main"].probabilities[0] == pytest.approx(
        float(probability), abs=1e-5
    )


def test_two_names_fit_one_output(tmp_path: Path) -> None:
    model, _, _ = _single()
    torch.save({"model": model.state_dict(), "classes": ["cat", "dog"]}, path := tmp_path / "w.pth")
    found = open_checkpoint(path)
    assert found.labels.names == ("cat", "dog")
    assert not any("not read" in note for note in found.provenance.notes)


def test_a_sigmoid_behind_several_outputs_is_refused_as_what_it_is(tmp_path: Path) -> None:
    model = ORACLES["torchvision"].make(0, classes=5)
    model.fc = nn.Sequential(model.fc, nn.Sigmoid())
    torch.save(model, path := tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="5 outputs, so that each is a yes or no"):
        open_checkpoint(path)


BETWEEN: dict[str, Callable[[], nn.Module]] = {
    "nothing": lambda: nn.Sequential(nn.Linear(1024, 32), nn.Linear(32, 3)),
    "dropout": lambda: nn.Sequential(nn.Linear(1024, 32), nn.Dropout(), nn.Linear(32, 3)),
    "a norm": lambda: nn.Sequential(nn.Linear(1024, 32), nn.BatchNorm1d(32), nn.Linear(32, 3)),
    "ReLU6": lambda: nn.Sequential(nn.Linear(1024, 32), nn.ReLU6(), nn.Linear(32, 3)),
    "a rectifier at the end": lambda: nn.Sequential(nn.Linear(1024, 32), nn.Linear(32, 3), nn.ReLU()),
}


@pytest.mark.parametrize("between", BETWEEN)
def test_a_whole_module_shows_what_stands_between_its_layers(between: str, tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=4)
    model.fc = BETWEEN[between]().eval().requires_grad_(False)
    torch.save(model, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert "hidden" not in found.provenance.assumed
    assert_same_numbers(found, observed(oracle, model))
