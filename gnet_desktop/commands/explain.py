"""``gnet-desktop explain``: which part of a picture speaks for an answer, and how far to trust that."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from gnet_desktop.commands.opening import (
    CommandSession,
    open_session,
    picture_source,
    progress_wanted,
    shown_name,
)
from gnet_desktop.commands.output import as_json, words
from gnet_desktop.commands.passing import PassedPicture, class_index, look_at, note_lines
from gnet_desktop.commands.tracing import write_way
from gnet_desktop.errors import UsageError
from gnet_desktop.files import write_whole
from gnet_desktop.inspection.attribution.attribution import (
    Attribution,
    Question,
    Target,
    check_target,
    share_words,
    work_out,
)
from gnet_desktop.inspection.attribution.methods import AT_LAYER
from gnet_desktop.network.architecture import HEAD_PLACES
from gnet_desktop.workspace.exporting import array_bytes, png_bytes
from gnet_desktop.workspace.facts import significant

if TYPE_CHECKING:
    from gnet_desktop.inspection.attribution.trust import Trusted
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.network.record import Array

DIGITS: Final = 6
_BASELINES: Final = {
    "mean": "convention's mean",
    "black": "colour black",
    "blurred": "picture itself, blurred",
}
SHOWN_SHARE: Final = 99.0
"""Per cent of the pixels that the scale of a map of pixels covers; the rest is at its end."""
PICTURE_SIDE: Final = 1600
"""Longest side of a picture that is written."""


def run(arguments: argparse.Namespace) -> int:
    """Explain; 0 done, 2 refused."""
    if arguments.out and arguments.out.suffix.lower() not in _SAVERS:
        raise UsageError(
            f"{arguments.out.name} is neither a picture nor an array.", "", "Write F.png or F.npy."
        )
    session = open_session(arguments)
    source = picture_source(arguments.picture)
    seen = look_at(session, source)
    target = _target(session, seen, arguments)
    if arguments.path:
        write_way(session, shown_name(source), seen, target, arguments)
        return 0
    attribution = attribute(session, seen, target, arguments)
    trusted = _trust(session, seen, attribution, arguments) if arguments.trust else None
    if arguments.out:
        _SAVERS[arguments.out.suffix.lower()](session, seen, attribution, arguments)
    WRITERS[arguments.format](session, shown_name(source), seen, attribution, trusted)
    return 0


def _target(session: CommandSession, seen: PassedPicture, arguments: argparse.Namespace) -> Target:
    checkpoint, head = session.checkpoint, arguments.head
    if head not in seen.record.answers:
        check_target(Target(head, 0), seen.record)
    index = (
        class_index(checkpoint, arguments.label)
        if arguments.label
        else seen.record.answers[head].top(1)[0][0]
    )
    against = class_index(checkpoint, arguments.against) if arguments.against else None
    target = Target(head, index, against)
    check_target(target, seen.record)
    return target


def attribute(
    session: CommandSession, seen: PassedPicture, target: Target, arguments: argparse.Namespace
) -> Attribution:
    """The map that a method gives; progress goes to stderr where somebody watches."""
    from gnet_desktop.pictures.preparation import baseline

    method = arguments.method
    found = work_out(
        method,
        Question(
            session.network,
            seen.record,
            target,
            _layer(session, target, arguments.at) if method in AT_LAYER else "",
            lambda: baseline(seen.prepared, arguments.baseline),
            arguments.window,
            _progress,
        ),
    )
    if found.at is not None:
        return found
    return replace(found, settings=found.settings | {"baseline": arguments.baseline})


def _layer(session: CommandSession, target: Target, at: str | None) -> str:
    """The layer that is asked about, by default the deepest that the head reads."""
    at = at or HEAD_PLACES[target.head]
    names = [layer.name for layer in session.checkpoint.architecture.trunk]
    if at not in names:
        raise UsageError(f"There is no layer {at!r}.", f"There are {', '.join(names)}.")
    return at


def _trust(
    session: CommandSession, seen: PassedPicture, attribution: Attribution, arguments: argparse.Namespace
) -> "Trusted":
    from gnet_desktop.inspection.attribution.trust import Trusted, randomisation, shuffled_layers, trust
    from gnet_desktop.pictures.preparation import baseline

    curves = trust(
        session.network,
        seen.record,
        attribution.target,
        _on_input(session, seen, attribution),
        baseline(seen.prepared, "mean"),
        progress=_progress,
    )
    ranks = randomisation(
        session.network,
        attribution,
        shuffled_layers(session.checkpoint.architecture, attribution.target.head),
        lambda network: _again(session, seen, attribution, network, arguments),
        progress=_progress,
    )
    return Trusted(curves, ranks)


def _again(
    session: CommandSession,
    seen: PassedPicture,
    attribution: Attribution,
    network: "GoogLeNet",
    arguments: argparse.Namespace,
) -> Attribution:
    """The map of the same picture by another network."""
    import torch

    record = network(torch.from_numpy(seen.prepared.array)[None])
    other = replace(session, network=network), replace(seen, record=record)
    return attribute(*other, attribution.target, arguments)


def _on_input(session: CommandSession, seen: PassedPicture, attribution: Attribution) -> "Array":
    from gnet_desktop.inspection.attribution.placing import on_input

    if attribution.at is None:
        return attribution.map
    return on_input(session.checkpoint.architecture, attribution.at, attribution.map, seen.record.input_size)


def _progress(share: float, _so_far: object) -> bool:
    if progress_wanted():
        print(f"\r{share * 100:.0f} %", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    return True


def _save_array(
    _session: CommandSession, _seen: PassedPicture, attribution: Attribution, arguments: argparse.Namespace
) -> None:
    write_whole(arguments.out, array_bytes(attribution.map))


def _save_picture(
    session: CommandSession, seen: PassedPicture, attribution: Attribution, arguments: argparse.Namespace
) -> None:
    picture = picture_of(session, seen, attribution, signed=arguments.signed)
    write_whole(arguments.out, png_bytes(picture))


def picture_of(
    session: CommandSession, seen: PassedPicture, attribution: Attribution, *, signed: bool = False
) -> Image.Image:
    """The photo with the map over it, where its cells and pixels lie.

    In the signed colours, but only what speaks for the target of a map that is `one_sided`
    and not wanted ``signed``.
    """
    from gnet_desktop.inspection.colour_maps import EMBER, TIDE
    from gnet_desktop.inspection.overlay import overlay
    from gnet_desktop.inspection.scaling import Limits
    from gnet_desktop.network.arithmetic import receptive_field
    from gnet_desktop.pictures.geometry import Grid

    size = (attribution.map.shape[1], attribution.map.shape[0])
    if attribution.at is None:
        grid = Grid((0.0, 0.0), 1, size)
    else:
        field = receptive_field(session.checkpoint.architecture, attribution.at, seen.record.input_size)
        grid = Grid(field.centre, field.jump, size)
    # single pixels of a gradient would take the whole scale for themselves
    positive = attribution.one_sided and not signed
    values = np.maximum(attribution.map, 0) if positive else attribution.map
    sizes = np.abs(values)
    reach = float(sizes.max() if attribution.at else np.percentile(sizes, SHOWN_SHARE))
    photo = seen.picture.image.convert("RGBA")
    factor = min(1.0, PICTURE_SIDE / max(photo.size))
    shown = (max(1, round(photo.width * factor)), max(1, round(photo.height * factor)))
    laid = overlay(
        values,
        grid,
        seen.prepared.geometry,
        (0.0, 0.0, float(photo.width), float(photo.height)),
        shown,
        limits=Limits(0.0 if positive else -reach, reach),
        colours=EMBER if positive else TIDE,
    )
    return Image.alpha_composite(photo.resize(shown), Image.fromarray(_straight(laid), "RGBA")).convert("RGB")


def _straight(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Premultiplied RGBA as Pillow wants it: colours not multiplied by their opacity."""
    alpha = pixels[..., 3:].astype(np.float32)
    colours = np.divide(pixels[..., :3] * 255.0, alpha, out=np.zeros(pixels[..., :3].shape), where=alpha > 0)
    return np.concatenate([np.clip(colours, 0, 255).astype(np.uint8), pixels[..., 3:]], 2)


