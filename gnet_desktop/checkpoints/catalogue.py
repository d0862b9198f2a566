"""Known checkpoints: what they are, where they lie, how they are fetched.

A download is checked, resumed and never half there: it grows in a ``.part`` file beside
its place and is moved in when its hash is right.
"""

import hashlib
import os
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Final

from gnet_desktop.checkpoints import certificates
from gnet_desktop.errors import Cancelled, CheckpointError
from gnet_desktop.files import exists, is_file, why_unwritten
from gnet_desktop.resources import BUNDLED, bundled_checkpoint, resource

Progress = Callable[[int, int | None], None]

TIMEOUT: Final = 20.0
_CHUNK: Final = 256 * 1024
_PAGE: Final = (b"<!doctype html", b"<html", b"<?xml")


@dataclass(frozen=True, slots=True)
class KnownCheckpoint:
    """A known checkpoint.

    ``digest`` is the hexadecimal hash or, for torch's files, its beginning; ``size`` in
    bytes is approximate where the publisher gives it so.
    """

    name: str
    title: str
    file: str
    size: int
    address: str = ""
    algorithm: str = "sha256"
    digest: str = ""
    licence: str = ""


ENTRIES: Final = (
    KnownCheckpoint(
        BUNDLED,
        "180 everyday things, all three heads trained; ships with the program",
        bundled_checkpoint().name,
        21_031_304,
        licence="weights MIT; trained on pictures that are for research use",
    ),
    KnownCheckpoint(
        "imagenet",
        "torchvision's GoogLeNet, 1000 ImageNet classes (auxiliary heads untrained)",
        "googlenet-1378be20.pth",
        52_147_035,
        "https://download.pytorch.org/models/googlenet-1378be20.pth",
        "sha256",
        "1378be20",
        "torchvision's; trained on ImageNet, for research use",
    ),
    KnownCheckpoint(
        "bvlc",
        "BVLC's Caffe GoogLeNet, 1000 ImageNet classes, auxiliary heads trained",
        "bvlc_googlenet.caffemodel",
        53_533_754,
        "http://dl.caffe.berkeleyvision.org/bvlc_googlenet.caffemodel",
        "sha1",
        "405fc5acd08a3bb12de8ee5e23a96bec22f08204",
        "unrestricted use",
    ),
)


def find(name: str) -> KnownCheckpoint | None:
    """The entry of that name."""
    return next((entry for entry in ENTRIES if entry.name == name), None)


def folder() -> Path:
    """Where fetched checkpoints are kept, for this user."""
    from platformdirs import user_data_path

    return user_data_path("gnet-desktop", appauthor=False) / "checkpoints"


def locate(entry: KnownCheckpoint) -> Path | None:
    """The entry's file on this machine: bundled, fetched before, or in torch's own cache."""
    places = [resource("checkpoints", entry.file), folder() / entry.file, _torch_cache() / entry.file]
    return next((place for place in places if is_file(place)), None)


def _torch_cache() -> Path:
    """Where torch.hub keeps checkpoints (its own rule: TORCH_HOME, else the cache folder)."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch") / "hub" / "checkpoints"


def fetch(
    entry: KnownCheckpoint,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    target: Path | None = None,
    timeout: float = TIMEOUT,
) -> Path:
    """Download an entry unless it is here, and return its file.

    ``progress`` gets the bytes that are here and those expected, or None. What was
    fetched before an interruption is kept and continued. Raises CheckpointError in
    words, Cancelled when ``cancelled`` becomes true.
    """
    found = locate(entry) if target is None else None
    if found is not None:
        return found
    place = (target or folder()) / entry.file
    part = place.with_name(place.name + ".part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _download(entry, part, progress or (lambda _done, _total: None), cancelled, timeout)
        _check(entry, part)
        os.replace(part, place)
    except OSError as error:
        raise _in_words(entry, error, place.parent) from error
    except HTTPException as error:
        raise _failed(
            entry, "The server broke off its answer.", "Try again; it goes on where it stopped."
        ) from error
    return place


def _download(
    entry: KnownCheckpoint, part: Path, progress: Progress, cancelled: Callable[[], bool], timeout: float
) -> None:
    have = part.stat().st_size if exists(part) else 0
    try:
        response = _request(entry, have, timeout)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not have:
            raise
        # the part is as long as the file, or longer than it ever was: let the hash decide
        return
    with response:
        # a server that doesn't know ranges sends everything again
        start = have if response.status == 206 else 0
        total = _total(response, start)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            done = _copy(entry, response, file, start, total, progress, cancelled)
            file.truncate()
    if total is not None and done < total:
        raise _failed(
            entry, f"It broke off after {done} of {total} bytes.", "Try again; it goes on where it stopped."
        )


def _request(entry: KnownCheckpoint, have: int, timeout: float) -> HTTPResponse:
    headers = {"User-Agent": "gnet-desktop"} | ({"Range": f"bytes={have}-"} if have else {})
    request = urllib.request.Request(entry.address, headers=headers)
    response: HTTPResponse = urllib.request.urlopen(request, timeout=timeout, context=certificates.context())
    return response


def _total(response: HTTPResponse, start: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdecimal() else None


def _copy(
    entry: KnownCheckpoint,
    response: HTTPResponse,
    file: IO[bytes],
    start: int,
    total: int | None,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> int:
    done = start
    limit = 2 * entry.size + 2**20
    progress(done, total)
    while chunk := response.read1(_CHUNK):
        if cancelled():
            raise Cancelled
        if done == 0 and chunk.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE):
            raise _failed(
                entry,
                "The server sent a web page in its place.",
                "Check that no log-in or proxy page stands between.",
            )
        file.write(chunk)
        done += len(chunk)
        if done > limit:
            raise _failed(entry, "The server sends far more than the file has.", "Try again later.")
        progress(done, total)
    return done


def _check(entry: KnownCheckpoint, part: Path) -> None:
    """Raise CheckpointError and forget the download if its hash is wrong."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, entry.algorithm).hexdigest()
    if not digest.startswith(entry.digest):
        part.unlink()
        raise _failed(
            entry,
            f"What came is not the published file: its {entry.algorithm.upper()} is {digest[:12]}…, "
            f"not {entry.digest[:12]}….",
            "Nothing was kept. Try again, or over another network.",
        )


def _in_words(entry: KnownCheckpoint, error: OSError, folder: Path) -> CheckpointError:
    if isinstance(error, urllib.error.HTTPError):
        with suppress(OSError):
            error.close()
        return _failed(entry, f"The server answers {error.code} {error.reason}.", "Try again later.")
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return _failed(entry, "The server does not answer.", "Try again; it goes on where it stopped.")
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = f"The server's certificate could not be checked ({reason.verify_message})."
        return _failed(entry, why, certificates.MISSING)
    if isinstance(reason, (socket.gaierror, ConnectionError)) or isinstance(error, urllib.error.URLError):
        return _failed(
            entry,
            f"The server cannot be reached ({reason}).",
            "Check the network and the proxy (the variables http_proxy and https_proxy are used).",
        )
    why = why_unwritten(reason)[0] if isinstance(reason, OSError) else f"{reason}."
    return _failed(entry, why, f"Check that {folder} has room and may be written.")


def _failed(entry: KnownCheckpoint, why: str, todo: str) -> CheckpointError:
    return CheckpointError(f"{entry.file} could not be fetched.", why, todo)
