"""Pictures that follow their format's grammar and lie in what it leaves open, made from a kind and a seed."""

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from PIL import Image

from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.mutations import mutated
from tests.pictures.pieces import chunk, saved

_FORMATS: Final = (
    "PNG",
    "JPEG",
    "GIF",
    "TIFF",
    "WEBP",
    "BMP",
    "ICO",
    "PPM",
    "JPEG2000",
    "AVIF",
    "TGA",
    "SGI",
    "DDS",
)


@cache
def small_pictures() -> Mapping[str, bytes]:
    """A small picture in every format that is written here: Pillow before 11.3 writes no AVIF."""
    Image.init()
    noise = Image.effect_noise((24, 20), 60).convert("RGB")
    frames = [noise.rotate(90 * turn) for turn in range(3)]
    found: dict[str, bytes] = {form: saved(noise, form) for form in _FORMATS if form in Image.SAVE}
    found["progressive JPEG"] = saved(noise, "JPEG", progressive=True, exif=_exif())
    found["ICO of bitmaps"] = saved(noise, "ICO", bitmap_format="bmp", sizes=[(16, 16)])
    found["animated GIF"] = saved(noise, "GIF", save_all=True, append_images=frames)
    found["animated PNG"] = saved(noise, "PNG", save_all=True, append_images=frames)
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        found[f"TIFF, {packing}"] = saved(noise, "TIFF", compression=packing)
    return found


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    return exif


