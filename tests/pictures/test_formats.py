"""Whatever Pillow decodes is read, the rare formats included; the others are named."""

import io
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoders import decoder_for, guesses_for
from gnet_desktop.pictures.decoding import read_picture, thumbnail
from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.pictures.gif import Gif
from gnet_desktop.pictures.signatures import GUESSES, SIGNATURES
from tests.pictures.conftest import decoded_by_opencv, needs_writer
from tests.pictures.hostile_common import comments_without_end

LEFT_OUT = {
    "EPS": "a program that Ghostscript would run",
    "IM": "to be removed from Pillow",
    "WMF": "drawing commands",
    "FITS": "measurements, whose scale Pillow ignores",
    **dict.fromkeys(("SPIDER", "MCIDAS", "IMT", "IPTC"), "no mark to know them by"),
    **dict.fromkeys(("BUFR", "GRIB", "HDF5", "MPEG"), "Pillow knows their names only"),
}
"""Formats in Pillow's list that are not read, and why."""

OTHER_NAMES = {
    "JPEG2000": "JPEG 2000",
    "WEBP": "WebP",
    "PPM": "PNM",
    "SUN": "Sun raster",
    "GBR": "GIMP brush",
    "PCD": "Photo CD",
    "XVTHUMB": "XV thumbnail",
}


def test_every_format_of_pillow_is_read_or_left_out_for_a_reason() -> None:
    Image.init()
    read = {one.name for one in SIGNATURES} | {one.name for one in GUESSES} | {"AVIF", "HEIF", "MPO"}
    known = {OTHER_NAMES.get(name, name) for name in Image.OPEN if name not in LEFT_OUT}
    assert known - read - {"MIC", "JXL"} == set()


def exact(pattern: Image.Image, data: bytes, mode: str = "RGB") -> None:
    picture = read_picture(data)
    wanted = np.asarray(pattern.convert(mode).convert("RGB")).astype(int)
    assert np.abs(np.asarray(picture.image).astype(int) - wanted).max() <= 1
    assert picture.size == pattern.size


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("TGA", "RGB", {}),
        ("TGA", "RGB", {"compression": "tga_rle"}),
        ("TGA", "L", {}),
        ("TGA", "P", {}),
        ("TGA", "RGBA", {}),
        ("TGA", "1", {}),
        ("PCX", "RGB", {}),
        ("PCX", "P", {}),
        ("PCX", "L", {}),
        ("PCX", "1", {}),
        ("DDS", "RGB", {}),
        ("DDS", "RGBA", {}),
        ("DDS", "L", {}),
        ("DIB", "RGB", {}),
        ("MSP", "1", {}),
        ("XBM", "1", {}),
        ("BLP", "P", {}),
    ],
)
def test_a_format_comes_back_as_it_was_written(
    form: str, mode: str, options: dict[str, Any], pattern: Image.Image
) -> None:
    stream = io.BytesIO()
    pattern.convert(mode).save(stream, form, **options)
    data = stream.getvalue()
    found = decoder_for(data[:4096]) or guesses_for(data[:4096])[0]
    assert found[0] == form
    exact(pattern, data, mode)
    assert thumbnail(data, 16).size == (16, 12)


WRITTEN = ("BMP", "BLP", "DDS", "DIB", "GIF", "JPEG", "JPEG2000", "MSP", "PCX", "PNG", "PPM", "QOI",
           "SGI", "TGA", "TIFF", "WEBP", "XBM")  # fmt: skip
MODES = {"BLP": "P", "GIF": "P", "MSP": "1", "XBM": "1"}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_photo_of_an_ordinary_size_comes_back_in_every_format(form: str, pattern: Image.Image) -> None:
    needs_writer(form)
    photo = pattern.resize((256, 192), Image.Resampling.BICUBIC).convert(MODES.get(form, "RGB"))
    stream = io.BytesIO()
    lossless = {"quality": 100, "subsampling": 0} if form == "JPEG" else {"lossless": True}
    photo.save(stream, form, **lossless)
    shown = np.asarray(read_picture(stream.getvalue()).image).astype(int)
    assert np.abs(shown - np.asarray(photo.convert("RGB"))).max() <= (8 if form == "JPEG" else 1)


def test_of_a_gifs_comments_without_end_only_the_beginning_is_kept() -> None:
    picture = Gif(io.BytesIO(comments_without_end()))
    assert len(picture.info["comment"]) < 1 << 17  # of fifteen megabytes
    assert picture.convert("RGB").getpixel((0, 0)) == (0, 0, 0)


def test_a_gifs_comment_of_ordinary_length_is_whole(pattern: Image.Image) -> None:
    stream = io.BytesIO()
    pattern.convert("P").save(stream, "GIF", comment=b"words " * 1_000)
    stream.seek(0)
    assert Gif(stream).info["comment"] == b"words " * 1_000


def test_a_sun_raster_comes_back(pattern: Image.Image) -> None:
    done, data = cv2.imencode(".ras", np.asarray(pattern)[..., ::-1])
    assert done
    exact(pattern, data.tobytes())


