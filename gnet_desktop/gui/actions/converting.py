"""Save the checkpoint as…: the open file in a form that another program needs."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QProgressBar, QProgressDialog, QWidget

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.steps import Steps
from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.network.record import Array
from gnet_desktop.resources import resource
from gnet_desktop.shown import name_of

_PATIENCE: Final = 500
"""Milliseconds before progress is worth showing."""

_LOOKS: Final = 60
"""Milliseconds between two looks at how far it is."""


class Converting(QObject):
    """Asks for a place and a form, writes on the engine's thread, and says how far the answers are off."""

    def __init__(self, shell: Shell, asking: Asking) -> None:
        super().__init__(shell.widget)
        self._shell, self._asking, self._workspace = shell, asking, shell.workspace
        self.writing: Writing | None = None

    def save_checkpoint(self) -> None:
        """Write the open checkpoint in another form."""
        checkpoint, convention = self._workspace.checkpoint, self._workspace.convention
        if checkpoint is None or convention is None:
            self._shell.show_news(self.tr("Open a checkpoint first."))
            return
        if self.writing is not None and not self.writing.over.is_set():
            self._shell.show_news(self.tr("Wait until {0} is written.").format(self.writing.name))
            return
        from gnet_desktop.checkpoints.saving import TARGETS

        name = Path(name_of(checkpoint.provenance.path)).stem
        kinds = ";;".join(
            f"{words} (*{TARGETS[form].suffix})" for form, words in self._forms(checkpoint).items()
        )
        path = self._asking.target(f"{name}.safetensors", kinds, title=self.tr("Save the checkpoint as"))
        form = next((form for form, one in TARGETS.items() if path and path.suffix == one.suffix), None)
        if path is None or form is None:
            return
        writing = self.writing = Writing(self._shell.widget, name_of(path))
        work = partial(_save, checkpoint, convention, form, path, self._given(), writing.steps)
        self._workspace.compute("save checkpoint", partial(_attempt, work, writing.over), self._say)

    def _forms(self, checkpoint: Checkpoint) -> dict[str, str]:
        """What each form is, of those that this network can have."""
        forms = {
            "safetensors": self.tr("safetensors, with convention and class names"),
            "torch": self.tr("Python file that needs only PyTorch, with its weights"),
            "onnx": self.tr("ONNX"),
            "torchvision": self.tr("State dict for torchvision's GoogLeNet"),
        }
        from gnet_desktop.checkpoints.reference import installed

        if not installed.fits(checkpoint.architecture):
            del forms["torchvision"]
        return forms

    def _given(self) -> Array | None:
        """The input of the current picture, (channels, height, width)."""
        result = self._workspace.result
        return None if result is None or self._workspace.stale else result.record.input

    def _say(self, outcome: str | GNetError) -> None:
        name, self.writing = self.writing.name if self.writing is not None else "", None
        if isinstance(outcome, Cancelled):
            self._shell.show_news(self.tr("Stopped: {0} was not written.").format(name))
        elif isinstance(outcome, GNetError):
            self._shell.show_error(outcome)
        else:
            self._shell.show_news(outcome)


class Writing(QProgressDialog):
    """How far a file that is being written is, once that takes a while, and a way out.

    ``steps`` are for the thread that writes, which sets ``over`` when it is done; both are
    looked at from time to time.
    """

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.name, self.over = name, threading.Event()
        self._stage, self._share = self.tr("Wait for its turn"), 0.0
        self._stopped = threading.Event()
        self.steps = Steps(self._take, self._stopped.is_set)
        self.setWindowTitle(self.tr("Save the checkpoint as"))
        self.setCancelButtonText(self.tr("Cancel"))
        bar = QProgressBar()
        bar.setTextVisible(False)
        self.setBar(bar)
        self.setRange(0, 100)
        self.setAutoClose(False)
        self.setAutoReset(False)
        self.setMinimumDuration(24 * 3600 * 1000)  # it is shown by its own clock, whatever its share
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setMinimumWidth(420)
        self.canceled.connect(self.stop)
        self._looks = QTimer(self, interval=_LOOKS)
        self._looks.timeout.connect(self._tell)
        self._looks.start()
        self._patience = QTimer(self, interval=_PATIENCE, singleShot=True)
        self._patience.timeout.connect(self._appear)
        self._patience.start()
        self._tell()

    def stop(self) -> None:
        """Give it up before the next step: nothing is left of it."""
        self._stopped.set()
        self._stage = self.tr("Stopping")

    def _appear(self) -> None:
        self.show()
        self.raise_()

    def _end(self) -> None:
        self._looks.stop()
        self._patience.stop()
        self.hide()
        self.deleteLater()

    def _take(self, stage: str, share: float) -> None:
        """On the thread that writes."""
        self._stage, self._share = stage, share

    def _tell(self) -> None:
        if self.over.is_set():
            self._end()
            return
        self.setLabelText(f"{self.name}\n{self._stage}…")
        self.setValue(round(100 * self._share))


def _attempt(work: Callable[[], str], over: threading.Event) -> str | GNetError:
    """What came of it; ``over`` is set whatever comes, a fault of the program included."""
    try:
        return work()
    except GNetError as error:
        return error
    finally:
        over.set()


def _save(
    checkpoint: Checkpoint,
    convention: Convention,
    form: str,
    path: Path,
    given: Array | None,
    steps: Steps,
) -> str:
    """Write it and say what came of it, in a sentence or two."""
    import torch

    from gnet_desktop.checkpoints.saving import save, sentence
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    if given is None:
        picture = prepare(read_picture(resource("samples", "cat.jpg")), convention).tensor()
    else:
        picture = torch.from_numpy(given.copy()).unsqueeze(0)
    return sentence(save(checkpoint, convention, form, path, picture, steps))
