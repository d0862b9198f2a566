"""A pickle's value becomes named tensors: dictionaries and modules are walked, nothing is run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.pickled.rebuilding import ArrayValue, DerivedValue, TensorValue
from gnet_desktop.checkpoints.containers.pickled.values import Instance
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES

_DEEPEST: Final = 32
_LONGEST_PATH: Final = 512
_LONGEST_WORD: Final = 64
_LARGEST_NUMBER: Final = 1 << 32
_MODULE_PARTS: Final = ("_parameters", "_buffers", "_modules")

LABEL_KEYS: Final = frozenset(
    (
        *("classes", "class_names", "class_list", "labels", "label_names", "names", "categories"),
        *("target_names", "vocab", "class_to_idx", "idx_to_class", "class_indices", "id2label", "label2id"),
        "synset words",
    )
)
"""Entries beside the weights that may hold class names."""

_SETTINGS: Final[Mapping[str, str]] = {
    "kernel_size": "kernel",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "groups": "groups",
    "ceil_mode": "ceil",
    "eps": "epsilon",
    "size": "size",
    "alpha": "alpha",
    "beta": "beta",
    "k": "k",
    "output_size": "cells",
    "negative_slope": "slope",
    "transform_input": "transform_input",
    "training": "training",
}
"""Attributes of torch's modules that a state dict doesn't keep, and our words for them."""

Numbers = TensorValue | ArrayValue | DerivedValue
"""Values of a pickle that are tensors."""

_WALKED: Final = (TensorValue, ArrayValue, DerivedValue, Instance, dict, list, tuple)


@dataclass
class Flat:
    """What a pickled value holds, by dotted path."""

    tensors: dict[str, Numbers] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)


def flatten(value: Any) -> Flat:
    """The tensors of a value in its order, and what else is worth knowing.

    ``facts`` are the settings of modules, ``classes`` their class by path, ``labels``
    entries that look like class names, ``entries`` kind of every top-level entry.
    """
    flat, seen, budget = Flat(), set[int](), current()
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, item, depth = waiting.pop()
        item = _unpaired(item)
        if _holds_numbers(item):
            flat.tensors[path] = item
            continue
        if path.rpartition(".")[2] in LABEL_KEYS and (names := _names(item)) is not None:
            flat.labels.setdefault(path, names)
        if depth >= _DEEPEST or id(item) in seen:
            continue
        if isinstance(item, dict | list | tuple | Instance):
            seen.add(id(item))
        attributes = item.attributes if isinstance(item, Instance) else {}
        if isinstance(item, Instance):
            _note_module(flat, path, item, attributes)
        children = list(_children(item, attributes))
        budget.steps(len(children))
        if depth == 0:
            flat.entries = {name: _kind(child) for name, child in children}
        inner = [
            (name, child)
            for name, child in reversed(children)
            if isinstance(child, _WALKED) and len(path) + len(name) < _LONGEST_PATH
        ]
        budget.values(len(inner))
        budget.keep(len(path) * len(inner))
        waiting += [(_joined(path, name), child, depth + 1) for name, child in inner]
    return flat


def _names(item: Any) -> Any:
    """What may be class names: a list or table, or an array of texts as a list."""
    if isinstance(item, ArrayValue):
        return item.texts
    return item if isinstance(item, dict | list | tuple) else None


def _unpaired(item: Any) -> Any:
    """Paddle pickles a parameter as its own name and its array."""
    pair = isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str)
    return item[1] if pair and _holds_numbers(item[1]) else item


def _holds_numbers(item: Any) -> bool:
    """A tensor, or an array of plain numbers: not of objects, texts, dates or records."""
    if isinstance(item, ArrayValue):
        return bool(item.dtype) and not isinstance(item.data, list)
    return isinstance(item, TensorValue | DerivedValue)


def _children(item: Any, attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(item, dict):
        yield from _named(item)
    elif isinstance(item, list | tuple):
        yield from ((str(index), child) for index, child in enumerate(item))
    elif isinstance(item, Instance):
        yield from _instance_children(item, attributes)
    elif isinstance(item, ArrayValue) and isinstance(item.data, list):
        yield from ((str(index), child) for index, child in enumerate(item.data))


def _named(item: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name, child in item.items():
        if isinstance(name, str | int):
            yield str(name), child


def _instance_children(item: Instance, attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A torch module's parameters, buffers and modules; any other object's attributes."""
    if "_modules" in attributes:
        for part in _MODULE_PARTS:
            inner = attributes.get(part)
            yield from _named(inner) if isinstance(inner, dict) else ()
        return
    yield from _named(attributes)
    yield from ((str(key), child) for key, child in item.items if isinstance(key, str | int))
    if not attributes and not item.items:
        yield from ((str(index), child) for index, child in enumerate(item.args))


def _note_module(flat: Flat, path: str, item: Instance, attributes: Mapping[str, Any]) -> None:
    flat.classes[path] = item.kind_name
    settings = {
        word: plain for name, word in _SETTINGS.items() if (plain := _plain(attributes.get(name))) is not None
    }
    if settings:
        flat.facts[path] = settings


def _plain(value: Any) -> Any:
    """A number or word, or both sides of a square as one; None for anything else."""
    if isinstance(value, tuple | list):
        sides = [_simple(side) for side in value[:MOST_SIDES]]
        equal = sides and len(value) <= MOST_SIDES and all(side == sides[0] for side in sides)
        return sides[0] if equal else None
    return _simple(value)


def _simple(value: Any) -> Any:
    """A word or number of a size that settings have; None for anything else."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_WORD else None
    if isinstance(value, int):  # a truth value is one
        return value if abs(value) <= _LARGEST_NUMBER else None
    return value if isinstance(value, float) else None


def _kind(value: Any) -> str:
    return value.kind_name if isinstance(value, Instance) else type(value).__name__


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
