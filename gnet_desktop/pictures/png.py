"""PNG files: their colours from whichever block states them, and no block that is none of ours.

Pillow refuses a whole picture for a text of two megabytes or a broken date. So it is only given
the blocks that it decodes pixels from; what tells of colours is read here.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import Blend, PngImageFile
from typing_extensions import override

from gnet_desktop.pictures.metering import Metered
from gnet_desktop.pictures.profiles import SRGB, Chromaticities, make_profile, power, sampled

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess

Light = NDArray[np.float64]

_PIXELS: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT")
_COLOURS: Final = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
_TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
_ABOUT_TURNING: Final = (b"Raw profile type exif\0", b"Raw profile type APP1\0", b"XML:com.adobe.xmp\0")
_SIGNATURE: Final = 8
_LARGE_TEXT: Final = 1 << 20
_LARGEST_PROFILE: Final = 1 << 24
_MOST_BLOCKS: Final = 100_000

_USUAL_GAMMA: Final = 0.45455
_SAME_GAMMA: Final = 0.05
"""By how much a gamma may differ from the usual one, 1/2.2, without being converted: browsers do so."""
_STEEPEST: Final = 1000.0
_WHITE_NITS: Final = 203
"""Light of a white sheet in high dynamic range (ITU-R BT.2408)."""

_PRIMARIES: Final[dict[int, tuple[str, Chromaticities]]] = {
    1: ("BT.709", SRGB),
    5: ("BT.601 (625 lines)", (0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: ("BT.601 (525 lines)", (0.3127, 0.3290, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07)),
    9: ("BT.2020", (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)),
    11: ("DCI-P3", (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    12: ("Display P3", (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
}
"""Numbers of ITU-T H.273."""


def _srgb(value: Light) -> Light:
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _bt709(value: Light) -> Light:
    return np.where(value < 0.081, value / 4.5, ((value + 0.099) / 1.099) ** (1 / 0.45))


def _pq(value: Light) -> Light:
    """SMPTE ST 2084, in units of a white sheet."""
    root = value ** (32 / 2523)
    ratio = (root - 0.8359375).clip(0) / (18.8515625 - 18.6875 * root)
    light: Light = 10_000 / _WHITE_NITS * ratio ** (8192 / 1305)
    return light


_CURVES: Final[dict[int, tuple[str, Callable[[], bytes]]]] = {
    **dict.fromkeys((1, 6, 14, 15), ("", lambda: sampled(_bt709))),
    4: ("gamma 2.2", lambda: power(2.2)),
    5: ("gamma 2.8", lambda: power(2.8)),
    8: ("linear", lambda: power(1.0)),
    13: ("", lambda: sampled(_srgb)),
    16: ("PQ, light above white cut off", lambda: sampled(_pq)),
}
"""Numbers of ITU-T H.273: what to add to the name, and the curve."""


@dataclass(frozen=True, slots=True)
class _Block:
    kind: bytes
    place: int
    length: int


class Png(PngImageFile):
    """A PNG whose ``notes`` say what was left out or stated colours.

    Of an animation with a still picture in front, for programs that show no animations,
    the frames alone count, as browsers have it.
    """

    notes: tuple[str, ...] = ()
    _ahead = 0
    """Pictures to go through before the pixels are those of the frame that was asked for."""

    def choose(self, frame: int) -> None:
        """Take the frame of that number once pixels are asked for."""
        if not self.default_image:
            if frame:
                self.seek(frame)
            return
        self.n_frames -= 1
        self._ahead = frame + 1
        self.notes = ("the still picture in front of the animation left out",)

    @override
    def load(self) -> "PixelAccess | None":
        """Decode; the first frame of an animation lies on nothing, not on the still picture."""
        ahead, self._ahead = self._ahead, 0
        if ahead:
            super().load()
            self.im = Image.new(self.mode, self.size).im
            self._seek(1)
            self.blend_op = Blend.OP_SOURCE  # over nothing: what Pillow would mix with black
        for number in range(2, ahead + 1):
            self._seek(number)
        return super().load()


def open_frame(stream: BinaryIO, frame: int = 0) -> Png:
    """The picture of that number, its pixels not yet decoded; raises what Pillow raises."""
    blocks = list(_blocks(stream))
    notes: list[str] = []
    kept = [block for block in blocks if _is_kept(stream, block, notes)]
    stream.seek(0)
    image = Png(stream if kept == blocks else _joined(stream, kept), "")
    image.choose(frame)
    profile = _profile(stream, blocks, notes)
    if profile:
        image.info["icc_profile"] = profile
    image.notes = (*image.notes, *notes)
    return image


def _blocks(stream: BinaryIO) -> Iterator[_Block]:
    """The file's blocks; after very many the rest counts as one, which Pillow may judge."""
    end = stream.seek(0, io.SEEK_END)
    place = _SIGNATURE
    for _ in range(_MOST_BLOCKS):
        stream.seek(place)
        head = stream.read(8)
        if len(head) < 8:
            break
        length = struct.unpack(">I", head[:4])[0] + 12
        if place + length > end:
            break
        yield _Block(head[4:], place, length)
        place += length
        if head[4:] == b"IEND":
            return
    if place < end:
        yield _Block(b"IDAT", place, end - place)


