"""What a part of the network may become that other pictures have there: usual, or another run's."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Changes, Values
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
    parts: Sequence[str],
    sources: Sequence[Source],
    convention: Convention,
    wanted: Callable[[float], bool] = lambda _share: True,
) -> dict[str, Values]:
    """The mean of each unit of some parts over the cells of these pictures, unchanged, by part.

    For the engine's thread. Raises UsageError if none of them can be read, Cancelled once
    ``wanted`` says no.
    """
    found, places = pool(network, tuple(parts), sources, convention, wanted)
    if not places:
        raise UsageError("There is no usual value.", "None of the pictures can be read.", "Open others.")
    source = f"the mean of {len(places)} picture{'s' if len(places) > 1 else ''}"
    files = _files([sources[place] for place in places])
    return {
        part: Values(values.mean(0, dtype=np.float64).astype(np.float32), source, files)
        for part, values in found.items()
    }


def values_of(record: Record, part: str, name: str, source: Source) -> Values:
    """What a run has there; ``name`` is its picture's."""
    return Values(record[part], name, _files([source]))


def _files(sources: Sequence[Source]) -> tuple[str, ...]:
    """All of them as files, wherever they are asked for later; none where one isn't."""
    paths = [str(source.absolute()) for source in sources if isinstance(source, Path)]
    return tuple(paths) if len(paths) == len(sources) else ()


def take_usual(workspace: Workspace, targets: Changes) -> None:
    """Make what ``targets`` name usual once `usual_pictures` went through the network; take it back if it is.

    How far that is stands in the workspace's ``working``, which can stop it.
    """
    loaded, convention = workspace.network, workspace.convention
    made = made_usual(workspace, targets)
    if made:
        workspace.set_changes(tuple(one for one in workspace.changes if one not in made))
    if made or loaded is None or convention is None:
        return
    parts = list(dict.fromkeys(one.part for one in targets))
    sources = [workspace.pictures[one].source for one in usual_pictures(workspace)]

    def same() -> bool:
        return workspace.network is loaded and workspace.convention == convention

    def work(wanted: Callable[[float], bool]) -> dict[str, Values]:
        return usual_values(
            loaded.network, parts, sources, convention, lambda share: wanted(share) and same()
        )

    def done(values: dict[str, Values]) -> None:
        if same():
            usual = tuple(replace(one, kind="usual", values=values[one.part]) for one in targets)
            workspace.add_changes(usual)

    workspace.compute("usual", workspace.working.watch(work), done)


def made_usual(workspace: Workspace, targets: Changes) -> Changes:
    """The changes that made all of what ``targets`` name usual; none where one isn't."""
    names = {one.name for one in targets}
    made = tuple(one for one in workspace.changes if one.kind == "usual" and one.name in names)
    return made if {one.name for one in made} == names else ()


def usual_pictures(workspace: Workspace) -> Sequence[int]:
    """Whose mean is usual: the marked pictures, or all of the list; of very many the first."""
    return (workspace.marks.marked or tuple(workspace.pictures))[:MOST]


def from_another(workspace: Workspace, targets: Changes) -> Changes:
    """The changes to what the reference has there; none where there is no other run, or of another shape."""
    mine, other = workspace.result, workspace.reference_result
    if mine is None or other is None or mine.key.unchanged == other.key:
        return ()
    if not all(_alike(mine.record, other.record, one.part) for one in targets):
        return ()
    return tuple(
        replace(one, kind="other", values=_of_run(workspace, mine, other, one.part)) for one in targets
    )


def _alike(one: Record, other: Record, part: str) -> bool:
    return part in one and part in other and one[part].shape == other[part].shape


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
