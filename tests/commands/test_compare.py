"""`gnet-desktop compare`: pictures and checkpoints side by side, held against what made them differ."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnet_desktop.cli import main
from gnet_desktop.commands import compare
from gnet_desktop.resources import BUNDLED
from gnet_desktop.workspace.comparing import compare_over
from tests.once import once


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["compare", *arguments, "--format", "json", "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out)


def test_two_pictures_are_answered_as_classify_answers_each(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = [str(shared / "images" / f"{name}.jpg") for name in ("goldfish", "pizza")]
    found = printed(capsys, *photos)
    main(["classify", *photos, "--format", "json", "--top", "1000", "--device", "cpu"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for head in ("main", "aux2", "aux1"):
        said = [{row["label"]: row["probability"] for row in line["answers"][head]} for line in lines]
        for row in found["answers"][head]:
            assert row["first"] == pytest.approx(said[0][row["label"]], abs=2e-6)
            assert row["second"] == pytest.approx(said[1][row["label"]], abs=2e-6)
            # as in the window, where this is compared with a reference
            assert row["difference"] == pytest.approx(row["first"] - row["second"], abs=2e-6)
    assert len(found["branches"]) == 36
    assert found["weights"] is None


def test_a_fine_tuned_copy_shows_which_layers_moved_and_by_how_much(
    shared: Path, bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(bundled)
    before = tensors["fc.weight"].float().numpy(), tensors["fc.bias"].float().numpy()
    tensors["fc.weight"] = (tensors["fc.weight"].float() * 1.25).half()
    with safe_open(bundled, "pt") as file:
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


def test_the_text_says_of_a_branch_what_the_window_says_its_reduction_included(
    bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the 5×5 convolution is another: the branch moved by less than that layer alone."""
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(bundled)
    tensors["inception5b.branch3.1.conv.weight"] *= 2
    with safe_open(bundled, "pt") as file:
        metadata = file.metadata()
    copy = tmp_path / "tuned.safetensors"
    save_file(tensors, copy, metadata=metadata)
    found = printed(capsys, "--with", str(copy))
    branch = next(row["distance"] for row in found["parts"] if row["part"] == "5b/5x5")
    layer = next(row["distance"] for row in found["weights"] if row["layer"] == "5b/5x5")
    assert branch < 0.95 * layer
    assert main(["compare", "--with", str(copy), "--device", "cpu"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "moved by" in line]
    assert {line[0]: float(line[3]) for line in lines} == {
        row["part"]: pytest.approx(100 * row["distance"], abs=0.005)
        for row in found["parts"]
        if row["part"] in ("5b", "5b/5x5")
    }


@pytest.mark.parametrize("arguments", [[], ["PHOTO", "--with", "nowhere.pth"]])
def test_what_cannot_be_compared_is_one_sentence(
    arguments: list[str], shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(shared / "images" / "pizza.jpg")
    assert main(["compare", photo, *(photo if one == "PHOTO" else one for one in arguments)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.fixture
def many(shared: Path, tmp_path: Path) -> Path:
    """Fifty-two small pieces of photos."""
    from PIL import Image

    folder = tmp_path / "many"
    folder.mkdir()
    names = ("goldfish", "pizza", "lion", "castle")
    for name in names:
        photo = Image.open(shared / "images" / f"{name}.jpg").convert("RGB")
        for place in range(13):
            left = place * (photo.width - 120) // 12
            photo.crop((left, 20, left + 120, 140)).save(folder / f"{name} {place}.png")
    return folder


def test_two_checkpoints_over_pictures_are_alike_up_to_what_was_tuned(
    many: Path,
    bundled: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compare, "compare_over", once(compare_over))
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(bundled)
    with safe_open(bundled, "pt") as file:
        metadata = file.metadata()
    # the order of the classes turned: every answer is another one
    for name in ("fc.weight", "fc.bias"):
        tensors[name] = tensors[name].flip(0).contiguous()
    copy = tmp_path / "turned.safetensors"
    save_file(tensors, copy, metadata=metadata)
    over = printed(capsys, "--with", str(copy), "--over", str(many))["over"]
    assert over["pictures"] == 52
    assert over["modules"][0] == over["modules"][1]
    table = np.array(over["cka"])
    np.testing.assert_allclose(np.diag(table), 1)
    np.testing.assert_allclose(table, table.T, atol=1e-6)
    assert 0.2 < table[0, 8] < 0.95
    active = [row for row in over["units"] if row["correlation"] > 0.999]
    assert len(active) > 3000
    assert sum(row["unit"] == row["partner"] for row in active) > 0.99 * len(active)
    assert len(over["changed"]) == 52
    assert main(["compare", "--with", str(copy), "--over", str(many), "--device", "cpu"]) == 0
    assert "52 of 52 pictures are answered otherwise" in capsys.readouterr().out


def test_the_units_that_tell_two_groups_apart_are_those_of_a_plain_definition(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats = pytest.importorskip("scipy.stats")
    groups = [[str(shared / "images" / f"{name}.jpg") for name in names] for names in GROUPS]
    options = ("--group", *groups[0], "--group", *groups[1])
    found = printed(capsys, *options)
    assert [group["read"] for group in found["groups"]] == [3, 3]
    assert len(found["apart"]) == 20
    values: dict[str, list[float]] = {row["unit"]: [] for row in found["apart"]}
    for photo in (*groups[0], *groups[1]):
        asked = ["activations", photo, "--unit", *values, "--format", "json", "--device", "cpu"]
        assert main(asked) == 0
        units = json.loads(capsys.readouterr().out)["units"]
        for unit, numbers in values.items():
            numbers.append(units[unit]["mean"])
    for row in found["apart"]:
        means = np.array(values[row["unit"]])
        assert row["first"] == pytest.approx(means[:3].mean(), rel=1e-4)
        assert row["second"] == pytest.approx(means[3:].mean(), rel=1e-4, abs=1e-9)
        if row["effect"] is not None:
            # Student's t of equal variances is the effect times the root of n·m / (n + m)
            statistic = stats.ttest_ind(means[:3], means[3:]).statistic
            assert row["effect"] == pytest.approx(statistic / np.sqrt(9 / 6), rel=1e-3)
    assert main(["compare", *options, "--format", "csv", "--most", "3", "--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "unit,first,second,effect"
    assert [line.split(",")[0] for line in lines[1:]] == [row["unit"] for row in found["apart"][:3]]


GROUPS = (("goldfish", "jellyfish", "great_white_shark"), ("castle", "bookcase", "teapot"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--group", "PHOTO", "--group", "PHOTO"], "not two groups"),
        (["--group", "PHOTO", "PHOTO"], "Two groups"),
        (["--over", "PHOTO"], "Say what to compare with"),
        (["PHOTO", "PHOTO", "--over", "PHOTO"], "--over needs --with"),
        (["--with", BUNDLED, "--over", "PHOTO"], "1 picture"),
    ],
)
def test_groups_and_pictures_that_are_too_few_are_one_sentence(
    arguments: list[str], said: str, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(shared / "images" / "pizza.jpg")
    assert main(["compare", *(photo if one == "PHOTO" else one for one in arguments)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
