"""`gnet-desktop evaluate`: figures of real photos, formats, what goes on and what doesn't count."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnet_desktop.cli import main

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle here")


@pytest.fixture
def folder(shared: Path, tmp_path: Path) -> Path:
    """Twelve shared photos in folders by their true class, one picture that is cut off, one unknown name."""
    labels = json.loads((shared / "images" / "labels.json").read_text())
    root = tmp_path / "photos"
    known = [(name, facts["everyday100"]) for name, facts in labels.items() if facts["everyday100"]]
    for name, shown in known[:12]:
        (root / shown).mkdir(parents=True, exist_ok=True)
        shutil.copy(shared / "images" / name, root / shown)
    (root / "unheard of").mkdir()
    shutil.copy(shared / "images" / "zebra.jpg", root / "unheard of")
    (root / "goldfish" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(50))
    return root


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["evaluate", *arguments, "--format", "json", "--device", "cpu"]) == 1  # one is broken
    return json.loads(capsys.readouterr().out)


def test_figures_are_those_of_scikit_learn_on_classifys_answers(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = evaluated(capsys, str(folder))
    main(["classify", str(folder), "--format", "json", "--top", "100", "--device", "cpu"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = [line for line in lines if "answers" in line and "unheard of" not in line["picture"]]
    truth = [Path(line["picture"]).parent.name for line in said]
    assert found["pictures"] == len(said) == 12
    for head in ("main", "aux2", "aux1"):
        answers = [[row["label"] for row in line["answers"][head]] for line in said]
        figures = found["heads"][head]
        first = [row[0] for row in answers]
        assert figures["top1"] == pytest.approx(metrics.accuracy_score(truth, first))
        assert figures["top5"] == pytest.approx(
            np.mean([shown in row[:5] for shown, row in zip(truth, answers, strict=True)])
        )
        shown = [one["label"] for one in figures["per_class"]]
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            truth, first, labels=shown, zero_division=0
        )
        ours = [[one["precision"], one["recall"], one["f1"]] for one in figures["per_class"]]
        np.testing.assert_allclose(ours, np.stack([precision, recall, f1], 1), atol=1e-9)


def test_what_doesnt_count_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluated(capsys, str(folder))
    assert found["unmatched"] == [{"name": "unheard of", "why": "No class has this name."}]
    assert found["without_truth"] == ["unheard of/zebra.jpg"]
    assert [one["picture"] for one in found["failed"]] == ["goldfish/broken.jpg"]


def test_a_picture_that_is_only_half_there_counts_and_is_told_also_from_what_was_kept(
    folder: Path, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (shared / "images" / "goldfish.jpg").read_bytes()
    (folder / "goldfish" / "half.jpg").write_bytes(data[: len(data) // 2])
    for _ in range(2):
        found = evaluated(capsys, str(folder), "--keep", str(tmp_path / "kept"))
        ((half),) = found["incomplete"]
        assert half["picture"] == "goldfish/half.jpg"
        assert half["note"].startswith("the picture is incomplete (about ")
    main(["evaluate", str(folder), "--keep", str(tmp_path / "kept"), "--out", str(tmp_path / "page.html")])
    assert "judged by what could be read of them: 1 (goldfish/half.jpg)" in capsys.readouterr().out
    assert "goldfish/half.jpg counts, but the picture is incomplete" in (tmp_path / "page.html").read_text()


def softened(line: dict[str, Any], temperature: float) -> float:
    """The probability of the first answer by its definition, from the network's logits."""
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare
    from gnet_desktop.resources import bundled_checkpoint

    opened = open_checkpoint(bundled_checkpoint())
    picture = prepare(read_picture(Path(line["picture"])), opened.convention)
    logits = GoogLeNet.from_checkpoint(opened)(picture.tensor()).answers["main"].logits.astype(np.float64)
    powers = np.exp((logits - logits.max()) / temperature)
    return float(powers.max() / powers.sum())


