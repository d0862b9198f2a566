"""Files of a header and numbers behind it: safetensors, MXNet."""

import json
import struct
from collections.abc import Callable
from typing import Any, Final

from tests.checkpoints.grammars.dice import Array, Dice
from tests.checkpoints.hostile import safetensors

_KINDS: Final = {"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "i8": "I64"}
_TEXTS: Final = (
    *("labels", "input", "temperatures", "nothing_fits", "figures", "description", "classes", "format"),
)
_EDITIONS: Final = (0xF993FAC9, 0xF993FACA, 0xF993FAC8)


def code(value: Array) -> str:
    """numpy's short word for an array's kind, without the order of its bytes."""
    return value.dtype.str[1:]


def any_json(dice: Dice, depth: int = 0) -> Any:
    """Any value that JSON can say."""
    choices: tuple[Callable[[], Any], ...] = (
        lambda: dice.number(),
        dice.word,
        lambda: dice.choice((None, True, 1.5, 1e400, "F32", "[[[[", '{"a": 1}')),
        lambda: [any_json(dice, depth + 1) for _ in range(dice.randint(0, 4))],
        lambda: {dice.word(): any_json(dice, depth + 1) for _ in range(dice.randint(0, 4))},
    )
    return dice.choice(choices if depth < 4 else choices[:3])()


def safetensors_file(dice: Dice) -> bytes:
    """A whole network; entries, metadata and lengths may lie."""
    header: dict[str, Any] = {}
    data = b""
    for name, value in dice.state().items():
        content = value.tobytes()
        entry = {
            "dtype": _KINDS[code(value)],
            "shape": [dice.number(side) for side in value.shape],
            "data_offsets": [dice.number(len(data)), len(data) + len(content)],
        }
        if dice.lies():
            entry[dice.choice(list(entry))] = any_json(dice)
        header[name] = entry
        data += content
    if dice.random() < 0.6:
        header["__metadata__"] = {key: json.dumps(any_json(dice)) for key in dice.sample(_TEXTS, 4)}
    text = json.dumps(header).encode()
    return struct.pack("<Q", dice.unsigned(len(text), 64)) + text + data


def any_header(dice: Dice) -> bytes:
    """A header that is any JSON."""
    header = {dice.word(): any_json(dice) for _ in range(dice.randint(1, 5))}
    if dice.random() < 0.5:
        header["a"] = {
            "dtype": any_json(dice, 4),
            "shape": any_json(dice, 3),
            "data_offsets": [0, dice.number(4)],
        }
    return safetensors(header, bytes(dice.choice((0, 4, 64))))


def mxnet(dice: Dice) -> bytes:
    """A whole network as a list of arrays and a list of names."""
    state = {name: value for name, value in dice.state().items() if code(value) != "i8"}
    found = struct.pack("<3Q", 0x112, 0, dice.unsigned(len(state), 64))
    for value in state.values():
        sides = dice.unsigned(value.ndim, 32)
        found += struct.pack("<Ii", dice.choice(_EDITIONS[:2]), int(dice.lies())) + struct.pack("<I", sides)
        found += b"".join(struct.pack("<q", dice.number(side) % (1 << 62)) for side in value.shape)
        kind = {"f4": 0, "f8": 1, "f2": 2, "i1": 5}[code(value)]
        found += struct.pack("<3I", 1, 0, dice.unsigned(kind, 32)) + value.tobytes()
    names = [(dice.word() if dice.lies() else name).encode() for name in state]
    found += struct.pack("<Q", dice.unsigned(len(names), 64))
    return found + b"".join(struct.pack("<Q", dice.unsigned(len(name), 64)) + name for name in names)
