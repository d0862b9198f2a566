"""HDF5 files written from the specification, in older and newer forms, whose numbers may lie."""

import struct
import zlib

from tests.checkpoints.grammars.dice import Array, Dice

_MAGIC = b"\x89HDF\r\n\x1a\n"
_NOWHERE = b"\xff" * 8
_FLOATS = {"f2": (15, 10, 5, 0, 10, 15), "f4": (31, 23, 8, 0, 23, 127), "f8": (63, 52, 11, 0, 52, 1023)}


class _Writer:
    """Bytes that grow; everything is put where nothing was yet, and its address given."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.data = dice, bytearray(96)

    def put(self, data: bytes) -> int:
        address = len(self.data)
        self.data += data + bytes(-len(data) % 8)
        return address

    def u(self, value: int, size: int = 8) -> bytes:
        return self.dice.unsigned(value, 8 * size).to_bytes(size, "little")

    def place(self, address: int) -> bytes:
        """An address: true, or anything's in the file."""
        if self.dice.lies():
            return self.u(self.dice.choice((0, 96, len(self.data), self.dice.randrange(len(self.data)))))
        return self.u(address)

    # Headers

    def header(self, messages: list[tuple[int, bytes]]) -> int:
        if self.dice.random() < 0.5:
            return self._newer(messages)
        parts = [(kind, data + bytes(-len(data) % 8)) for kind, data in messages]
        block = b"".join(self.u(kind, 2) + self.u(len(data), 2) + bytes(4) + data for kind, data in parts)
        if self.dice.random() < 0.3:  # the rest in another block
            where = self.put(block)
            block = self.u(16, 2) + self.u(16, 2) + bytes(4) + self.place(where) + self.u(len(block))
        return self.put(
            b"\x01\0" + self.u(len(parts), 2) + self.u(1, 4) + self.u(len(block), 4) + bytes(4) + block
        )

    def _newer(self, messages: list[tuple[int, bytes]]) -> int:
        block = b"".join(self.u(kind, 1) + self.u(len(data), 2) + b"\0" + data for kind, data in messages)
        if self.dice.random() < 0.3:
            where = self.put(b"OCHK" + block + bytes(4))
            block = self.u(16, 1) + self.u(16, 2) + b"\0" + self.place(where) + self.u(len(block) + 8)
        return self.put(b"OHDR\x02" + self.u(2, 1) + self.u(len(block), 4) + block + bytes(4))

    # Groups

    def group(self, inside: dict[str, int], attributes: list[tuple[int, bytes]]) -> int:
        if self.dice.random() < 0.5:
            links = [(6, b"\x01\0" + self.u(len(n), 1) + n + self.place(at)) for n, at in _short(inside)]
            return self.header([*links, *attributes])
        names, entries = b"\0" * 8, b""
        for name, address in sorted(_short(inside)):
            entries += self.u(len(names)) + self.place(address) + self.u(0, 4) + bytes(20)
            names += name + bytes(8 - len(name) % 8)
        heap = self.put(b"HEAP" + bytes(4) + self.u(len(names)) + self.u(1) + self.place(self.put(names)))
        leaf = self.put(b"SNOD\x01\0" + self.u(len(inside), 2) + entries)
        tree = self.tree(0, [(self.u(0), leaf)], self.u(8))
        return self.header([(0x11, self.place(tree) + self.place(heap)), *attributes])

    def tree(self, kind: int, children: list[tuple[bytes, int]], last: bytes, level: int = 0) -> int:
        body = b"".join(key + self.place(address) for key, address in children) + last
        head = b"TREE" + self.u(kind, 1) + self.u(level, 1) + self.u(len(children), 2)
        node = self.put(head + _NOWHERE * 2 + body)
        again = level < 3 and self.dice.random() < 0.3
        return self.tree(kind, [(bytes(len(last)), node)], last, level + 1) if again else node

    # Values

    def space(self, shape: tuple[int, ...]) -> bytes:
        sides = b"".join(self.u(side) for side in shape)
        if self.dice.random() < 0.5:
            return b"\x02" + self.u(len(shape), 1) + b"\0\x01" + sides
        return b"\x01" + self.u(len(shape), 1) + bytes(6) + sides

    def kind(self, code: str) -> bytes:
        size = int(code[1])
        if code[0] == "i":
            return self.u(0x10, 1) + b"\x08\0\0" + self.u(size, 4) + struct.pack("<2H", 0, 8 * size)
        sign, at, exponent, low, bits, bias = _FLOATS[code]
        head = self.u(0x11, 1) + bytes((0x20, sign, 0)) + self.u(size, 4) + struct.pack("<2H", 0, 8 * size)
        return head + bytes((at,)) + self.u(exponent, 1) + bytes((low, bits)) + struct.pack("<I", bias)

    def text(self, name: str, words: list[bytes]) -> tuple[int, bytes]:
        """An attribute: texts of one length, or texts in a heap."""
        label = name.encode() + b"\0"
        if self.dice.random() < 0.5:
            size = max(map(len, words), default=1)
            kind, data = b"\x13\0\0\0" + self.u(size, 4), b"".join(word.ljust(size, b"\0") for word in words)
        else:
            kind = b"\x19\x01\0\0" + self.u(16, 4) + b"\x10\0\0\0\x01\0\0\0\0\0\x08\0"
            things = b"".join(
                struct.pack("<2HI", number, 1, 0) + self.u(len(word)) + word + bytes(-len(word) % 8)
                for number, word in enumerate(words, 1)
            )
            heap = self.put(b"GCOL\x01\0\0\0" + self.u(len(things) + 32) + things + bytes(16))
            data = b"".join(
                self.u(len(word), 4) + self.place(heap) + self.u(number, 4)
                for number, word in enumerate(words, 1)
            )
        space = self.space((len(words),))
        lengths = b"".join(self.u(len(part), 2) for part in (label, kind, space))
        return 0x0C, b"\x03\0" + lengths + b"\0" + label + kind + space + data

    def array(self, value: Array) -> int:
        messages = [(1, self.space(value.shape)), (3, self.kind(value.dtype.str[1:]))]
        way = self.dice.randrange(4)
        if way == 0 and value.nbytes < 60_000:
            layout = b"\x03\0" + self.u(value.nbytes, 2) + value.tobytes()
        elif way == 1 and value.ndim:
            layout = b"\x03\x02" + self.u(value.ndim + 1, 1) + self.place(self.chunks(value, messages))
            layout += b"".join(self.u(side or 1, 4) for side in (*value.shape, value.itemsize))
        else:
            layout = b"\x03\x01" + self.place(self.put(value.tobytes())) + self.u(value.nbytes)
        return self.header([*messages, (8, layout)])

    def chunks(self, value: Array, messages: list[tuple[int, bytes]]) -> int:
        """One chunk, or the same several times, packed or not."""
        data, masks = value.tobytes(), 0
        if self.dice.random() < 0.7:
            data = zlib.compress(bytes(1 << 20) if self.dice.lies() else data, 1)
            number = self.dice.choice((2, 3, 32_000)) if self.dice.lies() else 1
            messages.append((11, b"\x02\x01" + self.u(number, 2) + bytes(2) + self.u(1, 2) + self.u(4, 4)))
        else:
            masks = int(self.dice.lies())
        place = self.put(data)
        key = self.u(len(data), 4) + self.u(masks, 4) + b"".join(self.u(0) for _ in (*value.shape, 0))
        return self.tree(1, [(key, place)] * (self.dice.choice((2, 500)) if self.dice.lies() else 1), key)


