"""`gnet-desktop activations`: the reference's numbers per branch, and the files."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.cli import main
from gnet_desktop.network.architecture import BRANCHES
from gnet_desktop.workspace.facts import unit_facts


@pytest.mark.parametrize("photo", ["zebra.jpg", "acoustic_guitar.jpg", "pizza.jpg", "jellyfish.jpg"])
@pytest.mark.parametrize(("key", "convention"), [("warp", "caffe"), ("short_side", "caffe-short-side")])
def test_every_branch_has_opencvs_numbers(
    photo: str, key: str, convention: str, bvlc: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = json.loads((shared / "reference" / "bvlc_reference.json").read_text())["images"]
    arguments = ["activations", str(shared / "images" / photo), "--checkpoint", str(bvlc)]
    assert main([*arguments, "--preprocess", convention, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)["modules"]
    for module, expected in reference[photo][key]["modules"].items():
        assert said[module]["shape"] == expected["shape"]
        for branch in BRANCHES:
            numbers, wanted = said[module][branch], expected[branch]
            assert numbers["mean"] == pytest.approx(wanted["mean"], rel=1e-3)
            assert numbers["max"] == pytest.approx(wanted["max"], rel=1e-3)
            assert numbers["nonzero"] == pytest.approx(wanted["nonzero"], abs=1e-3)
            for (channel, mean), (wanted_channel, wanted_mean) in zip(
                numbers["strongest"], wanted["strongest"], strict=True
            ):
                assert mean == pytest.approx(wanted_mean, rel=1e-3)
                close = [c for c, m in wanted["strongest"] if m == pytest.approx(wanted_mean, rel=1e-3)]
                assert channel in [wanted_channel, *close]


def test_arrays_and_sheets_of_all_branches_with_their_record(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = shared / "images" / "zebra.jpg"
    out = tmp_path / "maps and more"
    arguments = ["activations", str(picture), "--unit", "4a/5x5:11", "mixed4b:3", "--out", str(out)]
    assert main([*arguments, "--save", "npy,png", "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    array = np.load(out / "4a_5x5.npy", allow_pickle=False)
    assert array.dtype == np.float32
    assert array.shape[0] == 48
    assert float(array.max()) == pytest.approx(facts["modules"]["4a"]["5x5"]["max"], abs=1e-4)
    assert len(list(out.glob("*.npy"))) == 9 * 4 + 2
    assert len(list(out.glob("*.png"))) == 9 * 4 + 2
    unit = np.load(out / "4a_5x5_11.npy")
    np.testing.assert_array_equal(unit, array[11])
    assert facts["units"]["4b/1x1:3"]["max"] == pytest.approx(
        float(np.load(out / "4b_1x1.npy")[3].max()), abs=1e-4
    )
    record = json.loads((out / "record.json").read_text())
    assert len(record["sha256"]) == 64
    assert record["picture"] == str(picture)
    assert record["convention"]
    sheet = Image.open(out / "3a_1x1.png").convert("RGB")
    side = array.shape[1] * 2 + 1
    assert sheet.size == (8 * side, 8 * side)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_written_leaves_nothing(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    arguments = ["activations", str(shared / "images" / "zebra.jpg"), "--out", str(blocked), "--save", "npy"]
    assert main(arguments) == 2
    assert "Nothing was written" in capsys.readouterr().err
    assert blocked.read_text() == "in the way"


def test_a_unit_under_two_names_is_saved_once(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["activations", str(shared / "images" / "zebra.jpg"), "--save", "npy", "--out", str(tmp_path)]
    assert main([*arguments, "--unit", "4a/5x5:11", "inception_4a/5x5:11", "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert list(facts["units"]) == ["4a/5x5:11"]
    assert len(facts["files"]) == len(set(facts["files"])) == len(list(tmp_path.iterdir()))
    assert (tmp_path / "record.json").is_file()


@pytest.mark.parametrize("after", [0, 20, 36])
def test_a_full_disk_leaves_nothing(
    after: int,
    shared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = Path.write_bytes
    written: list[Path] = []

    def until_full(path: Path, data: bytes) -> int:
        if len(written) == after:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    out = tmp_path / "new" / "maps"
    arguments = ["activations", str(shared / "images" / "zebra.jpg"), "--save", "npy", "--out", str(out)]
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err == f"gnet-desktop: Nothing was written to {out}. The disk is full. " + (
        "Make room, or choose another place.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_small_numbers_are_not_rounded_away() -> None:
    values = np.array([[1.2345678e-7, 0], [0, 3e-38]], np.float32)
    facts = unit_facts(values)
    assert np.float32(facts["max"]) == values.max()
    assert facts["mean"] == pytest.approx(float(values.astype(float).mean()), rel=1e-8)


def test_a_unit_that_does_not_exist_is_told(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["activations", str(shared / "images" / "zebra.jpg"), "--unit", "4a/5x5:99"]) == 2
    assert "4a/5x5" in capsys.readouterr().err
