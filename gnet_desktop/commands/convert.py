"""``gnet-desktop convert``: a checkpoint written again in another form."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from gnet_desktop.checkpoints.saving import Saved, named, save
from gnet_desktop.checkpoints.steps import Steps
from gnet_desktop.commands.opening import (
    choices,
    chosen_convention,
    open_named,
    progress_wanted,
    shown_name,
)
from gnet_desktop.commands.output import as_json
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.resources import resource

_QUIET: Final = 0.5
"""Seconds in which nothing is said of how far it is, as in the window."""
_WIDEST: Final = 40


class _Telling:
    """How far it is, in one line of stderr that is written over and at last taken away."""

    def __init__(self) -> None:
        self._start, self._said = time.monotonic(), False

    def at(self, stage: str, share: float) -> None:
        """A step, if a person watches and has waited."""
        if progress_wanted() and time.monotonic() - self._start >= _QUIET:
            self._said = True
            self._write(f"{share * 100:3.0f} %  {stage}")

    def done(self) -> None:
        """Take the line away."""
        if self._said:
            self._write("")
            self._write("", padded=False)

    def _write(self, words: str, *, padded: bool = True) -> None:
        print(f"\r{words.ljust(_WIDEST * padded)}", end="", file=sys.stderr, flush=True)


def run(arguments: argparse.Namespace) -> int:
    """Write the file and say how far its answers are off."""
    checkpoint = open_named(str(arguments.checkpoint), arguments.labels, choices(arguments))
    convention = chosen_convention(arguments.preprocess, checkpoint)
    picture = read_picture(arguments.picture or resource("samples", "cat.jpg"))
    path = named(arguments.out, arguments.to)
    telling = _Telling()
    try:
        tensor = prepare(picture, convention).tensor()
        saved = save(checkpoint, convention, arguments.to, path, tensor, Steps(telling.at))
    finally:
        telling.done()
    print(as_json(_to_json(saved), indent=2) if arguments.format == "json" else _to_text(saved))
    return 0


def _to_text(saved: Saved) -> str:
    lines = [f"Written: {', '.join(shown_name(file) for file in saved.files)}."]
    lines += [
        f"  {head:<5} largest difference of a logit {largest:.2e} of {scale:.3g}"
        for head, (largest, scale) in saved.differences.items()
    ]
    return "\n".join([*lines, *saved.notes])


def _to_json(saved: Saved) -> dict[str, Any]:
    return {
        "files": [shown_name(Path(file)) for file in saved.files],
        "differences": {
            head: {"largest": largest, "scale": scale} for head, (largest, scale) in saved.differences.items()
        },
        "notes": list(saved.notes),
    }
