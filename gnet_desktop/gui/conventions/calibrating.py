"""Remembers, for each checkpoint by its hash, the temperatures and the threshold that a person fitted."""

from dataclasses import asdict

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
            self._workspace.calibrate(Calibration.stored(self._session.calibration_of(sha256)))
        elif own != Calibration.stored(self._session.calibration_of(sha256)):
            self._session.set_calibration(sha256, None if own is None else asdict(own))
