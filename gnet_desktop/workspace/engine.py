"""Workers: one thread each, the newest request of a purpose wins.

The ``engine`` owns the network and makes every torch call; the ``reader`` decodes
pictures. Both are a `Worker`; what they run is a plain function given with the
request, so that neither knows anything about the other or about Qt.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]

URGENT: Final = 0
NORMAL: Final = 1
BACKGROUND: Final = 2


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """Work for a worker.

    ``purpose`` names what it is for: a newer request of the same purpose replaces
    one that still waits. ``run`` is called on the worker's thread; then ``done``
    with its result or ``failed`` with what it raised, through the worker's ``post``.
    """

    purpose: str
    run: Callable[[], T]
    done: Callable[[T], None]
    failed: Callable[[BaseException], None]
    priority: int = NORMAL


class Works(Protocol):
    """What the workspace knows of a worker."""

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""

    def ask(self, request: Request[Any]) -> None:
        """Queue a request; it replaces a waiting one of the same purpose."""

    def drop(self, prefix: str) -> None:
        """Forget waiting requests whose purpose starts with ``prefix``."""

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
    by a queued signal). After `close` nothing is posted any more.
    """

    def __init__(self, name: str, post: Post) -> None:
        self._mailbox = Mailbox()
        self._post = post
        self._closing = False
        self._running = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def ask(self, request: Request[Any]) -> None:
        """Queue a request; it replaces a waiting one of the same purpose."""
        self._mailbox.put(request)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self._running and not len(self._mailbox)

    def drop(self, prefix: str) -> None:
        """Forget waiting requests whose purpose starts with ``prefix``."""
        self._mailbox.drop(prefix)

    def close(self, timeout: float = 3.0) -> bool:
        """Wait for the running request only; False if it did not end in ``timeout`` s."""
        self._closing = True
        self._mailbox.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (request := self._mailbox.take()) is not None:
            self._running = True
            self._deliver(request, *self._attempt(request))
            self._running = False

    @staticmethod
    def _attempt(request: Request[Any]) -> tuple[Any, BaseException | None]:
        try:
            return request.run(), None
        except BaseException as error:  # the one place that hands every failure on
            return None, error

    def _deliver(self, request: Request[Any], result: Any, error: BaseException | None) -> None:
        if self._closing:
            return
        if error is None:
            self._post(lambda: request.done(result))
        else:
            self._post(lambda: request.failed(error))
