"""BMP pictures; those in runs are unpacked here, from memory.

Pillow reads a run's two bytes from the file, one after the other, and takes runs of nothing without end.
"""

from typing import Any, Final

from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile, DibImageFile
from typing_extensions import override

from gnet_desktop.pictures.metering import FEW, endless, title_of

_PILLOWS: Final = "bmp_rle"
_OURS: Final = "gnet_bmp_runs"
_END_OF_ROW, _END, _JUMP = 0, 1, 2

_ONE: Final = tuple(bytes((byte,)) for byte in range(256))
_TWO: Final = tuple(bytes((byte >> 4, byte & 0x0F)) for byte in range(256))


class EmptyRuns(Exception):
    """Runs that give no pixel, again and again."""


def unpacked(data: bytes, width: int, height: int, *, nibbles: bool) -> bytes:
    """The pixels that runs stand for, a byte each, rows as they are stored; fewer where ``data`` breaks off.

    ``nibbles`` tells RLE4, two pixels a byte, from RLE8. By Microsoft's description ("Bitmap
    Compression"): pixels that are jumped over, and all after the mark of the end, are 0; a
    run of one colour stays in its row. Raises EmptyRuns where more than `FEW` give nothing.
    """
    pixels = _TWO if nibbles else _ONE
    each = len(pixels[0])
    found = bytearray(width * height)
    start = column = place = at = empty = 0
    while place < len(found) and at + 1 < len(data):
        count, value = data[at], data[at + 1]
        at += 2
        if count:
            count = max(0, min(count, width - column))
            found[place : place + count] = (pixels[value] * count)[:count]
            column += count
            empty += not count
        elif value == _END_OF_ROW:
            start += width * max(1, -(-column // width))
            column = 0
        elif value == _END:
            return bytes(found)
        elif value == _JUMP:
            right, down = data[at : at + 2].ljust(2, b"\0")
            at += 2
            column += right
            start += down * width
            empty += not right and not down
        else:
            size = -(-value // each)
            single = b"".join(pixels[byte] for byte in data[at : at + size])[: min(value, len(found) - place)]
            found[place : place + len(single)] = single
            column += len(single)
            at += size + size % 2
        place = start + column
        if empty > FEW:
            raise EmptyRuns
    return bytes(found[:place])


class _Runs(ImageFile.PyDecoder):
    """What Pillow calls for the pixels of a picture in runs."""

    _pulls_fd = True

    @override
    def decode(self, buffer: Any) -> tuple[int, int]:
        assert self.fd is not None
        _, nibbles, direction = self.args
        try:
            data = unpacked(self.fd.read(), self.state.xsize, self.state.ysize, nibbles=nibbles)
        except EmptyRuns:
            raise endless(title_of(self.fd)) from None
        self.set_as_raw(data, "P" if self.mode == "P" else "L", (0, direction))
        return -1, 0


Image.register_decoder(_OURS, _Runs)


class Bmp(BmpImageFile):
    """A BMP picture."""

    @override
    def _open(self) -> None:
        super()._open()
        self.tile = _by_us(self.tile)


class Dib(DibImageFile):
    """A BMP picture without the file's header."""

    @override
    def _open(self) -> None:
        super()._open()
        self.tile = _by_us(self.tile)


def _by_us(tiles: Any) -> Any:
    """The same parts of a picture, those in runs under our decoder's name."""
    return [type(one)(_OURS, *one[1:]) if one[0] == _PILLOWS else one for one in tiles]
