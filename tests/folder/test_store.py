"""Kept answers: what was complete is there once, whenever the program ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.errors import ExportError, UsageError
from gnet_desktop.folder.store import Answered, AnsweringRecipe, Stamp, Store

RECIPE = AnsweringRecipe("ab" * 32, "torchvision", 3)


def answered(path: str, value: float = 1.0) -> Answered:
    logits = {"main": np.array([value, 2, 3], np.float32), "aux1": np.array([3, 2, value], np.float32)}
    return Answered(path, Stamp(10, 20), (4, 5), logits)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "answers.sqlite", RECIPE)


def test_answers_come_back_bit_by_bit_and_in_order(store: Store) -> None:
    store.put(
        [answered("b"), answered("a", float(np.float32(0.1))), Answered("c", Stamp(1, 1), error="Cut off.")]
    )
    found = list(store.answered())
    assert [one.path for one in found] == ["a", "b", "c"]
    assert found[0].logits is not None
    np.testing.assert_array_equal(found[0].logits["main"], np.array([np.float32(0.1), 2, 3], np.float32))
    assert (found[0].size, found[0].stamp) == ((4, 5), Stamp(10, 20))
    assert (found[2].logits, found[2].error) == (None, "Cut off.")
    assert store.failed() == {"c": "Cut off."}


def test_a_picture_is_there_once_however_often_it_is_put(store: Store) -> None:
    store.put([answered("a", 1)])
    store.put([answered("a", 7)])
    ((paths, logits),) = store.logits("main")
    assert paths == ["a"]
    assert logits[0, 0] == 7


def test_a_failure_takes_the_place_of_an_older_answer(store: Store) -> None:
    store.put([answered("a")])
    store.put([Answered("a", Stamp(1, 1), error="Gone.")])
    assert list(store.logits("main")) == []


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    def coming() -> Iterator[Answered]:
        yield answered("a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put(coming())
    assert store.stamps() == {}


def test_a_name_may_be_any_bytes(store: Store) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    store.put([answered(name), answered("ü\n.jpg")])
    assert set(store.stamps()) == {name, "ü\n.jpg"}
    assert {path for paths, _ in store.logits("main") for path in paths} == {name, "ü\n.jpg"}
    assert store.size_of(name) == (4, 5)
    store.put([answered(name)])
    store.forget([name])
    assert set(store.stamps()) == {"ü\n.jpg"}


def test_a_full_disk_is_one_sentence_and_what_was_kept_stays(store: Store) -> None:
    store.put([answered("a")])
    (pages,) = store._base.execute("PRAGMA page_count").fetchone()
    store._base.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ExportError, match="The disk is full"):
        store.put([answered(f"picture {number}") for number in range(500)])
    assert set(store.stamps()) == {"a"}


def test_pictures_and_their_blocks_are_kept_together(store: Store, tmp_path: Path) -> None:
    store.put([answered("a")], {"units": b"123"})
    store.close()
    again = Store(tmp_path / "answers.sqlite", RECIPE)
    assert again.block("units") == b"123"
    assert list(again.stamps()) == ["a"]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (AnsweringRecipe("cd" * 32, "torchvision", 3), "checkpoint"),
        (AnsweringRecipe("ab" * 32, "caffe", 3), "convention"),
    ],
)
def test_answers_of_another_recipe_are_not_mixed_in(
    store: Store, tmp_path: Path, other: AnsweringRecipe, words: str
) -> None:
    store.put([answered("a")])
    store.close()
    with pytest.raises(UsageError, match=words):
        Store(tmp_path / "answers.sqlite", other)


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    file.write_bytes(b"no database at all, but long enough to be taken for one" * 30)
    with pytest.raises(UsageError, match="cannot be used"):
        Store(file, RECIPE)


def test_forgotten_pictures_leave_no_answers(store: Store) -> None:
    store.put([answered("a"), answered("b")])
    store.forget(["a"])
    assert [paths for paths, _ in store.logits("aux1")] == [["b"]]


def test_first_answers_are_kept_with_their_probability(tmp_path: Path) -> None:
    store = Store(tmp_path / "answers.sqlite", RECIPE, {"main": 2.0})
    store.put([answered("a", 1)])
    first, confidence = store.firsts("main")
    assert (store.paths(), first.tolist()) == (["a"], [2])
    powers = np.exp(np.array([1, 2, 3]) / 2)
    assert confidence == pytest.approx(powers[2] / powers.sum())


def test_a_copy_of_all_that_is_kept_has_its_notes_and_follows_a_temperature(tmp_path: Path) -> None:
    recipe, logits = AnsweringRecipe("a" * 64, "{}", 3), {"main": np.array([1.0, 3.0, 0.5], np.float32)}
    note = "the picture is incomplete (about 50 % read)"
    stores = [Store(tmp_path / name, recipe) for name in ("a.sqlite", "b.sqlite")]
    stores[0].put([Answered("x.png", Stamp(1, 2), (4, 4), logits, incomplete=note)])
    stores[1].put(stores[0].answered())
    for store in stores:
        assert store.incomplete() == {"x.png": note}
        store.close()
    warm = Store(tmp_path / "b.sqlite", recipe, {"main": 2.0})
    powers = np.exp(np.array([1.0, 3.0, 0.5]) / 2)
    assert warm.firsts("main")[1][0] == pytest.approx(powers.max() / powers.sum(), rel=1e-6)
    warm.close()


def test_probabilities_follow_another_temperature(tmp_path: Path) -> None:
    logits = {"main": np.array([1.0, 3.0, 0.5], np.float32)}
    recipe = AnsweringRecipe("a" * 64, "{}", 3)
    stamp = Stamp(1, 2)
    first = Store(tmp_path / "a.sqlite", recipe, {"main": 1.0})
    first.put([Answered("x.png", stamp, (4, 4), logits)])
    first.close()

    def share(temperature: float) -> float:
        powers = np.exp(logits["main"].astype(np.float64) / temperature)
        return float(powers.max() / powers.sum())

    for given, expected in (({"main": 2.5}, 2.5), (None, 2.5), ({"main": 1.0}, 1.0)):
        store = Store(tmp_path / "a.sqlite", recipe, given)
        assert store.firsts("main")[1][0] == pytest.approx(share(expected), rel=1e-6)
        store.close()
