"""The files that this program writes: canonical names, and all that names don't tell beside them.

Their metadata holds ``architecture``: JSON with the ``family``, the trunk's layers in
``order``, and ``facts``: every layer's settings, in the words of `fitting.words`. Where the
tensors have other names, ``names`` tells them: JSON, the file's own by the canonical ones.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gnet_desktop.checkpoints.containers.graph import Graph
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.fitting.words import settings_of
from gnet_desktop.checkpoints.recognition.matching import Names
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES, Architecture
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.plain_json import parsed

ARCHITECTURE: Final = "architecture"
"""The metadata's key for `description`."""

GRAPH_DIGEST: Final = "graph_digest"
"""The metadata's key for `digest`, in a file that has a graph."""

NAMES: Final = "names"
"""The metadata's key for the tensors' own names, in a file that cannot use the canonical ones."""

_ANCHOR: Final = "3a/1x1.weight"
_MOST_LAYERS: Final = 32
_MOST_NODES: Final = 1000
_LARGEST: Final = 4096
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "activation": ("relu", "relu6", "none"),
    "kind": ("average", "max"),
}
_PLAIN: Final = re.compile(r"(pool|norm)\d")
_WEIGHTED: Final = re.compile(
    r"conv[1-4]|[345][a-e]/(1x1|3x3_reduce|3x3|5x5_reduce|5x5_a|5x5|pool_proj)"
    r"|aux[12]/(conv|fc1|fc2)|fc(_\d)?"
)
_PARTS: Final = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Described:
    """What such a file says: its family, its layers' settings, the trunk's order, and its names."""

    family: str
    facts: Facts
    order: tuple[str, ...]
    names: Names

    @property
    def trunk(self) -> list[str]:
        """The convolutions of stem and modules, all of which must be there."""
        stem = [name for name in self.order if name.startswith("conv")]
        return [*stem, *(f"{module}/{part}" for module in MODULES for part in _PARTS)]


def description(architecture: Architecture) -> str:
    """What the tensors don't show of an architecture, as JSON."""
    return json.dumps(
        {
            "family": architecture.family,
            "order": [layer.name for layer in architecture.trunk],
            "facts": settings_of(architecture),
        }
    )


def described(contents: Contents) -> Described | None:
    """What a file of ours says of itself; None for any other, or one whose graph was changed.

    Raises CheckpointError for one whose description cannot be read.
    """
    text = contents.texts.get(ARCHITECTURE)
    is_ours = _ANCHOR in contents.tensors or NAMES in contents.texts
    if text is None or not is_ours or not _is_as_written(contents):
        return None
    try:
        return _checked(parsed(text), _names(contents))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(
            "Its description cannot be read.",
            "Its metadata says that this program wrote it, but not which network it is.",
            "Convert the file that it was made from once more.",
        ) from error


def _checked(found: Any, names: Names) -> Described:
    """Raises ValueError for what no file of ours says."""
    family, order, facts = found["family"], tuple(found["order"]), found["facts"]
    if family not in FAMILIES or not _is_order(order) or not all(map(_is_settings, facts.values())):
        raise ValueError("no network of ours")
    return Described(family, facts, order, names)


def digest(graph: Graph) -> str:
    """SHA-256 of a graph's operations and their settings, by which one is known again."""
    lines = "\n".join(
        repr((node.kind, node.inputs, node.outputs, sorted(node.settings.items()))) for node in graph.nodes
    )
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()


def _is_as_written(contents: Contents) -> bool:
    graph = contents.graph
    return graph is None or (
        len(graph.nodes) <= _MOST_NODES and contents.texts.get(GRAPH_DIGEST) == digest(graph)
    )


def _is_order(order: tuple[str, ...]) -> bool:
    """Whether these can be a trunk's layers: its convolutions and modules where they belong."""
    weighted = [name for name in order if not _PLAIN.fullmatch(name)]
    stem, tail = weighted[: weighted.index(MODULES[0])], weighted[weighted.index(MODULES[-1]) + 1 :]
    return (
        len(set(order)) == len(order) <= _MOST_LAYERS
        and tuple(weighted[len(stem) : len(weighted) - len(tail)]) == MODULES
        and stem == [name for name in ("conv1", "conv2", "conv3") if name in stem]
        and tail in ([], ["conv4"])
    )


def _is_settings(facts: Any) -> bool:
    return isinstance(facts, dict) and all(_is_setting(name, value) for name, value in facts.items())


def _is_setting(name: str, value: Any) -> bool:
    if name in _WORDS:
        return isinstance(value, str) and value in _WORDS[name]
    if value == "same":
        return name == "padding"
    return isinstance(value, int | float) and abs(value) <= _LARGEST  # neither NaN nor infinity is


def _names(contents: Contents) -> dict[str, dict[str, str]]:
    given = parsed(contents.texts[NAMES]) if NAMES in contents.texts else {}
    names: dict[str, dict[str, str]] = {}
    for name, own in (given or {name: name for name in contents.tensors}).items():
        layer, _, part = name.partition(".")
        if part and _WEIGHTED.fullmatch(layer) and own in contents.tensors:
            names.setdefault(layer, {})[part] = own
    return names
