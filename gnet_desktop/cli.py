"""The command line: which command is run, and how failures end."""

import argparse
import importlib
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Final

from gnet_desktop.errors import Cancelled, ExportError, GNetError
from gnet_desktop.files import why_unreadable, why_unwritten
from gnet_desktop.home import ensure_home
from gnet_desktop.parsers.table import COMMANDS, parsers
from gnet_desktop.pictures.apart import APART

INTERRUPTED: Final = 130
_INTERMIXED: Final = ("window", "classify")
"""Whose files may stand before and behind options: ``weights.pth cat.jpg --page folder photos``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_standard_streams()
    quieten_libraries()
    if arguments == [APART]:
        return importlib.import_module("gnet_desktop.pictures.elsewhere").serve()  # type: ignore[no-any-return]
    try:
        return _run(arguments)
    except GNetError as error:
        if not isinstance(error, Cancelled):
            print(f"gnet-desktop: {error}", file=sys.stderr)
        return error.exit_status
    except ImportError as error:
        return _say_what_is_missing(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return 0
    except OSError as error:
        return _stopped_by_the_system(error)


def _say_what_is_missing(error: ImportError) -> int:
    """A system library that isn't installed is no fault of ours; any other failed import is."""
    from gnet_desktop.gui.system.machine import library_error

    said = library_error(error)
    if said is None:
        raise error
    print(f"gnet-desktop: {said}", file=sys.stderr)
    return said.exit_status


def _run(arguments: list[str]) -> int:
    parser, name = _chosen_parser(arguments)
    if arguments and arguments[0] in COMMANDS:
        arguments = arguments[1:]
    parse = parser.parse_intermixed_args if name in _INTERMIXED else parser.parse_args
    parsed = parse(arguments)
    if said := ensure_home():
        print(f"gnet-desktop: {said}", file=sys.stderr)
    module = importlib.import_module(f"gnet_desktop.commands.{name.replace('-', '_')}")
    status: int = module.run(parsed)
    sys.stdout.flush()
    return status


def _chosen_parser(arguments: Sequence[str]) -> tuple[argparse.ArgumentParser, str]:
    name = arguments[0] if arguments and arguments[0] in COMMANDS else "window"
    return parsers()[name], name


def _open_standard_streams() -> None:
    """Give a windowed program, which has none, somewhere to write to; names may be any bytes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def quieten_libraries() -> None:
    """Keep what libraries say to programmers off stderr, unless Python was told to show it (-W)."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())


def _stopped_by_the_system(error: OSError) -> int:
    """One sentence for what the system refused and nobody foresaw; a full disk under stdout above all."""
    _forget_output()
    if error.filename is None:
        failed = ExportError("The output was not written to its end.", *why_unwritten(error))
    else:
        failed = ExportError(f"{os.fsdecode(error.filename)} cannot be used.", *why_unreadable(error))
    print(f"gnet-desktop: {failed}", file=sys.stderr)
    return failed.exit_status


def _forget_output() -> None:
    """Keep Python from complaining at exit that the reader of stdout has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
