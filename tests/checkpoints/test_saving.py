"""A checkpoint written in another form answers as the original's independent definition does."""

import ast
import itertools
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torchvision.models import GoogLeNet as TorchvisionsGoogLeNet

from gnet_desktop.checkpoints import saving
from gnet_desktop.checkpoints.checkpoint import Checkpoint, Labels
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.checkpoints.saving import TARGETS, named, save
from gnet_desktop.checkpoints.saving.metadata import metadata
from gnet_desktop.checkpoints.saving.python_input import input_source
from gnet_desktop.checkpoints.saving.python_module import source
from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.errors import CheckpointError, ExportError, UsageError
from gnet_desktop.parsers.table import parsers
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from tests.checkpoints.samples import Sample, assert_same_tensors, sample
from tests.oracles import ORACLES

FAMILIES = list(ORACLES)
FORMS = ("safetensors", "torch", "onnx")


def opened(expected: Sample, folder: Path) -> Checkpoint:
    torch.save(expected.state, path := folder / "original.pth")
    return open_checkpoint(path)


def converted(checkpoint: Checkpoint, target: str, folder: Path, picture: torch.Tensor) -> Path:
    found = save(checkpoint, checkpoint.convention, target, named(folder / "new", target), picture)
    return found.files[0]


def assert_answers(found: Mapping[str, np.ndarray], expected: Sample) -> None:
    """Each head's logits are those of the independent definition, to 1e-5 of the largest."""
    theirs = {name.replace("logits", "main"): value for name, value in expected.outputs.items()}
    heads = {"main", "aux1", "aux2"} & theirs.keys()
    assert found.keys() == heads
    for head in heads:
        bound = 1e-5 * max(1.0, float(theirs[head].abs().max()))
        assert np.abs(found[head] - theirs[head].numpy()).max() <= bound, head


@pytest.mark.parametrize("family", FAMILIES)
def test_safetensors_open_again_bit_for_bit(family: str, tmp_path: Path) -> None:
    checkpoint = opened(sample(family), tmp_path)
    again = open_checkpoint(converted(checkpoint, "safetensors", tmp_path, sample(family).picture))
    assert_same_tensors(checkpoint, again)
    assert again.provenance.assumed == {}
    assert again.provenance.left_over == ()
    assert again.provenance.family == family
    assert (again.convention, again.labels.names) == (checkpoint.convention, checkpoint.labels.names)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_weights_beside_the_python_file_say_what_network_they_are(family: str, tmp_path: Path) -> None:
    """Their names alone are torchvision's, whatever the network is; moved elsewhere they still open right."""
    checkpoint = opened(sample(family), tmp_path)
    beside = converted(checkpoint, "torch", tmp_path, sample(family).picture).with_suffix(".pth")
    (elsewhere := tmp_path / "elsewhere").mkdir()
    again = open_checkpoint(beside.rename(elsewhere / "weights.pth"))
    assert_same_tensors(checkpoint, again)
    assert again.provenance.family == family
    assert (again.provenance.assumed, again.provenance.left_over) == ({}, ())
    assert (again.convention, again.labels.names) == (checkpoint.convention, checkpoint.labels.names)


FOREIGN_TEXTS = {"no JSON": "{", "a list": "[]", "numbers": '{"architecture": 3}', "no text": "\xff"}


@pytest.mark.parametrize("kind", FOREIGN_TEXTS)
def test_an_entry_of_that_name_that_says_nothing_is_passed_over(kind: str, tmp_path: Path) -> None:
    torch.save(sample("torchvision").state, path := tmp_path / "a.pth")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a/extra/gnet-desktop.json", FOREIGN_TEXTS[kind].encode("latin-1"))
    assert open_checkpoint(path).provenance.family == "torchvision"


WRONG_NAMES = ("[]", '{"3a/1x1.weight": []}', '{"3a/1x1.weight": "fc.weight"}', "{")


@pytest.mark.parametrize("names", WRONG_NAMES)
def test_names_that_do_not_fit_are_refused_in_a_sentence(names: str, tmp_path: Path) -> None:
    checkpoint = opened(sample("torchvision"), tmp_path)
    texts = {"architecture": metadata(checkpoint, checkpoint.convention)["architecture"], "names": names}
    torch.save(sample("torchvision").state, path := tmp_path / "a.pth")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a/extra/gnet-desktop.json", json.dumps(texts))
    with pytest.raises(CheckpointError):
        open_checkpoint(path)


