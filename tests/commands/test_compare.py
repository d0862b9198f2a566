"""`gnet-desktop compare`: pictures and checkpoints side by side, held against what made them differ."""

import json
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.cli import main


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["compare", *arguments, "--format", "json", "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out)


def test_two_pictures_are_answered_as_classify_answers_each(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = [str(shared / "images" / f"{name}.jpg") for name in ("goldfish", "pizza")]
    found = printed(capsys, *photos)
    main(["classify", *photos, "--format", "json", "--top", "100", "--device", "cpu"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for head in ("main", "aux2", "aux1"):
        said = [{row["label"]: row["probability"] for row in line["answers"][head]} for line in lines]
        for row in found["answers"][head]:
            assert row["first"] == pytest.approx(said[0][row["label"]], abs=2e-6)
            assert row["second"] == pytest.approx(said[1][row["label"]], abs=2e-6)
            assert row["difference"] == pytest.approx(row["second"] - row["first"], abs=2e-6)
    assert len(found["branches"]) == 36
    assert found["weights"] is None


def test_a_fine_tuned_copy_shows_which_layers_moved_and_by_how_much(
    shared: Path, everyday100: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(everyday100)
    before = tensors["fc.weight"].float().numpy(), tensors["fc.bias"].float().numpy()
    tensors["fc.weight"] = (tensors["fc.weight"].float() * 1.25).half()
    with safe_open(everyday100, "pt") as file:
        metadata = file.metadata()
    copy = tmp_path / "tuned.safetensors"
    save_file(tensors, copy, metadata=metadata)
    found = printed(capsys, str(shared / "images" / "pizza.jpg"), "--with", str(copy))
    moved = {row["layer"]: row for row in found["weights"]}
    assert [layer for layer, row in moved.items() if not row["same"]] == ["fc"]
    parts = {row["part"]: row for row in found["parts"]}
    assert [part for part, row in parts.items() if not row["same"]] == ["fc"]
    assert parts["4a/3x3"]["within"] == "4a"
    after = tensors["fc.weight"].float().numpy()
    whole = np.concatenate([part.ravel() for part in before])
    expected = np.linalg.norm(after - before[0]) / np.linalg.norm(whole)
    assert moved["fc"]["distance"] == pytest.approx(expected, abs=1e-5)
    weights = printed(capsys, "--with", str(copy))
    assert (weights["parts"], weights["weights"]) == (found["parts"], found["weights"])
    assert (weights["answers"], weights["first"]["picture"]) == (None, None)
    assert main(["compare", "--with", str(copy), "--device", "cpu"]) == 0
    assert "  fc  " in capsys.readouterr().out
    assert all(row["correlation"] == pytest.approx(1) for row in found["branches"] if row["correlation"])


@pytest.mark.parametrize("arguments", [[], ["PHOTO", "--with", "nowhere.pth"]])
def test_what_cannot_be_compared_is_one_sentence(
    arguments: list[str], shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(shared / "images" / "pizza.jpg")
    assert main(["compare", photo, *(photo if one == "PHOTO" else one for one in arguments)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
