"""Pictures that look alike: scikit-learn on the same vectors, and the same as a plain pass."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from gnet_desktop.cli import main
from gnet_desktop.folder.lookalikes import alike, nearest
from gnet_desktop.folder.store import Answered, AnsweringRecipe, Stamp, Store

RECIPE = AnsweringRecipe("ab" * 32, "torchvision", 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "answers.sqlite", RECIPE)


def put(store: Store, vectors: np.ndarray) -> list[str]:
    paths = [f"{number:05d}.jpg" for number in range(len(vectors))]
    stamp = Stamp(1, 1)
    store.put(Answered(path, stamp, (1, 1), {}, pooled=one) for path, one in zip(paths, vectors, strict=True))
    return paths


def test_the_nearest_are_scikit_learns(store: Store) -> None:
    """Over more pictures than are in memory at once."""
    vectors = np.random.default_rng(0).gamma(0.3, size=(5000, 24)).astype(np.float32)
    paths = put(store, vectors)
    expected = cosine_similarity(vectors.astype(np.float16).astype(np.float64), vectors[:1])[:, 0]
    order = [place for place in np.argsort(-expected, kind="stable") if place != 0][:50]
    found = alike(store, paths[0], 50).near
    assert [one.likeness for one in found] == pytest.approx(expected[order], abs=1e-3)
    overlap = {one.path for one in found} & {paths[place] for place in order}
    assert len(overlap) >= 49  # 16 bits may swap the last two
    assert nearest(store, vectors[0], 1)[0].path == paths[0]


def test_equal_ones_come_by_path_and_zeros_are_like_nothing(store: Store) -> None:
    put(store, np.array([[0, 0], [1, 0], [2, 0], [0, 3]], np.float32))
    found = nearest(store, np.array([5, 0], np.float32), 9)
    assert [(one.path, one.likeness) for one in found] == [
        ("00001.jpg", 1),
        ("00002.jpg", 1),
        ("00000.jpg", 0),
        ("00003.jpg", 0),
    ]
    assert nearest(store, np.zeros(2, np.float32), 1)[0].likeness == 0


def test_what_was_answered_before_vectors_were_kept_has_no_look_alikes(store: Store) -> None:
    store.put([Answered("old.jpg", Stamp(1, 1), (1, 1), {})])
    assert alike(store, "old.jpg", 5).near == ()


def test_a_picture_that_went_or_changed_takes_its_vector_along(store: Store) -> None:
    put(store, np.eye(3, dtype=np.float32))
    store.forget(["00000.jpg"])
    store.put([Answered("00001.jpg", Stamp(2, 2), (1, 1), {}, pooled=np.array([1, 0, 0], np.float32))])
    assert store.pooled_of("00000.jpg") is None
    np.testing.assert_array_equal(store.pooled_of("00001.jpg"), [1, 0, 0])
    assert [one.pooled.tolist() for one in store.answered() if one.pooled is not None] == [
        [1, 0, 0],
        [0, 0, 1],
    ]


@pytest.mark.slow
def test_the_command_finds_the_pictures_of_a_merged_index(
    shared: Path, bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("goldfish", "lion", "ostrich", "pizza", "zebra"):
        (photos / f"{name}.jpg").write_bytes((shared / "images" / f"{name}.jpg").read_bytes())
    for shard in ("1/2", "2/2"):
        out = str(tmp_path / shard[0])
        assert main(["index", str(photos), "--out", out, "--shard", shard, "--device", "cpu"]) == 0
    whole = str(tmp_path / "whole")
    assert main(["index", "merge", str(tmp_path / "1"), str(tmp_path / "2"), "--out", whole]) == 0
    capsys.readouterr()
    lists = []
    for asked in ("lion.jpg", str(shared / "images" / "lion.jpg")):
        command = ["index", "like", asked, "--from", whole, "--top", "9", "--format", "json"]
        assert main([*command, "--device", "cpu"]) == 0
        lists.append([json.loads(line) for line in capsys.readouterr().out.splitlines()])
    inside, outside = lists
    assert len(inside) == 4
    assert outside[0]["picture"] == "lion.jpg"
    assert outside[0]["likeness"] == pytest.approx(1, abs=1e-4)
    assert [row["picture"] for row in outside[1:]] == [row["picture"] for row in inside]
    assert main(["index", "like", "lion.jpg", "--from", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()
