"""TensorFlow's checkpoints: a table's blocks, its index, and what its entries say."""

import struct

import numpy as np

from tests.checkpoints import tables
from tests.checkpoints.grammars.dice import Array, Dice
from tests.checkpoints.writing import message, number, text, varint


def _state(dice: Dice) -> dict[str, Array]:
    """A network of numbers that such a file can hold."""
    return {
        name: value.astype("<f4") if value.dtype.kind == "i" else value
        for name, value in dice.state().items()
    }


def _sides(dice: Dice, value: Array) -> bytes:
    return b"".join(message(2, number(1, dice.number(side))) for side in value.shape)


def _kind(dice: Dice, value: Array) -> int:
    return dice.number(tables.KINDS.get(str(value.dtype), 1))


def _packed(dice: Dice, data: bytes) -> tuple[int, bytes]:
    """A block as it is or packed; its kind, its length and its runs may lie."""
    kind, found = tables.snapped(data) if dice.random() < 0.5 else tables.plain(data)
    if dice.lies():
        found = varint(dice.unsigned(len(data), 32)) + found[1:]
    if dice.lies():
        found = found[:5] + bytes(dice.randrange(256) for _ in range(dice.randrange(40))) + found[5:]
    return dice.number(kind) & 0xFF, found


def _table(dice: Dice, entries: list[tuple[bytes, bytes]]) -> bytes:
    """A table of these; its handles and the ends of its blocks may lie."""
    data = tables.table(
        entries, pack=lambda block: _packed(dice, block), size=dice.choice((100, 4096, 1 << 18))
    )
    if dice.lies():
        data = (
            data[:-48]
            + b"".join(varint(dice.unsigned(9, 64)) for _ in range(4)).ljust(40, b"\0")[:40]
            + data[-8:]
        )
    if dice.lies():
        place = dice.randrange(len(data) - 60)
        data = data[:place] + struct.pack("<I", dice.unsigned(1, 32)) + data[place + 4 :]
    return data


def first_format(dice: Dice) -> bytes:
    """A whole network in one file; descriptions and numbers may not fit each other."""
    state, meta = _state(dice), b""
    entries = []
    for name, value in state.items():
        kind = number(3, _kind(dice, value))
        meta += message(1, text(1, name) + message(2, _sides(dice, value)) + kind + message(4, b""))
        field, code = (6, "<f8") if value.dtype == np.float64 else (5, "<f4")
        numbers = message(dice.number(field) & 0xF or 1, value.astype(code).tobytes())
        if value.dtype == np.float16:
            numbers = message(
                13, b"".join(varint(dice.number(one)) for one in value.view("<u2").ravel().tolist())
            )
        named = dice.word() if dice.lies() else name
        entries.append(
            (b"\0" + name.encode(), message(dice.number(2) & 0xF or 1, text(1, named) + message(3, numbers)))
        )
    return _table(dice, [(b"", message(dice.number(1) & 0xF or 1, meta)), *sorted(entries)])


def index(dice: Dice) -> bytes:
    """A whole network's index; the numbers lie where a true one says, but the index may lie."""
    state, place = _state(dice), 0
    entries = []
    for name in sorted(state):
        value = state[name]
        entry = number(1, _kind(dice, value)) + message(2, _sides(dice, value)) + number(3, dice.number(0))
        entry += number(4, dice.number(place)) + number(5, dice.number(value.nbytes))
        if dice.lies():
            entry += message(dice.choice((2, 7)), dice.randbytes(4))
        place += value.nbytes
        entries.append(((dice.word() if dice.lies() else name).encode(), entry))
    header = number(1, dice.number(1)) + number(2, dice.number(0))
    return _table(dice, [(b"", header), *entries])
