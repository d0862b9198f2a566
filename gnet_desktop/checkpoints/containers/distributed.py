"""torch.distributed.checkpoint's folders: a pickle ``.metadata`` and files ``__0_0.distcp``.

The pickle says in which file each piece of a tensor lies; a piece is a torch file of its
own. Opening any of the files opens the whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.containers import torch_zip
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import KNOWN
from gnet_desktop.checkpoints.containers.pickled.values import Instance, Opaque
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, FileSource, Source, Span
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor, sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.files import is_file
from gnet_desktop.shown import listed, shown

METADATA: Final = ".metadata"
_SHARD: Final = ".distcp"
_CLASS: Final = b"torch.distributed.checkpoint.metadata"
_MOST_PIECES: Final = 50_000

Shape = tuple[int, ...]


def claims(head: bytes, source: Source) -> bool:
    """Whether it is the description of such a checkpoint, or one of its files."""
    if not isinstance(source, FileSource):
        return False
    return source.path.name.endswith(_SHARD) or (head[:1] == b"\x80" and _CLASS in head)


def read_contents(source: Source) -> Contents:
    """All tensors, put together from their pieces; raises CheckpointError naming a file that is missing."""
    assert isinstance(source, FileSource)
    description = source
    if source.path.name.endswith(_SHARD):
        if not is_file(source.path.parent / METADATA):
            raise CheckpointError(
                "This is one file of a distributed checkpoint.",
                f"{METADATA}, which says what is in it, is not beside it.",
                f"Put {METADATA} and all .distcp files in one folder, and open any of them.",
            )
        description = source.beside(METADATA)
    pieces: dict[str, list[_Piece]] = {}
    files: dict[str, int] = {}
    for piece in _pieces(load(Cursor(description), KNOWN)):
        pieces.setdefault(piece.name, []).append(piece)
        files[piece.file] = files.get(piece.file, 0) + piece.length
    for name, length in files.items():
        if length > _file(source, name).size:
            raise Damaged(f"The pieces in {shown(name)} overlap, or reach beyond its end.")
    return Contents(
        f"a distributed checkpoint in {len(files)} files",
        {name: tensor for name, parts in pieces.items() if (tensor := _tensor(source, parts)) is not None},
        notes=(f"Weights are read from {listed(sorted(files))}.",),
    )


@dataclass(frozen=True)
class _Piece:
    """A part of a tensor of ``whole`` shape, from ``corner`` on: where it lies.

    ``whole`` is None for what is no tensor.
    """

    name: str
    corner: Shape
    whole: Shape | None
    file: str
    offset: int
    length: int


def _pieces(metadata: Any) -> Iterator[_Piece]:
    """What the description lists; raises Damaged where it makes no sense."""
    attributes = _attributes(metadata)
    shapes, storage = attributes.get("state_dict_metadata"), attributes.get("storage_data")
    if not isinstance(shapes, dict) or not isinstance(storage, dict) or len(storage) > _MOST_PIECES:
        raise Damaged("The description of its pieces makes no sense.")
    for key, place in storage.items():
        index, told = _attributes(key.value if isinstance(key, Opaque) else key), _attributes(place)
        name, corner = index.get("fqn"), index.get("offset") or ()
        whole = _attributes(shapes.get(name)).get("size") if isinstance(name, str) else None
        piece = _Piece(
            name if isinstance(name, str) else "",
            sides(corner) if isinstance(corner, tuple) else (-1,),
            sides(whole) if isinstance(whole, tuple) else None,
            told.get("relative_path", ""),
            told.get("offset", -1),
            told.get("length", -1),
        )
        if not _is_sound(piece):
            raise Damaged("The description of a piece makes no sense.")
        yield piece


def _attributes(value: Any) -> Mapping[str, Any]:
    return value.attributes if isinstance(value, Instance) else {}


def _is_sound(piece: _Piece) -> bool:
    sides = (*piece.corner, *(piece.whole or ()), piece.offset, piece.length)
    return (
        isinstance(piece.file, str)  # type: ignore[redundant-expr]
        and bool(piece.file and piece.name)
        and all(type(side) is int and side >= 0 for side in sides)
    )


def _tensor(source: FileSource, pieces: list[_Piece]) -> StoredTensor | None:
    """A tensor whole; None for what is no tensor."""
    whole = pieces[0].whole
    if whole is None:
        return None
    parts = tuple(_stored(source, piece) for piece in pieces)
    if len(parts) == 1 and parts[0].shape == whole:
        return parts[0]
    corners = tuple(piece.corner for piece in pieces)
    for part, corner in zip(parts, corners, strict=True):
        reach = tuple(start + side for start, side in zip(corner, part.shape, strict=False))
        if not len(corner) == len(part.shape) == len(whole) or any(
            end > side for end, side in zip(reach, whole, strict=True)
        ):
            raise Damaged(f"A piece of {shown(pieces[0].name)} lies outside it.")
    if sum(part.count for part in parts) != prod(whole):
        raise Damaged(f"The pieces of {shown(pieces[0].name)} do not make it whole.")
    return made(parts, partial(_joined, corners=corners, shape=whole), shape=whole, how="pieces joined")


def _stored(source: FileSource, piece: _Piece) -> StoredTensor:
    span = Span(_file(source, piece.file), piece.offset, piece.length)
    tensors = torch_zip.read_contents(span).tensors
    return next(iter(tensors.values()))


def _file(source: FileSource, name: str) -> FileSource:
    return source if name == source.path.name else source.beside(name)


def _joined(*parts: Floats, corners: tuple[Shape, ...], shape: Shape) -> Floats:
    found = np.zeros(shape, np.float32)
    for part, corner in zip(parts, corners, strict=True):
        place = (slice(start, start + side) for start, side in zip(corner, part.shape, strict=True))
        found[tuple(place)] = part
    return found
