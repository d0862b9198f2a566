"""A process of its own for what must not keep this one waiting.

The program is started once more, told by `APART` that it is no window and no command: it
reads a request from standard input, writes the answer to standard output, and ends.
"""

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Final

APART: Final = "--decode-picture"
"""The one argument of such a process: nothing for people."""

READY: Final = b"+"
"""What it writes first."""


class NoProcess(Exception):
    """None can be started, or what was started is not this program."""


def asked(request: bytes, longest: float) -> memoryview:
    """Another process's answer, uncopied; empty where it broke down.

    Raises NoProcess, and TimeoutError after ``longest`` seconds, when the process is ended.
    """
    try:
        with _started() as child:
            try:
                answer, _ = child.communicate(request, longest)
            except subprocess.TimeoutExpired:
                child.kill()
                raise TimeoutError from None
    except TimeoutError:
        raise
    except OSError as error:
        raise NoProcess from error
    if not answer.startswith(READY):
        raise NoProcess
    return memoryview(answer)[len(READY) :]


def _started() -> "subprocess.Popen[bytes]":
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable] if frozen else [sys.executable, "-m", "gnet_desktop"]
    return subprocess.Popen(
        [*command, APART],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=None if frozen else Path(__file__).parents[2],
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def limit_memory(most: int) -> None:
    """Take no more than so many bytes beside what is taken already; on Linux, which alone keeps to it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + most, resource.getrlimit(resource.RLIMIT_AS)[1]))
