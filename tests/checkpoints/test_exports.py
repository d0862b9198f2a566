"""Networks exported to ONNX as people do it today, and folded ones, against torchvision's own numbers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.forms import Scaled, exported, folded
from tests.checkpoints.samples import assert_same_numbers, observed, sample
from tests.oracles import ORACLES

pytest.importorskip("onnx")

SIDE = 96
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def torchvisions(**changes: Any) -> Any:
    """torchvision's class with random weights, as it is used for answers."""
    return ORACLES["torchvision"].make(0, classes=6, heads=False, **changes)


@pytest.fixture(scope="module")
def everyday(bundled: Path) -> nn.Module:
    """The bundled weights in torchvision's own class."""
    from torchvision.models import GoogLeNet as Theirs

    tensors = {name: value.float() for name, value in load_file(bundled).items()}
    model = Theirs(num_classes=len(tensors["fc.bias"]), aux_logits=True, init_weights=False)
    model.load_state_dict(tensors, strict=False)
    return model.eval().requires_grad_(False)


@pytest.fixture
def picture() -> Tensor:
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))


def assert_answers(found: Checkpoint, given: Tensor, theirs: Tensor, tolerance: float = 1e-4) -> None:
    """The same logits to a share of the largest."""
    ours = GoogLeNet.from_checkpoint(found).answers(given)["main"]
    assert float((torch.from_numpy(ours) - theirs).abs().max()) <= tolerance * float(theirs.abs().max())


def assert_is_torchvisions(found: Checkpoint, *, transform: bool = False) -> None:
    """Family, kernel and convention are torchvision's, and nothing about it is in doubt."""
    assert found.provenance.family == "torchvision"
    assert found.architecture.module("3a").branch("5x5").kernel == 3
    assert found.convention == replace(CONVENTIONS["torchvision"], transform_input=transform)
    assert found.provenance.assumed == {}
    assert found.provenance.open == ()
    assert found.provenance.warnings == ()


slow = pytest.mark.slow


def test_todays_export_of_the_bundled_weights(everyday: nn.Module, picture: Tensor, tmp_path: Path) -> None:
    path = exported(everyday, picture, tmp_path / "everyday.onnx", dynamo=True)
    found = open_checkpoint(path)
    assert found.provenance.recognised_by == "names"
    assert_is_torchvisions(found)
    with torch.inference_mode():
        assert_answers(found, picture, everyday(picture))


@pytest.mark.parametrize("dynamo", [False, pytest.param(True, marks=slow)])
def test_an_input_transform_in_the_graph_is_kept(dynamo: bool, picture: Tensor, tmp_path: Path) -> None:
    model = torchvisions()
    expected = observed(ORACLES["torchvision"], model)
    model.transform_input = True
    found = open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=dynamo))
    assert_is_torchvisions(found, transform=True)
    assert_same_numbers(found, expected, parts=10)


OPTIONS: dict[str, dict[str, Any]] = {
    "norms kept": {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False},
    "dynamic": {"dynamic_axes": {"x": {0: "batch", 2: "height", 3: "width"}}, "input_names": ["x"]},
    "opset 12": {"opset_version": 12},
}
DYNAMO_OPTIONS: dict[str, dict[str, Any]] = {
    "not optimised": {"optimize": False},
    "dynamic": {"dynamic_shapes": ({0: torch.export.Dim.DYNAMIC},)},
    "one file": {"external_data": False},
}
FORMS = [
    *((False, name) for name in OPTIONS),
    *(pytest.param(True, name, marks=slow) for name in DYNAMO_OPTIONS),
]


@pytest.mark.parametrize(("dynamo", "option"), FORMS)
def test_every_option_of_an_exporter(dynamo: bool, option: str, picture: Tensor, tmp_path: Path) -> None:
    model = torchvisions()
    options = (DYNAMO_OPTIONS if dynamo else OPTIONS)[option]
    found = open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=dynamo, **options))
    assert_is_torchvisions(found)
    assert_same_numbers(found, observed(ORACLES["torchvision"], model), parts=10)


