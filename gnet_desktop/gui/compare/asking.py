"""What is asked of two open checkpoints: how far apart their weights are, and what they see in pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gnet_desktop.errors import UsageError
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.workspace.comparing import Compared, Side, compare_over, spread
from gnet_desktop.workspace.pooling import Source
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork

Found = Compared | UsageError


@dataclass(frozen=True, slots=True)
class Over:
    """Pictures to compare over: their ``names``, and ``ids`` in the list, None for those of a folder."""

    names: tuple[str, ...] = ()
    ids: tuple[int | None, ...] = ()
    sources: tuple[Source, ...] = field(default=(), repr=False)

    @classmethod
    def of_list(cls, workspace: Workspace) -> "Over":
        """The open pictures; of very many some."""
        entries = spread(list(workspace.pictures.values()))
        return cls(
            tuple(one.name for one in entries),
            tuple(one.id for one in entries),
            tuple(one.source for one in entries),
        )

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> "Over":
        """Those of a folder or an index."""
        return cls(tuple(one.name for one in paths), (None,) * len(paths), tuple(paths))


@dataclass(frozen=True, slots=True)
class Pair:
    """The network in use and the reference's, by name, and how pictures are put into the first."""

    first: str
    second: str
    convention: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A pair over pictures."""

    pair: Pair
    over: Over


def networks(workspace: Workspace) -> tuple[LoadedNetwork, LoadedNetwork] | None:
    """The network in use and that of the reference; None without two."""
    first, second = workspace.network, workspace.reference_network
    return None if first is None or second is None else (first, second)


def pair_of(workspace: Workspace) -> Pair | None:
    """What is compared now."""
    both = networks(workspace)
    return None if both is None else Pair(both[0].name, both[1].name, repr(workspace.convention))


class Likenesses:
    """What two networks see in the same pictures, worked out when a person asks for it."""

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self.found: Growing[Asked, Found] = Growing(workspace, "compare checkpoints", changed)

    def of(self, asked: Asked | None) -> Found | None:
        """None while it is worked out, and without a question. Too few pictures are a sentence."""
        both, convention = networks(self._workspace), self._workspace.convention
        if asked is None or both is None or convention is None:
            self.found.stop()
            return None
        sides = (
            Side(both[0].network, convention, both[0].checkpoint.labels.names),
            Side(both[1].network, both[1].checkpoint.convention, both[1].checkpoint.labels.names),
        )
        return self.found.get(asked, lambda progress: _compare(sides, asked.over.sources, progress))


def _compare(sides: tuple[Side, Side], sources: Sequence[Source], progress: Progress) -> Found:
    try:
        return compare_over(*sides, sources, lambda share: progress(share, None))
    except UsageError as error:
        return error
