"""Workers without threads: they work when they are told to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.workspace.engine import Mailbox, Request, Works
from gnet_desktop.workspace.state import Workspace


class Stepping:
    """A worker that runs its most urgent request when a test says so, on the test's own thread."""

    def __init__(self) -> None:
        self._mailbox = Mailbox()
        self.done: list[str] = []
        self.hangs = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not len(self._mailbox)

    def ask(self, request: Request[Any]) -> None:
        """Let it wait."""
        self._mailbox.put(request)

    def drop(self, prefix: str) -> None:
        """As `Worker.drop`."""
        self._mailbox.drop(prefix)

    def abandon(self, purpose: str) -> None:
        """Nothing runs here while anything else does."""

    def heard(self) -> None:
        """It has all the patience in the world."""

    def close(self) -> bool:
        """Ends at once, unless it is told to hang."""
        self._mailbox.close()
        return not self.hangs

    def step(self) -> bool:
        """Run one request and deliver what it gave; False if none waits."""
        return self.begin()()

    def begin(self) -> Callable[[], bool]:
        """Run one request; the call that is returned delivers what it gave."""
        if self.idle:
            return lambda: False
        request = self._mailbox.take()
        assert request is not None
        self.done.append(request.purpose)
        try:
            result = request.run()
        except Exception as error:
            return partial(_told, request.failed, error)
        return partial(_told, request.done, result)


class Asleep(Stepping):
    """A worker that does nothing; what it was asked for is given by hand."""

    @property
    @override
    def idle(self) -> bool:
        """It never does anything."""
        return True

    @property
    def waiting(self) -> list[str]:
        """The purposes of what it was asked for, the oldest first."""
        return list(self._mailbox._waiting)

    def run(self, purpose: str) -> object:
        """What a request that waits would give; it goes on waiting."""
        return self._mailbox._waiting[purpose].run()

    def give(self, purpose: str, result: object) -> None:
        """A request that waits ends with that result."""
        self._take(purpose).done(result)

    def fail(self, purpose: str, error: BaseException) -> None:
        """A request that waits fails."""
        self._take(purpose).failed(error)

    def _take(self, purpose: str) -> Request[Any]:
        waiting: dict[str, Request[Any]] = {}
        while len(self._mailbox) and (request := self._mailbox.take()) is not None:
            waiting[request.purpose] = request
        found = waiting.pop(purpose)
        for request in waiting.values():
            self._mailbox.put(request)
        return found


class Posed(Workspace):
    """A workspace whose reader is asleep, so that it computes no run: results are handed in by `accept`."""

    def __init__(
        self, post: Callable[[Callable[[], None]], None] = lambda call: call(), *, drawer: Works | None = None
    ) -> None:
        self.reader = Asleep()
        super().__init__(post, reader=self.reader, drawer=drawer)

    def fail(self, picture: int, error: GNetError) -> None:
        """A picture that is looked at, and not yet answered, cannot be read."""
        self.choose_picture(picture)
        self.reader.fail("read this", error)

    def know(self, picture: int, **fields: Any) -> None:
        """Give a picture of the list what a pass or a failure would (`values.ListedPicture`)."""
        self._list.change(picture, **fields)

    def leave_open(self, *pictures: int) -> None:
        """Only these are still to be answered."""
        self._list._open = dict.fromkeys(pictures)

    def lag(self, name: str = "later") -> None:
        """Look at another picture that is not answered yet, and let the panels know."""
        self.add_pictures([(name, b"")])
        self.result_changed.emit()


def settle(*workers: Stepping) -> None:
    """Let workers take turns until none has anything to do."""
    for _ in range(500):
        if not sum(worker.step() for worker in workers):
            return
    raise AssertionError("they never come to rest")


def _told(tell: Callable[[Any], None], what: object) -> bool:
    tell(what)
    return True
