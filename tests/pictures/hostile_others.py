"""Pictures in other forms that want memory or time; the bytes are far fewer than what they ask for."""

import struct

from PIL import Image

from tests.pictures.hostile_common import black_png
from tests.pictures.pieces import chunk, png, saved


def black_webp() -> bytes:
    return saved(Image.new("RGB", (3_000, 3_000)), "WEBP", quality=1, method=0)


def webp_of_many_frames() -> bytes:
    one = Image.new("RGB", (64, 64))
    others = [Image.new("RGB", (64, 64), (index % 256, index // 256, 0)) for index in range(2_000)]
    return saved(one, "WEBP", save_all=True, append_images=others, quality=1, method=0)


def black_jpeg_2000() -> bytes:
    return saved(Image.new("RGB", (3_000, 3_000)), "JPEG2000", irreversible=True)


def letters_for_numbers() -> bytes:
    """Portable pixmaps are text: one number after another."""
    return b"P3 1000 1000 255\n" + b"1 " * 3_000_000


def comment_of_megabytes() -> bytes:
    return b"P6 #" + b"a" * 16_000_000 + b"\n8 8 255\n" + bytes(192)


def icons_by_the_thousand() -> bytes:
    entry = struct.pack("<4B2H2I", 16, 16, 0, 0, 1, 32, 1000, 6 + 16 * 60_000)
    return struct.pack("<3H", 0, 1, 60_000) + entry * 60_000 + bytes(2_000)


def photoshop_of_many_layers() -> bytes:
    layer = struct.pack(">4iH", 0, 0, 8, 8, 0) + b"8BIMnorm\xff\x00\x00\x00" + struct.pack(">I", 0)
    layers = struct.pack(">h", 30_000) + layer * 30_000
    section = struct.pack(">I", len(layers)) + layers
    head = b"8BPS" + struct.pack(">H6xH2I2H", 1, 1, 8, 8, 8, 1)
    return head + bytes(8) + struct.pack(">I", len(section)) + section + bytes(2) + bytes(64)


def exif_of_megabytes() -> bytes:
    """As many segments of it as a JPEG can be filled with, each the longest."""
    data = saved(Image.new("L", (8, 8)), "JPEG")
    segment = b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)
    return data[:2] + segment * 300 + data[2:]


def exif_of_a_hundred_thousand_entries() -> bytes:
    """In a PNG, whose blocks may be of any length."""
    entry = struct.pack("<2H2I", 0x010E, 2, 1 << 30, 8)
    exif = b"II*\0" + struct.pack("<IH", 8, 65_535) + entry * 65_535 + bytes(4)
    return png(8, 8, chunk(b"eXIf", exif))


def webp_whose_profile_is_huge() -> bytes:
    return saved(Image.new("RGB", (8, 8)), "WEBP", icc_profile=bytes(24_000_000))


def jpeg_xmp_that_is_huge() -> bytes:
    data = saved(Image.new("L", (8, 8)), "JPEG")
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + b"<a>" * 20_000
    return data[:2] + (b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp) * 200 + data[2:]


def icon_that_unpacks_to_a_gigabyte() -> bytes:
    """A PNG in an icon, which says that it is small."""
    inner = black_png()
    return struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(inner), 22) + inner


def macs_icon_that_unpacks_to_a_gigabyte() -> bytes:
    inner = black_png()
    return b"icns" + struct.pack(">I", len(inner) + 16) + b"ic07" + struct.pack(">I", len(inner) + 8) + inner


def runs_without_end() -> bytes:
    """A BMP of runs of nothing."""
    head = struct.pack("<IiiHHIIiiII", 40, 6_000, 6_000, 1, 8, 1, 0, 0, 0, 256, 0)
    rows = b"\0\2\0\0" * 1_000_000
    return b"BM" + struct.pack("<IHHI", 1078 + len(rows), 0, 0, 1078) + head + bytes(1024) + rows


def targa_of_runs() -> bytes:
    """7,000 × 7,000 pixels in runs of 128."""
    return struct.pack("<3B5x4H2B", 0, 0, 10, 0, 0, 7_000, 7_000, 24, 0) + b"\xff\0\0\0" * 390_000


def pcx_of_runs() -> bytes:
    head = struct.pack("<4B6H", 10, 5, 1, 8, 0, 0, 6_999, 6_999, 72, 72) + bytes(48)
    return head + struct.pack("<2B2H", 0, 1, 7_000, 1) + bytes(58) + b"\xff\0" * 800_000


def silicon_graphics_of_one_row() -> bytes:
    """Every row of 60,000 lies at the same place."""
    head = struct.pack(">H2B4H2I", 474, 1, 1, 2, 1_000, 60_000, 1, 0, 255).ljust(512, b"\0")
    table = struct.pack(">I", 512 + 8 * 60_000) * 60_000 + struct.pack(">I", 20) * 60_000
    return head + table + b"\x7f\0" * 8 + bytes(4)


def film_of_many_frames() -> bytes:
    frame = struct.pack("<I2H8x", 16, 0xF1FA, 0)
    return (
        struct.pack("<I5H2xI", 128 + 16 * 60_000, 0xAF12, 60_000, 8, 8, 8, 1).ljust(128, b"\0")
        + frame * 60_000
    )


def texture_that_is_not_there() -> bytes:
    """A DDS header of 16,000 × 15,000 pixels and nothing behind it."""
    head = struct.pack("<7I44x", 124, 0x1007, 15_000, 16_000, 0, 0, 0)
    return b"DDS " + (head + struct.pack("<2I4s5I", 32, 4, b"DXT1", 0, 0, 0, 0, 0)).ljust(124, b"\0")


def runs_of_one_colour() -> bytes:
    """A QOI of 49 million pixels in runs of 62."""
    return b"qoif" + struct.pack(">2I2B", 7_000, 7_000, 3, 0) + b"\xfd" * 790_400 + bytes(7) + b"\1"


def lossless_black_webp() -> bytes:
    return saved(Image.new("RGB", (16_000, 3_000)), "WEBP", lossless=True, quality=0, method=0)


def largest_tiff_of_runs(packing: str = "packbits") -> bytes:
    return saved(Image.new("L", (7_000, 7_000)), "TIFF", compression=packing)


def largest_tiff_of_zeros() -> bytes:
    return largest_tiff_of_runs("tiff_adobe_deflate")


def largest_tiff_of_words() -> bytes:
    return largest_tiff_of_runs("tiff_lzw")


def animated_avif() -> bytes:
    frames = [Image.new("RGB", (32, 32), (index % 256, 0, 0)) for index in range(200)]
    return saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], speed=10)


OTHERS = (
    black_webp,
    webp_of_many_frames,
    black_jpeg_2000,
    letters_for_numbers,
    comment_of_megabytes,
    icons_by_the_thousand,
    photoshop_of_many_layers,
    animated_avif,
    exif_of_megabytes,
    exif_of_a_hundred_thousand_entries,
    webp_whose_profile_is_huge,
    jpeg_xmp_that_is_huge,
    icon_that_unpacks_to_a_gigabyte,
    macs_icon_that_unpacks_to_a_gigabyte,
    runs_without_end,
    targa_of_runs,
    pcx_of_runs,
    silicon_graphics_of_one_row,
    film_of_many_frames,
    texture_that_is_not_there,
    runs_of_one_colour,
    lossless_black_webp,
    largest_tiff_of_runs,
    largest_tiff_of_zeros,
    largest_tiff_of_words,
)
