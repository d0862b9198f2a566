"""How a picture is prepared, which names the outputs have, and how we know."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.errors import LabelsError
from tests.checkpoints.samples import sample
from tests.oracles import ORACLES

CONVENTION_OF = {
    "torchvision": "torchvision",
    "caffe": "caffe",
    "wzmiaomiao": "wzmiaomiao",
    "kuangliu": "cifar10",
    "weiaicunzai": "cifar100",
    "d2l": "d2l",
    "slim": "inception",
    "lucid": "lucid",
    "tutorial": "torchvision",
}


@pytest.mark.parametrize("family", CONVENTION_OF)
def test_each_family_has_its_convention(family: str, tmp_path: Path) -> None:
    torch.save(sample(family).state, path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert found.convention == CONVENTIONS[CONVENTION_OF[family]]
    assert found.convention_source == f"usual for {found.provenance.family_title}"


def test_a_network_in_grey_reads_grey_pictures(tmp_path: Path) -> None:
    state = sample("torchvision").state
    state["conv1.conv.weight"] = state["conv1.conv.weight"][:, :1].clone()
    torch.save(state, path := tmp_path / "weights.pth")
    convention = open_checkpoint(path).convention
    assert convention.order == "grey"
    assert len(convention.mean) == len(convention.std) == 1


def _safetensors(folder: Path, **texts: str) -> Path:
    save_file(sample("torchvision").state, path := folder / "weights.safetensors", metadata=texts)
    return path


def test_the_metadatas_convention_is_taken_as_its_reference_made_it(tmp_path: Path) -> None:
    given = {
        "order": "bgr",
        "range": [0, 255],
        "mean": [1, 2, 3],
        "std": [1, 1, 2],
        "resize": 136,
        "crop": 128,
        "interpolation": "bicubic, antialiased",
    }
    found = open_checkpoint(_safetensors(tmp_path, input=json.dumps(given)))
    expected = Convention(
        found.convention.name,
        "short side",
        136,
        128,
        "bgr",
        255.0,
        (1.0, 2.0, 3.0),
        (1.0, 1.0, 2.0),
        interpolation="bicubic",
        long_side="round",
        crop_offset="floor",
    )
    assert found.convention == expected
    assert found.convention_source == "the file's metadata"
    assert "transform_input" not in found.provenance.assumed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"order": "rgb"}',
        '{"order":"rgb","range":[0,1],"mean":[0],"std":[1],"resize":5,"crop":9}',
        "[" * 9999,
    ],
)
def test_metadata_that_make_no_sense_are_passed_over(text: str, tmp_path: Path) -> None:
    found = open_checkpoint(_safetensors(tmp_path, input=text, labels=text, temperatures=text))
    assert found.convention == CONVENTIONS["torchvision"]


def test_temperatures_calibrate_the_heads(tmp_path: Path) -> None:
    found = open_checkpoint(_safetensors(tmp_path, temperatures='{"main": 1.25, "aux1": 0, "aux2": "nan"}'))
    assert found.heads["main"].temperature == 1.25
    assert found.heads["aux1"].temperature == found.heads["aux2"].temperature == 1.0


def _published() -> dict[str, torch.Tensor]:
    """torchvision's published weights in kind: 1000 classes, heads that never saw a picture."""
    state = ORACLES["torchvision"].make(0, classes=1000).state_dict()
    for name, value in state.items():
        if name.startswith("aux") and "running" in name:
            value.fill_(float(name.endswith("var")))
    return state


