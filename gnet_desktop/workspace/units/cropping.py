"""Crops of units written as files in the background, one export at a time."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gnet_desktop.folder.crop_export import write_crops
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.folder.strongest import Index


class Cropping:
    """``changed()`` tells how far it is (`share`, None while nothing is written), ``written(number, folder)``
    that crops are there. Everything here is called on the owner's thread.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.changed, self.written = Signal(), Signal()
        self.share: float | None = None
        self._workspace = workspace
        self._wanted = threading.Event()

    def start(self, index: "Index", units: Sequence[Unit], out: Path) -> None:
        """Write the strongest crops of units into a folder, unless others are being written."""
        if self.share is not None:
            return
        self.share = 0.0
        self._wanted.set()
        threading.Thread(target=self._run, args=(index, units, out), name="gnet-export", daemon=True).start()
        self.changed.emit()

    def stop(self) -> None:
        """Write nothing; a folder that isn't whole is not there."""
        self._wanted.clear()

    def _run(self, index: "Index", units: Sequence[Unit], out: Path) -> None:
        """The thread's work."""

        def tell(done: int, total: int) -> None:
            self._workspace.post(lambda: self._tell(done / max(1, total)))

        try:
            number = write_crops(index, units, out, progress=tell, wanted=self._wanted.is_set)
        except BaseException as error:  # the thread's end: a person is told
            failure = error
            self._workspace.post(lambda: self._fail(failure))
        else:
            self._workspace.post(lambda: self._end(number, out))

    def _tell(self, share: float) -> None:
        if self.share is not None:
            self.share = share
            self.changed.emit()

    def _end(self, number: int, out: Path) -> None:
        self.share = None
        self.changed.emit()
        if number:
            self.written.emit(number, out)

    def _fail(self, error: BaseException) -> None:
        self.share = None
        self.changed.emit()
        self._workspace.tell_failure(error)
