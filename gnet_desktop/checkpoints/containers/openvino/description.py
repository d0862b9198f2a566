"""OpenVINO's description of a network (``.xml``): its layers, what they read, and what was noted of them.

The text comes from a stranger: it may declare no types and no entities, nest only so deep, and
take only so many bytes. Bodies of loops, sides and whatever else is not asked for are passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import Damaged, Incomplete, Source, Span, read
from gnet_desktop.shown import shown, whole

_LARGEST: Final = 1 << 23
"""Bytes of a description; a GoogLeNet's takes 0.3 million, a quantised one's a million."""

_DEEPEST: Final = 32
_UNFINISHED: Final = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
)
_MOST_DIGITS: Final = 15
_MOST_NUMBERS: Final = 16

Place = tuple[str, str]
"""A layer's number and that of one of its ports."""


@dataclass
class Layer:
    """A layer: ``settings`` are the attributes of its data, ``gives`` its ports of output.

    ``blobs`` say where a layer of the older editions has its weights: {"weights": {"offset": …}}.
    """

    number: str
    name: str
    kind: str
    precision: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    gives: list[str] = field(default_factory=list)
    blobs: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Description:
    """A network's layers in the file's order, and where each port of input gets its value from.

    ``told`` are notes about how it was made: {"reverse_input_channels": "True"}.
    """

    edition: int = 0
    layers: list[Layer] = field(default_factory=list)
    edges: dict[Place, Place] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


def read_description(source: Source) -> Description:
    """The network that a description tells of; raises CheckpointError."""
    if source.size > _LARGEST:
        raise Damaged(f"Its description takes {whole(source.size)} bytes, far more than a network's.")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _declared
    parser.EntityDeclHandler = _declared
    current().keep(source.size)
    try:
        parser.Parse(read(source, 0, source.size), True)
    except expat.ExpatError as error:
        if error.code in _UNFINISHED:
            raise Incomplete(f"Its description ends in line {error.lineno}, before its last part.") from error
        raise Damaged(f"Line {error.lineno} of its description is not XML.") from error
    return reader.found


def _declared(*_: object) -> None:
    raise Damaged("Its description declares types or entities of its own.", "Do not trust this file.")


def number(text: str) -> int:
    """A whole number of an attribute; -1 for anything else."""
    text = text.strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        return -1
    return int(text)


def numbers(text: str) -> list[int]:
    """The whole numbers of a list with commas."""
    return [number(word) for word in text.split(",", _MOST_NUMBERS)] if text.strip() else []


def place_of(told: Mapping[str, str], name: str, data: Source) -> Span:
    """Where the numbers of what is called ``name`` lie in the other file.

    Raises CheckpointError where they lie nowhere in it.
    """
    offset, count = number(told.get("offset", "")), number(told.get("size", ""))
    if min(offset, count) < 0:
        raise Damaged(f"The numbers of {shown(name)} lie nowhere.")
    if (end := offset + count) > data.size:
        raise Incomplete(
            f"Its numbers take {whole(data.size)} bytes, and {shown(name)} ends at {whole(end)}."
        )
    return Span(data, offset, count)


class _Reader:
    """What is kept of each element, by its place in the document."""

    def __init__(self) -> None:
        self.found, self.path = Description(), list[str]()
        self._layer = Layer("", "", "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        current().values(1 + len(attributes))
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise Damaged("Its description is nested too deep.")
        match self.path:
            case ["net"]:
                self.found.edition = number(attributes.get("version", ""))
            case ["net", "layers", "layer"]:
                place, title, kind, precision = (attributes.get(word, "") for word in _WORDS)
                self._layer = Layer(place, title, kind, precision)
                self.found.layers.append(self._layer)
            case ["net", "layers", "layer", *inside]:
                self._inside(inside, attributes)
            case ["net", "edges", "edge"]:
                start, end = (_place(attributes, way) for way in ("from", "to"))
                self.found.edges[end] = start
            case ["net", ("rt_info" | "meta_data"), *_] if "value" in attributes:
                self.found.told[name] = attributes["value"]

    def _inside(self, path: list[str], attributes: dict[str, str]) -> None:
        match path:
            case ["data"]:
                self._layer.settings |= attributes
            case [("input" | "output") as way, "port"]:
                ports = self._layer.reads if way == "input" else self._layer.gives
                ports.append(attributes.get("id", ""))
            case ["blobs", blob] | [("weights" | "biases") as blob]:
                self._layer.blobs[blob] = attributes

    def end(self, _name: str) -> None:
        """An element ends."""
        self.path.pop()


_WORDS: Final = ("id", "name", "type", "precision")


def _place(attributes: dict[str, str], way: str) -> Place:
    return attributes.get(f"{way}-layer", ""), attributes.get(f"{way}-port", "")
