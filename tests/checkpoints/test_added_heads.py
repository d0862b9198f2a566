"""Heads that ship for a published network: to whom they are offered, and what they say."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gnet_desktop.checkpoints import added_heads
from gnet_desktop.checkpoints.describing.card import make_card, to_json, to_text
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.network.families import build
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.samples import CLASSES, assert_same_numbers, sample
from tests.network.schemes import SCHEMES, canonical

HEADS = {"aux1": CLASSES, "aux2": CLASSES}


def trunk_and_heads() -> tuple[dict, dict]:
    """Canonical tensors of the independent Caffe network: without its heads, and those of its heads."""
    architecture = build("caffe", classes=CLASSES, aux_classes=HEADS)
    tensors = canonical(SCHEMES["caffe"], architecture, sample("caffe").model.state_dict())
    heads = {name: tensor for name, tensor in tensors.items() if name.startswith("aux")}
    return {name: tensor for name, tensor in tensors.items() if name not in heads}, heads


def hash_of(trunk: dict) -> str:
    digest = hashlib.sha256()
    for name in sorted(trunk):
        digest.update(f"{name} {tuple(trunk[name].shape)} ".encode() + trunk[name].numpy().tobytes())
    return digest.hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The network without its heads, as its publisher would have left them out."""
    state = {
        name: tensor
        for name, tensor in sample("caffe").state.items()
        if not name.startswith(("loss1", "loss2"))
    }
    torch.save(state, path := tmp_path / "published.pth")
    return path


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its heads, as they would ship with the program."""
    trunk, heads = trunk_and_heads()
    texts = {"family": "caffe", "trunk": hash_of(trunk), "temperatures": json.dumps({"aux1": 2.0})}
    return ship(tmp_path, monkeypatch, heads, texts)


def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heads: dict, texts: dict) -> Path:
    path = tmp_path / "heads.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in heads.items()}, path, metadata=texts)
    monkeypatch.setattr(added_heads, "resource", lambda *_parts: path)
    return path


def test_a_network_without_its_heads_gets_those_that_were_trained_for_it(file: Path, shipped: Path) -> None:
    found = open_checkpoint(file)
    assert_same_numbers(
        found, sample("caffe")
    )  # nine modules, main and both heads as the whole network has them
    for head in ("aux1", "aux2"):
        assert found.heads[head].present
        assert found.heads[head].added
        assert found.heads[head].classes == CLASSES
    assert found.heads["aux1"].temperature == 2
    assert not found.heads["main"].added
    assert found.provenance.assumed["heads"] == "added"
    assert found.provenance.missing == ("aux1", "aux2")  # what the file lacks stays told


def test_they_can_be_left_out_and_main_answers_the_same_bit_by_bit(file: Path, shipped: Path) -> None:
    added, plain = open_checkpoint(file), open_checkpoint(file, assume={"heads": "file"})
    assert not plain.heads["aux1"].present
    assert plain.provenance.assumed["heads"] == "file"
    picture = sample("caffe").picture
    one, other = (GoogLeNet.from_checkpoint(found)(picture).answers for found in (added, plain))
    assert set(one) == {"main", "aux1", "aux2"}
    assert set(other) == {"main"}
    assert (one["main"].logits == other["main"].logits).all()


def test_one_other_number_in_the_trunk_and_they_are_not_offered(file: Path, shipped: Path) -> None:
    state = torch.load(file)
    state["inception_5b/1x1.bias"][3] += 1e-6
    torch.save(state, file)
    found = open_checkpoint(file)
    assert not found.heads["aux1"].present
    assert "heads" not in found.provenance.assumed
    with pytest.raises(UsageError, match="No heads were trained for this network"):
        open_checkpoint(file, assume={"heads": "added"})


def test_a_file_with_heads_of_its_own_keeps_them(tmp_path: Path, shipped: Path) -> None:
    torch.save(sample("caffe").state, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert found.heads["aux1"].present
    assert not found.heads["aux1"].added
    assert "heads" not in found.provenance.assumed


def test_heads_that_were_damaged_are_refused_in_words(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk, heads = trunk_and_heads()
    heads["aux2/fc1.weight"] = heads["aux2/fc1.weight"][:, :-1]
    ship(tmp_path, monkeypatch, heads, {"family": "caffe", "trunk": hash_of(trunk)})
    with pytest.raises(CheckpointError, match="Install the program again"):
        open_checkpoint(file)


def test_the_card_marks_them_and_offers_the_choice(file: Path, shipped: Path) -> None:
    card = make_card(open_checkpoint(file))
    data = to_json(card)
    assert data["heads"]["aux1"]["added"] is True
    assert "added" not in data["heads"]["main"]
    [choice] = [one for one in data["assumed"] if one["key"] == "heads"]
    assert choice["value"] == "added"
    assert [value for value, _ in choice["choices"]] == ["added", "file"]
    assert "Trained for this network here; not part of this file." in to_text(card)
