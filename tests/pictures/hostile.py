"""Pictures that want memory or time: each function gives bytes, far fewer than what they ask for."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping

from PIL import Image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    image.save(data := io.BytesIO(), form, **options)
    return data.getvalue()


def zeros(megabytes: int) -> bytes:
    """Zeros packed by zlib, a thousand to one, made without packing all of them."""
    packer = zlib.compressobj(9)
    start = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * (megabytes - 1)


# PNG


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, rows: bytes | None = None) -> bytes:
    """A grey PNG with chunks before its pixels; without ``rows`` these are black."""
    head = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(bytes((width + 1) * height), 9) if rows is None else rows
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def black_png() -> bytes:
    """Just below the size from which a short file is asked about."""
    return png(7_000, 7_000)


def million_chunks() -> bytes:
    return png(8, 8, chunk(b"tEXt", b"a\0b") * 800_000)


def million_texts() -> bytes:
    return png(8, 8, *(chunk(b"tEXt", b"key%d\0" % index + b"v" * 10) for index in range(400_000)))


def text_that_unpacks_to_a_gigabyte() -> bytes:
    return png(8, 8, chunk(b"zTXt", b"a\0\0" + zeros(1_000)))


def profile_that_unpacks_to_a_gigabyte() -> bytes:
    return png(8, 8, chunk(b"iCCP", b"a\0\0" + zeros(1_000)))


def pixels_that_unpack_to_a_gigabyte() -> bytes:
    return png(8, 8, rows=zeros(1_000))


def many_data_chunks() -> bytes:
    data = png(8, 8)
    return data[:-12] + chunk(b"IDAT", b"") * 800_000 + data[-12:]


def palette_of_too_many_colours() -> bytes:
    """A palette of more colours than an index can name, and rows that break off."""
    head = chunk(b"IHDR", struct.pack(">2I5B", 8, 8, 8, 3, 0, 0, 0))
    rows = zlib.compress(bytes(range(1, 20)))
    blocks = head + chunk(b"PLTE", bytes(900)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + blocks


def frames_that_are_not_there() -> bytes:
    return png(8, 8, chunk(b"acTL", struct.pack(">2I", (1 << 31) - 1, 0)))


# GIF


def _gif(width: int, height: int, frames: bytes) -> bytes:
    return b"GIF89a" + struct.pack("<2H3B", width, height, 0x80, 0, 0) + bytes(6) + frames + b";"


def _gif_frame(width: int, height: int) -> bytes:
    return b"," + struct.pack("<4HB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00"


def million_frames() -> bytes:
    return _gif(1, 1, _gif_frame(1, 1) * 800_000)


def comments_without_end() -> bytes:
    return _gif(1, 1, b"!\xfe" + (b"\xff" + b"a" * 255) * 60_000 + b"\0" + _gif_frame(1, 1))


def million_comments() -> bytes:
    return _gif(1, 1, b"!\xfe\x01a\x00" * 1_000_000 + _gif_frame(1, 1))


def largest_gif() -> bytes:
    return _gif(65_535, 65_535, _gif_frame(65_535, 65_535))


# JPEG


def _scans(data: bytes) -> list[bytes]:
    """A progressive JPEG in pieces: what comes before its scans, then each scan with its tables."""
    pieces, start = [], 0
    place = 2
    while data[place + 1] != 0xD9:
        length = struct.unpack_from(">H", data, place + 2)[0]
        if data[place + 1] == 0xDA:
            end = place + 2 + length
            while not (data[end] == 0xFF and data[end + 1] not in (0, *range(0xD0, 0xD8))):
                end += 1
            pieces.append(data[start:end])
            start = place = end
        else:
            place += 2 + length
    return pieces


def refined_again_and_again(side: int = 6_500, times: int = 1_000) -> bytes:
    """A progressive JPEG whose last scan, which goes over every pixel, comes a thousand times."""
    data = saved(Image.new("L", (side, side), 100), "JPEG", progressive=True, quality=50)
    pieces = _scans(data)
    return b"".join(pieces) + pieces[-1] * times + b"\xff\xd9"


def million_segments() -> bytes:
    data = saved(Image.new("L", (8, 8)), "JPEG")
    return data[:2] + b"\xff\xfe\x00\x03a" * 1_000_000 + data[2:]


def many_tables() -> bytes:
    data = saved(Image.new("L", (8, 8)), "JPEG")
    table = b"\xff\xdb\x00\x43\x00" + bytes([1]) * 64
    return data[:2] + table * 200_000 + data[2:]


def profile_in_many_pieces() -> bytes:
    data = saved(Image.new("L", (8, 8)), "JPEG")
    piece = b"ICC_PROFILE\0\x01\x01" + bytes(60_000)
    return data[:2] + (b"\xff\xe2" + struct.pack(">H", len(piece) + 2) + piece) * 300 + data[2:]


def exif_that_turns_in_a_circle() -> bytes:
    """A directory that says that the next one is itself."""
    data = saved(Image.new("L", (8, 8)), "JPEG")
    directory = struct.pack("<H", 1) + struct.pack("<2H2I", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]


# TIFF


def tiff(*entries: tuple[int, int, int, int], more: bytes = b"", following: int = 0) -> bytes:
    """A TIFF of one directory: (tag, kind, count, value)."""
    body = b"".join(struct.pack("<2H2I", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", following) + more


_PLAIN = ((256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1))


def directories_in_a_circle() -> bytes:
    return tiff(*_PLAIN, (273, 4, 1, 200), (279, 4, 1, 64), following=8, more=bytes(300))


def hundred_thousand_directories(count: int = 30_000) -> bytes:
    entries = b"".join(struct.pack("<2H2I", *entry) for entry in (*_PLAIN, (273, 4, 1, 0), (279, 4, 1, 64)))
    size = 2 + 12 * 8 + 4
    found = bytearray(b"II*\0" + struct.pack("<I", 8))
    for index in range(count):
        following = 8 + (index + 1) * size if index + 1 < count else 0
        found += struct.pack("<H", 8) + entries + struct.pack("<I", following)
    return bytes(found) + bytes(100)


def tag_of_billions() -> bytes:
    return tiff(*_PLAIN, (273, 4, 1, 200), (279, 4, 1, 64), (700, 12, (1 << 32) - 1, 8), more=bytes(300))


def million_strips(count: int = 1_000_000) -> bytes:
    entries = [entry for entry in _PLAIN if entry[0] not in (257,)]
    place = 8 + 2 + 12 * 9 + 4
    return tiff(
        *entries,
        (257, 4, 1, count),
        (273, 4, count, place),
        (278, 4, 1, 1),
        (279, 4, count, place + 4 * count),
        more=struct.pack("<I", 8) * count + struct.pack("<I", 8) * count,
    )


def packed_tiff_of_a_gigabyte() -> bytes:
    """Deflated rows that unpack to far more than the picture has."""
    data = zeros(1_000)
    entries = [entry for entry in _PLAIN if entry[0] != 259]
    place = 8 + 2 + 12 * 9 + 4
    return tiff(
        *entries, (259, 3, 1, 8), (273, 4, 1, place), (278, 4, 1, 8), (279, 4, 1, len(data)), more=data
    )


# Others


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


PICTURES: Mapping[str, Callable[[], bytes]] = {
    function.__name__: function
    for function in (
        black_png,
        million_chunks,
        million_texts,
        text_that_unpacks_to_a_gigabyte,
        profile_that_unpacks_to_a_gigabyte,
        pixels_that_unpack_to_a_gigabyte,
        many_data_chunks,
        palette_of_too_many_colours,
        frames_that_are_not_there,
        million_frames,
        comments_without_end,
        million_comments,
        largest_gif,
        refined_again_and_again,
        million_segments,
        many_tables,
        profile_in_many_pieces,
        exif_that_turns_in_a_circle,
        directories_in_a_circle,
        hundred_thousand_directories,
        tag_of_billions,
        million_strips,
        packed_tiff_of_a_gigabyte,
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
}
