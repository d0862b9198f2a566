"""Files as people report them: what was done to a network before it was saved, and its answers still."""

import copy
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.card import make_card
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints import writing
from tests.checkpoints.samples import assert_same_numbers, observed, sample
from tests.oracles import ORACLES
from tests.pictures.conftest import needs_writer

ORACLE = ORACLES["torchvision"]
PARTS = 9
"""Modules, whose maps are compared where a file has no head."""


def opened(saved: object, folder: Path, **options: bool) -> Checkpoint:
    torch.save(saved, path := folder / "weights.pth", **options)
    return open_checkpoint(path)


# What is left of the network


def numbered(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names as `nn.Sequential(*children)` gives them, without any head."""
    tops = list(dict.fromkeys(name.partition(".")[0] for name in state))
    trunk = [top for top in tops if top not in ("aux1", "aux2", "fc")]
    return {
        f"{trunk.index(top)}.{rest}": value
        for name, value in state.items()
        for top, _, rest in [name.partition(".")]
        if top in trunk
    }


@pytest.mark.parametrize("prefix", ["", "backbone.", "0.features."])
def test_children_by_their_positions_without_a_classifier(prefix: str, tmp_path: Path) -> None:
    expected = sample("torchvision")
    found = opened({prefix + name: value for name, value in numbered(expected.state).items()}, tmp_path)
    assert found.architecture.classes == 0
    assert "fc" in found.provenance.missing
    assert_same_numbers(found, expected, parts=PARTS)


class Learner:
    """Stands for the whole of a training, as another library pickles it."""

    model: nn.Module
    dls: dict[str, list[str]]


class Pools(nn.Module):
    """Two pools side by side, whose channels a head reads one behind the other."""

    def __init__(self) -> None:
        super().__init__()
        self.ap, self.mp = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes of a library that exists only while the file is written."""
    package, module = types.ModuleType("elsewhere"), types.ModuleType("elsewhere.learner")
    for name in (package, module):
        monkeypatch.setitem(sys.modules, name.__name__, name)
    for kind in (Learner, Pools):
        monkeypatch.setattr(kind, "__module__", "elsewhere.learner")
        setattr(module, kind.__name__, kind)


def _learner(head: nn.Module) -> Learner:
    """A body of the network's children and a head behind it."""
    model = ORACLE.make(0, classes=7)
    body = [child for name, child in model.named_children() if name not in ("aux1", "aux2", "fc", "dropout")]
    found = Learner()
    found.model = nn.Sequential(nn.Sequential(*body[:-1]), head).eval()
    found.dls = {"vocab": ["a", "b", "c"]}
    return found


def _fastai(inputs: int, pool: nn.Module) -> nn.Sequential:
    """What fast.ai puts behind a body: norms whose statistics are random here."""
    norms = nn.BatchNorm1d(inputs), nn.BatchNorm1d(32)
    for norm in norms:
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    layers = (nn.Linear(inputs, 32, bias=False), nn.ReLU(), norms[1], nn.Linear(32, 3, bias=False))
    return nn.Sequential(pool, nn.Flatten(), norms[0], nn.Dropout(), *layers)


@pytest.mark.usefixtures("foreign")
def test_a_whole_training_of_another_library_opens_without_it(tmp_path: Path) -> None:
    learner = _learner(_fastai(1024, nn.AdaptiveAvgPool2d(1)))
    picture = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        theirs = learner.model(picture)
    torch.save(learner, path := tmp_path / "export.pkl")
    del sys.modules["elsewhere.learner"]
    found = open_checkpoint(path)
    ours = torch.from_numpy(GoogLeNet.from_checkpoint(found).answers(picture)["main"])
    assert torch.allclose(ours, theirs[0], atol=1e-4 * float(theirs.abs().max()))
    assert found.labels.names == ("a", "b", "c")


@pytest.mark.usefixtures("foreign")
def test_a_head_behind_two_pools_is_no_answer_and_is_said(tmp_path: Path) -> None:
    found = opened(_learner(_fastai(2048, Pools())), tmp_path)
    assert not found.heads["main"].present
    assert any("10 tensors belong to no part" in warning for warning in found.provenance.warnings)


# How the tensors lie


@pytest.mark.parametrize("legacy", [False, True])
def test_views_of_one_buffer(legacy: bool, tmp_path: Path) -> None:
    """As sharded training keeps its parameters: by offset and stride, some turned."""
    expected = sample("torchvision")
    flat = torch.cat([value.reshape(-1).float() for value in expected.state.values()])
    views, start = {}, 0
    for name, value in expected.state.items():
        views[name] = flat[start : start + value.numel()].view(value.shape)
        start += value.numel()
    views["fc.weight"] = expected.state["fc.weight"].t().contiguous().t()
    first = expected.state["conv1.conv.weight"]
    views["conv1.conv.weight"] = first.contiguous(memory_format=torch.channels_last)
    assert_same_numbers(opened(views, tmp_path, _use_new_zipfile_serialization=not legacy), expected)


def test_observers_of_a_quantisation_are_passed_over_and_counted(tmp_path: Path) -> None:
    expected = sample("torchvision")
    state: dict[str, object] = dict(expected.state)
    for layer in ("conv1", "inception3a.branch1", "fc.weight_fake_quant"):
        state[f"{layer}.activation_post_process.min_val"] = torch.zeros(64)
        state[f"{layer}.activation_post_process.eps"] = torch.tensor([1e-7])
    state |= {"quant.fake_quant_0.scale": torch.ones(1), "quant.observer.histogram": torch.zeros(2048)}
    state["conv1.activation_post_process.activation"] = None
    found = opened(state, tmp_path)
    assert found.provenance.warnings == found.provenance.left_over == ()
    assert "8 of quantisation's observers" in make_card(found).completeness
    assert_same_numbers(found, expected)


def test_half_of_all_channels(tmp_path: Path) -> None:
    """What pruning whole channels leaves, under the usual names, in torchvision's own classes."""
    model = copy.deepcopy(ORACLE.make(0, classes=7))
    ends = {model.conv1.conv: "inputs", **{head.fc2: "outputs" for head in (model.aux1, model.aux2)}}
    ends[model.fc] = "outputs"
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d | nn.BatchNorm2d | nn.Linear):
                setattr(parent, name, _halved(child, ends.get(child, "")))
    expected = observed(ORACLE, model.eval())
    found = opened(model.state_dict(), tmp_path)
    assert make_card(found).width == 0.5
    assert_same_numbers(found, expected)


