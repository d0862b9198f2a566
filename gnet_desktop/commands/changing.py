"""``--part`` and ``--how``: changes of the network as they are written on the command line."""

from collections.abc import Iterable

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.changes import Changes, Kind, parse_change


def parse_changes(parts: Iterable[str], how: str, architecture: Architecture) -> Changes:
    """The changes of these parts, all of one kind; raises UsageError."""
    kind, factor = _kind(how)
    return tuple(parse_change(part, architecture, kind, factor=factor) for part in parts)


def _kind(how: str) -> tuple[Kind, float]:
    if how in ("off", "mean"):
        return ("off", 1.0) if how == "off" else ("mean", 1.0)
    word, _, number = how.partition("=")
    try:
        if word == "scale":
            return "scaled", float(number)
    except ValueError:
        pass
    raise UsageError(f"--how {how} is not understood.", "", "Write off, mean or scale=K with K from 0 to 4.")
