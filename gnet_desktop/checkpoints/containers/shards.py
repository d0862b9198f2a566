"""Weights in several files with an index (Hugging Face): ``model.safetensors.index.json``.

The index is JSON that gives each tensor's file; one of the files opens the whole, too.
"""

import re
from pathlib import PurePath
from typing import Any, Final

from gnet_desktop.checkpoints.containers import safetensors, torch_legacy, torch_zip
from gnet_desktop.checkpoints.containers.source import Damaged, FileSource, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor
from gnet_desktop.errors import CheckpointError
from gnet_desktop.files import is_file
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import listed, shown, whole

_MAP: Final = "weight_map"
_INDEX: Final = re.compile(rb'\s*\{\s*"(?:metadata|weight_map)"')
_SHARD: Final = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.\w+)")
_LARGEST: Final = 1 << 22
_MOST_FILES: Final = 1000
_HEAD: Final = 64
_KINDS: Final[tuple[Any, ...]] = (safetensors, torch_zip, torch_legacy)


def claims(head: bytes, source: Source) -> bool:
    """Whether it is an index of shards, or one of them."""
    if not isinstance(source, FileSource):
        return False
    return _is_index(head, source) or (
        _as_shard(source) is not None and any(kind.claims(head, source) for kind in _KINDS)
    )


def read_contents(source: Source) -> Contents:
    """The tensors of all shards in the index's order.

    Raises CheckpointError naming a file that is missing.
    """
    assert isinstance(source, FileSource)
    index, shard = source, _as_shard(source)
    if shard is not None:
        name, count = shard
        if not is_file(source.path.parent / name):
            raise CheckpointError(
                f"This is one of {count} files that make a network.",
                f"{name}, which says what is in which, is not beside it.",
                f"Put {name} and all of the files in one folder, and open any of them.",
            )
        index = source.beside(name)
    places = _places(index)
    shards = {name: _shard(source, name) for name in dict.fromkeys(places.values())}
    tensors: dict[str, StoredTensor] = {}
    for name, file in places.items():
        if name not in shards[file].tensors:
            raise Damaged(f"{shown(file)} has no {shown(name)}, which the index says is there.")
        tensors[name] = shards[file].tensors[name]
    containers = sorted({shard.container for shard in shards.values()})
    return Contents(
        f"{' and '.join(containers)} in {len(shards)} files",
        tensors,
        devices=tuple(sorted({device for shard in shards.values() for device in shard.devices})),
        notes=(f"Weights are read from {listed(shards)}.",),
    )


def _is_index(head: bytes, source: FileSource) -> bool:
    named = source.path.name.endswith(".index.json")
    return _INDEX.match(head) is not None and (named or f'"{_MAP}"'.encode() in head)


def _as_shard(source: FileSource) -> tuple[str, int] | None:
    """The name of a shard's index and how many shards there are; None for a file not named as one."""
    found = _SHARD.fullmatch(source.path.name)
    if found is None or int(found[3]) < 2:
        return None
    return f"{found[1]}{found[4]}.index.json", int(found[3])


def _places(index: FileSource) -> dict[str, str]:
    """The file of each tensor."""
    if index.size > _LARGEST:
        raise Damaged(f"Its index takes {whole(index.size)} bytes, far more than a network's.")
    try:
        table: Any = parsed(read(index, 0, index.size).decode("utf-8"))[_MAP]
        places = {str(name): file for name, file in table.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged("Its index of files makes no sense.") from error
    files = set(places.values()) if all(isinstance(file, str) for file in places.values()) else {""}
    if len(files) > _MOST_FILES or not all(file and PurePath(file).name == file for file in files):
        raise Damaged("Its index names files that are not in its own folder.")
    return places


def _shard(source: FileSource, name: str) -> Contents:
    shard = source if name == source.path.name else source.beside(name)
    head = read(shard, 0, min(_HEAD, shard.size))
    for kind in _KINDS:
        if kind.claims(head, shard):
            contents: Contents = kind.read_contents(shard)
            return contents
    raise Damaged(f"{shown(name)} holds no weights.")