def _halved(layer: nn.Module, whole: str) -> nn.Module:
    """The first half of a layer's outputs and inputs, but for pictures' channels and classes."""
    layer = copy.deepcopy(layer)
    tensors = {**dict(layer.named_parameters()), **dict(layer.named_buffers())}
    for name, value in tensors.items():
        if not value.dim():
            continue
        kept = value if whole == "outputs" else value[: len(value) // 2]
        kept = kept[:, : kept.shape[1] // 2] if value.dim() > 1 and whole != "inputs" else kept
        is_weight = isinstance(value, nn.Parameter)
        setattr(layer, name, nn.Parameter(kept.clone(), requires_grad=False) if is_weight else kept.clone())
    return layer


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_other_numbers_of_input_channels(channels: int, tmp_path: Path) -> None:
    """Grey pictures are read; what no picture has is refused by its number."""
    model = ORACLE.make(0, classes=7)
    model.conv1.conv = nn.Conv2d(channels, 64, 7, 2, 3, bias=False).requires_grad_(False)
    if channels == 1:
        found = opened(model.state_dict(), tmp_path)
        assert found.convention.order == "grey"
        assert_same_numbers(found, observed(ORACLE, model, channels=1))
    else:
        with pytest.raises(CheckpointError, match=f"reads {channels} channels"):
            opened(model.state_dict(), tmp_path)


# What stands around the weights

AROUND: dict[str, Callable[[dict[str, Tensor]], object]] = {
    "a counter before": lambda state: (7, state),
    "an optimiser behind": lambda state: [state, {"state": {}, "param_groups": []}],
    "a list in a list": lambda state: [{"epoch": 3}, [state]],
    "a tuple with a text": lambda state: ("googlenet", state, None),
}


@pytest.mark.parametrize("around", AROUND)
def test_sequences_around_the_weights(around: str, tmp_path: Path) -> None:
    expected = sample("torchvision")
    assert_same_numbers(opened(AROUND[around](expected.state), tmp_path), expected)


NAMES = [f"thing {index}" for index in range(7)]
STORED: dict[str, object] = {
    "class_to_idx": {name: index for index, name in reversed(list(enumerate(NAMES)))},
    "label2id": dict(zip(NAMES, range(7), strict=True)),
    "idx_to_class": {str(index): name for index, name in enumerate(NAMES)},
    "class_indices": {str(index): name for index, name in enumerate(NAMES)},
    "id2label": dict(enumerate(NAMES)),
    **dict.fromkeys(("classes", "vocab", "label_names", "target_names"), NAMES),
}


@pytest.mark.parametrize("key", STORED)
def test_class_names_beside_the_weights_are_used_by_their_index(key: str, tmp_path: Path) -> None:
    found = opened({"state_dict": sample("torchvision").state, key: STORED[key]}, tmp_path)
    assert found.labels.names == tuple(NAMES)
    assert found.labels.source == "the file itself"


@pytest.mark.parametrize("name", ["labels.txt", "synset_words.txt"])
def test_a_list_of_names_beside_a_caffe_model_decides_their_order(name: str, tmp_path: Path) -> None:
    """Equal numbers of classes say nothing of their order."""
    model = ORACLES["caffe"].make(0, classes=1000, heads=False)
    (path := tmp_path / "net.caffemodel").write_bytes(writing.caffemodel(dict(model.state_dict())))
    assert open_checkpoint(path).labels.source == "ImageNet 2012, by count"
    lines = [f"n{index:08} thing {index}" if "synset" in name else f"thing {index}" for index in range(1000)]
    (tmp_path / name).write_text("\n".join(reversed(lines)))
    labels = open_checkpoint(path).labels
    assert labels.names[0] == "thing 999"
    assert labels.source == name


# Names that say another kind


def test_a_caffe_model_that_is_called_a_picture(tmp_path: Path) -> None:
    """Its first byte is that of a PCX picture, too."""
    expected = sample("caffe")
    (path := tmp_path / "snapshot.pcx").write_bytes(writing.caffemodel(expected.state))
    assert_same_numbers(open_checkpoint(path), expected)


@pytest.mark.parametrize("kind", ["PCX", "JPEG2000", "PSD", "AVIF", "TIFF"])
def test_a_picture_that_is_called_a_caffe_model(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.caffemodel"
    if kind == "PSD":
        path.write_bytes(b"8BPS\0\1" + bytes(200))
    else:
        needs_writer(kind)
        Image.new("RGB", (50, 40), (200, 10, 10)).save(path, kind)
    with pytest.raises(CheckpointError, match=r"this is a picture\."):
        open_checkpoint(path)


def test_sides_that_no_convention_has_are_refused() -> None:
    from gnet_desktop.convention import parse_convention

    with pytest.raises(UsageError, match="has no size"):
        parse_convention("size=224x288")
    with pytest.raises(UsageError, match="takes a number of pixels"):
        parse_convention("resize=224x288")
