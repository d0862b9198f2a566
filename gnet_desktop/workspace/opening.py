"""A checkpoint being opened in the background."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import URGENT, Post, Request, Works
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Loading

T = TypeVar("T")

_PAUSE: Final = 0.03
"""Seconds between two steps that are told of."""

FIRST_STAGE: Final = "Reading the container"
LAST_STAGE: Final = "Building the network"


class _Pace:
    """When a step is told of: each stage, and within one as often as the eye can follow.

    A file has hundreds of tensors, and every panel listens.
    """

    def __init__(self) -> None:
        self._stage, self._last = "", 0.0

    def is_due(self, stage: str) -> bool:
        """Whether to tell of a step of that stage now."""
        now = time.monotonic()
        if stage == self._stage and now - self._last < _PAUSE:
            return False
        self._stage, self._last = stage, now
        return True


class Opening:
    """At most one file that is being opened; what is in use stays until it is complete.

    The ``opener`` reads the file, the ``engine`` builds its network. ``purpose`` tells them one
    opening from another. ``opened`` gets the network, ``failed`` what was raised.
    ``changed()`` is emitted when `loading` changes.
    """

    def __init__(
        self,
        purpose: str,
        opener: Works,
        engine: Works,
        post: Post,
        opened: Callable[[tasks.LoadedNetwork], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.changed = Signal()
        self.loading: Loading | None = None
        self._purpose = purpose
        self._opener, self._engine = opener, engine
        self._post = post
        self._opened = opened
        self._failed = failed
        self._cancel: tasks.CancelFlag | None = None

    def announce(self, path: Path) -> None:
        """Say that a file is being opened; `open` follows as soon as there is something to see."""
        self._give_up()
        self._cancel = tasks.CancelFlag()
        self._set_loading(self._cancel, Loading(path, FIRST_STAGE, 0.0))

    def open(
        self,
        path: Path,
        labels: Path | None = None,
        assume: Mapping[str, str] | None = None,
        *,
        device: str,
    ) -> None:
        """Begin to open a file, in place of the one that is being opened."""
        self._give_up()
        flag, pace = tasks.CancelFlag(), _Pace()
        self._cancel = flag

        def progress(stage: str, share: float) -> None:
            self._opener.heard()
            if pace.is_due(stage):
                self._post(lambda: self._set_loading(flag, Loading(path, stage, share)))

        self._set_loading(flag, Loading(path, FIRST_STAGE, 0.0))

        def build(checkpoint: Checkpoint) -> None:
            if flag is self._cancel:
                # said before torch is imported, which takes longest of all
                self._set_loading(flag, Loading(path, LAST_STAGE, 1.0))
                self._ask(
                    self._engine,
                    flag,
                    lambda: tasks.load_network(checkpoint, labels, device, flag),
                    opened,
                )

        def opened(network: tasks.LoadedNetwork) -> None:
            self._end(flag, lambda: self._opened(network))

        self._ask(
            self._opener,
            flag,
            lambda: tasks.read_checkpoint(path, labels, progress, flag, assume),
            build,
            path.name,
        )

    def _ask(
        self,
        worker: Works,
        flag: tasks.CancelFlag,
        run: Callable[[], T],
        done: Callable[[T], None],
        subject: str = "",
    ) -> None:
        def failed(error: BaseException) -> None:
            flag.set()  # if it was given up, it ends as soon as it asks
            self._end(flag, lambda: self._failed(error))

        worker.ask(Request(self._purpose, run, done, failed, URGENT, subject))

    def cancel(self) -> None:
        """Stop opening; what was open stays. Whoever reads the file is left behind."""
        self._give_up()
        if self._cancel is not None:
            self._end(self._cancel, lambda: None)

    def _give_up(self) -> None:
        if self._cancel is not None:
            self._cancel.set()
            self._opener.abandon(self._purpose)

    def _set_loading(self, flag: tasks.CancelFlag, loading: Loading | None) -> None:
        if flag is self._cancel:
            self.loading = loading
            self.changed.emit()

    def _end(self, flag: tasks.CancelFlag, then: Callable[[], None]) -> None:
        """This opening is over, if it is still the one; say so, and go on."""
        if flag is self._cancel:
            self._set_loading(flag, None)
            self._cancel = None
            then()
