"""PNG, GIF, JPEG and TIFF that want memory or time; the bytes are far fewer than what they ask for."""

import struct
import zlib

from PIL import Image

from tests.pictures.pieces import chunk, png, saved, zeros

# PNG


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


COMMON = (
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
)
