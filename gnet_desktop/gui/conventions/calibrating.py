"""Remembers, for each checkpoint by its hash, the temperatures and the threshold that a person fitted."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gnet_desktop.checkpoints.checkpoint import Calibration
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace.state import Workspace


class CalibrationMemory:
    """Applies a kept calibration when its checkpoint opens, and keeps what is fitted later."""

    def __init__(self, workspace: Workspace, session: Session) -> None:
        self._workspace, self._session = workspace, session
        self._open = ""
        workspace.checkpoint_changed.subscribe(self._changed)

    def _changed(self) -> None:
        checkpoint = self._workspace.checkpoint
        if checkpoint is None:
            return
        sha256, own = checkpoint.provenance.sha256, checkpoint.calibration
        if sha256 != self._open:
            self._open = sha256
            self._workspace.calibrate(restored(self._session.calibration_of(sha256)))
        elif own != restored(self._session.calibration_of(sha256)):
            self._session.set_calibration(sha256, None if own is None else asdict(own))


def restored(stored: Mapping[str, Any] | None) -> Calibration | None:
    """A calibration from its stored fields; None if they are not one."""
    if stored is None:
        return None
    try:
        temperatures = {str(head): float(value) for head, value in stored["temperatures"].items()}
        threshold = stored.get("threshold")
        found = Calibration(
            temperatures, None if threshold is None else float(threshold), str(stored.get("source", ""))
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    sound = all(0 < value < 1000 for value in temperatures.values())
    return found if sound and (found.threshold is None or 0 <= found.threshold <= 1) else None