@pytest.mark.parametrize("dynamo", [False, pytest.param(True, marks=slow)])
@pytest.mark.parametrize("end", ["softmax", "half"])
def test_a_softmax_at_the_end_and_half_precision(
    end: str, dynamo: bool, picture: Tensor, tmp_path: Path
) -> None:
    model = torchvisions()
    with torch.inference_mode():
        theirs = model(picture)
    whole = nn.Sequential(model, nn.Softmax(1)).eval() if end == "softmax" else model.half()
    given = picture if end == "softmax" else picture.half()
    found = open_checkpoint(exported(whole, given, tmp_path / "net.onnx", dynamo=dynamo))
    assert_is_torchvisions(found)
    assert_answers(found, picture, theirs, 1e-4 if end == "softmax" else 0.02)


SCALES: dict[str, tuple[Callable[[Tensor], Tensor], tuple[float, tuple[float, ...], tuple[float, ...]]]] = {
    "means and deviations": (
        lambda value: (value - MEAN[:, None, None]) / STD[:, None, None],
        (1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ),
    "bytes": (
        lambda value: (value / 255 - MEAN[:, None, None]) / STD[:, None, None],
        (255.0, (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    ),
    "to minus one and one": (lambda value: 2 * value - 1, (1.0, (0.5,) * 3, (0.5,) * 3)),
    "turned": (
        lambda value: 255 * value.flip(1) - torch.tensor([104.0, 117.0, 123.0])[:, None, None],
        (1.0, (104 / 255, 117 / 255, 123 / 255), (1 / 255,) * 3),
    ),
}


@pytest.mark.parametrize("scale", SCALES)
def test_what_the_graph_does_to_a_picture_is_part_of_its_convention(
    scale: str, picture: Tensor, tmp_path: Path
) -> None:
    """The convention prepares for conv1 what the graph would have made of the picture's values."""
    change, (values, mean, std) = SCALES[scale]
    model = torchvisions()
    found = open_checkpoint(exported(Scaled(model, change), picture, tmp_path / "net.onnx", dynamo=False))
    convention = found.convention
    assert found.convention_source == "the file's graph"
    assert (convention.range, convention.order) == (values, "bgr" if scale == "turned" else "rgb")
    assert convention.mean == pytest.approx(mean, rel=1e-4)
    assert convention.std == pytest.approx(std, rel=1e-4)
    with torch.inference_mode():
        theirs = Scaled(model, change)(picture * values)
    read = picture.flip(1) if scale == "turned" else picture
    scaled = (read * values - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
    assert_answers(found, scaled, theirs)


def test_what_no_convention_can_say_is_said(picture: Tensor, tmp_path: Path) -> None:
    model = Scaled(torchvisions(), lambda value: value.clamp(0.1, 0.9))
    [warning] = open_checkpoint(
        exported(model, picture, tmp_path / "n.onnx", dynamo=False)
    ).provenance.warnings
    assert "left out here (Clip)" in warning


@pytest.mark.parametrize("kind", [nn.LeakyReLU, nn.SiLU, nn.Hardswish])
def test_other_rectifiers_in_a_graph_are_refused(
    kind: type[nn.Module], picture: Tensor, tmp_path: Path
) -> None:
    """They leave no trace among the tensors, so that the names alone would give wrong numbers."""
    from torch.nn import functional

    model = torchvisions()
    path = tmp_path / "net.onnx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functional, "relu", lambda value, inplace=False: kind()(value))
        exported(model, picture, path, dynamo=False)
    with pytest.raises(CheckpointError, match="in place of a rectifier"):
        open_checkpoint(path)


ENDS: dict[str, Callable[[], nn.Module]] = {
    "a stack": lambda: nn.Sequential(nn.Linear(1024, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 7)),
    "nothing between": lambda: nn.Sequential(nn.Linear(1024, 32), nn.Linear(32, 7)),
    "a norm between": lambda: nn.Sequential(
        nn.Linear(1024, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 7)
    ),
    "a norm before": lambda: nn.Sequential(nn.BatchNorm1d(1024), nn.Linear(1024, 7)),
    "a norm behind": lambda: nn.Sequential(nn.Linear(1024, 7), nn.BatchNorm1d(7)),
    "no bias": lambda: nn.Linear(1024, 7, bias=False),
    "a rectifier behind": lambda: nn.Sequential(nn.Linear(1024, 7), nn.ReLU()),
}


def ending_in(end: nn.Module) -> nn.Module:
    model = torchvisions()
    model.fc = end.eval().requires_grad_(False)
    for layer in model.fc.modules():
        if isinstance(layer, nn.BatchNorm1d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.mark.parametrize("dynamo", [False, pytest.param(True, marks=slow)])
@pytest.mark.parametrize("end", ENDS)
def test_every_classifier_in_a_graph(end: str, dynamo: bool, picture: Tensor, tmp_path: Path) -> None:
    model = ending_in(ENDS[end]())
    with torch.inference_mode():
        theirs = model(picture)
    found = open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=dynamo))
    assert_is_torchvisions(found)
    assert_answers(found, picture, theirs)


@pytest.mark.parametrize("kind", [nn.Tanh, nn.LeakyReLU, nn.Sigmoid])
def test_what_a_classifier_in_a_graph_has_between_its_layers_is_never_left_out(
    kind: type[nn.Module], picture: Tensor, tmp_path: Path
) -> None:
    model = ending_in(nn.Sequential(nn.Linear(1024, 32), kind(), nn.Linear(32, 7)))
    with pytest.raises(CheckpointError, match="between its layers"):
        open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=False))


def test_one_output_behind_a_sigmoid_in_a_graph(picture: Tensor, tmp_path: Path) -> None:
    model = ending_in(nn.Sequential(nn.Linear(1024, 1), nn.Sigmoid()))
    with torch.inference_mode():
        theirs = float(model(picture)[0, 0])
    found = open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=False))
    assert found.provenance.open == ()
    said = GoogLeNet.from_checkpoint(found)(picture).answers["main"].probabilities
    assert said.tolist() == pytest.approx([1 - theirs, theirs], abs=1e-5)


