"""A process of its own for what must not keep this one waiting.

The program is started once more, told by `APART` that it is no window and no command: it
reads a request from standard input, writes the answer to standard output, and ends.
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

APART: Final = "--decode-picture"
"""The one argument of such a process: nothing for people."""

READY: Final = b"+"
"""What it writes first."""


class NoProcess(Exception):
    """None can be started, or what was started is not this program."""


@contextlib.contextmanager
def asked(request: bytes, longest: float) -> Iterator[BinaryIO]:
    """Another process's answer, as it comes; it ends early where that broke down.

    Raises NoProcess, and TimeoutError after ``longest`` seconds, when the process is ended.
    """
    late = threading.Event()
    with _begun() as child:
        timer = threading.Timer(longest, _end, (child, late))
        timer.daemon = True
        timer.start()
        try:
            yield _answer(child, request)
        finally:
            timer.cancel()
            child.kill()  # where nobody wants the rest
            if late.is_set():
                raise TimeoutError from None


def _end(child: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    child.kill()


def _begun() -> "subprocess.Popen[bytes]":
    try:
        return _started()
    except OSError as error:
        raise NoProcess from error


def _answer(child: "subprocess.Popen[bytes]", request: bytes) -> BinaryIO:
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(OSError):
        child.stdin.write(request)
        child.stdin.close()
    if child.stdout.read(len(READY)) != READY:
        raise NoProcess
    return cast(BinaryIO, child.stdout)


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
