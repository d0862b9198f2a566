"""Reading a hostile picture ends in a sentence or a picture, within bounds of memory and time."""

import io
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typing_extensions import override

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoding import read_picture
from tests.bounded import SPARE, Reader
from tests.pictures.conftest import needs_writer
from tests.pictures.hostile import PICTURES
from tests.pictures.hostile_common import million_strips, refined_again_and_again
from tests.pictures.hostile_others import exif_of_a_hundred_thousand_entries
from tests.pictures.pieces import saved

pytestmark = pytest.mark.alone

A_PIXEL = 16
"""Bytes that a decoder may take for each pixel."""

PIXELS = {
    **dict.fromkeys(("black_png", "icon_that_unpacks_to_a_gigabyte", "runs_of_one_colour"), 49_000_000),
    **dict.fromkeys(("targa_of_runs", "pcx_of_runs", "lossless_black_webp"), 49_000_000),
    **dict.fromkeys(("largest_tiff_of_runs", "largest_tiff_of_zeros", "largest_tiff_of_words"), 49_000_000),
    "silicon_graphics_of_one_row": 60_000_000,
    "runs_without_end": 36_000_000,
    "black_webp": 9_000_000,
    "black_jpeg_2000": 9_000_000,
    "letters_for_numbers": 1_000_000,
}
"""Those of the pictures that are large; the others have few."""

LONG = ("exif_of_megabytes", "runs_of_one_colour", "lossless_black_webp")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as on Linux")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in PICTURES]
)
def test_a_hostile_picture_ends_in_a_sentence_or_a_picture_within_its_bounds(
    name: str, reader: Reader, tmp_path: Path
) -> None:
    if name == "animated_avif":
        needs_writer("AVIF")
    path = tmp_path / "picture"
    path.write_bytes(data := PICTURES[name]())
    more = A_PIXEL * PIXELS.get(name, 0)
    outcome = reader.read("picture", path, more=more)
    assert not outcome.fault
    assert outcome.peak <= 1.5 * len(data) + SPARE + more


def test_a_jpeg_that_goes_over_its_pixels_again_and_again_is_refused() -> None:
    with pytest.raises(PictureError, match="far more parts than a picture has"):
        read_picture(refined_again_and_again(4_000, 100))


class Counted(io.BytesIO):
    """Counts the reads."""

    reads = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def test_a_tiff_in_a_million_strips_is_refused_before_one_is_read() -> None:
    stream = Counted(million_strips())
    with pytest.raises(PictureError, match="far more parts than a picture has"):
        read_picture(stream)
    assert stream.reads < 100


def test_exif_data_of_tens_of_thousands_of_tags_are_passed_over_and_a_cameras_are_not() -> None:
    noted = ("unreadable EXIF data ignored",)
    assert read_picture(exif_of_a_hundred_thousand_entries()).notes == noted
    exif = Image.Exif()
    exif[0x0112] = 6
    for tag in range(2_000):
        exif[40_000 + tag] = tag
    turned = read_picture(saved(Image.new("L", (8, 4)), "PNG", exif=exif.tobytes()))
    assert turned.size == (4, 8)


def test_a_large_progressive_jpeg_is_none_of_these() -> None:
    data = saved(Image.effect_noise((4_000, 3_000), 50), "JPEG", progressive=True, quality=95)
    assert read_picture(data).size == (4_000, 3_000)


def _bmp_of_runs(values: np.ndarray) -> bytes:
    """A BMP of 8-bit greys, each pixel a run of one, by Microsoft's description."""
    height, width = values.shape
    rows = b"".join(bytes(byte for value in row for byte in (1, value)) + b"\0\0" for row in values[::-1])
    rows += b"\0\1"
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1024 + len(rows), 0, 0, 54 + 1024) + head + palette + rows


@pytest.mark.parametrize("form", ["QOI", "DDS", "BMP of runs"])
def test_formats_that_are_read_pixel_by_pixel_may_be_of_any_size(form: str) -> None:
    values = np.random.default_rng(0).integers(0, 256, (300, 300), np.uint8)
    grey = Image.fromarray(values).convert("RGB")
    if form != "BMP of runs":
        needs_writer(form)
    data = _bmp_of_runs(values) if form == "BMP of runs" else saved(grey, form)
    assert read_picture(data).image.tobytes() == grey.tobytes()
