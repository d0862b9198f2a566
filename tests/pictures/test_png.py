"""PNG blocks beside the pixels: those about colour count, the others never refuse a sound picture."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoding import read_picture
from tests.pictures.conftest import ADOBE_D50, Encode, icc_profile

COLOUR = (100, 180, 90)


def block(kind: bytes, data: bytes, *, sound: bool = True) -> bytes:
    check = zlib.crc32(kind + data) ^ (not sound)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def with_blocks(png: bytes, *blocks: bytes) -> bytes:
    """The blocks directly behind the header."""
    return png[:33] + b"".join(blocks) + png[33:]


@pytest.fixture
def flat(encode: Encode) -> bytes:
    return encode(Image.new("RGB", (4, 3), COLOUR), "PNG")


def colour(data: bytes, **options: object) -> np.ndarray:
    return np.asarray(read_picture(data, **options).image)[1, 1].astype(int)  # type: ignore[arg-type]


def srgb(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    linear = linear.clip(0, 1)
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def gamma(value: float) -> bytes:
    return block(b"gAMA", struct.pack(">I", round(value * 100_000)))


def cicp(colours: int, curve: int, matrix: int = 0, full: int = 1) -> bytes:
    return block(b"cICP", bytes([colours, curve, matrix, full]))


P3_TO_SRGB = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
BT2020_TO_SRGB = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
VALUES = np.array(COLOUR) / 255
LINEAR = np.where(VALUES <= 0.04045, VALUES / 12.92, ((VALUES + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("value", [1.0, 0.6, 0.02, 0.3])
def test_a_stated_gamma_is_converted(value: float, flat: bytes) -> None:
    data = with_blocks(flat, gamma(value))
    assert np.abs(colour(data) - srgb(VALUES ** (1 / value))).max() <= 1
    assert f"colour profile with gamma {value:g} converted to sRGB" in read_picture(data).notes


@pytest.mark.parametrize("value", [0.45455, 0.42, 0.5, 0.0])
def test_the_usual_gamma_changes_nothing(value: float, flat: bytes) -> None:
    picture = read_picture(with_blocks(flat, gamma(value)))
    assert np.asarray(picture.image)[1, 1].tolist() == list(COLOUR)
    assert picture.notes == ()


def test_srgb_counts_more_than_a_gamma(flat: bytes) -> None:
    assert colour(with_blocks(flat, gamma(1.0), block(b"sRGB", b"\0"))).tolist() == list(COLOUR)


def test_a_profile_counts_more_than_a_gamma(flat: bytes) -> None:
    profile = block(b"iCCP", b"x\0\0" + zlib.compress(icc_profile(ADOBE_D50, 2.2)))
    assert (
        colour(with_blocks(flat, gamma(1.0), profile)).tolist() == colour(with_blocks(flat, profile)).tolist()
    )


def test_stated_lights_are_converted(flat: bytes) -> None:
    lights = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)  # Display P3
    chromaticities = block(b"cHRM", struct.pack(">8I", *(round(100_000 * one) for one in lights)))
    shown = colour(with_blocks(flat, gamma(1 / 2.2), chromaticities))
    assert np.abs(shown - srgb(P3_TO_SRGB @ VALUES**2.2)).max() <= 1


@pytest.mark.parametrize("points", [(0,) * 8, (31270, 32900, 1, 1, 1, 1, 1, 1), (2**31,) * 8])
def test_impossible_lights_leave_the_gamma(points: tuple[int, ...], flat: bytes) -> None:
    data = with_blocks(flat, gamma(1.0), block(b"cHRM", struct.pack(">8I", *points)))
    assert np.abs(colour(data) - srgb(VALUES)).max() <= 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((1, 13), VALUES * 255),
        ((12, 13), srgb(P3_TO_SRGB @ LINEAR)),
        ((1, 8), srgb(VALUES)),
        ((9, 4), srgb(BT2020_TO_SRGB @ VALUES**2.2)),
    ],
)
def test_colours_by_number_count_most(code: tuple[int, int], expected: np.ndarray, flat: bytes) -> None:
    assert np.abs(colour(with_blocks(flat, gamma(1.0), cicp(*code))) - expected).max() <= 1.5


def test_high_dynamic_range_has_paper_as_white(encode: Encode) -> None:
    # ST 2084: 203 cd/m² is 0.58069 of the range, 100 cd/m² 0.50808
    for stored, light in ((0.58069, 203), (0.50808, 100), (0.9, 203)):
        png = encode(Image.new("RGB", (4, 3), (round(stored * 255),) * 3), "PNG")
        shown = colour(with_blocks(png, cicp(1, 16)))
        assert np.abs(shown - srgb(np.array([light / 203] * 3))).max() <= 4


@pytest.mark.parametrize("code", [(9, 18, 0, 1), (2, 2, 0, 1), (9, 16, 0, 0), (1, 13, 1, 1)])
def test_colours_that_are_not_converted_are_noted(code: tuple[int, ...], flat: bytes) -> None:
    picture = read_picture(with_blocks(flat, cicp(*code)))
    assert np.asarray(picture.image)[1, 1].tolist() == list(COLOUR)
    assert "shown as they are stored" in picture.notes[0]


def test_values_as_stored_ignore_the_gamma_too(flat: bytes) -> None:
    data = with_blocks(flat, gamma(1.0))
    assert colour(data, convert_profile=False).tolist() == list(COLOUR)
    assert "embedded colour profile ignored" in read_picture(data, convert_profile=False).notes


LETTER = zlib.compress(b"x" * 2_000_000, 9)
LARGE = {
    "zTXt": block(b"zTXt", b"Comment\0\0" + LETTER),
    "iTXt": block(b"iTXt", b"Comment\0\1\0\0\0" + LETTER),
    "tEXt": block(b"tEXt", b"Comment\0" + b"x" * 2_000_000),
}


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("kind", LARGE)
def test_a_large_text_is_skipped_and_noted(kind: str, place: str, flat: bytes) -> None:
    large = LARGE[kind]
    picture = read_picture(with_blocks(flat, large) if place == "before" else flat[:-12] + large + flat[-12:])
    assert np.asarray(picture.image)[1, 1].tolist() == list(COLOUR)
    assert picture.notes == ("a large text block skipped",)


def test_many_texts_are_no_obstacle_and_cost_little(flat: bytes) -> None:
    bomb = block(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 1_000_000, 9))
    begun = time.process_time()
    picture = read_picture(with_blocks(flat, bomb * 100))
    assert time.process_time() - begun < 2
    assert np.asarray(picture.image)[1, 1].tolist() == list(COLOUR)


def test_a_profile_of_four_megabytes_is_applied(flat: bytes) -> None:
    padded = icc_profile(ADOBE_D50, 2.2) + bytes(4_000_000)
    large = with_blocks(flat, block(b"iCCP", b"x\0\0" + zlib.compress(padded)))
    small = with_blocks(flat, block(b"iCCP", b"x\0\0" + zlib.compress(icc_profile(ADOBE_D50, 2.2))))
    assert colour(large).tolist() == colour(small).tolist() != list(COLOUR)


def test_a_profile_that_unpacks_to_a_gigabyte_is_left_packed(flat: bytes) -> None:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    picture = read_picture(with_blocks(flat, block(b"iCCP", b"x\0\0" + data)))
    assert picture.notes == ("the embedded colour profile is larger than any; plain values shown",)


DAMAGED = {
    "profile": block(b"iCCP", b"x\0\0broken"),
    "text": block(b"zTXt", b"Comment\0\0broken"),
    "method": block(b"zTXt", b"Comment\0\7broken"),
    "checksum": block(b"tEXt", b"Comment\0hello", sound=False),
    "gamma": block(b"gAMA", b"\0"),
    "lights": gamma(0.45455) + block(b"cHRM", b"\0\0"),
    "resolution": block(b"pHYs", b"\0"),
    "standard": block(b"sRGB", b""),
    "numbers": block(b"cICP", b"\1"),
    "turning": block(b"eXIf", b"MM\0\x2a", sound=False),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_block_beside_the_pixels_is_no_obstacle(kind: str, flat: bytes) -> None:
    picture = read_picture(with_blocks(flat, DAMAGED[kind]))
    assert np.asarray(picture.image)[1, 1].tolist() == list(COLOUR)
    assert not any("incomplete" in note for note in picture.notes)


def test_a_picture_is_turned_as_its_text_says(encode: Encode) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    png = encode(Image.new("RGB", (4, 3), COLOUR), "PNG")
    text = block(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    assert read_picture(with_blocks(png, text)).size == (3, 4)


def test_damaged_pixels_are_still_told(photo: Image.Image, encode: Encode) -> None:
    data = bytearray(encode(photo, "PNG"))
    data[len(data) // 2] ^= 0xFF
    picture = read_picture(with_blocks(bytes(data), gamma(0.45455)))
    assert "incomplete" in picture.notes[0]
    with pytest.raises(PictureError, match="damaged"):
        read_picture(bytes(data[:33] + data[-12:]))


def animation(*, blend: int, still: bool) -> bytes:
    """Half-seen red, then green; in front, where ``still``, blue for programs without animations."""
    colours = [(0, 0, 255, 255)] * still + [(255, 0, 0, 128), (0, 255, 0, 255)]
    first, *more = [Image.new("RGBA", (8, 6), colour) for colour in colours]
    first.save(
        stream := io.BytesIO(), "PNG", save_all=True, append_images=more, default_image=still, blend=blend
    )
    return stream.getvalue()


@pytest.mark.parametrize("blend", [0, 1])
def test_a_still_picture_in_front_of_an_animation_is_none_of_its_frames(blend: int) -> None:
    """Browsers show the animation on a canvas that begins with nothing on it."""
    first = read_picture(animation(blend=blend, still=True))
    assert first.image.getpixel((4, 3)) == (255, 127, 127)
    assert first.notes[:2] == ("frame 1 of 2", "the still picture in front of the animation left out")
    second = read_picture(animation(blend=blend, still=True), frame=1)
    assert (second.image.getpixel((4, 3)), second.frames) == ((0, 255, 0), 2)


def test_an_animation_without_one_begins_with_its_first_picture() -> None:
    found = read_picture(animation(blend=0, still=False))
    assert found.image.getpixel((4, 3)) == (255, 127, 127)
    assert found.notes[0] == "frame 1 of 2"


def test_a_cut_animation_says_so() -> None:
    data = animation(blend=0, still=True)
    assert read_picture(data[: data.rindex(b"fdAT")]).frames == 2
    assert read_picture(data[: data.index(b"fdAT") + 12]).incomplete
