"""What a part of the network may become that other pictures have there: usual, or another run's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Change, Values
from gnet_desktop.network.record import Record
from gnet_desktop.workspace.pooling import Source, pool
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

MOST: Final = 500
"""Pictures that are taken of a longer list."""


def usual_values(
    network: "GoogLeNet",
    part: str,
    sources: Sequence[Source],
    convention: Convention,
    wanted: Callable[[float], bool] = lambda _share: True,
) -> Values:
    """The mean of each of a part's units over the cells of these pictures, unchanged.

    For the engine's thread. Raises UsageError if none of them can be read, Cancelled once
    ``wanted`` says no.
    """
    found, places = pool(network, (part,), sources, convention, wanted)
    if not places:
        raise UsageError("There is no usual value.", "None of the pictures can be read.", "Open others.")
    source = f"the mean of {len(places)} picture{'s' if len(places) > 1 else ''}"
    mean = found[part].mean(0, dtype=np.float64).astype(np.float32)
    return Values(mean, source, _files([sources[place] for place in places]))


def values_of(record: Record, part: str, name: str, source: Source) -> Values:
    """What a run has there; ``name`` is its picture's."""
    return Values(record[part], name, _files([source]))


def _files(sources: Sequence[Source]) -> tuple[str, ...]:
    """All of them as files, wherever they are asked for later; none where one isn't."""
    paths = [str(source.absolute()) for source in sources if isinstance(source, Path)]
    return tuple(paths) if len(paths) == len(sources) else ()


def take_usual(workspace: Workspace, part: str, channels: tuple[int, ...] | None) -> None:
    """Make a part usual once `usual_pictures` went through the network; take it back if it is.

    How far that is stands in the workspace's ``working``, which can stop it.
    """
    loaded, convention = workspace.network, workspace.convention
    for change in workspace.changes:
        if (change.part, change.kind, change.channels) == (part, "usual", channels):
            workspace.remove_change(change)
            return
    if loaded is None or convention is None:
        return
    sources = [workspace.pictures[one].source for one in usual_pictures(workspace)]

    def same() -> bool:
        return workspace.network is loaded and workspace.convention == convention

    def work(wanted: Callable[[float], bool]) -> Values:
        return usual_values(loaded.network, part, sources, convention, lambda share: wanted(share) and same())

    def done(values: Values) -> None:
        if same():
            workspace.add_change(Change(part, "usual", channels, values=values))

    workspace.compute("usual", workspace.working.watch(work), done)


def usual_pictures(workspace: Workspace) -> Sequence[int]:
    """Whose mean is usual: the marked pictures, or all of the list; of very many the first."""
    return (workspace.marks.marked or tuple(workspace.pictures))[:MOST]


def from_another(workspace: Workspace, part: str, channels: tuple[int, ...] | None) -> Change | None:
    """The change to what the reference has there; None where there is no other run, or of another shape."""
    mine, other = workspace.result, workspace.reference_result
    if mine is None or other is None or mine.key.unchanged == other.key:
        return None
    if part not in mine.record or part not in other.record:
        return None
    if mine.record[part].shape != other.record[part].shape:
        return None
    return Change(part, "other", channels, values=_of_run(workspace, mine, other, part))


def _of_run(workspace: Workspace, mine: Result, other: Result, part: str) -> Values:
    """The reference's values; by its picture, or by what else it differs in where that is the same."""
    entry = workspace.pictures.get(other.key.picture)
    name = entry.name if entry is not None else other.picture.source
    same = (mine.key.checkpoint, mine.key.convention) == (other.key.checkpoint, other.key.convention)
    if other.key.checkpoint != mine.key.checkpoint:
        name = other.checkpoint.provenance.path.name
    elif not same:
        name = other.key.convention.name
    return values_of(other.record, part, name, entry.source if same and entry is not None else b"")
