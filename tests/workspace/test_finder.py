"""Pictures in folders come as they are found: the first at once, the rest in portions, until stopped."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.workspace import finder as finding
from gnet_desktop.workspace.engine import Worker
from gnet_desktop.workspace.finder import PORTION, Finder
from gnet_desktop.workspace.picture_list import LONG, MOST_ANSWERED, MOST_THUMBNAILS, PictureList
from tests.workspace.workers import Asleep, Stepping


class Window:
    """The thread that results belong to, as a queue that a test works off."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()

    def run(self, until: Callable[[], bool]) -> None:
        while not until():
            self.calls.get(timeout=20)()


@pytest.fixture
def window() -> Window:
    return Window()


@pytest.fixture
def taken() -> list[list[Path]]:
    return []


@pytest.fixture
def finder(window: Window, taken: list[list[Path]]) -> Iterator[Finder]:
    errors: list[BaseException] = []
    one = Finder(Worker("test", window.calls.put), window.calls.put, taken.append, errors.append)
    yield one
    assert errors == []
    assert one.close()


def folder_of(count: int, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number}.jpg").touch()
    return folder


def test_the_first_comes_alone_and_the_rest_in_portions_in_order(
    finder: Finder, window: Window, taken: list[list[Path]], tmp_path: Path
) -> None:
    counts: list[int] = []
    ends: list[object] = []
    finder.changed.subscribe(lambda: counts.append(finder.count))
    finder.ended.subscribe(ends.append)
    finder.find([folder_of(PORTION + 5, tmp_path / "x")])
    assert finder.looking
    window.run(lambda: not finder.looking)
    assert [len(portion) for portion in taken] == [1, PORTION, 4]
    assert [path.stem for portion in taken for path in portion] == [str(n) for n in range(PORTION + 5)]
    assert ends == [PORTION + 5]
    assert counts == [0, 1, PORTION + 1, PORTION + 5, PORTION + 5]


def test_nothing_runs_ahead_of_the_window(
    finder: Finder, window: Window, taken: list[list[Path]], tmp_path: Path
) -> None:
    finder.find([folder_of(3 * PORTION, tmp_path / "x")])
    window.calls.get(timeout=20)()
    second = window.calls.get(timeout=20)
    with pytest.raises(queue.Empty):
        window.calls.get(timeout=0.2)
    second()
    window.run(lambda: not finder.looking)


def test_what_was_found_stays_when_it_is_stopped(
    finder: Finder, window: Window, taken: list[list[Path]], tmp_path: Path
) -> None:
    ends: list[int] = []
    finder.ended.subscribe(ends.append)
    finder.find([folder_of(3 * PORTION, tmp_path / "x")])
    window.run(lambda: bool(taken))
    finder.stop()
    assert (finder.looking, ends) == (False, [1])
    late = window.calls.get(timeout=20)
    late()
    assert len(taken) == 1


def test_another_search_takes_the_place_of_the_first(
    finder: Finder, window: Window, taken: list[list[Path]], tmp_path: Path
) -> None:
    finder.find([folder_of(3 * PORTION, tmp_path / "x")])
    finder.find([folder_of(2, tmp_path / "y")])
    window.run(lambda: not finder.looking)
    assert [path.parent.name for portion in taken for path in portion] == ["y", "y"]


def test_a_failure_is_told_and_ends_it(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(paths: object) -> Iterator[Path]:
        raise RuntimeError("broken")
        yield

    monkeypatch.setattr(finding, "find_pictures", broken)
    errors: list[BaseException] = []
    one = Finder(Worker("test", window.calls.put), window.calls.put, lambda _: None, errors.append)
    one.find([Path("x")])
    window.run(lambda: not one.looking)
    assert [str(error) for error in errors] == ["broken"]
    assert one.close()


# Long lists


def pictures(reader: Stepping, count: int) -> PictureList:
    listed = PictureList(reader, lambda error: pytest.fail(str(error)))
    added = listed.add(Path(f"{number}.jpg") for number in range(count))
    listed.make_thumbnails(added)
    return listed


PIXELS = np.zeros((2, 2, 3), np.uint8)


def test_thumbnails_of_a_long_list_are_made_when_they_are_looked_at() -> None:
    reader = Asleep()
    listed = pictures(reader, LONG + 1)
    assert reader.waiting == []
    listed.look_at([5, 6])
    assert reader.waiting == ["thumbnail 5", "thumbnail 6"]
    reader.give("thumbnail 5", PIXELS)
    listed.look_at([5, 900])
    assert reader.waiting == ["thumbnail 900"]


def test_of_a_short_list_all_are_made() -> None:
    reader = Asleep()
    pictures(reader, 3)
    assert reader.waiting == ["thumbnail 1", "thumbnail 2", "thumbnail 3"]


def test_of_very_many_thumbnails_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnet_desktop.workspace.picture_list.MOST_THUMBNAILS", 2)
    reader = Asleep()
    listed = pictures(reader, 3)
    for picture in (1, 2, 3):
        reader.give(f"thumbnail {picture}", PIXELS)
    assert [entry.thumbnail is not None for entry in listed] == [False, True, True]
    assert MOST_THUMBNAILS * 128 * 128 * 3 < 100e6


def test_the_next_to_answer_is_neither_current_nor_answered_nor_failed() -> None:
    listed = pictures(Asleep(), 4)
    listed.current = 1
    assert listed.unanswered() == 2
    listed.change(2, error=ValueError())
    assert listed.unanswered() == 3
    listed.change(2, error=None)
    assert listed.unanswered() in (2, 3)
    listed.remove(2)
    listed.remove(3)
    assert listed.unanswered() == 4
    listed.forget_answers()
    assert listed.unanswered() == 4
    assert MOST_ANSWERED * 22_000 < 100e6


def test_a_long_list_is_sorted_in_the_background_and_keeps_who_came_meanwhile() -> None:
    reader = Asleep()
    listed = PictureList(reader, lambda error: pytest.fail(str(error)))
    listed.add(Path(f"{number}.jpg") for number in range(LONG + 1, 0, -1))
    listed.sort("name")
    (late,) = listed.add([Path("0.jpg")])
    listed.remove(LONG + 1)
    reader.give("sort", reader.run("sort"))
    names = [entry.name for entry in listed]
    assert names[:3] == ["2.jpg", "3.jpg", "4.jpg"]
    assert (names[-1], listed.entries[late].name) == ("0.jpg", "0.jpg")
    assert len(names) == LONG + 1
