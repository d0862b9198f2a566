"""Workers: one thread each, the newest request of a purpose wins.

The ``engine`` owns the network and makes every torch call; the ``opener`` reads
checkpoints, the ``reader`` decodes pictures. All are a `Worker`; what they run is a plain
function given with the request, so that none knows anything about the others or about Qt.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from gnet_desktop.errors import GNetError

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]

URGENT: Final = 0
NORMAL: Final = 1
BACKGROUND: Final = 2


PATIENCE: Final = 60.0
"""Seconds that a file may keep its reader busy without a word: a photo on a slow network drive may."""

_LOOKS: Final = 4
"""How often within its patience a worker looks after what is running."""


class GivenUp(GNetError):
    """Work on ``subject`` that nothing was heard of for so many seconds; its thread was left behind."""

    def __init__(self, subject: str, seconds: float) -> None:
        super().__init__(
            f"{subject} was given up.",
            f"Nothing has come of it for {seconds:g} s: its disk or network drive does not answer, "
            "or it is made to keep a program busy.",
            "If you trust it, copy it to this machine's own disk and open it there.",
        )


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """Work for a worker.

    ``purpose`` names what it is for: a newer request of the same purpose replaces
    one that still waits. ``run`` is called on the worker's thread; then ``done``
    with its result or ``failed`` with what it raised, through the worker's ``post``.
    ``subject`` is what it works on, for people.
    """

    purpose: str
    run: Callable[[], T]
    done: Callable[[T], None]
    failed: Callable[[BaseException], None]
    priority: int = NORMAL
    subject: str = "The file"


class Works(Protocol):
    """What the workspace knows of a worker."""

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""

    def ask(self, request: Request[Any]) -> None:
        """Queue a request; it replaces a waiting one of the same purpose."""

    def drop(self, prefix: str) -> None:
        """Forget waiting requests whose purpose starts with ``prefix``."""

    def abandon(self, purpose: str) -> None:
        """Leave what is running for that purpose behind: nothing of it is delivered."""

    def heard(self) -> None:
        """What is running is getting on: called by it, on the worker's thread."""

    def close(self) -> bool:
        """End; False if what is running did not end in time."""


class Mailbox:
    """Waiting requests, at most one a purpose; the lowest priority number first.

    Any thread may `put`; `take` blocks the one worker until there is a request
    and gives None once the mailbox is closed.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Request[Any]] = {}
        self._changed = threading.Condition()
        self._closed = False

    def put(self, request: Request[Any]) -> None:
        """Add a request; an older one of the same purpose is dropped."""
        with self._changed:
            self._waiting.pop(request.purpose, None)
            if not self._closed:
                self._waiting[request.purpose] = request
            self._changed.notify()

    def drop(self, prefix: str) -> None:
        """Drop the waiting requests whose purpose starts with ``prefix``."""
        with self._changed:
            for purpose in [purpose for purpose in self._waiting if purpose.startswith(prefix)]:
                del self._waiting[purpose]

    def take(self) -> Request[Any] | None:
        """The most urgent request, oldest first; None once closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            first = min(self._waiting.values(), key=lambda request: request.priority)
            return self._waiting.pop(first.purpose)

    def close(self) -> None:
        """Drop everything and wake the worker to end."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._waiting)


class Worker:
    """A thread that runs requests one after the other.

    ``post`` carries a call to the thread that the results belong to (the window's,
    by a queued signal). After `close` nothing is delivered any more. A request that isn't
    `heard` of for ``patience`` seconds is given up (None: it may take as long as it likes):
    no thread can be ended from outside, so it is left behind, and a new one takes its place.
    """

    def __init__(self, name: str, post: Post, *, patience: float | None = None) -> None:
        self._mailbox = Mailbox()
        self._post = post
        self._name, self._patience = name, patience
        self._closing = False
        self._lock = threading.Lock()
        self._running: Request[Any] | None = None
        self._heard = 0.0
        self._timer: threading.Timer | None = None
        self._turn = 0
        self._begin()

    def _begin(self) -> None:
        self._turn += 1
        self._thread = threading.Thread(target=self._work, args=(self._turn,), name=self._name, daemon=True)
        self._thread.start()

    def ask(self, request: Request[Any]) -> None:
        """Queue a request; it replaces a waiting one of the same purpose."""
        self._mailbox.put(request)
        self._look_later()

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return self._running is None and not len(self._mailbox)

    def abandon(self, purpose: str) -> None:
        """Leave what is running for that purpose behind: nothing of it is delivered."""
        with self._lock:
            if self._running is not None and self._running.purpose == purpose:
                self._running = None
                self._begin()

    def heard(self) -> None:
        """What is running is getting on: called by it, on the worker's thread."""
        self._heard = time.monotonic()

    def _look_later(self) -> None:
        with self._lock:
            if self._patience is None or self._timer is not None or self._closing:
                return
            self._timer = threading.Timer(self._patience / _LOOKS, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        """Give up what is running if nothing was heard of it for too long."""
        self._timer = None
        running, patience = self._running, self._patience
        if running is not None and patience is not None and time.monotonic() - self._heard > patience:
            self.abandon(running.purpose)
            self._deliver(running, None, GivenUp(running.subject, patience))
        if not self.idle:
            self._look_later()

    def drop(self, prefix: str) -> None:
        """Forget waiting requests whose purpose starts with ``prefix``."""
        self._mailbox.drop(prefix)

    def close(self, timeout: float = 3.0) -> bool:
        """Wait for the running request only; False if it did not end in ``timeout`` s."""
        self._closing = True
        self._mailbox.close()
        if self._timer is not None:
            self._timer.cancel()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self, turn: int) -> None:
        while turn == self._turn and (request := self._mailbox.take()) is not None:
            with self._lock:
                self._running, self._heard = request, time.monotonic()
            result, error = self._attempt(request)
            if turn != self._turn:
                return  # it was left behind
            self._deliver(request, result, error)
            with self._lock:
                if turn == self._turn:
                    self._running = None

    @staticmethod
    def _attempt(request: Request[Any]) -> tuple[Any, BaseException | None]:
        try:
            return request.run(), None
        except GNetError as error:
            # words are all that is told of it; its traces hold whatever was read until then
            error.__cause__ = error.__context__ = None
            return None, error.with_traceback(None)
        except BaseException as error:  # the one place that hands every failure on
            return None, error

    def _deliver(self, request: Request[Any], result: Any, error: BaseException | None) -> None:
        if self._closing:
            return
        deliver = partial(request.done, result) if error is None else partial(request.failed, error)
        self._post(lambda: None if self._closing else deliver())
