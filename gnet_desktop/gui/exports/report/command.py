"""The command line that makes a page again."""

import shlex
from collections.abc import Iterator

from gnet_desktop.convention import Convention
from gnet_desktop.gui.exports.report.seen import Seen
from gnet_desktop.network.changes import Change, Changes


def command(seen: Seen) -> str:
    """The command line that makes the same page again."""
    result, selection = seen.result, seen.selection
    checkpoint = result.checkpoint
    words = ["gnet-desktop", "screenshot", result.picture.source]
    words += ["--checkpoint", str(checkpoint.provenance.path), "--module", selection.module]
    settled = checkpoint.provenance.assumed.items()
    words += [f"--assume={key}={value}" for key, value in settled if key not in checkpoint.provenance.open]
    if selection.unit is not None:
        words += ["--unit", selection.unit.name]
    if result.convention != checkpoint.convention:
        words += ["--preprocess", spelled(result.convention)]
    words += _changes(result.key.changes)
    if seen.why is not None:
        words += ["--why", seen.why.asked.method]
    return shlex.join([*words, "--out", "page.html"])


def unspoken(changes: Changes) -> Changes:
    """The changes that the command line has no words for: no files to take values from, or another kind."""
    return tuple(one for one in changes if _how(one) is None or _how(one) != _how(changes[0]))


def _changes(changes: Changes) -> Iterator[str]:
    told = [one for one in changes if one not in unspoken(changes)]
    for one in told:
        yield from ("--part", one.name)
    how = _how(told[0]) if told else None
    if how is not None and how != ("off",):
        yield from ("--how", *how)


def _how(change: Change) -> tuple[str, ...] | None:
    """What stands behind ``--how``; None where there are no words for it."""
    pictures = change.values.pictures if change.values is not None else ()
    if pictures and change.kind == "usual":
        return ("usual", "--over", *pictures)
    if len(pictures) == 1 and change.kind == "other":
        return (f"from={pictures[0]}",)
    said = {"off": "off", "mean": "mean", "scaled": f"scale={change.factor:g}"}.get(change.kind)
    return None if said is None else (said,)


def spelled(convention: Convention) -> str:
    """A convention as `parse_convention` reads it."""
    pairs = {
        "mode": convention.resize.replace(" ", "-"),
        "resize": convention.size,
        "crop": convention.crop or "none",
        "order": convention.order,
        "range": f"{convention.range:g}",
        "mean": ":".join(f"{value:g}" for value in convention.mean),
        "std": ":".join(f"{value:g}" for value in convention.std),
        "transform_input": "on" if convention.transform_input else "off",
        "interpolation": convention.interpolation,
        "long_side": convention.long_side,
        "crop_offset": convention.crop_offset,
        "profile": convention.profile,
    }
    return ",".join(f"{key}={value}" for key, value in pairs.items())
