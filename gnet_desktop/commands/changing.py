"""``--part``, ``--how`` and ``--over``: changes of the network as they are written on the command line."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gnet_desktop.commands.opening import picture_source
from gnet_desktop.convention import Convention
from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Changes, Kind, Values, parse_change

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


def parse_changes(arguments: argparse.Namespace, network: "GoogLeNet", convention: Convention) -> Changes:
    """The changes that a command asks for; raises UsageError, PictureError.

    What other pictures have there is found out by passes of ``network``.
    """
    kinds = [_kind(how) for how in hows(arguments)]
    if any(kind == "usual" for kind, _, _ in kinds) != bool(arguments.over):
        raise UsageError("--how usual and --over belong together.", "", "Write --how usual --over PICTURE…")
    made = []
    for part, (kind, factor, picture) in zip(arguments.part, kinds, strict=True):
        named = parse_change(part, network.architecture).part
        values = None
        if kind == "usual":
            values = _usual(network, named, arguments.over, convention)
        elif kind == "other":
            values = _other(network, named, picture, convention)
        made.append(parse_change(part, network.architecture, kind, factor=factor, values=values))
    return tuple(made)


def hows(arguments: argparse.Namespace) -> list[str]:
    """What becomes of each part, in their order: one ``--how`` holds for all; raises UsageError."""
    given, parts = arguments.how or ["off"], len(arguments.part)
    if len(given) == 1:
        return list(given) * parts
    if len(given) == parts:
        return list(given)
    raise UsageError(
        f"There are {parts} parts, and --how is said {len(given)} times.",
        "It can't be told which belongs to which.",
        "Say --how once for all parts, or once for each.",
    )


def _usual(network: "GoogLeNet", part: str, pictures: Sequence[str], convention: Convention) -> Values:
    from gnet_desktop.workspace.taking import usual_values

    sources = [picture_source(one) for one in pictures]
    return usual_values(network, (part,), sources, convention)[part]


def _other(network: "GoogLeNet", part: str, picture: str, convention: Convention) -> Values:
    from gnet_desktop.commands.opening import shown_name
    from gnet_desktop.workspace.taking import values_of
    from gnet_desktop.workspace.tasks import read_and_prepare

    source = picture_source(picture)
    name = shown_name(source)
    record = network(read_and_prepare(source, name, convention).prepared.tensor().to(network.device))
    return values_of(record, part, name, source)


def _kind(how: str) -> tuple[Kind, float, str]:
    """Kind, factor, and the picture that it is from."""
    plain: dict[str, Kind] = {"off": "off", "mean": "mean", "usual": "usual"}
    if how in plain:
        return plain[how], 1.0, ""
    word, _, rest = how.partition("=")
    if word == "from" and rest:
        return "other", 1.0, rest
    try:
        if word == "scale":
            return "scaled", float(rest), ""
    except ValueError:
        pass
    raise UsageError(
        f"--how {how} is not understood.",
        "",
        "Write off, mean, usual, from=PICTURE or scale=K with K from 0 to 4.",
    )
