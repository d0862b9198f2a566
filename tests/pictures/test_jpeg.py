"""What a JPEG says of itself is kept, but not without end."""

import io
import struct

from PIL import Image

from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.jpeg import Jpeg
from tests.pictures.pieces import saved


def segments(data: bytes, count: int) -> bytes:
    """A JPEG with so many further EXIF segments, of the greatest length, in front."""
    body = b"Exif\0\0" + bytes(65_527)
    return data[:2] + (b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body) * count + data[2:]


def test_ordinary_metadata_are_those_that_pillow_reads() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a picture " * 5_000
    data = saved(Image.new("RGB", (16, 8)), "JPEG", exif=exif, comment=b"of something", dpi=(72, 72))
    ours, pillow = Jpeg(io.BytesIO(data)), Image.open(io.BytesIO(data))
    assert ours.info == pillow.info
    assert len(ours.info["exif"]) > 50_000
    assert read_picture(data).image.size == (8, 16)


def test_metadata_in_segments_without_end_are_cut_and_the_picture_is_read() -> None:
    data = segments(saved(Image.new("RGB", (16, 8), (200, 0, 0)), "JPEG"), 100)
    assert len(Image.open(io.BytesIO(data)).info["exif"]) > 6_000_000
    assert len(Jpeg(io.BytesIO(data)).info["exif"]) <= 1 << 20
    assert read_picture(data).image.size == (16, 8)
