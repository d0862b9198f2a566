"""NumPy's files: npz archives of arrays (Chainer), and npy files that pickle a dictionary of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gnet_desktop.checkpoints.containers.lasagne import named
from gnet_desktop.checkpoints.containers.pickled.contents import contents
from gnet_desktop.checkpoints.containers.pickled.flattening import LABEL_KEYS
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import (
    KNOWN,
    column_major,
    fixed_texts,
    numpy_kind,
)
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, sides
from gnet_desktop.checkpoints.containers.zipped import MAGIC, content, directory
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown, whole

_NPY: Final = b"\x93NUMPY"
_HEADER: Final = re.compile(
    r"\{'descr': ('[^']{1,16}'|\[.{1,4000}?\]), 'fortran_order': (True|False), "
    r"'shape': \(([\d, ]{0,200})\),? *\}\s*"
)
_LARGEST_HEADER: Final = 1 << 12


def claims(head: bytes, source: Source) -> bool:
    """Whether it is an npy file, or a zip archive of nothing but these."""
    if head.startswith(_NPY):
        return True
    if not head.startswith(MAGIC):
        return False
    names = directory(source)
    return bool(names) and all(name.endswith(".npy") for name in names)


def read_contents(source: Source) -> Contents:
    """All arrays; raises CheckpointError."""
    if read(source, 0, len(_NPY)) == _NPY:
        return _single(source)
    arrays = {
        name.removesuffix(".npy"): _array(name, content(source, entry))
        for name, entry in directory(source).items()
    }
    tensors: Mapping[str, StoredTensor] = {name: array for name, array in arrays.items() if array is not None}
    skipped = len(arrays) - len(tensors)
    notes = (f"{skipped} entries of the archive hold no plain numbers and were not read.",) if skipped else ()
    return named(Contents("NumPy npz", tensors, labels=dict(_labels(source)), notes=notes))


def _labels(source: Source) -> Iterator[tuple[str, list[str]]]:
    """Entries of texts whose names say that they are class names."""
    for name, entry in directory(source).items():
        key = name.removesuffix(".npy")
        if key in LABEL_KEYS:
            array = content(source, entry)
            word, _, shape, start = _header(name, array)
            kind = numpy_kind(word)
            texts = fixed_texts(array, shape[0] if len(shape) == 1 else 0, kind.width, kind.order, start)
            if texts is not None:
                yield key, texts


def _single(source: Source) -> Contents:
    """One array tells nothing; one that pickles a dictionary may be a whole network."""
    kind, _, _, start = _header("It", source)
    if "O" not in kind:
        raise CheckpointError(
            "This is a single NumPy array.", "A network has many tensors.", "Save them with numpy.savez."
        )
    value = load(Cursor(Span(source, start, source.size - start)), KNOWN)
    return contents(value, "NumPy npy with a pickled dictionary")


def _array(name: str, source: Source) -> StoredTensor | None:
    """An entry as a tensor; None for kinds that are no plain numbers (texts, dates, records)."""
    word, column, shape, start = _header(name, source)
    kind = numpy_kind(word)
    if not kind.dtype:
        return None
    strides = column_major(shape) if column else None
    return StoredTensor(source, kind.dtype, shape, start, strides, kind.order)


def _header(name: str, source: Source) -> tuple[str, bool, tuple[int, ...], int]:
    """(kind, column-major, shape, where the data starts)."""
    head = read(source, 0, min(12, source.size))
    if not head.startswith(_NPY) or len(head) < 12:
        raise Damaged(f"{shown(name)} is not a NumPy array.")
    wide = head[6] > 1
    length = int.from_bytes(head[8:12] if wide else head[8:10], "little")
    begin = 12 if wide else 10
    if length > _LARGEST_HEADER:
        raise Damaged(f"{shown(name)} has a description of {whole(length)} bytes.")
    found = _HEADER.fullmatch(read(source, begin, length).decode("latin-1"))
    if found is None:
        raise Damaged(f"{shown(name)} has no description of its array.")
    shape = sides(int(side) for side in re.findall(r"\d+", found[3]))
    return found[1].strip("'"), found[2] == "True", shape, begin + length
