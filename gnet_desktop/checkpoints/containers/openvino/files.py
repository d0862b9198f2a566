"""OpenVINO's networks (IR): ``.xml`` and ``.bin``, which open by either.

Editions from 10 on describe operations, those before layers much as Caffe's are.
"""

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from gnet_desktop.checkpoints.containers.openvino import older, operations
from gnet_desktop.checkpoints.containers.openvino.description import Description, read_description
from gnet_desktop.checkpoints.containers.source import Placed, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.convention import CHANNELS, REVERSED
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown

_HEAD: Final = 1024
_NET: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<net\s", re.DOTALL
)
_FIRST_OF_OPERATIONS: Final = 10
_REVERSED: Final = "reverse_input_channels"


def claims(head: bytes, source: Source) -> bool:
    """Whether it is a description, or the numbers that belong to one beside it."""
    if _NET.match(head[:_HEAD]):
        return True
    if not isinstance(source, Placed) or source.path.suffix != ".bin":
        return False
    name = _partner(source)
    return source.has(name) and _describes(source.beside(name))


def _describes(source: Source) -> bool:
    return _NET.match(read(source, 0, min(_HEAD, source.size))) is not None


def _partner(source: Placed) -> str:
    """The name of the other of the two files."""
    return str(PurePath(source.path.name).with_suffix(".xml" if source.path.suffix == ".bin" else ".bin"))


def read_contents(source: Source) -> Contents:
    """Weights and graph; raises CheckpointError, also where the other file is missing."""
    name = _partner(source) if isinstance(source, Placed) else "a .bin file"
    if not isinstance(source, Placed) or not source.has(name):
        raise CheckpointError(
            "This is OpenVINO's description of a network.",
            f"Its numbers are in {shown(name)}, which is not beside it.",
            "Put both in one folder, and open either.",
        )
    other = source.beside(name)
    text, data = (source, other) if _describes(source) else (other, source)
    net = read_description(text)
    if not net.layers:
        raise CheckpointError(
            "This is OpenVINO's description of no network.",
            "It has no layers.",
            "Open the .xml file of a GoogLeNet.",
        )
    read_layers = operations.contents if net.edition >= _FIRST_OF_OPERATIONS else older.contents
    found = read_layers(net, data)
    return replace(
        found,
        container=f"OpenVINO IR {net.edition} in 2 files",
        texts=_texts(net),
        notes=(f"Weights are read from {shown(data.path.name)}.", *found.notes),
    )


def _texts(net: Description) -> dict[str, str]:
    """Whether the converter exchanged red and blue, which no weight shows."""
    return {CHANNELS: REVERSED} if net.told.get(_REVERSED, "").lower() in ("true", "1") else {}
