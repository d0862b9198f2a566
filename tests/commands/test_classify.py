"""`gnet-desktop classify`: the reference's numbers, the formats, the exit statuses."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import PIL
import pytest
from safetensors import torch as safetensors_torch

from gnet_desktop.cli import main
from gnet_desktop.resources import resource

#: Pillow before 13 shrinks the width of a narrow picture first, unlike the reference (README).
RESIZED = 1e-3 if int(PIL.__version__.split(".")[0]) >= 13 else 1.5e-2


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(("key", "convention"), [("warp", "caffe"), ("short_side", "caffe-short-side")])
def test_bvlc_answers_as_opencv_does_on_every_photo(
    key: str, convention: str, bvlc: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = json.loads((shared / "reference" / "bvlc_reference.json").read_text())["images"]
    arguments = ["classify", str(shared / "images"), "--checkpoint", str(bvlc), "--preprocess", convention]
    status = main([*arguments, "--top", "20", "--format", "json", "--device", "cpu"])
    assert status == 0
    answers = {Path(line["picture"]).name: line for line in lines(capsys)}
    assert answers.keys() == reference.keys()
    for name, line in answers.items():
        expected = reference[name][key]["top"]
        said = {row["index"]: row["probability"] for row in line["answers"]["main"]}
        assert next(iter(said)) == expected[0][0], name
        for index, probability in expected[:5]:
            assert said.get(index, 0) == pytest.approx(probability, abs=RESIZED), name
        assert line["answers"]["aux1"] is None
        assert line["answers"]["aux2"] is None


def test_everyday100_answers_with_all_three_heads_as_torchvision_does(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = shared / "models" / "everyday100_first.safetensors"
    reference = json.loads((shared / "reference" / "everyday100_first_reference.json").read_text())["images"]
    arguments = ["classify", str(shared / "images"), "--checkpoint", str(first)]
    assert main([*arguments, "--preprocess", "profile=stored", "--format", "json"]) == 0
    for line in lines(capsys):
        for head, expected in reference[Path(line["picture"]).name].items():
            said = {row["index"]: row["probability"] for row in line["answers"][head]}
            index, probability = expected[0]
            assert said[index] == pytest.approx(probability, abs=2e-3)


@pytest.fixture
def photos(shared: Path) -> list[str]:
    return [str(shared / "images" / f"{name}.jpg") for name in ("zebra", "banana", "pizza")]


def test_json_has_the_fields_that_scripts_rely_on(
    photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", photos[0], "--format", "json", "--top", "3"]) == 0
    (line,) = lines(capsys)
    assert {"picture", "size", "answers", "heads", "convention", "device", "milliseconds"} <= line.keys()
    assert line["picture"] == photos[0]
    assert list(line["answers"]) == ["main", "aux2", "aux1"]
    assert [set(row) for row in line["answers"]["main"]] == [{"index", "label", "probability"}] * 3


def test_the_order_of_the_answers_is_the_order_of_the_pictures(
    photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    many = [photos[i % 3] for i in range(17)]
    assert main(["classify", *many, "--format", "json"]) == 0
    assert [line["picture"] for line in lines(capsys)] == many


def test_alone_or_among_others_a_picture_gets_the_same_answer(
    photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", photos[0], "--format", "json"]) == 0
    alone = lines(capsys)[0]["answers"]["main"]
    assert main(["classify", *photos * 4, "--format", "json"]) == 0
    for line in lines(capsys)[::3]:
        for row, other in zip(alone, line["answers"]["main"], strict=True):
            assert row["index"] == other["index"]
            assert row["probability"] == pytest.approx(other["probability"], abs=1e-5)


def test_csv_has_a_row_for_each_answer_of_each_head(
    photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", photos[0], "--format", "csv", "--top", "2"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["head"], row["rank"]) for row in rows] == [
        (head, rank) for head in ("main", "aux2", "aux1") for rank in ("1", "2")
    ]


def test_a_bad_picture_is_told_and_the_others_go_on(
    photos: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a picture")
    assert main(["classify", photos[0], str(bad), photos[1], "--format", "json"]) == 1
    first, second, third = lines(capsys)
    assert "error" not in first
    assert second.keys() == {"picture", "error"}
    assert "error" not in third


@pytest.fixture
def half(shared: Path, tmp_path: Path) -> str:
    """The first half of a JPEG."""
    data = (shared / "images" / "zebra.jpg").read_bytes()
    (path := tmp_path / "half.jpg").write_bytes(data[: len(data) // 2])
    return str(path)


NOTE = re.compile(r"the picture is incomplete \(about \d+ % read\)")


def test_what_is_only_half_there_says_so_in_every_format(
    half: str, photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", half, photos[0], "--format", "json"]) == 0
    first, second = lines(capsys)
    assert NOTE.fullmatch(first["notes"][0])
    assert second["notes"] == []
    assert main(["classify", half, photos[0], "--format", "csv", "--top", "1"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [bool(NOTE.fullmatch(row["notes"])) for row in rows] == [True] * 3 + [False] * 3
    assert main(["classify", half, photos[0]]) == 0
    said = capsys.readouterr().out.split(photos[0])
    assert NOTE.search(said[0])
    assert "note" not in said[1]


def test_a_name_that_cannot_be_asked_about_is_one_sentence_and_the_rest_goes_on(
    photos: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["x" * 300 + ".jpg", "/dev/null/x.jpg", "a\x01b.jpg"]
    (names := tmp_path / "names").write_text("\n".join([photos[0], *wrong, photos[1]]))
    assert main(["classify", "--files-from", str(names), "--format", "json"]) == 1
    found = lines(capsys)
    assert ["error" in line for line in found] == [False, True, True, True, False]
    assert "longer than the system allows" in found[1]["error"]


def test_a_locked_folder_is_told_and_the_rest_goes_on(
    photos: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "locked").mkdir()
    shutil.copy(photos[0], tmp_path / "a.jpg")
    look = os.scandir

    def locked(path: object) -> object:
        if Path(str(path)).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", locked)
    assert main(["classify", str(tmp_path), "--format", "json"]) == 1
    first, second = lines(capsys)
    assert "error" not in first
    assert "no permission" in second["error"]
    assert main(["classify", str(tmp_path / "locked")]) == 2
    assert "no permission" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["inspect", "x" * 300], ["classify", "a.jpg", "--checkpoint", "x" * 300]]
)
def test_a_checkpoints_name_that_is_too_long_is_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "longer than the system allows" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_behind_standard_output_is_one_sentence() -> None:
    program = [sys.executable, "-m", "gnet_desktop", "models"]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr == (
        "gnet-desktop: The output was not written to its end. The disk is full. "
        "Make room, or choose another place.\n"
    )


def test_nothing_but_bad_pictures_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(tmp_path / "missing.jpg")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "missing.jpg" in captured.err


def test_a_list_of_names_by_lines_or_nul(
    photos: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for separator in ("\n", "\0"):
        names = tmp_path / "list"
        names.write_text(separator.join(photos) + separator)
        assert main(["classify", "--files-from", str(names), "--format", "json"]) == 0
        assert [line["picture"] for line in lines(capsys)] == photos


def test_a_picture_from_standard_input(
    photos: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stdin:
        buffer = io.BytesIO(Path(photos[0]).read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert main(["classify", "-", "--format", "json"]) == 0
    assert lines(capsys)[0]["answers"]["main"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["classify"],
        ["classify", "x.jpg", "--preprocess", "no such"],
        ["classify", "x.jpg", "--checkpoint", "missing.pth"],
        ["inspect", "missing.pth"],
        ["activations", "missing.jpg"],
        ["models", "fetch", "no such"],
    ],
)
def test_what_cannot_be_done_is_status_2_and_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("gnet-desktop: ")
    assert "Traceback" not in captured.err


def test_a_device_that_is_not_there_is_status_3(
    photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert main(["classify", photos[0], "--device", "cuda"]) == 3
    assert "CUDA" in capsys.readouterr().err


def test_a_network_without_a_classifier_says_so_with_every_picture(
    bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors = {
        name: value
        for name, value in safetensors_torch.load_file(bundled).items()
        if not name.startswith(("fc.", "aux1.", "aux2."))
    }
    bare = tmp_path / "bare.safetensors"
    safetensors_torch.save_file(tensors, bare)
    picture = str(resource("samples", "cat.jpg"))
    assert main(["classify", picture, "--checkpoint", str(bare)]) == 0
    assert "  note: no head answers: this checkpoint has no classifier\n" in capsys.readouterr().out
    assert main(["classify", picture, "--checkpoint", str(bare), "--format", "json"]) == 0
    assert "no classifier" in json.loads(capsys.readouterr().out)["notes"][0]
