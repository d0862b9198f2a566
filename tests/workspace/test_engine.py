"""The mailbox and the worker: newest request of a purpose wins, the urgent ones first."""

import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.errors import CheckpointError
from gnet_desktop.workspace.engine import BACKGROUND, NORMAL, URGENT, GivenUp, Mailbox, Request, Worker

pytestmark = pytest.mark.alone


def request(
    purpose: str, priority: int = NORMAL, run: Callable[[], object] = lambda: None
) -> Request[object]:
    return Request(purpose, run, lambda result: None, lambda error: None, priority)


def test_a_newer_request_replaces_a_waiting_one_of_its_purpose() -> None:
    mailbox = Mailbox()
    old, new = request("pass"), request("pass")
    mailbox.put(old)
    mailbox.put(new)
    assert mailbox.take() is new
    assert len(mailbox) == 0


def test_urgent_requests_come_first_and_equals_in_order() -> None:
    mailbox = Mailbox()
    for purpose, priority in [("a", BACKGROUND), ("b", NORMAL), ("c", URGENT), ("d", NORMAL)]:
        mailbox.put(request(purpose, priority))
    taken = [mailbox.take() for _ in range(4)]
    assert [one.purpose for one in taken if one] == ["c", "b", "d", "a"]


def test_a_closed_mailbox_gives_nothing_and_takes_nothing() -> None:
    mailbox = Mailbox()
    mailbox.put(request("a"))
    mailbox.close()
    mailbox.put(request("b"))
    assert mailbox.take() is None


def test_drop_forgets_by_prefix() -> None:
    mailbox = Mailbox()
    for purpose in ("read 1", "read 2", "thumbnail 1"):
        mailbox.put(request(purpose))
    mailbox.drop("read")
    left = mailbox.take()
    assert left is not None
    assert left.purpose == "thumbnail 1"
    assert len(mailbox) == 0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([URGENT, NORMAL, BACKGROUND]))))
def test_the_mailbox_is_a_dictionary_of_purposes_read_by_priority(puts: list[tuple[str, int]]) -> None:
    mailbox = Mailbox()
    model: dict[str, int] = {}
    for purpose, priority in puts:
        model.pop(purpose, None)
        model[purpose] = priority
        mailbox.put(request(purpose, priority))
    expected = sorted(model, key=lambda purpose: model[purpose])  # stable: equals stay in order
    taken = [mailbox.take() for _ in expected]
    assert [one.purpose for one in taken if one] == expected


@pytest.fixture
def posted() -> "queue.Queue[Callable[[], None]]":
    return queue.Queue()


@pytest.fixture
def worker(posted: "queue.Queue[Callable[[], None]]") -> Iterator[Worker]:
    worker = Worker("test", posted.put)
    yield worker
    worker.close()


def test_results_and_errors_come_through_post(
    worker: Worker, posted: "queue.Queue[Callable[[], None]]"
) -> None:
    seen: list[object] = []
    worker.ask(Request("good", lambda: 6 * 7, seen.append, seen.append))
    posted.get(timeout=5)()
    worker.ask(Request("bad", lambda: 1 // 0, seen.append, seen.append))
    posted.get(timeout=5)()
    assert seen[0] == 42
    assert isinstance(seen[1], ZeroDivisionError)


def test_a_failure_that_is_told_in_words_keeps_nothing_of_what_was_read(
    worker: Worker, posted: "queue.Queue[Callable[[], None]]"
) -> None:
    seen: list[BaseException] = []

    class Values(list[int]):
        """A list that can be watched."""

    watched: list[weakref.ref[Values]] = []

    def read() -> None:
        values = Values([1, 2, 3])
        watched.append(weakref.ref(values))
        try:
            values[7]
        except IndexError as error:
            raise CheckpointError("It ends early.") from error

    worker.ask(Request("a", read, lambda result: None, seen.append))
    posted.get(timeout=5)()
    assert str(seen[0]) == "It ends early."
    assert watched[0]() is None


def test_closing_waits_for_the_running_request_and_posts_nothing_after_it(
    worker: Worker, posted: "queue.Queue[Callable[[], None]]"
) -> None:
    started, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go_on.wait(5)
        ended.set()

    worker.ask(request("slow", run=slow))
    worker.ask(request("never"))
    assert started.wait(5)
    threading.Timer(0.05, go_on.set).start()
    assert worker.close()
    assert ended.is_set()
    assert posted.empty()


def test_what_was_posted_but_not_yet_delivered_is_dropped_by_closing(
    worker: Worker, posted: "queue.Queue[Callable[[], None]]"
) -> None:
    seen: list[object] = []
    worker.ask(Request("good", lambda: 42, seen.append, seen.append))
    waiting = posted.get(timeout=5)
    assert worker.close()
    waiting()
    assert seen == []


def test_a_request_that_hangs_is_reported_by_close(posted: "queue.Queue[Callable[[], None]]") -> None:
    worker, go_on = Worker("test", posted.put), threading.Event()
    started = threading.Event()

    def hang() -> None:
        started.set()
        go_on.wait(5)

    worker.ask(request("hang", run=hang))
    assert started.wait(5)
    assert not worker.close(timeout=0.05)
    go_on.set()


def test_a_request_that_nothing_is_heard_of_is_given_up_and_the_next_one_runs(
    posted: "queue.Queue[Callable[[], None]]",
) -> None:
    worker, go_on, seen = Worker("test", posted.put, patience=0.1), threading.Event(), list[object]()
    hangs = Request("a", lambda: go_on.wait(20), seen.append, seen.append, subject="large.pth")
    worker.ask(hangs)
    worker.ask(Request("b", lambda: "next", seen.append, seen.append))
    posted.get(timeout=5)()
    posted.get(timeout=5)()
    assert isinstance(seen[0], GivenUp)
    assert str(seen[0]).startswith("large.pth was given up.")
    assert seen[1] == "next"
    go_on.set()
    worker.ask(Request("c", lambda: "last", seen.append, seen.append))
    posted.get(timeout=5)()
    assert seen[2:] == ["last"]  # what the one that was left behind gave at last is nobody's
    assert worker.close()
    assert posted.empty()


def test_a_request_that_is_heard_of_may_take_longer_than_the_patience(
    posted: "queue.Queue[Callable[[], None]]",
) -> None:
    worker, seen = Worker("test", posted.put, patience=0.2), list[object]()

    def slow() -> str:
        for _ in range(20):
            time.sleep(0.03)
            worker.heard()
        return "done"

    worker.ask(Request("a", slow, seen.append, seen.append))
    posted.get(timeout=5)()
    assert seen == ["done"]
    assert worker.close()


def test_what_is_abandoned_is_left_behind_at_once_and_only_that(
    worker: Worker, posted: "queue.Queue[Callable[[], None]]"
) -> None:
    started, go_on, seen = threading.Event(), threading.Event(), list[object]()

    def hang() -> str:
        started.set()
        go_on.wait(20)
        return "late"

    worker.ask(Request("a", hang, seen.append, seen.append))
    assert started.wait(5)
    worker.abandon("b")
    assert not worker.idle
    worker.abandon("a")
    worker.ask(Request("b", lambda: "next", seen.append, seen.append))
    posted.get(timeout=5)()
    go_on.set()
    assert seen == ["next"]
    assert worker.close()
    assert posted.empty()