def test_a_sigmoid_behind_several_outputs_in_a_graph_is_refused(picture: Tensor, tmp_path: Path) -> None:
    model = ending_in(nn.Sequential(nn.Linear(1024, 7), nn.Sigmoid()))
    with pytest.raises(CheckpointError, match="7 outputs, so that each is a yes or no"):
        open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=False))


class Warmer(nn.Module):
    """Multiplies the answers, as calibration does."""

    @override
    def forward(self, value: Tensor) -> Tensor:
        return value * 3.0


def test_what_a_graph_does_with_its_answers_is_said(picture: Tensor, tmp_path: Path) -> None:
    model = ending_in(nn.Sequential(nn.Linear(1024, 7), Warmer()))
    found = open_checkpoint(exported(model, picture, tmp_path / "net.onnx", dynamo=False))
    assert any("goes on with Mul" in warning for warning in found.provenance.warnings)


# Norms folded into the convolutions

WITH_NORMS = [
    "torchvision",
    "tutorial_bn",
    "weiaicunzai",
    "weiaicunzai_later",
    "kuangliu",
    "aladdinpersson",
    "shanglianlm",
]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", WITH_NORMS)
def test_folded_norms_leave_the_family_what_it_is(family: str, whole: bool, tmp_path: Path) -> None:
    """A folded torchvision network has the names of the course's; its kernels say whose it is."""
    expected = sample(family)
    model = folded(expected.model)
    torch.save(model if whole else model.state_dict(), path := tmp_path / "folded.pth")
    found = open_checkpoint(path)
    assert found.provenance.family == family
    assert found.provenance.recognised_by == "names"
    assert not any(layer.norm_epsilon for layer in found.architecture.convolutions())
    in_doubt = family == "torchvision" and not whole
    assert ("family" in found.provenance.assumed) == ("family" in found.provenance.open) == in_doubt
    assert_same_numbers(found, expected)


def test_the_bundled_weights_folded_answer_as_torchvision_does(
    everyday: nn.Module, picture: Tensor, tmp_path: Path
) -> None:
    torch.save(folded(everyday).state_dict(), path := tmp_path / "folded.pth")
    found = open_checkpoint(path)
    assert found.convention.name == "torchvision"
    assert found.provenance.open == ("family", "transform_input")
    with torch.inference_mode():
        assert_answers(found, picture, everyday(picture))


def test_the_courses_network_with_small_kernels_can_be_chosen(tmp_path: Path) -> None:
    expected = sample("wzmiaomiao", kernel=3)
    torch.save(expected.state, path := tmp_path / "weights.pth")
    assert open_checkpoint(path).provenance.open == ("family", "transform_input")
    found = open_checkpoint(path, assume={"family": "wzmiaomiao"})
    assert found.convention.name == "wzmiaomiao"
    assert found.provenance.open == ()
    assert_same_numbers(found, expected)
