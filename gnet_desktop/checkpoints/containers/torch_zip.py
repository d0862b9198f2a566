"""PyTorch's zip files (since 1.6): state dicts, whole modules and TorchScript.

Layout: ARCHITECTURES 8.2 and 8.5. The pickle inside is read without running it.
"""

from collections.abc import Mapping
from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.contents import contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import KNOWN, Storage, storage_dtype
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, element_size
from gnet_desktop.checkpoints.containers.zipped import MAGIC, Entry, content, directory

_LARGEST_PICKLE: Final = 1 << 26


def claims(head: bytes, source: Source) -> bool:
    """Whether this is a zip archive with torch's entries."""
    return head.startswith(MAGIC) and _pickle_name(directory(source)) is not None


def read_contents(source: Source) -> Contents:
    """Everything in the archive; raises Damaged or Incomplete."""
    archive = _Archive(source)
    pickle = content(source, archive.entries[archive.pickle])
    if pickle.size > _LARGEST_PICKLE:
        raise Damaged(f"Its description takes {pickle.size:,} bytes, far more than a network's.")
    value = load(Cursor(pickle), KNOWN, archive.storage)
    return contents(value, archive.kind, order=archive.order)


def _pickle_name(entries: Mapping[str, Entry]) -> str | None:
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

    @property
    def kind(self) -> str:
        script = any(
            name.startswith((f"{self.folder}code/", f"{self.folder}constants.pkl")) for name in self.entries
        )
        return "TorchScript" if script else "PyTorch zip"

    @property
    def order(self) -> str:
        entry = self.entries.get(f"{self.folder}byteorder")
        if entry is None or entry.size > 16:
            return "<"
        data = content(self.source, entry)
        return ">" if read(data, 0, data.size).strip() == b"big" else "<"

    def storage(self, reference: Any) -> Storage:
        """What ('storage', class, key, device, count) refers to."""
        _word, kind, key, device, count, *_ = reference
        if not isinstance(key, str | int) or not isinstance(count, int):
            raise TypeError("no storage")
        found = self.storages.get(str(key))
        if found is None:
            found = self.storages[str(key)] = self._open(str(key), storage_dtype(kind), str(device), count)
        return found

    def _open(self, key: str, dtype: str, device: str, count: int) -> Storage:
        entry = self.entries.get(f"{self.folder}data/{key}")
        if entry is None:
            raise Damaged(f"The data of one of its tensors ({key}) is not in it.")
        data = content(self.source, entry)
        if not 0 <= count * element_size(dtype) <= data.size:
            raise Damaged(f"Its storage {key} claims {count:,} numbers, but has {data.size:,} bytes.")
        return Storage(dtype, count, device, data)