def png(dice: Dice) -> bytes:
    """Blocks in any order, of any content."""
    kind, depth = dice.choice((0, 2, 3, 4, 6)), dice.choice((1, 2, 4, 8, 16))
    width, height = dice.unsigned(7, 31), dice.unsigned(5, 31)
    rows = zlib.compress(_rows(dice, width, height, kind, depth))
    blocks = [
        chunk(b"IHDR", struct.pack(">2I5B", width, height, depth, kind, 0, 0, dice.unsigned(0, 8))),
        chunk(b"PLTE", dice.randbytes(3 * dice.choice((0, 1, 256, 300)))),
        chunk(b"IDAT", rows),
    ]
    contents = (
        lambda: struct.pack(">I", dice.unsigned(45_455, 32)),
        lambda: struct.pack(">2I", dice.unsigned(3, 32), 0),
        lambda: b"name\0\0" + zlib.compress(dice.randbytes(100)),
        lambda: b"Raw profile type exif\0" + dice.word().encode(),
        lambda: struct.pack(">8I", *(dice.unsigned(30_000, 32) for _ in range(8))),
        lambda: dice.randbytes(dice.choice((0, 1, 26, 100))),
    )
    kinds = (
        b"gAMA",
        b"acTL",
        b"fcTL",
        b"fdAT",
        b"iCCP",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"cHRM",
        b"eXIf",
        b"cICP",
        b"tRNS",
    )
    for _ in range(dice.randint(0, 6)):
        block = chunk(dice.choice(kinds), dice.choice(contents)())
        blocks.insert(dice.randint(1, len(blocks)), block)
    if dice.lies():
        dice.shuffle(blocks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(blocks) + chunk(b"IEND", b"")


def _rows(dice: Dice, width: int, height: int, kind: int, depth: int) -> bytes:
    """Rows of noise, each filtered in one of five ways; or any bytes."""
    if dice.lies() or not 0 < width * height <= 10_000:
        return dice.randbytes(dice.choice((0, 40, 400, 4000)))
    length = -(-width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind] // 8)
    return b"".join(bytes([dice.randrange(5)]) + dice.randbytes(length) for _ in range(height))


def _codes(dice: Dice, count: int) -> bytes:
    """So many pixels as LZW has them, none packed: codes of nine bits between a clear and an end."""
    codes = [256, *(dice.randrange(256) for _ in range(count)), 257]
    whole = sum(code << 9 * place for place, code in enumerate(codes))
    return whole.to_bytes(-(-9 * len(codes) // 8), "little")


def gif(dice: Dice) -> bytes:
    """Frames and extensions."""
    size = (dice.unsigned(7, 16), dice.unsigned(5, 16))
    flags, colours = dice.choice(((0, 0), (0x80, 6), (0xF7, 768)))
    found = b"GIF89a" + struct.pack("<2H3B", *size, flags, 0, 0) + dice.randbytes(dice.number(colours) % 800)
    for _ in range(dice.randint(1, 5)):
        if dice.random() < 0.4:
            found += b"!" + dice.choice((b"\xf9", b"\xfe", b"\xff", b"\x01")) + _blocks(dice)
        frame = [dice.unsigned(side, 16) for side in (0, 0, 7, 5)]
        found += (
            b","
            + struct.pack("<4HB", *frame, (flags := dice.choice((0, 0x40, 0x80, 0x87))))
            + dice.randbytes({0x80: 6, 0x87: 768}.get(flags, 0))
            + bytes([dice.unsigned(8, 8)])
        )
        data = _codes(dice, 35)
        found += _blocks(dice) if dice.lies() else bytes([len(data)]) + data + b"\0"
    return found + b";"


def _blocks(dice: Dice) -> bytes:
    sizes = [dice.randint(1, 255) for _ in range(dice.randint(0, 4))]
    return b"".join(bytes([size]) + dice.randbytes(size) for size in sizes) + b"\0"


_TAGS: Final = (
    *((256, 7), (257, 5), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, 5), (279, 35)),
    *((284, 1), (317, 2), (320, 200), (322, 16), (323, 16), (324, 200), (325, 256), (330, 8), (338, 1)),
    *((339, 1), (34675, 200), (34665, 8), (274, 6), (50706, 1), (700, 200)),
)


def tiff(dice: Dice) -> bytes:
    """A directory of any tags, with numbers behind it."""
    tags = [*_TAGS[:9], *dice.sample(_TAGS[9:], dice.randint(0, 5))]
    order = dice.choice("<>")
    entries = b""
    for tag, value in sorted(tags):
        kind = dice.choice((1, 2, 3, 4, 5, 7, 12, 13, 16)) if dice.lies() else 4
        entries += struct.pack(f"{order}2H2I", tag, kind, dice.unsigned(1, 32), dice.unsigned(value, 32))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(
        f"{order}IH", 8, dice.unsigned(len(tags), 16)
    )
    return head + entries + struct.pack(f"{order}I", dice.unsigned(0, 32)) + dice.randbytes(600)


def jpeg(dice: Dice) -> bytes:
    """The segments of a real file in another order, some of another length, some twice."""
    data = small_pictures()[dice.choice(("JPEG", "progressive JPEG"))]
    segments, place = [], 2
    while data[place + 1] != 0xDA:
        length = struct.unpack_from(">H", data, place + 2)[0]
        segments.append(data[place : place + 2 + length])
        place += 2 + length
    scans = data[place:]
    for _ in range(dice.choice((0, 1, 3))):
        segment = bytearray(dice.choice(segments))
        segment[2:4] = struct.pack(">H", dice.unsigned(len(segment) - 2, 16))
        if dice.random() < 0.5 and len(segment) > 6:
            segment[dice.randrange(4, len(segment))] = dice.randrange(256)
        segments.insert(dice.randint(0, len(segments)), bytes(segment))
    if dice.lies():
        dice.shuffle(segments)
    return data[:2] + b"".join(segments) + scans * dice.choice((1, 1, 2, 20))


_GRAMMARS: Final[Mapping[str, Callable[[Dice], bytes]]] = {
    "PNG blocks": png,
    "GIF blocks": gif,
    "TIFF tags": tiff,
    "JPEG segments": jpeg,
}
_MUTATED: Final = "mutated "
KINDS: Final = (*_GRAMMARS, *(f"{_MUTATED}{form}" for form in small_pictures()))


def made(kind: str, seed: int) -> bytes:
    """The picture of a kind and a seed."""
    dice = Dice(f"{kind} {seed}")
    if kind.startswith(_MUTATED):
        return mutated(small_pictures()[kind.removeprefix(_MUTATED)], dice)
    return _GRAMMARS[kind](dice)
