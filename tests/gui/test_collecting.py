"""Garbage goes on the window's thread, whichever thread makes objects."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.system.collecting import Collecting


class Node:
    """A part of a cycle that says on which thread it went."""

    def __init__(self, seen: list[int]) -> None:
        self.me, self._seen = self, seen

    def __del__(self) -> None:
        self._seen.append(threading.get_ident())


@pytest.fixture
def collecting(qapp: QApplication) -> Iterator[Collecting]:
    one = Collecting()
    yield one
    one.stop()


def make_many() -> None:
    for _ in range(200):
        [[] for _ in range(2000)]


def test_a_cycle_goes_on_this_thread_though_another_makes_objects(collecting: Collecting) -> None:
    seen: list[int] = []
    Node(seen)
    maker = threading.Thread(target=make_many)
    maker.start()
    maker.join()
    assert seen == []
    while not seen:
        make: list[list[object]] = [[] for _ in range(2000)]
        collecting.collect()
        del make
    assert seen == [threading.get_ident()]


def test_what_a_reader_makes_is_not_looked_through_while_it_reads(qapp: QApplication) -> None:
    reading, looks = [True], list[str]()
    one = Collecting(lambda: bool(reading))
    gc.callbacks.append(note := lambda phase, info: looks.append(phase))
    make: list[list[object]] = [[] for _ in range(20_000)]
    one.collect()
    assert looks == []
    reading.clear()
    one.collect()
    assert looks == ["start", "stop"]
    gc.callbacks.remove(note)
    one.stop()
    del make


def test_afterwards_it_is_left_to_python_again(qapp: QApplication) -> None:
    one = Collecting()
    assert not gc.isenabled()
    one.stop()
    assert gc.isenabled()
    assert isinstance(one, QObject)