_SAVERS: Final[
    dict[str, Callable[[CommandSession, PassedPicture, Attribution, argparse.Namespace], None]]
] = {
    ".npy": _save_array,
    ".png": _save_picture,
}


def _write_json(
    session: CommandSession,
    name: str,
    seen: PassedPicture,
    attribution: Attribution,
    trusted: "Trusted | None",
) -> None:
    notes = {"notes": seen.picture.notes}
    print(as_json({"picture": name} | notes | _facts(session, attribution, trusted)))


def _facts(session: CommandSession, attribution: Attribution, trusted: "Trusted | None") -> dict[str, Any]:
    names = session.checkpoint.labels.names
    target = attribution.target
    areas = (
        {
            "deletion": trusted.trust.deletion.area,
            "insertion": trusted.trust.insertion.area,
            "random_deletion": trusted.trust.random_deletion.area,
            "random_insertion": trusted.trust.random_insertion.area,
        }
        if trusted
        else dict.fromkeys(("deletion", "insertion", "random_deletion", "random_insertion"))
    )
    return {
        "head": target.head,
        "class": target.index,
        "label": names[target.index] if target.index < len(names) else f"class {target.index}",
        "against": target.against,
        "method": attribution.method,
        "at": attribution.at,
        "logit": significant(attribution.logit, DIGITS),
        "sum": None if attribution.sum is None else significant(attribution.sum, DIGITS),
        "expected": None if attribution.expected is None else significant(attribution.expected, DIGITS),
        "completeness_error": None if attribution.error is None else significant(attribution.error, DIGITS),
        "exact": attribution.exact,
        "settings": attribution.settings,
        **{key: None if area is None else significant(area, DIGITS) for key, area in areas.items()},
        "randomisation": _ranks(trusted),
        "map": list(attribution.map.shape),
    }


