"""Which pictures are shown, how many got which answer, and what is doubtful."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.errors import PictureError
from gnet_desktop.workspace.picture_list import LONG, PictureList
from gnet_desktop.workspace.sifting import EVERYTHING, Sieve
from gnet_desktop.workspace.tally import SUSPICIOUS
from gnet_desktop.workspace.values import ListedPicture
from tests.workspace.workers import Posed


def entry(
    name: str, answer: str = "", doubts: tuple[str, ...] = (), *, broken: bool = False
) -> ListedPicture:
    best = (answer, 0.5) if answer else None
    error = PictureError("It is broken.") if broken else None
    return ListedPicture(1, b"", name, None, best, error, frozenset(doubts))  # type: ignore[arg-type]


TABBY = entry("IMG_12 Cat.JPG", "tabby cat", ("heads disagree",))
ODD = entry("odd.png", "pizza", ("nothing fits",))
SURE = entry("lunch.png", "pizza")
BROKEN = entry("half.png", broken=True)
OPEN = entry("new.png")


@pytest.mark.parametrize(
    ("sieve", "passing"),
    [
        (Sieve(), [TABBY, ODD, SURE, BROKEN, OPEN]),
        (Sieve("cat"), [TABBY]),
        (Sieve("  img TABBY "), [TABBY]),
        (Sieve("tabby img_13"), []),
        (Sieve("pizza"), [ODD, SURE]),
        (Sieve(answer="pizza"), [ODD, SURE]),
        (Sieve(answer="cat"), []),
        (Sieve(only="doubtful"), [TABBY, ODD]),
        (Sieve(only="nothing fits"), [ODD]),
        (Sieve(only="heads disagree"), [TABBY]),
        (Sieve(only="not opened"), [BROKEN]),
        (Sieve("png", "pizza", "doubtful"), [ODD]),
    ],
)
def test_a_sieve_lets_through_what_is_asked_for(sieve: Sieve, passing: list[ListedPicture]) -> None:
    assert [one for one in (TABBY, ODD, SURE, BROKEN, OPEN) if sieve.passes(one)] == passing


def names(pictures: PictureList) -> list[str]:
    return [pictures.entries[picture].name for picture in pictures.shown]


def filled(*found: str) -> PictureList:
    pictures = Posed()._list
    pictures.add([Path(name) for name in found])
    return pictures


def test_what_comes_answers_and_goes_is_sifted_as_it_does() -> None:
    pictures = filled("a", "b", "c", "d")
    told: list[list[str]] = []
    pictures.sifted.subscribe(lambda: told.append(names(pictures)))
    pictures.sift(Sieve(answer="pizza"))
    pictures.change(3, best=("pizza", 0.5))
    pictures.change(1, best=("pizza", 0.9))
    pictures.change(2, best=("fig", 0.9))
    pictures.change(3, best=("fig", 0.5))
    assert told == [[], ["c"], ["a", "c"], ["a"]]
    pictures.remove(1)
    assert names(pictures) == []
    pictures.sift(EVERYTHING)
    assert names(pictures) == ["b", "c", "d"]


def test_one_moves_among_those_that_are_shown() -> None:
    pictures = filled("a1", "b", "a2", "b2", "a3")
    pictures.sift(Sieve("a"))
    assert [pictures.behind(1, step) for step in (1, 2, 3, -1)] == [3, 5, None, None]
    assert [pictures.behind(4, step) for step in (1, -1, -2, -3)] == [5, 3, 1, None]
    assert pictures.remove(3) == 5


@given(
    st.lists(st.tuples(st.sampled_from(["add", "answer", "remove", "sort"]), st.integers(0, 30)), max_size=40)
)
def test_step_by_step_is_the_same_as_anew(steps: list[tuple[str, int]]) -> None:
    pictures, sieve = filled("x"), Sieve(answer="yes")
    pictures.sift(sieve)
    acts: dict[str, Callable[[int], object]] = {
        "add": lambda number: pictures.add([Path(f"{number}")]),
        "answer": lambda number: pictures.change(number, best=("yes" if number % 3 else "no", number / 30)),
        "remove": lambda number: number in pictures.entries and pictures.remove(number),
        "sort": lambda number: pictures.sort("name" if number % 2 else "surest"),
    }
    for act, number in steps:
        acts[act](number)
        assert list(pictures.shown) == [one.id for one in pictures if sieve.passes(one)]


def test_a_long_list_is_looked_through_elsewhere_and_what_changed_meanwhile_counts() -> None:
    workspace = Posed()
    workspace.add_pictures([(f"{number}", b"") for number in range(LONG + 5)], show=False)
    workspace.sift_pictures(Sieve("7"))
    assert list(workspace.shown_pictures) == []
    workspace.remove_picture(8)
    workspace.add_pictures([("777", b"")], show=False)
    workspace.reader.give("sift", workspace.reader.run("sift"))
    every = {number: one.name for number, one in workspace.pictures.items()}
    assert list(workspace.shown_pictures) == [number for number, name in every.items() if "7" in name]
    assert len(workspace.shown_pictures) > 200


def test_answers_doubts_and_failures_are_counted() -> None:
    pictures = filled("a", "b", "c")
    pictures.change(1, best=("fig", 0.5), doubts=frozenset({"nothing fits", "heads disagree"}))
    pictures.change(2, best=("fig", 0.5), doubts=frozenset({"nothing fits"}))
    pictures.change(3, error=PictureError("It is broken."))
    tally = pictures.tally
    assert (tally.answers, tally.doubtful, tally.failed) == ({"fig": 2}, 2, 1)
    assert tally.doubts == {"nothing fits": 2, "heads disagree": 1}
    pictures.change(1, best=("pear", 0.5), doubts=frozenset())
    assert (tally.answers, tally.doubtful) == ({"fig": 1, "pear": 1}, 1)
    pictures.remove(3)
    pictures.forget_answers()
    assert (tally.answers, tally.doubtful, tally.failed) == ({}, 0, 0)


def test_one_answer_for_all_is_told_once_there_are_enough() -> None:
    pictures = filled(*map(str, range(SUSPICIOUS + 1)))
    for number in range(1, SUSPICIOUS):
        pictures.change(number, best=("fig", 0.5))
    assert pictures.tally.same is None
    pictures.change(SUSPICIOUS, best=("fig", 0.5))
    assert pictures.tally.same == ("fig", SUSPICIOUS)
    pictures.change(SUSPICIOUS + 1, best=("pear", 0.5))
    assert pictures.tally.same is None
