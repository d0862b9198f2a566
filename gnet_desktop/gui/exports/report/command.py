"""The command line that makes a page again, from whatever folder it is run."""

import os
import shlex
from collections.abc import Iterator, Sequence

from gnet_desktop.checkpoints import catalogue
from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import spelled
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.network.changes import Change, Changes
from gnet_desktop.workspace.values import Result


def command(seen: Exploration) -> str:
    """The command line that makes the same page again.

    Files are named with their folders, checkpoints of the catalogue by their names there. A
    picture that is no file (`without_file`) is named as the list names it.
    """
    result, selection = seen.result, seen.selection
    checkpoint = result.checkpoint
    words = ["gnet-desktop", "screenshot", _picture(seen, result)]
    words += ["--checkpoint", _checkpoint(checkpoint), "--module", selection.module]
    settled = checkpoint.provenance.assumed.items()
    words += [f"--assume={key}={value}" for key, value in settled if key not in checkpoint.provenance.open]
    if seen.labels is not None:
        words += ["--labels", str(seen.labels.absolute())]
    if selection.unit is not None:
        words += ["--unit", selection.unit.name]
    words += [word for unit in seen.tray for word in ("--pin", unit.name)]
    if result.convention != checkpoint.convention:
        words += ["--preprocess", spelled(result.convention)]
    words += _changes(result.key.changes)
    words += _compared(seen, result, seen.reference)
    if seen.why is not None:
        words += ["--why", seen.why.asked.method]
    return " ".join(map(_quoted, [*words, "--out", "page.html"]))


def without_file(seen: Exploration) -> list[str]:
    """The pictures of the page that were pasted or dropped without a file: a command can't open them."""
    runs = [seen.result, *([seen.reference] if seen.reference is not None else [])]
    names = [one.picture.source for one in runs if one.key.picture not in seen.files]
    return list(dict.fromkeys(names))


def _picture(seen: Exploration, result: Result) -> str:
    file = seen.files.get(result.key.picture)
    return result.picture.source if file is None else str(file.absolute())


def _checkpoint(checkpoint: Checkpoint) -> str:
    """Its name in the catalogue, which holds on every machine, or its file."""
    path = checkpoint.provenance.path.absolute()
    known = (one.name for one in catalogue.ENTRIES if catalogue.locate(one) == path)
    return next(known, str(path))


def _quoted(word: str) -> str:
    """A word as a shell reads it; bytes that are no letters by their numbers."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(chr(one) if _is_plain(one) else f"\\x{one:02x}" for one in os.fsencode(word)) + "'"


def _is_plain(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and byte not in b"\\'"


def _compared(seen: Exploration, result: Result, other: Result | None) -> Iterator[str]:
    """What the run is compared with; the same picture unchanged is so by itself."""
    if other is None:
        return
    mine, its = result.key, other.key
    if its.picture != mine.picture:
        yield from ("--against", _picture(seen, other))
    if its.checkpoint != mine.checkpoint:
        yield from ("--with", _checkpoint(other.checkpoint))
    elif its.convention != mine.convention:
        yield from ("--with-preprocess", spelled(other.convention))


def unspoken(changes: Changes) -> Changes:
    """The changes that the command line has no words for: no files to take values from, or the mean over
    other pictures than those of an earlier one.
    """
    over = _over(changes)
    return tuple(one for one in changes if _how(one) is None or (one.kind == "usual" and _files(one) != over))


def _changes(changes: Changes) -> Iterator[str]:
    told = [one for one in changes if one not in unspoken(changes)]
    hows = [how for one in told if (how := _how(one)) is not None]
    for one in told:
        yield from ("--part", one.name)
    if set(hows) != {"off"}:
        for how in hows if len(set(hows)) > 1 else hows[:1]:
            yield from ("--how", how)
    if over := _over(told):
        yield from ("--over", *over)


def _how(change: Change) -> str | None:
    """What stands behind ``--how``; None where there are no words for it."""
    pictures = _files(change)
    if change.kind == "other":
        return f"from={pictures[0]}" if len(pictures) == 1 else None
    if change.kind == "usual":
        return "usual" if pictures else None
    return {"off": "off", "mean": "mean", "scaled": f"scale={change.factor:g}"}.get(change.kind)


def _over(changes: Sequence[Change]) -> tuple[str, ...]:
    """The pictures of the first mean over some."""
    return next((files for one in changes if one.kind == "usual" and (files := _files(one))), ())


def _files(change: Change) -> tuple[str, ...]:
    """The pictures that a change takes its values from."""
    return tuple(change.values.pictures) if change.values is not None else ()
