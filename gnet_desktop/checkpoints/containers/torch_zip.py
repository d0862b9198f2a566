"""PyTorch's zip files (since 1.6): state dicts, whole modules and TorchScript.

Layout: docs/formats.md#containers. The pickle inside is read without running it.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.contents import NoTensors, contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import KNOWN, Storage, parts, storage_dtype
from gnet_desktop.checkpoints.containers.pickled.values import key_text
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, stepped_size
from gnet_desktop.checkpoints.containers.zipped import MAGIC, ZipEntry, content, directory
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import shown, whole

TEXTS: Final = "extra/gnet-desktop.json"
"""The entry in which this program keeps texts beside a state dict; torch passes over it."""

_LARGEST_TEXT: Final = 1 << 26
_LARGEST_CODE: Final = 1 << 20
_POOL: Final = re.compile(
    r"max_pool2d\(\w+, \[(\d), \d\], \[(\d), \d\], \[(\d), \d\], \[1, 1\], (True|False)\)"
)


def claims(head: bytes, source: Source) -> bool:
    """Whether this is a zip archive with torch's entries."""
    return head.startswith(MAGIC) and _pickle_name(directory(source)) is not None


def read_contents(source: Source) -> Contents:
    """Everything in the archive; raises Damaged or Incomplete."""
    archive = _Archive(source)
    try:
        found = contents(archive.load("data"), archive.kind, order=archive.order)
        return replace(found, texts=archive.texts)
    except NoTensors:
        if f"{archive.folder}constants.pkl" not in archive.entries:
            raise
    frozen = contents(archive.load("constants"), f"{archive.kind}, frozen", order=archive.order)
    return replace(frozen, facts=archive.pools())


def _pickle_name(entries: Mapping[str, ZipEntry]) -> str | None:
    return next((name for name in entries if name.endswith("/data.pkl") and name.count("/") == 1), None)


class _Archive:
    """The storages of an archive by their key."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.entries = directory(source)
        name = _pickle_name(self.entries)
        assert name is not None
        self.pickle, self.folder = name, name.removesuffix("data.pkl")
        self.storages: dict[str, Storage] = {}
        self.part = "data"

    def load(self, part: str) -> Any:
        """The value of ``data.pkl`` or, with the weights of a frozen script, ``constants.pkl``."""
        pickle = content(self.source, self.entries[f"{self.folder}{part}.pkl"])
        if pickle.size > _LARGEST_TEXT:
            raise Damaged(f"Its description takes {whole(pickle.size)} bytes, far more than a network's.")
        self.part, self.storages = part, {}
        return load(Cursor(pickle), KNOWN, self.storage)

    def pools(self) -> dict[str, dict[str, Any]]:
        """Settings of the pools that halve the map, in the order of a frozen script's text."""
        texts = [
            entry
            for name, entry in self.entries.items()
            if name.endswith(".py") and entry.size < _LARGEST_CODE
        ]
        code = max((content(self.source, entry) for entry in texts), key=lambda text: text.size, default=None)
        text = read(code, 0, code.size).decode("utf-8", "replace") if code is not None else ""
        found = [
            [int(number) for number in match.groups()[:3]] + [match[4]] for match in _POOL.finditer(text)
        ]
        halving = [pool for pool in found if pool[1] == 2]
        return (
            {
                f"pool{place}": {
                    "kernel": kernel,
                    "stride": stride,
                    "padding": padding,
                    "ceil": ceil == "True",
                }
                for place, (kernel, stride, padding, ceil) in enumerate(halving, 1)
            }
            if len(halving) == 4
            else {}
        )

    @property
    def kind(self) -> str:
        script = any(
            name.startswith((f"{self.folder}code/", f"{self.folder}constants.pkl")) for name in self.entries
        )
        return "TorchScript" if script else "PyTorch zip"

    @property
    def texts(self) -> dict[str, str]:
        """What this program wrote beside the weights, where it made the file."""
        entry = self.entries.get(f"{self.folder}{TEXTS}")
        if entry is None or entry.size > _LARGEST_CODE:
            return {}
        data = content(self.source, entry)
        with suppress(ValueError, AttributeError):  # another program's entry of this name
            found = parsed(read(data, 0, data.size).decode("utf-8"))
            return {key: text for key, text in found.items() if isinstance(text, str)}
        return {}

    @property
    def order(self) -> str:
        entry = self.entries.get(f"{self.folder}byteorder")
        if entry is None or entry.size > 16:
            return "<"
        data = content(self.source, entry)
        return ">" if read(data, 0, data.size).strip() == b"big" else "<"

    def storage(self, reference: Any) -> Storage:
        """What ('storage', class, key, device, count) refers to."""
        _word, kind, key, device, count, *_ = parts(reference, 5)
        word = key_text(key)
        if not isinstance(count, int):
            raise TypeError("no storage")
        found = self.storages.get(word)
        if found is None:
            found = self.storages[word] = self._open(word, storage_dtype(kind), shown(device), count)
        return found

    def _open(self, key: str, dtype: str, device: str, count: int) -> Storage:
        entry = self.entries.get(f"{self.folder}{self.part}/{key}")
        if entry is None:
            raise Damaged(f"The data of one of its tensors ({shown(key)}) is not in it.")
        data = content(self.source, entry)
        if not 0 <= count * stepped_size(dtype) <= data.size:
            raise Damaged(
                f"Its storage {shown(key)} claims {shown(count)} numbers, but has {whole(data.size)} bytes."
            )
        return Storage(dtype, count, device, data)
