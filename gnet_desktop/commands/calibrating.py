"""Which temperatures and threshold answers are given with: a person's own, or the file's."""

import sys
from dataclasses import asdict, replace
from typing import Final

from gnet_desktop.checkpoints.checkpoint import Calibration, Checkpoint
from gnet_desktop.commands.output import words
from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import HEADS

KEPT, FILES = "kept", "file"
_THRESHOLD: Final = "threshold"


def calibrated(checkpoint: Checkpoint, wanted: str) -> Checkpoint:
    """The checkpoint with the calibration that ``--calibration`` asks for.

    ``kept`` is what was fitted in the window or by ``evaluate --fit``, and is said on stderr;
    ``file`` the file's own; anything else gives numbers. Raises UsageError for what is none of it.
    """
    if wanted == FILES:
        return checkpoint
    if wanted != KEPT:
        return replace(checkpoint, calibration=_typed(wanted))
    from gnet_desktop.gui.system.session import Session, settings_path

    stored = Session(settings_path()).calibration_of(checkpoint.provenance.sha256)
    found = Calibration.stored(stored)
    if found is None:
        return checkpoint
    name = words(checkpoint.provenance.path.name)
    told = f"probabilities as fitted on {words(found.source)} and kept"
    print(f"gnet-desktop: {name}: {told}; --calibration file gives the file's own.", file=sys.stderr)
    return replace(checkpoint, calibration=found)


def keep(checkpoint: Checkpoint, calibration: Calibration) -> None:
    """Keep a calibration with a checkpoint, for the window and the command line; raises ExportError."""
    from gnet_desktop.gui.system.session import Session, settings_path

    session = Session(settings_path())
    if why := session.unkept():
        raise why
    session.set_calibration(checkpoint.provenance.sha256, asdict(calibration))
    session.save()


def _typed(text: str) -> Calibration:
    pairs = dict(part.partition("=")[::2] for part in text.split(","))
    fields = {"temperatures": pairs, _THRESHOLD: pairs.pop(_THRESHOLD, None), "source": "the command line"}
    found = Calibration.stored(fields) if set(pairs) <= set(HEADS) else None
    if found is None:
        raise UsageError(
            f"--calibration {text} cannot be understood.",
            "It takes a temperature for each head, above 0, and a threshold from 0 to 1.",
            f"For example --calibration main=1.3,threshold=0.4, or {KEPT}, or {FILES}.",
        )
    return found
