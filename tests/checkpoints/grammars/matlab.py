"""MATLAB's files of version 5, whose types, lengths and sides may lie."""

import struct
import zlib

import numpy as np

from tests.checkpoints.grammars.dice import Array, Dice

_KINDS = {"f4": (7, 7), "f8": (9, 6), "f2": (4, 11), "i1": (1, 8), "i8": (12, 14)}
"""numpy's word → (type of the data, class of the array)."""


class _Writer:
    def __init__(self, dice: Dice) -> None:
        self.dice = dice

    def u(self, value: int, size: int = 4) -> bytes:
        return self.dice.unsigned(value, 8 * size).to_bytes(size, "little")

    def element(self, kind: int, data: bytes) -> bytes:
        """With its data behind it, or in its own eight bytes."""
        if 0 < len(data) <= 4 and self.dice.random() < 0.7:
            return self.u(kind, 2) + self.u(len(data), 2) + data.ljust(4, b"\0")
        return self.u(kind) + self.u(len(data)) + data + bytes(-len(data) % 8)

    def matrix(self, kind: int, shape: tuple[int, ...], name: str, *parts: bytes) -> bytes:
        sides = b"".join(self.u(side) for side in shape)
        head = self.element(6, self.u(kind, 1) + bytes(7)) + self.element(5, sides)
        return self.element(14, head + self.element(1, name.encode()[:200]) + b"".join(parts))

    def array(self, name: str, value: Array) -> bytes:
        data, kind = _KINDS.get(value.dtype.str[1:], (7, 7))
        turned = value.transpose({4: (2, 3, 1, 0)}.get(value.ndim, tuple(range(value.ndim))))
        shape = turned.shape if turned.ndim > 1 else (1, turned.size)
        if self.dice.lies():
            value, data = np.zeros(0, np.float32), self.dice.choice((2, 7, 9, 99))
        return self.matrix(kind, shape, name, self.element(data, turned.tobytes("F") if value.size else b""))

    def text(self, name: str, text: str) -> bytes:
        return self.matrix(
            4, (1, len(text)), name, self.element(4, text[:200].encode("utf-16-le", "replace"))
        )

    def cell(self, name: str, values: list[bytes]) -> bytes:
        return self.matrix(1, (1, len(values)), name, *values)

    def structs(self, name: str, rows: list[dict[str, bytes]]) -> bytes:
        words = list(rows[0]) if rows else []
        names = b"".join(word.encode()[:31].ljust(32, b"\0") for word in words)
        fields = [row[word] for row in rows for word in words]
        return self.matrix(
            2, (1, len(rows)), name, self.element(5, self.u(32)), self.element(1, names), *fields
        )

    def nested(self, value: bytes) -> bytes:
        for _ in range(self.dice.choice((0, 1, 20, 100)) if self.dice.lies() else 0):
            value = self.cell("", [value, value]) if len(value) < 10_000 else self.cell("", [value])
        return value


def file(dice: Dice) -> bytes:
    """A network as a struct of named parameters, as a variable an array, or as cells."""
    writer, way = _Writer(dice), dice.randrange(3)
    arrays = dice.state()
    if way == 0:
        rows = [
            {"name": writer.text("", name), "value": writer.nested(writer.array("", value))}
            for name, value in arrays.items()
        ]
        layers = [
            {
                "name": writer.text("", dice.word()),
                "type": writer.text(
                    "", dice.choice(("dagnn.Conv", "dagnn.Pooling", "dagnn.LRN", "dagnn.Concat"))
                ),
                "inputs": writer.cell("", [writer.text("", dice.word()) for _ in range(dice.randrange(4))]),
                "outputs": writer.text("", dice.word()),
                "params": writer.cell("", [writer.text("", name) for name in dice.sample(list(arrays), 2)]),
                "block": writer.structs(
                    "", [{"pad": writer.array("", np.ones(dice.choice((1, 4)), np.float32))}]
                ),
            }
            for _ in range(dice.randrange(1, 8))
        ]
        variables = [writer.structs("params", rows)]
        if dice.random() < 0.3:
            variables.append(writer.structs("layers", layers))
    elif way == 1:
        variables = [writer.array(name, value) for name, value in arrays.items()]
    else:
        rows = [
            {"name": writer.text("", name), "weights": writer.cell("", [writer.array("", value)])}
            for name, value in arrays.items()
        ]
        variables = [writer.cell("layers", [writer.structs("", [row]) for row in rows])]
    if dice.random() < 0.5:
        packed = [zlib.compress(one, 1) for one in variables]
        variables = [writer.u(15) + writer.u(len(one)) + one for one in packed]
    if dice.lies():
        bomb = zlib.compress(bytes(1 << 24))
        variables.append(struct.pack("<2I", 15, len(bomb)) + bomb)
    return b"MATLAB 5.0 MAT-file, by dice".ljust(124) + b"\0\x01IM" + b"".join(variables)
