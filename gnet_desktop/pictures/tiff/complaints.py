"""What libtiff complains of, and which packings it was built for.

It tells nobody but stderr, and Pillow goes on with whatever came of the file: so a damaged
picture would pass for a sound one, and one whose packing is unknown for a damaged one.
"""

import ctypes
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image

_HANDLER: Final = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
_heard = threading.local()


def _hear(*_: object) -> None:
    _heard.count = count() + 1


_HEAR: Final = _HANDLER(_hear)
"""Kept as long as the program runs: libtiff calls it."""


def count() -> int:
    """How many complaints this thread has heard so far."""
    return getattr(_heard, "count", 0)


@cache
def listen() -> None:
    """Count complaints instead of printing them; where libtiff isn't found, all stays as it is."""
    for path in _libraries():
        try:
            library = ctypes.CDLL(path)
            library.TIFFSetWarningHandler(None)
            library.TIFFSetErrorHandler(_HEAR)
        except (OSError, AttributeError):
            continue


@cache
def unpacks(method: int) -> bool:
    """Whether libtiff can undo this packing; taken for true where it isn't found."""
    for path in _libraries():
        try:
            return bool(ctypes.CDLL(path).TIFFIsCODECConfigured(ctypes.c_uint16(method)))
        except (OSError, AttributeError):
            continue
    return True


def _libraries() -> Iterator[str]:
    """The libtiff that Pillow has loaded: on Linux the system knows, elsewhere it lies beside Pillow."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape").splitlines()
        found = [line.split(maxsplit=5)[-1] for line in maps if "libtiff" in line]
    except OSError:
        found = [str(path) for path in Path(Image.__file__).parent.glob(".dylibs/libtiff*")]
    yield from dict.fromkeys(found)
