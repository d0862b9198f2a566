"""What is known of a folder as files: a page, a table, figures, the wrong ones."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from gnet_desktop.cli import main


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four photos; ``goldfish/1.jpg`` shows a zebra, so its first answer is wrong."""
    root = tmp_path_factory.mktemp("photos")
    photos = {"goldfish/0": "goldfish", "goldfish/1": "zebra", "nothing/0": "lion", "pizza/0": "pizza"}
    for place, photo in photos.items():
        (root / place).parent.mkdir(exist_ok=True)
        shutil.copy(shared / "images" / f"{photo}.jpg", root / f"{place}.jpg")
    return root


@pytest.fixture(scope="module")
def written(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    for ending in ("csv", "json", "txt", "html"):
        line = ["evaluate", str(folder), "--keep", str(out / "kept"), "--out", str(out / f"all.{ending}")]
        assert main(line) == 0
    return out


def test_the_wrong_ones_are_a_list_of_files(folder: Path, written: Path) -> None:
    listed = (written / "all.txt").read_text().splitlines()
    assert str(folder / "goldfish" / "1.jpg") in listed
    assert str(folder / "nothing" / "0.jpg") not in listed
    assert all(Path(one).is_file() for one in listed)


def test_the_table_has_a_row_a_picture_that_agrees_with_the_figures(written: Path) -> None:
    with (written / "all.csv").open() as file:
        rows = {row["picture"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"goldfish/0.jpg", "goldfish/1.jpg", "nothing/0.jpg", "pizza/0.jpg"}
    assert (rows["goldfish/1.jpg"]["truth"], rows["goldfish/1.jpg"]["right"]) == ("goldfish", "0")
    assert (rows["nothing/0.jpg"]["truth"], rows["nothing/0.jpg"]["right"]) == ("", "")
    figures = json.loads((written / "all.json").read_text())
    judged = [row for row in rows.values() if row["right"]]
    assert figures["pictures"] == len(judged) == 3
    right = sum(row["right"] == "1" for row in judged) / len(judged)
    assert figures["heads"]["main"]["top1"] == pytest.approx(right)
    loss = sum(float(row["log_loss"]) for row in judged) / len(judged)
    assert figures["heads"]["main"]["log_loss"] == pytest.approx(loss, abs=1e-9)


def test_the_page_shows_the_mistake_and_needs_nothing_else(written: Path) -> None:
    page = (written / "all.html").read_text()
    assert "goldfish/1.jpg" in page
    assert "data:image/jpeg;base64," in page
    assert "http" not in page.replace("http-equiv", "")


def test_another_ending_is_refused_in_one_sentence(
    folder: Path, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", str(folder), "--keep", str(written / "kept"), "--out", "all.xyz"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].count("End the name in .html, .csv, .json, .txt.") == 1
