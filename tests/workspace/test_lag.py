"""When panels hear that what they show is old."""

import queue
from collections.abc import Callable

import pytest

from gnet_desktop.workspace.lag import Lag

pytestmark = pytest.mark.alone

Calls = queue.Queue[Callable[[], None]]


@pytest.fixture
def calls() -> Calls:
    return queue.Queue()


def drain(calls: Calls) -> None:
    while True:
        try:
            calls.get(timeout=0.3)()
        except queue.Empty:
            return


def test_a_lag_is_announced_once_and_not_at_once(calls: Calls) -> None:
    said: list[int] = []
    lag = Lag(calls.put, lambda: said.append(1), 0.05)
    lag.begin()
    lag.begin()
    assert said == []
    drain(calls)
    assert said == [1]


@pytest.mark.parametrize("posted", [False, True])
def test_a_lag_that_is_over_soon_is_not_announced(calls: Calls, posted: bool) -> None:
    said: list[int] = []
    lag = Lag(calls.put, lambda: said.append(1), 0.02 if posted else 5)
    lag.begin()
    waiting = calls.get(timeout=2) if posted else None  # it lies in the queue when the lag ends
    lag.end()
    if waiting is not None:
        waiting()
    drain(calls)
    assert said == []


def test_a_new_lag_is_announced_again(calls: Calls) -> None:
    said: list[int] = []
    lag = Lag(calls.put, lambda: said.append(1), 0.02)
    for _ in range(2):
        lag.begin()
        drain(calls)
    assert said == [1, 1]
