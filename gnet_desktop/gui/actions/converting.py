"""Save the checkpoint as…: the open file in a form that another program needs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.network.record import Array
from gnet_desktop.resources import resource
from gnet_desktop.shown import name_of


class Converting(QObject):
    """Asks for a place and a form, writes on the engine's thread, and says how far the answers are off."""

    def __init__(self, shell: Shell, asking: Asking) -> None:
        super().__init__(shell.widget)
        self._shell, self._asking, self._workspace = shell, asking, shell.workspace

    def save_checkpoint(self) -> None:
        """Write the open checkpoint in another form."""
        checkpoint, convention = self._workspace.checkpoint, self._workspace.convention
        if checkpoint is None or convention is None:
            self._shell.show_news(self.tr("Open a checkpoint first."))
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
        self._shell.show_news(self.tr("{0} is being written…").format(name_of(path)))
        work = partial(_save, checkpoint, convention, form, path, self._given())
        self._workspace.compute("save checkpoint", partial(_attempt, work), self._say)

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
        if isinstance(outcome, GNetError):
            self._shell.show_error(outcome)
        else:
            self._shell.show_news(outcome)


def _attempt(work: Callable[[], str]) -> str | GNetError:
    try:
        return work()
    except GNetError as error:
        return error


def _save(checkpoint: Checkpoint, convention: Convention, form: str, path: Path, given: Array | None) -> str:
    """Write it and say what came of it, in a sentence or two."""
    import torch

    from gnet_desktop.checkpoints.saving import save, sentence
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    if given is None:
        picture = prepare(read_picture(resource("samples", "cat.jpg")), convention).tensor()
    else:
        picture = torch.from_numpy(given.copy()).unsqueeze(0)
    return sentence(save(checkpoint, convention, form, path, picture))