def _short(inside: dict[str, int]) -> list[tuple[bytes, int]]:
    return [(name.encode()[:200], address) for name, address in inside.items()]


def file(dice: Dice) -> bytes:
    """A network of Keras 2, of Keras 3, of Caffe, or of arrays under their names."""
    writer = _Writer(dice)
    way = dice.randrange(3)
    layers: dict[str, dict[str, int]] = {}
    for name, value in dice.state().items():
        layer, _, role = name.rpartition(".")
        layers.setdefault(layer or "a", {})[role or "b"] = writer.array(value)
    groups = {}
    for place, (layer, parts) in enumerate(layers.items()):
        numbered = {str(number): address for number, address in enumerate(parts.values())}
        inner = parts if way == 0 else numbered
        attributes = [writer.text("weight_names", [word.encode() or b"a" for word in inner])]
        if way == 1:
            inner = {"vars": writer.group(numbered, [writer.text("name", [layer.encode() or b"a"])])}
        groups[layer if way != 1 else f"conv2d_{place}"] = writer.group(inner, attributes)
    names = [layer.encode()[:200] or b"a" for layer in groups]
    attributes = [writer.text("layer_names", names), writer.text("backend", [dice.choice((b"theano", b"a"))])]
    if way == 0:
        root = writer.group(groups, attributes if dice.random() < 0.9 else [])
    else:
        root = writer.group({("layers", "data")[way - 1]: writer.group(groups, [])}, [])
    if dice.random() < 0.5:
        head = (
            _MAGIC
            + b"\x02\x08\x08\0"
            + writer.u(0)
            + _NOWHERE
            + writer.u(len(writer.data))
            + writer.place(root)
        )
    else:
        head = _MAGIC + b"\0\0\0\0\0\x08\x08\0" + writer.u(4, 2) + writer.u(16, 2) + bytes(4) + writer.u(0)
        head += _NOWHERE + writer.u(len(writer.data)) + _NOWHERE + writer.u(0) + writer.place(root)
    writer.data[: len(head)] = head
    return bytes(dice.choice((0, 0, 512))) + bytes(writer.data)
