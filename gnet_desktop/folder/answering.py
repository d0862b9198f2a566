"""The network's answers for the pictures of a folder, kept as they come."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.folder import reading, scanning
from gnet_desktop.folder.store import Answered, Stamp, Store
from gnet_desktop.network.record import Described

if TYPE_CHECKING:
    from torch import Tensor

KEEP_EVERY: Final = 2.0
"""Seconds after which new answers are written: what a kill may cost."""

NOT_A_NUMBER: Final = "The answer is not a number: values stop being numbers on the way through the network."

Progress = Callable[[int, int], None]


class Answering(Protocol):
    """What describes a batch: a network, or something that asks one elsewhere."""

    def described(self, batch: "Tensor", /) -> Described:
        """Logits and pooled vectors of a batch (pictures, channels, height, width)."""


@dataclass(frozen=True, slots=True)
class AnsweringPass:
    """How a picture of the folder is answered."""

    network: Answering
    convention: Convention


def bring_up_to_date(
    store: Store,
    folder: Path,
    found: dict[str, Stamp],
    through: AnsweringPass,
    progress: Progress = lambda _done, _total: None,
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Answer what is new or changed, forget what vanished; goes on where it was stopped.

    ``progress`` is told (pictures done, pictures in all); once ``wanted`` says no it ends,
    and all that was answered is kept.
    """
    changes = scanning.compare(found, store.stamps())
    store.forget(changes.vanished)
    to_answer = changes.to_answer
    done = len(found) - len(to_answer)
    progress(done, len(found))
    pending: list[Answered] = []
    written = time.monotonic()
    try:
        for one in answer(folder, {path: found[path] for path in to_answer}, through):
            pending.append(one)
            done += 1
            progress(done, len(found))
            if time.monotonic() - written > KEEP_EVERY:
                store.put(pending)
                pending, written = [], time.monotonic()
            if not wanted():
                break
    finally:
        store.put(pending)


def answer(folder: Path, stamps: dict[str, Stamp], through: AnsweringPass) -> Iterator[Answered]:
    """What the network says to each picture, in the order of ``stamps``."""
    names = iter(stamps.items())
    for batch in reading.batches((folder / path for path in stamps), through.convention):
        yield from _answer(batch, list(islice(names, len(batch))), through)


def _answer(
    batch: list[reading.Read], names: Iterable[tuple[str, Stamp]], through: AnsweringPass
) -> Iterator[Answered]:
    import torch

    arrays = [one.prepared.array for one in batch if one.prepared]
    found = Described({}, np.empty((0, 0), np.float32))
    error: str | None = None
    if arrays:
        try:
            found = through.network.described(torch.from_numpy(np.stack(arrays)))
        except GNetError as refused:
            error = str(refused)
    for place, (one, (path, stamp)) in enumerate(zip(batch, names, strict=True)):
        why = one.error or error
        said = {} if why else {head: values[place] for head, values in found.logits.items()}
        if not why and "main" in said and not np.isfinite(said["main"]).all():
            why = NOT_A_NUMBER
        pooled = None if why else found.pooled[place]
        yield Answered(path, stamp, one.size, None if why else said, why, one.incomplete, pooled)
