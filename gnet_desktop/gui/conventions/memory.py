"""Remembers, for each checkpoint by its hash, the input convention that a person chose."""

from typing import Any

from gnet_desktop.convention import Convention, MeanPlaces
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace.state import Workspace


class ConventionMemory:
    """Applies a kept convention when its checkpoint opens, and keeps what is chosen later."""

    def __init__(self, workspace: Workspace, session: Session) -> None:
        self._workspace, self._session = workspace, session
        self._open = ""
        workspace.checkpoint_changed.subscribe(self._changed)

    def _changed(self) -> None:
        workspace = self._workspace
        if workspace.checkpoint is None or workspace.convention is None:
            return
        sha256 = workspace.checkpoint.provenance.sha256
        if sha256 != self._open:
            self._open = sha256
            kept = restored(self._session.convention_of(sha256), workspace.checkpoint.convention.places)
            if kept is not None and kept.channels == workspace.checkpoint.architecture.input_channels:
                workspace.set_convention(kept)
            return
        own = workspace.convention == workspace.checkpoint.convention
        self._session.set_convention(sha256, None if own else workspace.convention.facts())


def restored(stored: dict[str, Any] | None, own: MeanPlaces | None = None) -> Convention | None:
    """A convention from its stored fields; None if they are not one, or ask for another mean picture.

    ``own`` is what the checkpoint's mean picture has at each place.
    """
    if stored is None:
        return None
    try:
        lists = {name: tuple(map(float, stored[name])) for name in ("mean", "std")}
        digest = stored.get("places")
        if digest is not None and (own is None or own.digest != digest):
            return None
        places = {"places": own if digest is not None else None}
        convention = Convention(**{**stored, **lists, **places})
    except (KeyError, TypeError, ValueError):
        return None
    return convention if len(convention.mean) == len(convention.std) == convention.channels else None
