"""What was open when the program ended, opened again: checkpoint, pictures, unit; what else is at hand."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QTimer

from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS
from gnet_desktop.files import is_file, is_folder
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit, unit_of
from gnet_desktop.resources import bundled_checkpoint
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.workspace.units.indexed import Indexed

MOST: Final = 100
"""Pictures that are remembered; a folder of thousands is opened again in one step by hand."""

_INDEXED: Final = "indexed"
"""Under which name the folder is remembered whose strongest pictures stand beside a unit."""

Say = Callable[[str], None]

translate = QCoreApplication.translate


def remember(session: Session, workspace: Workspace) -> None:
    """Note what is open."""
    files = {
        entry.id: entry.source for entry in workspace.pictures.values() if isinstance(entry.source, Path)
    }
    current = files.get(workspace.current or 0)
    session.set("pictures", [os.fspath(path.absolute()) for path in list(files.values())[:MOST]])
    session.set("picture", os.fspath(current.absolute()) if current is not None else "")
    session.set("module", workspace.selection.module)
    unit = workspace.selection.unit
    session.set("unit", [unit.part, unit.channel] if unit is not None else [])
    session.set("tray", [[one.part, one.channel] for one in workspace.tray])
    if workspace.checkpoint is not None:
        session.set("checkpoint", os.fspath(workspace.checkpoint.provenance.path.absolute()))


def last_checkpoint(session: Session, say: Say) -> Path:
    """The checkpoint that was open; the bundled one if there was none or it is gone, which is said."""
    last = session.get("checkpoint", "")
    if last and is_file(last):
        return Path(last)
    if last:
        words = translate("reopening", "{0} is gone; the bundled checkpoint is open.")
        say(words.format(name_of(Path(last))))
    return bundled_checkpoint()


def foretold_checkpoint(session: Session, paths: Sequence[Path]) -> Path:
    """The checkpoint that is about to be opened, told by names alone.

    No disk is asked for it before the window is painted: one of them may not answer.
    """
    named = (path for path in paths if path.suffix.lower() in CHECKPOINT_ENDINGS)
    last = session.get("checkpoint", "")
    return next(named, Path(last) if last else bundled_checkpoint())


def offered(session: Session) -> tuple[list[Path], list[tuple[str, Path]]]:
    """Checkpoints to choose from: recent ones, and those of the catalogue that are here, by name."""
    from gnet_desktop.checkpoints import catalogue

    known = [
        (entry.name, path) for entry in catalogue.ENTRIES if (path := catalogue.locate(entry)) is not None
    ]
    here = [path for _, path in known]
    return [path for path in session.recent("checkpoints") if path not in here], known


def fall_back(workspace: Workspace) -> None:
    """Open the bundled checkpoint if the first one cannot be: a window without any is of no use."""

    def failed(_: object) -> None:
        if workspace.checkpoint is None and workspace.loading is None:
            stop()
            workspace.open_checkpoint(bundled_checkpoint())

    ends = [workspace.failed.subscribe(failed), workspace.checkpoint_changed.subscribe(lambda: stop())]

    def stop() -> None:
        while ends:
            ends.pop()()


def refill_tray(session: Session, workspace: Workspace) -> None:
    """Pin the units that were pinned; those that the checkpoint doesn't have go when it is open."""
    for unit in filter(None, map(_unit, session.get("tray", [])[:MOST])):
        if unit not in workspace.tray:
            workspace.toggle_in_tray(unit)


def _indexed_folder(session: Session) -> Path | None:
    """The folder that was indexed; None without one, or where it is gone."""
    stored = session.get(_INDEXED, "")
    return Path(stored) if stored and is_folder(stored) else None


def remember_index(session: Session, indexed: "Indexed") -> None:
    """Go on with the folder that was indexed unless another was chosen, and note what is from now on."""

    def note() -> None:
        if indexed.state is not None:
            session.set(_INDEXED, os.fspath(indexed.state.folder.absolute()))

    def reopen() -> None:
        folder = _indexed_folder(session)
        if indexed.state is None and folder is not None:
            indexed.open(folder)

    indexed.changed.subscribe(note)
    QTimer.singleShot(0, reopen)


def make_index(session: Session, workspace: Workspace, make: Callable[[], object]) -> None:
    """Make what remembers the index (`remember_index`) once the first answer is on the screen."""
    if _indexed_folder(session) is None:
        return

    def answered() -> None:
        if workspace.result is not None:
            end()
            QTimer.singleShot(0, make)

    end = workspace.result_changed.subscribe(answered)


def _unit(stored: object) -> Unit | None:
    """A unit as it was noted; None for anything else."""
    if not isinstance(stored, list) or len(stored) != 2:
        return None
    part, channel = stored
    known = isinstance(part, str) and type(channel) is int and channel >= 0
    return unit_of(part, channel) if known else None


def reopen_pictures(session: Session, workspace: Workspace, say: Say) -> None:
    """Open the pictures that were open, the current one first; say what is gone."""
    stored = [Path(one) for one in session.get("pictures", [])[:MOST] if isinstance(one, str) and one]
    there = [path for path in stored if is_file(path)]
    gone = [path for path in stored if path not in there]
    if gone:
        words = translate("reopening", "{0} is gone.").format(gone[0].name)
        if len(gone) > 1:
            words = translate("reopening", "{0} of {1} pictures are gone.").format(len(gone), len(stored))
        say(words)
    if not there:
        return
    unit = _unit(session.get("unit", []))
    if unit is not None:
        workspace.choose_unit(unit)
    ids = workspace.add_pictures(there, show=False)
    current = Path(session.get("picture", ""))
    workspace.choose_picture(ids[there.index(current)] if current in there else ids[0])
