"""``gnet-desktop models``: the catalogue of known checkpoints."""

import argparse
import sys

from gnet_desktop.checkpoints import catalogue
from gnet_desktop.commands.opening import progress_wanted
from gnet_desktop.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    """List the known checkpoints, fetch one, or say where they lie."""
    return {"fetch": _fetch, "where": _where}.get(arguments.action, _list)(arguments)


def _list(_arguments: argparse.Namespace) -> int:
    for entry in catalogue.ENTRIES:
        found = catalogue.locate(entry)
        state = "here" if found else f"to fetch, {entry.size / 1e6:.0f} MB"
        print(f"{entry.name:<12} {state:<20} {entry.title}")
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    print(catalogue.fetch(_entry(arguments.name), progress=_show_progress if progress_wanted() else None))
    return 0


def _where(arguments: argparse.Namespace) -> int:
    if not arguments.name:
        print(catalogue.folder())
        return 0
    entry = _entry(arguments.name)
    found = catalogue.locate(entry)
    if found is None:
        raise UsageError(
            f"{entry.name} is not on this machine yet.",
            "",
            f"Fetch it with 'gnet-desktop models fetch {entry.name}'.",
        )
    print(found)
    return 0


def _entry(name: str) -> "catalogue.KnownCheckpoint":
    entry = catalogue.find(name)
    if entry is None:
        known = ", ".join(entry.name for entry in catalogue.ENTRIES)
        raise UsageError(f"No checkpoint is called {name}.", f"Known are {known}.")
    return entry


def _show_progress(done: int, total: int | None) -> None:
    of = f" of {total / 1e6:.0f}" if total else ""
    print(f"\r{done / 1e6:.0f}{of} MB", end="\n" if done == total else "", file=sys.stderr, flush=True)
