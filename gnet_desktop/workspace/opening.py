"""A checkpoint being opened in the background."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import URGENT, Post, Request, Works
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Loading

FIRST_STAGE: Final = "Read the container"


class Opening:
    """At most one file that is being opened; what is in use stays until it is complete.

    ``purpose`` tells the worker one opening from another. ``opened`` gets the network,
    ``failed`` what was raised. ``changed()`` is emitted when `loading` changes.
    """

    def __init__(
        self,
        purpose: str,
        engine: Works,
        post: Post,
        opened: Callable[[tasks.LoadedNetwork], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.changed = Signal()
        self.loading: Loading | None = None
        self._purpose = purpose
        self._engine = engine
        self._post = post
        self._opened = opened
        self._failed = failed
        self._cancel: tasks.CancelFlag | None = None

    def open(
        self,
        path: Path,
        labels: Path | None = None,
        assume: Mapping[str, str] | None = None,
        *,
        device: str,
    ) -> None:
        """Begin to open a file, in place of the one that is being opened."""
        self.cancel()
        flag = self._cancel = tasks.CancelFlag()

        def progress(stage: str, share: float) -> None:
            self._post(lambda: self._set_loading(flag, Loading(path, stage, share)))

        self._set_loading(flag, Loading(path, FIRST_STAGE, 0.0))
        self._engine.ask(
            Request(
                self._purpose,
                lambda: tasks.load_checkpoint(path, labels, device, progress, flag, assume),
                lambda network: self._end(flag, lambda: self._opened(network)),
                lambda error: self._end(flag, lambda: self._failed(error)),
                URGENT,
            )
        )

    def cancel(self) -> None:
        """Stop opening; what was open stays."""
        if self._cancel is not None:
            self._cancel.set()
            self._end(self._cancel, lambda: None)

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
