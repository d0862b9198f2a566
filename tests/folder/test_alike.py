"""Units that say the same or several things: against numpy, scikit-learn and made cases; the commands."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score

from gnet_desktop.cli import main
from gnet_desktop.folder.alike import APART, FEWEST, Gathering, groups_of


def gathered(maps: torch.Tensor) -> Gathering:
    """Some pictures' maps, in batches of five."""
    found = Gathering(maps.shape[1])
    names = [f"{number:03}" for number in range(len(maps))]
    for start in range(0, len(maps), 5):
        found.add(names[start : start + 5], maps[start : start + 5])
    return found


def test_units_whose_largest_values_go_together_are_the_same() -> None:
    random = torch.Generator().manual_seed(1)
    maps = torch.rand(40, 6, 3, 3, generator=random)
    maps[:, 4] = maps[:, 1] * 3 + 0.02 * torch.rand(40, 3, 3, generator=random)
    found = gathered(maps).found()
    expected = np.corrcoef(maps.amax((2, 3)).numpy().T)
    assert [(a, b) for a, b, _ in found.pairs] == [(1, 4)]
    assert found.pairs[0][2] == pytest.approx(expected[1, 4], abs=1e-9)
    assert found.same[4] == ((1, found.pairs[0][2]),)
    assert found.pictures == 40


def test_units_that_are_active_on_few_pictures_together_prove_nothing() -> None:
    maps = torch.zeros(30, 2, 2, 2)
    maps[:7, :, 0, 0] = torch.arange(1.0, 8)[:, None]
    assert not gathered(maps).found().pairs
    maps[:8, :, 0, 0] = torch.arange(1.0, 9)[:, None]
    assert [(a, b) for a, b, _ in gathered(maps).found().pairs] == [(0, 1)]


def test_a_unit_that_is_strong_beside_different_units_says_several_things() -> None:
    """Unit 0 is strong beside unit 1 on even pictures and beside 2 on odd ones; unit 3 always beside 1."""
    maps = torch.zeros(24, 4, 2, 2)
    for picture in range(24):
        maps[picture, 0, 0, 0] = 10 + picture
        maps[picture, 1 + picture % 2, 0, 0] = 5
        maps[picture, 3, 1, 1] = 4 + picture
        maps[picture, 1, 1, 1] = 3
    found = gathered(maps).found()
    assert list(found.several) == [0]
    groups = found.several[0].groups
    assert [[int(path) for path, _ in group] for group in groups] == [
        [23, 21, 19, 17, 15, 13],
        [22, 20, 18, 16, 14, 12],
    ]
    assert groups[0][0][1] == 33
    assert found.several[0].silhouette == pytest.approx(1)


def test_groups_and_their_silhouette_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    centres = random.normal(size=(3, 20)) * 2
    vectors = np.concatenate([centre + random.normal(size=(4, 20)) for centre in centres])
    labels, value = groups_of(vectors)
    tree = AgglomerativeClustering(n_clusters=3, metric="cosine", linkage="average").fit_predict(vectors)
    assert len({*zip(labels.tolist(), tree.tolist(), strict=True)}) == 3
    assert value == pytest.approx(silhouette_score(vectors, tree, metric="cosine"), abs=1e-9)
    assert value > APART
    assert np.bincount(labels).min() >= FEWEST


def test_nothing_was_looked_at() -> None:
    found = Gathering(4).found()
    assert (found.pictures, found.pairs, found.several) == (0, [], {})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, bundled: Path) -> Path:
    """An index of four pictures of noise."""
    folder, out = (tmp_path_factory.mktemp(name) for name in ("pictures", "index"))
    random = np.random.default_rng(1)
    for number in range(4):
        small = random.integers(0, 255, (7, 9, 3), np.uint8)
        Image.fromarray(small).resize((64, 64), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    assert main(["index", str(folder), "--out", str(out)]) == 0
    return out


def test_crops_of_a_branch_come_as_files_with_a_list(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "crops"
    assert main(["index", "crops", "3a/5x5", "--from", str(place), "--out", str(out), "--top", "2"]) == 0
    listed = json.loads((out / "crops.json").read_text("utf-8"))
    assert [unit["unit"] for unit in listed["units"]] == [f"3a/5x5:{one}" for one in range(32)]
    entries = [crop for unit in listed["units"] for crop in unit["crops"]]
    assert sorted(crop["file"] for crop in entries) == sorted(path.name for path in out.glob("*.jpg"))
    capsys.readouterr()
    main(["index", "top", "3a/5x5:7", "--from", str(place), "--top", "1", "--format", "json"])
    top = json.loads(capsys.readouterr().out)
    first = listed["units"][7]["crops"][0]
    assert {name: first[name] for name in ("picture", "cell")} == {
        name: top[name] for name in ("picture", "cell")
    }
    assert first["value"] == pytest.approx(top["value"])
    assert max(Image.open(out / first["file"]).size) == 224


def test_alike_says_over_how_many_pictures(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "alike", "3a", "--from", str(place)]) == 0
    said = capsys.readouterr()
    assert "No two units say nearly the same" in said.out
    assert "over 4 pictures" in said.err


def test_alike_is_asked_of_a_module(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "alike", "3a/5x5", "--from", str(place)]) == 2
    assert "Write 4a." in capsys.readouterr().err


def test_a_units_picture_stands_beside_its_strongest_crops(place: Path, tmp_path: Path) -> None:
    alone, out = tmp_path / "alone.png", tmp_path / "beside.png"
    arguments = ["visualize", "3a/5x5:7", "--size", "48", "--steps", "2", "--no-keep", "--out"]
    assert main([*arguments, str(alone)]) == 0
    assert main([*arguments, str(out), "--beside", str(place)]) == 0
    found = np.asarray(Image.open(out))
    assert (found[:, :48] == np.asarray(Image.open(alone))).all()
    assert found.shape == (48, 5 * (48 + 8) - 8, 3)
