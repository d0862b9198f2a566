"""Files are read in a process that may not take more memory or time than it is given.

`Reader` keeps one child process that reads files and says how each ended, in what time, with
how much memory, and for how long another of its threads had to wait. A child that doesn't come back
is ended; one that dies is replaced.

    python -m tests.bounded           the child: requests as JSON, a line each, on stdin
"""

import contextlib
import gc
import io
import json
import os
import select
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

SPARE: Final = 300_000_000
"""Bytes that reading a file may take beside one and a half times its size."""

LONGEST: Final = 10.0
"""Seconds of the processor's time after which a reader counts as one that doesn't come back.

Not of the clock's: beside seven other programs anything takes four times as long.
"""

_WAITED: Final = 90.0
"""Seconds of the clock after which a child is ended."""

_BEAT: Final = 0.002


@dataclass(frozen=True)
class Outcome:
    """How reading a file ended.

    ``said`` is the sentence of a refusal, "" where the file opened; ``fault`` the trace of
    anything that is no sentence; ``seconds`` are those of the processor's time; ``peak`` the most
    bytes taken at once; ``stall`` the longest time in seconds that another thread waited for its turn.
    """

    said: str = ""
    fault: str = ""
    seconds: float = 0.0
    peak: int = 0
    stall: float = 0.0

    @property
    def opened(self) -> bool:
        return not self.said and not self.fault


class Reader:
    """A child process that reads files within bounds; a context manager."""

    def __init__(self, *, measured: bool = True) -> None:
        self._measured = measured
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, what: str, path: Path, *, more: int = 0) -> Outcome:
        """Read a file as a ``checkpoint``, as ``labels`` or as a ``picture``.

        ``more`` are bytes that it may take besides, as a picture's pixels.
        """
        child = self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        request = {"what": what, "path": str(path), "more": more, "measured": self._measured}
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], _WAITED)
        line = child.stdout.readline() if ready else b""
        if line:
            return Outcome(**json.loads(line))
        self._end()
        return Outcome(
            fault=f"no answer after {_WAITED:g} s" if not ready else "the process died", seconds=_WAITED
        )

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.bounded"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what libraries say of each damaged picture
                cwd=Path(__file__).parents[1],
            )
            assert self._child.stdout is not None
            self._child.stdout.readline()  # it is ready: its imports count neither as time nor as memory
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


# The child


def _memory(name: str) -> int:
    """A size of this process in bytes: ``VmSize``, ``VmHWM``."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


@contextmanager
def _limited(most: int) -> Iterator[None]:
    """No more memory than so many bytes beside what is taken already."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # a thread's stack and the allocator's reserves are address space, not memory
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") + most + (64 << 20), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


class _Watch:
    """A thread that wants its turn every few milliseconds and notes how long it waited at most."""

    def __init__(self) -> None:
        self.longest = 0.0
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while True:
            start = time.perf_counter()
            time.sleep(_BEAT)
            self.longest = max(self.longest, time.perf_counter() - start - _BEAT)


def _open_checkpoint(path: Path) -> None:
    """Open it and describe it, as the window does."""
    from gnet_desktop.checkpoints.describing.card import make_card, to_json, to_text
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.network.arithmetic import tensor_shapes
    from gnet_desktop.network.googlenet import GoogLeNet

    found = open_checkpoint(path)
    shapes = {name: tuple(tensor.shape) for name, tensor in found.tensors.items()}
    assert shapes == tensor_shapes(found.architecture)
    GoogLeNet.from_checkpoint(found)
    card = make_card(found)
    to_text(card).encode("utf-8")
    assert to_json(card)["sha256"] == found.provenance.sha256
    found.doubt({})


def _read_labels(path: Path) -> None:
    from gnet_desktop.checkpoints.labels import read_labels

    read_labels(path)


def _read_picture(path: Path) -> None:
    from gnet_desktop.pictures.decoding import read_picture, thumbnail

    thumbnail(path, 128)
    read_picture(path)


_READERS: Final[dict[str, Callable[[Path], None]]] = {
    "checkpoint": _open_checkpoint,
    "labels": _read_labels,
    "picture": _read_picture,
}


def _tried(read: Callable[[], Any], most: int, watch: _Watch, *, measured: bool) -> Outcome:
    """How a reading ends under a limit of memory."""
    from gnet_desktop.errors import GNetError

    said = fault = ""
    if measured:
        Path("/proc/self/clear_refs").write_text("5")
    before = _memory("VmRSS") if measured else 0
    watch.longest, start = 0.0, time.process_time()
    with _limited(most):
        try:
            read()
        except GNetError as error:
            said = str(error)
            fault = "" if said and len(said) < 2000 else f"a sentence of {len(said)} letters"
        except BaseException:
            fault = traceback.format_exc(limit=-6)[-3000:]
    seconds = time.process_time() - start
    if seconds > LONGEST:
        fault = fault or f"it took {seconds:.0f} s"
    return Outcome(said, fault, seconds, _memory("VmHWM") - before if measured else 0, watch.longest)


def _serve() -> None:
    import torch

    import gnet_desktop.checkpoints.describing.card
    import gnet_desktop.checkpoints.reading
    import gnet_desktop.network.googlenet
    import gnet_desktop.pictures.decoding  # noqa: F401
    from gnet_desktop.pictures import elsewhere

    # here, where memory is limited and measured, and not in yet another process
    vars(elsewhere)["asked"] = lambda request, _: contextlib.nullcontext(
        io.BytesIO(b"".join(elsewhere.answered(request)))
    )

    torch.set_num_threads(1)
    gc.freeze()  # as the program does once it has started
    answers, watch = os.fdopen(os.dup(1), "w"), _Watch()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        path = Path(request["path"])
        most = path.stat().st_size * 3 // 2 + SPARE + request["more"]
        outcome = _tried(partial(_READERS[request["what"]], path), most, watch, measured=request["measured"])
        print(json.dumps(outcome.__dict__), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