def test_a_grey_picture_of_floats_comes_back(pattern: Image.Image) -> None:
    grey = pattern.convert("L")
    values = np.asarray(grey).astype("<f4")[::-1]
    exact(grey, b"Pf\n64 48\n-1.0\n" + values.tobytes())


def test_an_xpm_comes_back() -> None:
    data = b'/* XPM */\nstatic char *x[] = {\n"2 1 2 1",\n"a c #ff0000",\n"b c #0000ff",\n"ab",\n};\n'
    assert np.asarray(read_picture(data).image).tolist() == [[[255, 0, 0], [0, 0, 255]]]


def tga(pixels: np.ndarray, descriptor: int) -> bytes:
    """An uncompressed true-colour Targa with rows and columns as the descriptor says, from its definition."""
    stored = pixels[:: 1 if descriptor & 0x20 else -1, :: -1 if descriptor & 0x10 else 1]
    height, width, bands = stored.shape
    header = struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, width, height, 8 * bands, descriptor)
    return header + stored[..., [2, 1, 0, 3][:bands]].tobytes()


@pytest.mark.parametrize("descriptor", [0x00, 0x10, 0x20, 0x30])
@pytest.mark.parametrize("alpha", [0, 8])
def test_a_targa_is_upright_and_its_alpha_counts_only_where_it_has_one(
    descriptor: int, alpha: int, pattern: Image.Image
) -> None:
    pixels = np.dstack([np.asarray(pattern), np.zeros((48, 64), np.uint8)])
    shown = np.asarray(read_picture(tga(pixels, descriptor | alpha)).image)
    assert np.array_equal(shown, np.full_like(shown, 255) if alpha else pixels[..., :3])
    assert np.array_equal(np.asarray(read_picture(tga(pixels[..., :3], descriptor)).image), pixels[..., :3])


def test_a_picture_of_a_rare_format_is_found_in_a_folder(tmp_path: Path, pattern: Image.Image) -> None:
    for name, form in (("a.tga", "TGA"), ("b.pcx", "PCX"), ("c", "DDS"), ("d.bin", "MSP")):
        pattern.convert("1" if form == "MSP" else "RGB").save(tmp_path / name, form)
    assert [path.name for path in find_pictures([tmp_path])] == ["a.tga", "b.pcx", "c", "d.bin"]


@pytest.mark.parametrize(
    "data",
    [
        b"#define WIDTH 3\nint main(void) { return 0; }\n",
        b"/* a comment */\nint x;\n",
        b"P3 is the third parameter.\n",
    ],
)
def test_a_program_that_begins_as_a_picture_is_a_text(data: bytes) -> None:
    with pytest.raises(PictureError, match="a text file"):
        read_picture(data)


def test_bytes_that_only_look_like_a_header_are_not_called_damaged() -> None:
    header = struct.pack("<BBB5xHHHHBB", 0, 0, 10, 0, 0, 500, 0, 24, 0)
    for data in (header, b"\x0a\x05\x01\x08" + bytes(10)):
        with pytest.raises(PictureError) as caught:
            read_picture(data)
        assert "damaged" not in str(caught.value)


def _bmp(head: tuple[int, int, int, int], runs: bytes) -> bytes:
    """A BMP of (width, height, bits, compression) with a coloured palette, by Microsoft's description."""
    width, height, bits, packing = head
    palette = b"".join(bytes((7 * index % 256, 255 - index, index, 0)) for index in range(1 << bits))
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(runs), 0, 0, 1 << bits, 0)
    start = 14 + len(about) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + about + palette + runs


@pytest.mark.parametrize(
    ("bits", "runs"),
    [
        pytest.param(8, b"\7\5\0\0\3\1\4\2\0\0\0\3\x09\x08\x07\0\4\6\0\0\7\1\0\0\0\1", id="rows"),
        pytest.param(8, b"\7\5\0\0\0\0\7\3\0\0\7\2\0\1", id="an empty row"),
        pytest.param(8, b"\2\5\0\2\3\1\2\7\0\0\7\2\0\0\7\3\0\1", id="a jump"),
        pytest.param(8, b"\7\5\0\0\2\3\0\1", id="an early end"),
        pytest.param(4, b"\7\x5a\0\0\3\x12\4\x34\0\0\0\7\x12\x34\x56\x70\0\0\7\x9b\0\0\0\1", id="half bytes"),
        pytest.param(4, b"\0\5\x12\x34\x50\0\2\x67\0\0\7\x11\0\0\7\x22\0\0\7\x33\0\1", id="an odd count"),
    ],
)
def test_a_bmp_in_runs_is_what_opencv_reads(bits: int, runs: bytes) -> None:
    data = _bmp((7, 4, bits, {8: 1, 4: 2}[bits]), runs)
    wanted = decoded_by_opencv(data)
    picture = read_picture(data)
    assert np.array_equal(np.asarray(picture.image), wanted)
    assert not picture.incomplete


def test_a_bmp_in_runs_that_breaks_off_is_shown_as_far_as_it_goes() -> None:
    picture = read_picture(_bmp((7, 4, 8, 1), b"\7\5\0\0\7\3\0\0"))
    assert picture.incomplete
    assert len(np.unique(np.asarray(picture.image)[2:].reshape(-1, 3), axis=0)) == 2