def _is_kept(stream: BinaryIO, block: _Block, notes: list[str]) -> bool:
    if block.kind in _PIXELS:
        return True
    if block.kind in _TEXTS:
        return _is_kept_text(stream, block, notes)
    return block.kind == b"eXIf" and _content(stream, block) is not None


def _is_kept_text(stream: BinaryIO, block: _Block, notes: list[str]) -> bool:
    """Only texts that may say how the picture is turned are of use; large ones are worth a word."""
    stream.seek(block.place + 8)
    start = stream.read(80)
    if block.length > _LARGE_TEXT or _unpacks_to_much(stream, block):
        note = "a large text block skipped"
        notes.extend([note] if note not in notes else [])
        return False
    return start.startswith(_ABOUT_TURNING) and _content(stream, block) is not None


def _unpacks_to_much(stream: BinaryIO, block: _Block) -> bool:
    if block.kind == b"tEXt":
        return False
    data = _content(stream, block) or b""
    # a keyword, then either the method, or a flag, the method and two more texts
    start = data.find(b"\0") + 2
    if block.kind == b"iTXt":
        start = data.find(b"\0", data.find(b"\0", start + 1) + 1) + 1
    return len(_unpacked(data[start:], _LARGE_TEXT)) > _LARGE_TEXT


def _unpacked(data: bytes, most: int) -> bytes:
    """What packed bytes hold, at most one byte more than ``most``; nothing if they are broken."""
    try:
        return zlib.decompressobj().decompress(data, most + 1)
    except zlib.error:
        return b""


def _content(stream: BinaryIO, block: _Block) -> bytes | None:
    """A block's content; None if its checksum says that it is damaged."""
    stream.seek(block.place + 4)
    data = stream.read(block.length - 4)
    whole = zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "big")
    return data[4:-4] if whole else None


def _joined(stream: BinaryIO, blocks: list[_Block]) -> BinaryIO:
    stream.seek(0)
    parts = [stream.read(_SIGNATURE)]
    for block in blocks:
        stream.seek(block.place)
        parts.append(stream.read(block.length))
    return Metered.instead(stream, b"".join(parts))


# Colours


def _profile(stream: BinaryIO, blocks: list[_Block], notes: list[str]) -> bytes | None:
    """The profile of the block that counts most, as PNG orders them; None for sRGB."""
    found: dict[bytes, bytes] = {}
    for block in blocks:
        if block.kind == b"IDAT":
            break
        if (
            block.kind in _COLOURS
            and block.kind not in found
            and (data := _content(stream, block)) is not None
        ):
            found[block.kind] = data
    if len(coded := found.get(b"cICP", b"")) == 4:
        return _from_numbers(coded, notes)
    if b"iCCP" in found:
        return _embedded(found[b"iCCP"], notes)
    if b"sRGB" in found or len(found.get(b"gAMA", b"")) != 4:
        return None
    return _from_gamma(int.from_bytes(found[b"gAMA"], "big") / 100_000, found.get(b"cHRM", b""))


def _embedded(data: bytes, notes: list[str]) -> bytes | None:
    profile = _unpacked(data[data.find(b"\0") + 2 :], _LARGEST_PROFILE)
    if 0 < len(profile) <= _LARGEST_PROFILE:
        return profile
    what = "is unreadable" if not profile else "is larger than any"
    notes.append(f"the embedded colour profile {what}; plain values shown")
    return None


def _from_numbers(coded: bytes, notes: list[str]) -> bytes | None:
    colours, curve, matrix, full = coded
    if (colours, curve, matrix) == (1, 13, 0):
        return None
    if colours not in _PRIMARIES or curve not in _CURVES or matrix or not full:
        notes.append(f"colours of kind {colours}/{curve}/{matrix}/{full} (cICP) are shown as they are stored")
        return None
    name, lights = _PRIMARIES[colours]
    more, make = _CURVES[curve]
    return make_profile(f"{name}, {more}" if more else name, lights, make())


def _from_gamma(gamma: float, chromaticities: bytes) -> bytes | None:
    """Without chromaticities the lights are sRGB's; with them both count."""
    colours = SRGB
    if len(chromaticities) == 32:
        colours = tuple(value / 100_000 for value in struct.unpack(">8I", chromaticities))
    same = max(abs(one - other) for one, other in zip(colours, SRGB, strict=True)) < 0.003
    if gamma <= 0 or (same and abs(gamma - _USUAL_GAMMA) < _SAME_GAMMA):
        return None
    curve = power(min(1 / gamma, _STEEPEST))
    try:
        return make_profile(f"with gamma {gamma:g}", SRGB if same else colours, curve)
    except ValueError:
        return make_profile(f"with gamma {gamma:g}", SRGB, curve)
