"""A reader rests where the window wants its turn, and only there."""

import threading
import time

import pytest

from gnet_desktop import breathing
from gnet_desktop.breathing import PIECES, breathe


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of each rest."""
    found: list[float] = []
    monkeypatch.setattr(breathing, "_rest", found.append)
    return found


def read(kept_waiting: float, rounds: int = 4) -> None:
    """What a reader on a thread of its own does, which waits for somebody between its pieces."""

    def run() -> None:
        for _ in range(rounds * PIECES):
            breathe()
            if kept_waiting:
                time.sleep(kept_waiting / PIECES)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def beside_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    there = threading.Event()
    there.set()
    monkeypatch.setattr(breathing, "_beside_a_window", there)


@pytest.mark.usefixtures("beside_a_window")
def test_a_reader_that_had_to_wait_rests(rests: list[float]) -> None:
    read(kept_waiting=0.02)
    assert len(rests) >= 3


@pytest.mark.usefixtures("beside_a_window")
def test_a_file_that_is_read_in_few_pieces_is_read_without_a_rest(rests: list[float]) -> None:
    read(kept_waiting=0.02, rounds=0)
    for _ in range(PIECES // 2):
        breathe()
    assert not rests


def test_without_a_window_nobody_rests(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breathing, "_beside_a_window", threading.Event())
    read(kept_waiting=0.02)
    assert not rests


@pytest.mark.usefixtures("beside_a_window")
def test_the_window_itself_never_rests(rests: list[float]) -> None:
    for _ in range(3 * PIECES):
        breathe()
        time.sleep(0.00001)
    assert not rests
