"""Accidents that happen to the bytes of a file."""

import random
import struct

EXTREMES = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\0\0\0\x80",
    b"\xff" * 8,
    b"\0" * 8,
    struct.pack("<Q", 1 << 40),
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to four accidents, most of them where the file describes itself."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        place = _place(changed, dice)
        kind = dice.randrange(6)
        if kind == 0:
            changed[place : place + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            piece = dice.choice(EXTREMES)
            changed[place : place + len(piece)] = piece
        elif kind == 2:
            del changed[place : place + dice.choice((1, 2, 8, 100, 5000))]
        elif kind == 3:
            changed[place:place] = dice.randbytes(dice.choice((1, 4, 64)))
        elif kind == 4:
            other = _place(changed, dice)
            changed[place : place + 32] = changed[other : other + 32]
        else:
            del changed[place:]
    return bytes(changed)


def _place(data: bytearray, dice: random.Random) -> int:
    """Anywhere, or near the start, the end, or a text (descriptions are full of texts)."""
    if not data:
        return 0
    where = dice.random()
    if where < 0.3:
        return dice.randrange(min(len(data), 2000))
    if where < 0.5:
        return len(data) - 1 - dice.randrange(min(len(data), 30_000))
    place = dice.randrange(len(data))
    found = data.find(b"conv", place)
    return max(0, found - dice.randrange(60)) if where < 0.9 and found >= 0 else place
