"""What every container's contents pass before anything is done with them.

Names, shapes and texts come from the file. Behind this gate they are few and short, so that
whatever walks through them, matches them or shows them takes a bounded time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from gnet_desktop.checkpoints.containers.source import Damaged
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, sides
from gnet_desktop.shown import plain, shown, whole

_MOST_TENSORS: Final = 20_000
"""A GoogLeNet has some 350, with an optimiser's state four times as many."""

_LONGEST_NAME: Final = 512
_ALL_NAMES: Final = 1 << 21
_LONGEST_TEXT: Final = 1 << 20
_MOST_ENTRIES: Final = 200
_LONGEST_LINE: Final = 400

_MOST_CLASSES: Final = 100_000
_LONGEST_CLASS: Final = 512
_ALL_CLASSES: Final = 1 << 22
"""Letters of all class names together; 22,000 with WordNet's ids have 800,000."""


def admitted(contents: Contents) -> Contents:
    """The contents with everything beside the tensors cut to what is shown or asked for.

    Raises Damaged for tensors as no network has them.
    """
    _check_tensors(contents)
    return replace(
        contents,
        container=plain(contents.container, _LONGEST_LINE),
        facts={path: settings for path, settings in contents.facts.items() if _is_name(path)},
        classes=_short(contents.classes),
        texts=_texts(contents.texts),
        labels=_labels(contents.labels),
        entries=_short(dict(list(contents.entries.items())[:_MOST_ENTRIES])),
        devices=tuple(map(plain, contents.devices[:_MOST_ENTRIES])),
        notes=tuple(plain(note, _LONGEST_LINE) for note in contents.notes[:_MOST_ENTRIES]),
    )


def _check_tensors(contents: Contents) -> None:
    if len(contents.tensors) > _MOST_TENSORS:
        raise Damaged(f"It has {whole(len(contents.tensors))} tensors, far more than a network.")
    longest = max(map(len, contents.tensors), default=0)
    if longest > _LONGEST_NAME or sum(map(len, contents.tensors)) > _ALL_NAMES:
        raise Damaged(
            f"The names of its tensors have up to {whole(longest)} letters, far more than a network's."
        )
    for name, tensor in contents.tensors.items():
        if not isinstance(tensor, StoredTensor):
            raise Damaged(f"{shown(name)} stands for a tensor and is none.")
        if len(sides(tensor.shape)) != len(tensor.strides if tensor.strides is not None else tensor.shape):
            raise Damaged(f"The tensor {shown(name)} has no shape.")


def _is_name(path: str) -> bool:
    return len(path) <= _LONGEST_NAME


def _short(names: Mapping[str, str]) -> dict[str, str]:
    return {path: plain(name, _LONGEST_NAME) for path, name in names.items() if _is_name(path)}


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    found, left = {}, _LONGEST_TEXT
    for key, text in list(texts.items())[:_MOST_ENTRIES]:
        left -= len(text)
        if _is_name(key) and left >= 0:
            found[key] = text
    return found


def _labels(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Values that are class names; a file may call anything so."""
    found = {path: _class_names(value) for path, value in list(labels.items())[:_MOST_ENTRIES]}
    return {path: value for path, value in found.items() if value is not None}


def _class_names(value: Any) -> Any:
    """Names in a list or by number, or numbers by name, as a fresh value; None for anything else."""
    if not isinstance(value, list | tuple | dict) or len(value) > _MOST_CLASSES:
        return None
    if isinstance(value, dict):
        names = [_class_name(one) for one in value.values()]
        keys = [_class_name(key) for key in value]
        fits = None not in names and None not in keys and _fit((*keys, *names))
        return dict(zip(keys, names, strict=True)) if fits else None
    names = [_class_name(one) for one in value]
    return names if None not in names and _fit(names) else None


def _class_name(value: Any) -> Any:
    """A name, a number, or a short list of names (["n01440764", "tench"]); None for anything else."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_CLASS else None
    if type(value) is int:
        return value if abs(value) <= _MOST_CLASSES else None
    few = isinstance(value, list | tuple) and 0 < len(value) <= 4
    return list(value) if few and all(isinstance(part, str) for part in value) else None


def _fit(names: Iterable[Any]) -> bool:
    return (
        sum(sum(map(len, name)) if isinstance(name, list) else len(str(name)) for name in names)
        <= _ALL_CLASSES
    )