def test_a_fit_is_kept_and_used_until_the_files_own_or_others_are_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    picture = str(next(path for path in sorted(folder.rglob("*.jpg")) if path.name != "broken.jpg"))

    def classified(*more: str) -> tuple[dict[str, Any], str]:
        assert main(["classify", picture, "--format", "json", "--device", "cpu", *more]) == 0
        said = capsys.readouterr()
        return json.loads(said.out), said.err

    assert evaluated(capsys, str(folder), "--calibration", "file")["calibration"] is None
    own, _ = classified()
    fitted = evaluated(capsys, str(folder), "--fit")["temperatures"]["main"]
    kept, told = classified()
    assert "as fitted on photos and kept" in told
    assert kept["answers"]["main"][0]["probability"] == pytest.approx(softened(kept, fitted), abs=2e-4)
    assert classified("--calibration", "file")[0]["answers"] == own["answers"]
    warm, _ = classified("--calibration", "main=3,threshold=1")
    assert warm["answers"]["main"][0]["probability"] == pytest.approx(softened(warm, 3), abs=2e-4)
    assert warm["nothing_fits"]
    assert evaluated(capsys, str(folder))["calibration"]["source"] == "photos"
    for wrong in ("main=0", "threshold=2", "nose=1", "warm"):
        assert main(["classify", picture, "--calibration", wrong]) == 2
        assert "cannot be understood" in capsys.readouterr().err


def test_a_table_gives_the_truth_of_loose_pictures(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("zebra.jpg", "goldfish.jpg"):
        shutil.copy(shared / "images" / name, tmp_path)
    table = tmp_path / "truth.csv"
    table.write_text("picture,class\ngoldfish.jpg,goldfish\n")
    assert main(["evaluate", str(tmp_path), "--truth", str(table), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pictures"] == 1
    assert found["without_truth"] == ["zebra.jpg"]


def test_kept_answers_go_on_and_notice_what_came_and_went(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnet_desktop.folder import answering

    keep = str(tmp_path / "kept")
    before = evaluated(capsys, str(folder), "--keep", keep)
    asked: list[str] = []
    answer = answering.answer

    def noted(root: Path, stamps: Any, through: Any) -> Any:
        asked.extend(stamps)
        return answer(root, stamps, through)

    monkeypatch.setattr(answering, "answer", noted)
    assert evaluated(capsys, str(folder), "--keep", keep) == before
    assert asked == []
    shutil.copy(folder / "unheard of" / "zebra.jpg", folder / "goldfish" / "striped.jpg")
    (folder / "goldfish" / "goldfish.jpg").unlink()
    after = evaluated(capsys, str(folder), "--keep", keep)
    assert asked == ["goldfish/striped.jpg"]
    assert after["pictures"] == before["pictures"]
    assert "goldfish/striped.jpg" in [one["picture"] for one in after["mistakes"]]


def test_csv_has_a_row_a_head_and_class(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(folder), "--format", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["head"] for row in rows} == {"main", "aux2", "aux1"}
    assert sum(int(row["pictures"]) for row in rows if row["head"] == "main") == 12


def test_the_page_needs_nothing_else_and_takes_names_as_text(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = tmp_path / "in" / "<script>alert(1)<" / "x"
    hostile.parent.mkdir(parents=True)
    shutil.copy(shared / "images" / "zebra.jpg", hostile.with_suffix(".jpg"))
    (tmp_path / "in" / "banana").mkdir()
    shutil.copy(shared / "images" / "zebra.jpg", tmp_path / "in" / "banana")
    page = tmp_path / "page.html"
    assert main(["evaluate", str(tmp_path / "in"), "--out", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "data:image/jpeg;base64," in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize("empty", [True, False])
def test_a_folder_without_pictures_is_status_2(
    tmp_path: Path, empty: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path if empty else tmp_path / "none"
    assert main(["evaluate", str(place)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_text_names_what_could_not_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "broken.jpg" in line
    assert "damaged or cut off" in line


def test_few_pictures_are_said_to_tell_little_of_calibration(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    main(["evaluate", str(folder), "--out", str(page), "--device", "cpu"])
    assert "12 pictures say little about calibration" in capsys.readouterr().out
    assert "12 pictures: too few to tell how calibrated the answers are" in page.read_text()
