"""A reader rests now and then where there is a window, and only there."""

import threading

import pytest

from gnet_desktop import breathing
from gnet_desktop.breathing import PIECES, breathe


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of each rest."""
    found: list[float] = []
    monkeypatch.setattr(breathing, "_rest", found.append)
    return found


def read(pieces: int) -> None:
    """What a reader on a thread of its own does."""

    def run() -> None:
        for _ in range(pieces):
            breathe()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def beside_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    there = threading.Event()
    there.set()
    monkeypatch.setattr(breathing, "_beside_a_window", there)


@pytest.mark.usefixtures("beside_a_window")
def test_a_reader_rests_after_so_many_pieces(rests: list[float]) -> None:
    read(4 * PIECES)
    assert len(rests) == 4


@pytest.mark.usefixtures("beside_a_window")
def test_a_file_of_few_pieces_is_read_without_a_rest(rests: list[float]) -> None:
    read(PIECES - 1)
    assert not rests


@pytest.mark.usefixtures("beside_a_window")
def test_many_pieces_at_once_count_as_many(rests: list[float]) -> None:
    thread = threading.Thread(target=breathe, args=(PIECES,))
    thread.start()
    thread.join()
    assert len(rests) == 1


def test_without_a_window_nobody_rests(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breathing, "_beside_a_window", threading.Event())
    read(4 * PIECES)
    assert not rests


@pytest.mark.usefixtures("beside_a_window")
def test_the_window_itself_never_rests(rests: list[float]) -> None:
    for _ in range(3 * PIECES):
        breathe()
    assert not rests