def _load(path: Path) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "converted", "__file__": str(path)}
    exec(compile(path.read_text("ascii"), path.name, "exec"), space)
    return space


@pytest.mark.parametrize("family", FAMILIES)
def test_the_python_file_gives_the_definitions_numbers(family: str, tmp_path: Path) -> None:
    expected = sample(family)
    path = converted(opened(expected, tmp_path), "torch", tmp_path, expected.picture)
    with torch.inference_mode():
        found = _load(path)["load"]()(expected.picture)
    assert_answers({head: logits.numpy() for head, logits in found.items()}, expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_onnx_gives_the_definitions_numbers_and_opens_again(family: str, tmp_path: Path) -> None:
    expected = sample(family)
    checkpoint = opened(expected, tmp_path)
    path = converted(checkpoint, "onnx", tmp_path, expected.picture)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    given = {"input": expected.picture.numpy()}
    assert_answers(dict(zip(names, session.run(names, given), strict=True)), expected)
    assert_same_tensors(checkpoint, open_checkpoint(path))


def test_a_changed_onnx_graph_is_believed_more_than_its_description(tmp_path: Path) -> None:
    expected = sample("caffe")
    path = converted(opened(expected, tmp_path), "onnx", tmp_path, expected.picture)
    model = onnx.load(path)
    for node in model.graph.node:
        for setting in node.attribute:
            if node.op_type == "LRN" and setting.name == "alpha":
                setting.f = 0.01
    onnx.save(model, path)
    norms = [layer for layer in open_checkpoint(path).architecture.trunk if layer.name.startswith("norm")]
    assert [round(layer.alpha, 6) for layer in norms] == [0.01, 0.01]  # type: ignore[union-attr]


def test_torchvision_loads_its_state_dict_strictly(tmp_path: Path) -> None:
    expected = sample("torchvision")
    path = converted(opened(expected, tmp_path), "torchvision", tmp_path, expected.picture)
    network = TorchvisionsGoogLeNet(num_classes=7, aux_logits=True, init_weights=False)
    network.load_state_dict(torch.load(path, weights_only=True), strict=True)
    with torch.inference_mode():
        found = network.eval()(expected.picture)
    assert torch.equal(found, expected.outputs["logits"])


def test_torchvision_cannot_take_another_network(tmp_path: Path) -> None:
    expected = sample("caffe")
    checkpoint = opened(expected, tmp_path)
    with pytest.raises(UsageError, match="another network"):
        converted(checkpoint, "torchvision", tmp_path, expected.picture)
    assert not (tmp_path / "new.pth").exists()


# The Python file on its own


def test_the_python_file_imports_torch_and_pillow_only(tmp_path: Path) -> None:
    text = source(opened(sample("lucid"), tmp_path), CONVENTIONS["lucid"])
    roots = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            roots |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            roots.add(str(node.module).partition(".")[0])
    assert roots == {"sys", "pathlib", "torch", "PIL"}


def test_it_runs_without_this_program(tmp_path: Path) -> None:
    expected = sample("kuangliu")
    checkpoint = opened(expected, tmp_path)
    checkpoint = replace(checkpoint, labels=Labels(tuple(f"name {n}" for n in range(7)), "a test"))
    path = converted(checkpoint, "torch", tmp_path, expected.picture)
    Image.new("RGB", (40, 30), (200, 30, 90)).save(picture := tmp_path / "picture.png")
    ran = subprocess.run(
        [sys.executable, "-I", path.name, picture.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *answers = ran.stdout.splitlines()
    prepared = prepare(read_picture(picture), checkpoint.convention).tensor()
    with torch.inference_mode():
        shares = expected.model(prepared)["logits"][0].softmax(0)
    assert first == "picture.png"
    assert answers[0].split() == [f"{100 * float(shares.max()):.1f}", "%", "name", str(int(shares.argmax()))]


HOSTILE = ('"""', "\\", "'\n", '"); raise SystemExit  #', "{0}", "\u2028", "\U0001f98a", "\ud800")


def test_class_names_are_literals_whatever_they_are(tmp_path: Path) -> None:
    checkpoint = opened(sample("kuangliu"), tmp_path)
    names = HOSTILE[:7]
    text = source(replace(checkpoint, labels=Labels(names, "a test")), checkpoint.convention)
    (tmp_path / "hostile.py").write_text(text, "ascii")
    assert _load(tmp_path / "hostile.py")["CLASSES"] == names


PICTURES = {"wide": (341, 227), "tall": (120, 400), "small": (50, 31)}


@pytest.mark.parametrize(("name", "size"), list(itertools.product(CONVENTIONS, PICTURES)))
def test_its_preparation_is_this_programs(name: str, size: str, tmp_path: Path) -> None:
    assert_prepares(CONVENTIONS[name], PICTURES[size], tmp_path)


ODD = {
    "floor and round": {"long_side": "round", "crop_offset": "floor", "crop": 223},
    "second rescaling": {"transform_input": True},
    "bicubic": {"interpolation": "bicubic"},
    "as it is": {"resize": "none", "crop": None},
    "exact without a crop": {"resize": "exact", "size": 96, "crop": None},
}


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_so_is_that_of_other_conventions(changes: dict[str, Any], tmp_path: Path) -> None:
    assert_prepares(CONVENTIONS["torchvision"].changed(**changes), PICTURES["wide"], tmp_path)


def assert_prepares(convention: Convention, size: tuple[int, int], folder: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path := folder / "noise.png")
    space: dict[str, Any] = {}
    exec("import torch\nfrom torch.nn import functional as F\n" + input_source(convention), space)
    found, expected = space["prepare"](Image.open(path)), prepare(read_picture(path), convention).tensor()
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, rtol=0, atol=1e-6 * float(expected.abs().max()))


# What stands beside the numbers


def test_what_a_person_set_goes_with_the_file(tmp_path: Path) -> None:
    checkpoint = opened(sample("torchvision"), tmp_path)
    heads = {
        name: replace(state, temperature=1.5, trained=None if name == "main" else False)
        for name, state in checkpoint.heads.items()
    }
    texts = {"nothing_fits": json.dumps({"threshold": 0.3}), "licence": "CC0"}
    checkpoint = replace(
        checkpoint,
        heads=heads,
        labels=Labels(("ä", '"', "c", "d", "e", "f", "g"), "a test"),
        provenance=replace(checkpoint.provenance, metadata=texts),
    )
    convention = CONVENTIONS["caffe"].changed(std=(1 / 3, 58.395, 57.12))
    save(
        checkpoint,
        convention,
        "safetensors",
        path := tmp_path / "new.safetensors",
        sample("torchvision").picture,
    )
    again = open_checkpoint(path)
    assert again.temperatures == checkpoint.temperatures
    assert again.doubt_threshold == 0.3
    assert again.labels.names == checkpoint.labels.names
    assert again.convention == convention
    assert [again.heads[name].trained for name in ("aux1", "aux2")] == [False, False]
    assert again.provenance.metadata["licence"] == "CC0"


def test_other_programs_read_its_safetensors(tmp_path: Path) -> None:
    checkpoint = opened(sample("kuangliu"), tmp_path)
    path = converted(checkpoint, "safetensors", tmp_path, sample("kuangliu").picture)
    with safe_open(path, "pt") as file:
        assert set(file.keys()) == checkpoint.tensors.keys()
        assert torch.equal(file.get_tensor("3a/1x1.weight"), checkpoint.tensors["3a/1x1.weight"])


def test_a_tensor_that_is_none_of_its_own_is_left_over(tmp_path: Path) -> None:
    checkpoint = opened(sample("kuangliu"), tmp_path)
    path = converted(checkpoint, "safetensors", tmp_path, sample("kuangliu").picture)
    with safe_open(path, "pt") as file:
        save_file({**checkpoint.tensors, "conv9.weight": torch.zeros(3)}, path, dict(file.metadata()))
    again = open_checkpoint(path)
    assert_same_tensors(checkpoint, again)
    assert again.provenance.left_over == ("conv9.weight",)


ORDER = ["conv1", "3a", "3b", "pool3", "4a", "4b", "4c", "4d", "4e", "pool4", "5a", "5b"]
LIES: dict[str, Any] = {
    "no JSON": "{",
    "a list": "[]",
    "an unknown family": {"family": "resnet"},
    "another order": {"order": [*ORDER[:1], "3b", "3a", *ORDER[3:]]},
    "a module twice": {"order": [*ORDER, "5b"]},
    "no modules": {"order": ["conv1"]},
    "a strange layer": {"order": ["conv1", "conv9", *ORDER[1:]]},
    "settings that are no table": {"facts": {"conv1": 3}},
    "no tables at all": {"facts": []},
    "a strange activation": {"facts": {"3a/1x1": {"activation": "tanh"}}},
    "an endless scale": {"facts": {"fc": {"scale": float("inf")}}},
    "a scale that is no number": {"facts": {"fc": {"scale": "2"}}},
    "a strange end": {"facts": {"global_pool": {"kind": "median"}}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_description_that_no_file_of_ours_has_is_refused(lie: Any, tmp_path: Path) -> None:
    checkpoint = opened(sample("kuangliu"), tmp_path)
    path = converted(checkpoint, "safetensors", tmp_path, sample("kuangliu").picture)
    with safe_open(path, "pt") as file:
        texts = dict(file.metadata())
    told = json.loads(texts["architecture"])
    texts["architecture"] = lie if isinstance(lie, str) else json.dumps({**told, **lie})
    save_file(dict(checkpoint.tensors), path, texts)
    with pytest.raises(CheckpointError, match="description cannot be read"):
        open_checkpoint(path)


# How it ends


def test_a_file_that_would_answer_otherwise_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, picture = opened(sample("kuangliu"), tmp_path), sample("kuangliu").picture
    wrong = replace(
        TARGETS["onnx"],
        answers=lambda path, value: {"main": TARGETS["onnx"].answers(path, value)["main"] + 0.1},
    )
    monkeypatch.setattr(saving, "TARGETS", {**TARGETS, "onnx": wrong})
    (tmp_path / "new.onnx").write_bytes(b"what was there")
    with pytest.raises(ExportError, match="Nothing was written"):
        converted(checkpoint, "onnx", tmp_path, picture)
    assert (tmp_path / "new.onnx").read_bytes() == b"what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.onnx", "original.pth"]


def test_weights_beside_a_python_file_never_take_the_place_of_others(tmp_path: Path) -> None:
    expected = sample("kuangliu")
    before = opened(expected, tmp_path).provenance.path.read_bytes()
    checkpoint = open_checkpoint(tmp_path / "original.pth")
    with pytest.raises(ExportError, match=r"original\.pth, and that is there already"):
        save(checkpoint, checkpoint.convention, "torch", tmp_path / "original.py", expected.picture)
    assert [path.name for path in tmp_path.iterdir()] == ["original.pth"]
    assert (tmp_path / "original.pth").read_bytes() == before


def test_the_command_line_offers_every_form() -> None:
    [choices] = [one.choices for one in parsers()["convert"]._actions if one.dest == "to"]
    assert set(choices or ()) == TARGETS.keys()


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [("conv1", "stride", 0), ("pool2", "kernel", 0), ("pool2", "stride", 0), ("pool2", "padding", 2)],
)
def test_a_setting_that_nothing_can_be_computed_with_is_refused(
    layer: str, name: str, value: int, tmp_path: Path
) -> None:
    checkpoint = opened(sample("weiaicunzai_later"), tmp_path)
    path = converted(checkpoint, "safetensors", tmp_path, sample("weiaicunzai_later").picture)
    with safe_open(path, "pt") as file:
        texts = dict(file.metadata())
    told = json.loads(texts["architecture"])
    told["facts"][layer][name] = value
    save_file(dict(checkpoint.tensors), path, {**texts, "architecture": json.dumps(told)})
    with pytest.raises(CheckpointError, match=f"{layer} has a {name} of {value}"):
        open_checkpoint(path)


def test_endings_follow_the_form_and_dots_stay() -> None:
    assert named(Path("net.v2"), "onnx") == Path("net.v2.onnx")
    assert named(Path("net.ONNX"), "onnx") == Path("net.onnx")
    assert {target: named(Path("net"), target).name for target in TARGETS} == {
        "safetensors": "net.safetensors",
        "torchvision": "net.pth",
        "torch": "net.py",
        "onnx": "net.onnx",
    }
