"""Calls from worker threads carried over to the window's thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class Dispatcher(QObject):
    """`post` may be called from any thread; the call is made on this object's thread."""

    _called = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._called.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Make this call soon, on the window's thread."""
        self._called.emit(call)

    def _run(self, call: Callable[[], None]) -> None:
        call()
