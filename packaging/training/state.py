"""What a run needs to go on after a stop at any second: one file, written beside and renamed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import torch

STATE: Final = "state.pt"
BEFORE: Final = "state-before.pt"


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write ``state`` so that either the old or the new file is whole; the one before is kept too."""
    beside = folder / f"{STATE}.{os.getpid()}"
    with beside.open("wb") as handle:
        torch.save(state, handle)
        handle.flush()
        os.fsync(handle.fileno())
    current = folder / STATE
    if current.exists():
        os.replace(current, folder / BEFORE)
    os.replace(beside, current)


def load(folder: Path, device: torch.device | str = "cpu") -> dict[str, Any] | None:
    """The newest readable state in ``folder``, or None where there is none."""
    for name in (STATE, BEFORE):  # between the two renames only the second exists
        path = folder / name
        if path.exists():
            state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
            return state
    return None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds ``folder`` for this process; raises BlockingIOError where another run has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