def _ranks(trusted: "Trusted | None") -> dict[str, float | None] | None:
    """{layer: correlation of the map with itself once the weights are shuffled down to there}."""
    if trusted is None:
        return None
    return {
        layer: significant(rank, DIGITS) if np.isfinite(rank) else None
        for layer, rank in trusted.ranks.items()
    }


def _write_text(
    session: CommandSession,
    name: str,
    seen: PassedPicture,
    attribution: Attribution,
    trusted: "Trusted | None",
) -> None:
    facts = _facts(session, attribution, trusted)
    against = ""
    if attribution.target.against is not None:
        against = f" against {session.checkpoint.labels.names[attribution.target.against]}"
    where = f" at {attribution.at}" if attribution.at else ""
    why = f"why {facts['label']}{against}, {attribution.target.head}"
    print(f"{words(name)}: {why}, by {attribution.method}{where}")
    for line in note_lines(seen.picture.notes):
        print(line)
    print(f"  logit {attribution.logit:.3f}", end="")
    if attribution.explained is not None:
        print(f", the map adds up to {share_words(attribution.explained)} % of it", end="")
    print(f"\n  {attribution.note}")
    if "baseline" in attribution.settings:
        print(f"  What it is compared with is the {_BASELINES[str(attribution.settings['baseline'])]}.")
    if not (attribution.map > 0).any():
        print("  There is no evidence for this class here.")
    if trusted:
        for name, better in (("deletion", "lower"), ("insertion", "higher")):
            area, random = facts[name], facts[f"random_{name}"]
            print(f"  {name:<9} {area:.3f}, in random order {random:.3f}: {better} is better")
        ranks = ", ".join(f"{layer} {rank:.2f}" for layer, rank in trusted.ranks.items())
        print(
            f"  with shuffled weights, correlation with this map: {ranks}; near 1 it shows the picture only"
        )


WRITERS: Final[
    dict[str, Callable[[CommandSession, str, PassedPicture, Attribution, "Trusted | None"], None]]
] = {
    "text": _write_text,
    "json": _write_json,
}
