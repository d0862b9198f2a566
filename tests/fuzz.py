"""Reads files that follow their formats' grammars and lie, thousands of them, within bounds.

    python -m tests.fuzz --cases 100000 [--seed 0] [--kind pickle …]

Each is read in a process that may not take more memory than any file may, and is ended after
ten seconds. The table says by kind how they ended. Whatever failed is kept in ``tests/corpus``,
packed, and read again by every run of the tests: mend it, and commit both.
"""

import argparse
import lzma
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.bounded import Outcome, Reader
from tests.checkpoints import grammars as checkpoints
from tests.checkpoints.grammars import names
from tests.pictures import grammars as pictures

# what is read, the file's ending, and the module that makes it
SUBJECTS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("checkpoint", "", checkpoints),
    ("labels", ".csv", names),
    ("picture", "", pictures),
)
CORPUS: Final = Path(__file__).with_name("corpus")
KINDS: Final = tuple(kind for _, _, module in SUBJECTS for kind in module.KINDS)


@dataclass
class Tally:
    """How the files of a kind ended."""

    opened: int = 0
    refused: int = 0
    failed: list[tuple[int, Outcome]] = field(default_factory=list)
    slowest: float = 0.0
    slowest_seed: int = 0
    most: int = 0

    def add(self, seed: int, outcome: Outcome) -> None:
        if outcome.fault:
            self.failed.append((seed, outcome))
        elif outcome.opened:
            self.opened += 1
        else:
            self.refused += 1
        if outcome.seconds > self.slowest:
            self.slowest, self.slowest_seed = outcome.seconds, seed
        self.most = max(self.most, outcome.peak)


def keep(folder: Path, what: str, name: str, data: bytes) -> None:
    """Keep a file, packed, under what it is read as."""
    (folder / what).mkdir(parents=True, exist_ok=True)
    (folder / what / f"{name}.xz").write_bytes(lzma.compress(data))


def kept(path: Path) -> tuple[str, str, bytes]:
    """What a kept file is read as, its kind and its bytes."""
    kind = path.name.rpartition("-")[0].replace("-", " ")
    return path.parent.name, kind, lzma.decompress(path.read_bytes())


def placed(folder: Path, what: str, kind: str, data: bytes) -> Path:
    """A file of a kind in a folder, with what must lie beside it."""
    if what == "checkpoint":
        return checkpoints.placed(folder, kind, data)
    ending = next(ending for subject, ending, _ in SUBJECTS if subject == what)
    (path := folder / f"file{ending}").write_bytes(data)
    return path


def run(
    kinds: Iterable[str], count: int, seed: int, folder: Path | None = None, *, measured: bool = False
) -> Iterator[tuple[str, Tally]]:
    """Read ``count`` files of each kind, from a seed on; those that fail are kept in ``folder``."""
    with Reader(measured=measured) as reader, tempfile.TemporaryDirectory() as place:
        for kind in kinds:
            what, _, module = next(subject for subject in SUBJECTS if kind in subject[2].KINDS)
            tally = Tally()
            for number in range(seed, seed + count):
                data = module.made(kind, number)
                outcome = reader.read(what, placed(Path(place), what, kind, data))
                tally.add(number, outcome)
                if outcome.fault and folder is not None:
                    keep(folder, what, f"{kind.replace(' ', '-')}-{number}", data)
            yield kind, tally


def main() -> int:
    """The table, a kind a line; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000, help="files in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--keep", type=Path, default=CORPUS, help="folder for files that failed")
    given = parser.parse_args()
    failed = 0
    print(f"{'':28}{'files':>8}{'opened':>8}{'refused':>9}{'failed':>8}{'most':>10}{'slowest':>10}")
    count = -(-given.cases // len(given.kind))
    for kind, tally in run(given.kind, count, given.seed, given.keep, measured=True):
        failed += len(tally.failed)
        files = tally.opened + tally.refused + len(tally.failed)
        print(
            f"{kind:28}{files:8,}{tally.opened:8,}{tally.refused:9,}{len(tally.failed):8,}"
            f"{tally.most / 1e6:7.0f} MB{tally.slowest:8.2f} s  ({tally.slowest_seed})",
            flush=True,
        )
        for number, outcome in tally.failed[:5]:
            print(f"    {number}: {outcome.fault.strip()[-1200:]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
