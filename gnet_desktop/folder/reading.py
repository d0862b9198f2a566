"""Pictures decoded and prepared ahead of the network, in small batches, in order.

Two threads read a few pictures ahead, so that decoding overlaps the passes and a million
pictures take no more memory than ten.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.pictures.picture import INCOMPLETE

if TYPE_CHECKING:
    from gnet_desktop.pictures.preparation import Prepared

READERS: Final = 2
AHEAD: Final = 12
BATCH: Final = 4

Source = Path | bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A picture ready for the network, with what was done to it, or the sentence of its error."""

    source: Source
    size: tuple[int, int] | None = None
    prepared: "Prepared | None" = None
    error: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def incomplete(self) -> str | None:
        """The note that only a part of the picture could be read, if it is so."""
        return next((note for note in self.notes if note.startswith(INCOMPLETE)), None)


def batches(
    sources: Iterable[Source], convention: Convention, *, batch: int = BATCH, full: bool = False
) -> Iterator[list[Read]]:
    """Pictures of equal input size, at most ``batch`` at once.

    What is ready isn't held back, unless batches shall be ``full``.
    """
    waiting: deque[Future[Read]] = deque()
    readers = ThreadPoolExecutor(READERS, "gnet-reader")
    try:
        coming = iter(sources)
        while _fill(waiting, coming, readers, convention):
            yield _take(waiting, batch, wait=full)
    finally:
        readers.shutdown(cancel_futures=True)


def read(source: Source, convention: Convention) -> Read:
    """Decode and prepare one picture; never raises for what is wrong with it."""
    from gnet_desktop.checkpoints.containers.sniffing import not_a_picture
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    try:
        name = "standard input" if isinstance(source, bytes) else None
        picture = read_picture(source, name=name, convert_profile=convention.profile == "srgb")
        return Read(source, picture.size, prepare(picture, convention), notes=picture.notes)
    except GNetError as error:
        return Read(source, error=str(not_a_picture(error, source)))


def _fill(
    waiting: deque[Future[Read]],
    coming: Iterator[Source],
    readers: ThreadPoolExecutor,
    convention: Convention,
) -> bool:
    while len(waiting) < AHEAD and (source := next(coming, None)) is not None:
        waiting.append(readers.submit(read, source, convention))
    return bool(waiting)


def _take(waiting: deque[Future[Read]], batch: int, *, wait: bool) -> list[Read]:
    """The next picture, waited for, and those behind it that are alike, and ready or waited for too."""
    taken: list[Read] = []
    while waiting and len(taken) < batch and (wait or not taken or waiting[0].done()):
        one = waiting[0].result()
        if taken and _shape(one) != _shape(taken[0]):
            break
        waiting.popleft()
        taken.append(one)
    return taken


def _shape(one: Read) -> tuple[int, ...] | None:
    return one.prepared.array.shape if one.prepared else None
