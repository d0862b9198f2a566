"""An index of a folder: answers in SQLite, and beside them what every unit did; made bit by bit.

Pictures go through the network in batches of one size, and everything that a batch gives is
kept in one transaction with the answers, so an index that is killed goes on and equals one
that wasn't.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.files import is_folder, why_unreadable, write_whole
from gnet_desktop.folder import reading, scanning, spectrum, units
from gnet_desktop.folder.answering import NOT_A_NUMBER, Progress
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.folder.store import Answered, AnsweringRecipe, Stamp, Store
from gnet_desktop.network.record import LOGITS

if TYPE_CHECKING:
    from torch import Tensor

ANSWERS: Final = "answers.sqlite"
UNITS: Final = "units.npz"
SOURCE: Final = "source.json"
"""Which folder it was made of."""
BLOCK: Final = "units"
_POOLED: Final = "global_pool"
MERGE_EVERY: Final = 256
"""Pictures after which the spectrum is brought up to date and all is written."""
KEEP_EVERY: Final = 20.0
"""Seconds after which it is written even so: what a kill may cost."""


@dataclass(frozen=True, slots=True)
class IndexingPass:
    """How pictures are answered."""

    checkpoint: Checkpoint
    network: units.Counted
    convention: Convention

    @property
    def recipe(self) -> AnsweringRecipe:
        """What the kept answers depend on."""
        return AnsweringRecipe(
            self.checkpoint.provenance.sha256,
            json.dumps(self.convention.facts(), sort_keys=True),
            len(self.checkpoint.labels.names),
        )

    @property
    def about(self) -> dict[str, Any]:
        """What stands in the spectrum about its making."""
        return {
            "sha256": self.checkpoint.provenance.sha256,
            "family": self.checkpoint.provenance.family,
            "convention": self.convention.facts()
            | {"mean": list(self.convention.mean), "std": list(self.convention.std)},
        }


def index_folder(
    folder: Path,
    out: Path,
    through: IndexingPass,
    *,
    shard: tuple[int, int] = (1, 1),
    truth: Callable[[str], int | None] = lambda _path: None,
    progress: Progress = lambda _done, _total: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Spectrum:
    """Bring the index in ``out`` up to date with a folder, and return what its units do.

    ``truth`` says a picture's class; where it doesn't know, the main head's answer counts.
    Pictures that changed or went can't be taken out of the sums, so then the units are
    counted anew. Once ``wanted`` says no it ends; what was done is kept.
    """
    found = scanning.scan(folder, shard)
    store = Store(out / ANSWERS, through.recipe, through.network.temperatures)
    try:
        changes = scanning.compare(found, store.stamps())
        kept = store.block(BLOCK)
        if kept is None or changes.changed or changes.vanished:
            store.forget([*store.stamps()])
            kept, changes = None, scanning.compare(found, {})
        state = (
            Spectrum.loaded(kept)
            if kept
            else spectrum.empty(units.unit_count(through.checkpoint.architecture), through.about)
        )
        state = _add(
            store,
            folder,
            {path: found[path] for path in changes.new},
            state,
            through,
            truth,
            progress,
            wanted,
            len(found),
        )
    finally:
        store.close()
    write_whole(out / UNITS, state.saved())
    remember_folder(out, folder)
    return state


def failures(out: Path) -> dict[str, str]:
    """{path: why} of the pictures that the index in ``out`` could not read."""
    store = Store(out / ANSWERS, Store.recipe_of(out / ANSWERS))
    try:
        return store.failed()
    finally:
        store.close()


def _add(
    store: Store,
    folder: Path,
    stamps: Mapping[str, Stamp],
    state: Spectrum,
    through: IndexingPass,
    truth: Callable[[str], int | None],
    progress: Progress,
    wanted: Callable[[], bool],
    total: int,
) -> Spectrum:
    done = total - len(stamps)
    progress(done, total)
    answered: list[Answered] = []
    seen: list[spectrum.Peaks] = []
    written = time.monotonic()

    def keep() -> Spectrum:
        new = _merged(state, seen, through)
        store.put(answered, {BLOCK: new.saved()})
        answered.clear()
        seen.clear()
        return new

    for batch, peaks in _passes(folder, stamps, through, truth):
        answered += batch
        seen += [peaks] if peaks else []
        done += len(batch)
        progress(done, total)
        if len(answered) >= MERGE_EVERY or time.monotonic() - written > KEEP_EVERY:
            state, written = keep(), time.monotonic()
        if not wanted():
            break
    return keep()


def _merged(state: Spectrum, seen: Sequence[spectrum.Peaks], through: IndexingPass) -> Spectrum:
    if not seen:
        return state
    together = spectrum.Peaks(
        [path for one in seen for path in one.paths],
        np.concatenate([one.values for one in seen]),
        np.concatenate([one.cells for one in seen]),
        np.concatenate([one.lowest for one in seen]),
        np.concatenate([one.classes for one in seen]),
    )
    return spectrum.merge(state, spectrum.of_peaks(together, through.about))


def _passes(
    folder: Path, stamps: Mapping[str, Stamp], through: IndexingPass, truth: Callable[[str], int | None]
) -> Iterator[tuple[list[Answered], spectrum.Peaks | None]]:
    names = iter(stamps.items())
    sources = (folder / path for path in stamps)
    for batch in reading.batches(sources, through.convention, full=True):
        yield _one_batch(batch, list(islice(names, len(batch))), through, truth)


def _one_batch(
    batch: Sequence[reading.Read],
    names: Sequence[tuple[str, Stamp]],
    through: IndexingPass,
    truth: Callable[[str], int | None],
) -> tuple[list[Answered], spectrum.Peaks | None]:
    failed = [
        Answered(path, stamp, one.size, None, one.error)
        for one, (path, stamp) in zip(batch, names, strict=True)
        if one.error
    ]
    good = [(one, path, stamp) for one, (path, stamp) in zip(batch, names, strict=True) if one.prepared]
    if not good:
        return failed, None
    try:
        found = _found(through.network, [one.prepared.array for one, _, _ in good if one.prepared])
    except GNetError as refused:
        return [Answered(path, stamp, None, None, str(refused)) for path, stamp in names], None
    logits = {head: found[name].cpu().numpy() for head, name in LOGITS.items() if name in found}
    main, pooled = logits.get("main"), found[_POOLED].cpu().numpy()
    broken = np.zeros(len(good), bool) if main is None else ~np.isfinite(main[: len(good)]).all(1)
    answered = [
        Answered(path, stamp, one.size, None, NOT_A_NUMBER)
        if broken[place]
        else Answered(
            path,
            stamp,
            one.size,
            {head: values[place] for head, values in logits.items()},
            incomplete=one.incomplete,
            pooled=pooled[place],
        )
        for place, (one, path, stamp) in enumerate(good)
    ]
    classes = [_class(truth(path), main, place) for place, (_, path, _) in enumerate(good)]
    peaks = units.peaks(through.network, found, [path for _, path, _ in good], classes)
    return failed + answered, peaks


def _found(network: units.Counted, arrays: Sequence["np.ndarray"]) -> Mapping[str, "Tensor"]:
    """The parts of a batch, filled up to one size: rounding may differ with the size of a batch."""
    import torch

    filled = [*arrays, *[arrays[-1]] * (reading.BATCH - len(arrays))]
    wanted = (*units.wanted_parts(network.architecture), _POOLED, *LOGITS.values())
    batch = torch.from_numpy(np.stack(filled))
    network.check(batch)
    fitting = {head.name for head in network.fitting_heads((batch.shape[2], batch.shape[3]))}
    absent = {head.name for head in network.architecture.heads} - fitting
    return network.outputs(batch, [name for name in wanted if name.partition("/")[0] not in absent])


def _class(known: int | None, main: "np.ndarray | None", place: int) -> int:
    if known is not None:
        return known
    return -1 if main is None else int(main[place].argmax())


def merge_indexes(parts: Sequence[Path], out: Path) -> Spectrum:
    """One index of several that were made of shards of a folder; raises UsageError if they don't fit."""
    states = [opened_spectrum(part) for part in parts]
    whole = states[0]
    for state in states[1:]:
        whole = spectrum.merge(whole, state)
    recipe = Store.recipe_of(parts[0] / ANSWERS)
    store = Store(out / ANSWERS, recipe)
    try:
        for part in parts:
            other = Store(part / ANSWERS, recipe)
            try:
                store.put(other.answered(), {BLOCK: whole.saved()})
            finally:
                other.close()
    finally:
        store.close()
    write_whole(out / UNITS, whole.saved())
    if (folder := indexed_folder(parts[0])) is not None:
        remember_folder(out, folder)
    return whole


def remember_folder(place: Path, pictures: Path) -> None:
    """Keep beside an index which folder it was made of."""
    write_whole(place / SOURCE, json.dumps({"folder": str(pictures.absolute())}).encode())


def indexed_folder(place: Path) -> Path | None:
    """The folder that an index was made of; None if it isn't known or is gone."""
    try:
        folder = Path(json.loads((place / SOURCE).read_bytes())["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if is_folder(folder) else None


def opened_spectrum(folder: Path) -> Spectrum:
    """What the units of an index do; raises UsageError if there is none."""
    try:
        return Spectrum.loaded((folder / UNITS).read_bytes())
    except OSError as error:
        raise UsageError(
            f"{folder} holds no index.",
            why_unreadable(error)[0],
            "Make it with 'gnet-desktop index FOLDER'.",
        ) from error