def test_input_transform_is_on_for_torchvisions_published_weights_only(tmp_path: Path) -> None:
    torch.save(_published(), path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert found.convention.transform_input
    assert found.provenance.assumed["transform_input"] == "on"
    off = open_checkpoint(path, assume={"transform_input": "off"})
    assert not off.convention.transform_input
    torch.save(sample("torchvision").state, path)
    found = open_checkpoint(path)
    assert not found.convention.transform_input
    assert found.provenance.assumed["transform_input"] == "off"


# Names


def test_imagenets_names_only_for_a_thousand_outputs(tmp_path: Path) -> None:
    torch.save(ORACLES["torchvision"].make(0, classes=1000).state_dict(), path := tmp_path / "weights.pth")
    labels = open_checkpoint(path).labels
    assert labels.names[:2] == ("tench", "goldfish")
    torch.save(sample("torchvision").state, path)
    labels = open_checkpoint(path).labels
    assert labels.names == tuple(f"class {index}" for index in range(7))


def test_a_thousand_and_one_outputs_begin_with_the_background(tmp_path: Path) -> None:
    torch.save(ORACLES["torchvision"].make(0, classes=1001).state_dict(), path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert found.labels.names[:3] == ("background", "tench", "goldfish")
    assert any("background" in note for note in found.provenance.notes)


def test_lucids_outputs_have_honest_names(tmp_path: Path) -> None:
    oracle = ORACLES["lucid"]
    torch.save(oracle.original(oracle.make(0)), path := tmp_path / "weights.pth")
    labels = open_checkpoint(path).labels
    assert labels.names[0] == "output 0"
    assert len(labels.names) == 1008


NAMES = ["daisy", "dandelion", "roses", "sunflowers", "tulips", "crane", "crane"]


@pytest.mark.parametrize("entry", ["classes", "class_to_idx", "idx_to_class"])
def test_names_inside_the_checkpoint(entry: str, tmp_path: Path) -> None:
    names = [*NAMES[:6], "other"]
    value = {
        "classes": names,
        "class_to_idx": {name: index for index, name in enumerate(names)},
        "idx_to_class": dict(enumerate(names)),
    }[entry]
    torch.save({"state_dict": sample("torchvision").state, entry: value}, path := tmp_path / "weights.pth")
    assert open_checkpoint(path).labels.names == tuple(names)


def test_names_beside_the_checkpoint_and_given_ones(tmp_path: Path) -> None:
    torch.save(sample("torchvision").state, path := tmp_path / "weights.pth")
    (tmp_path / "class_indices.json").write_text(json.dumps(dict(enumerate(NAMES))))
    found = open_checkpoint(path)
    assert found.labels.names == tuple(NAMES)
    assert "class_indices.json" in found.labels.source
    (given := tmp_path / "mine.txt").write_text("\n".join("abcdefg"))
    assert open_checkpoint(path, labels=given).labels.names == tuple("abcdefg")


def test_names_that_do_not_fit_never_pair_silently(tmp_path: Path) -> None:
    torch.save(sample("torchvision").state, path := tmp_path / "weights.pth")
    (tmp_path / "classes.txt").write_text("\n".join("abcdef"))
    found = open_checkpoint(path)
    assert found.labels.names[0] == "class 0"
    assert any("6 names" in note and "7 outputs" in note for note in found.provenance.notes)
    with pytest.raises(LabelsError, match="6 names, but the network has 7 outputs"):
        open_checkpoint(path, labels=tmp_path / "classes.txt")


def test_a_folder_of_class_folders_has_both_orders(tmp_path: Path) -> None:
    torch.save(sample("torchvision").state, path := tmp_path / "weights.pth")
    for name in ("0", "1", "2", "10", "11", "20", "3"):
        (tmp_path / "train" / name).mkdir(parents=True)
    labels = open_checkpoint(path, labels=tmp_path / "train").labels
    assert labels.names == ("0", "1", "10", "11", "2", "20", "3")
    assert labels.alternative == ("0", "1", "2", "3", "10", "11", "20")


def test_heads_with_other_classes_than_the_main_one(tmp_path: Path) -> None:
    model = ORACLES["torchvision"].make(0, classes=4)
    model.fc = torch.nn.Linear(1024, 9)
    torch.save(model.state_dict(), path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert (found.heads["main"].classes, found.heads["aux1"].classes) == (9, 4)
    assert any("9" in line and "4" in line for line in found.provenance.warnings)
