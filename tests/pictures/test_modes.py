"""Every kind of pixel arrives as natural 8-bit RGB."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from gnet_desktop.pictures.decoding import read_picture
from tests.pictures.conftest import ADOBE_D50, SRGB_D50, Encode, decoded_by_opencv, icc_profile, needs_writer

GREY = np.linspace(0, 255, 64).astype(np.uint8)[None].repeat(16, axis=0)


def pixels(data: bytes, **options: object) -> np.ndarray:
    return np.asarray(read_picture(data, **options).image).astype(int)  # type: ignore[arg-type]


def png16(values: np.ndarray, colour_type: int) -> bytes:
    """A 16-bit PNG written by hand: Pillow writes no 16-bit RGB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("mode", "form"),
    [("1", "PNG"), ("L", "PNG"), ("L", "JPEG"), ("P", "PNG"), ("P", "GIF"), ("RGB", "PNG"), ("RGB", "BMP"),
     ("RGB", "TIFF"), ("RGB", "PPM"), ("RGB", "QOI"), ("CMYK", "TIFF"), ("RGB", "WEBP"),
     ("RGB", "JPEG2000"), ("RGBX", "TIFF"), ("RGBA", "PNG"), ("LA", "PNG"), ("PA", "PNG")],
)  # fmt: skip
def test_a_mode_arrives_as_the_same_colours_in_rgb(
    mode: str, form: str, pattern: Image.Image, encode: Encode
) -> None:
    needs_writer(form)
    stored = pattern.convert("P" if mode == "PA" else mode)
    options = {"lossless": True} if form == "WEBP" else {"irreversible": False} if form == "JPEG2000" else {}
    picture = read_picture(encode(stored, form, **options))
    assert picture.image.mode == "RGB"
    assert picture.size == pattern.size
    difference = np.asarray(picture.image).astype(int) - np.asarray(stored.convert("RGB")).astype(int)
    if form == "JPEG":
        assert np.abs(difference).mean() < 4
    else:
        assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("background", [(255, 255, 255), (0, 0, 0), (10, 200, 30)])
def test_transparency_is_laid_over_the_stated_colour(
    background: tuple[int, int, int], encode: Encode
) -> None:
    clear = Image.new("RGBA", (4, 3), (200, 100, 50, 0))
    clear.putpixel((0, 0), (200, 100, 50, 255))
    clear.putpixel((1, 0), (200, 100, 50, 128))
    shown = pixels(encode(clear, "PNG"), background=background)
    half = [round(c * 128 / 255 + b * 127 / 255) for c, b in zip((200, 100, 50), background, strict=True)]
    assert shown[0, 0].tolist() == [200, 100, 50]
    assert np.abs(shown[0, 1] - half).max() <= 1
    assert shown[2, 3].tolist() == list(background)


def test_a_drawing_in_black_on_nothing_stays_readable(encode: Encode) -> None:
    drawing = Image.new("LA", (8, 8), (0, 0))
    drawing.putpixel((3, 3), (0, 255))
    picture = read_picture(encode(drawing, "PNG"))
    shown = np.asarray(picture.image)
    assert shown[3, 3].tolist() == [0, 0, 0]
    assert shown[0, 0].tolist() == [255, 255, 255]
    assert picture.notes == ("transparency laid over white",)


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_transparent_palette_entry_is_transparent(form: str, encode: Encode) -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([9, 9, 9, 255, 0, 0])
    image.putpixel((0, 0), 1)
    shown = pixels(encode(image, form, transparency=0))
    assert shown[0, 0].tolist() == [255, 0, 0]
    assert shown[1, 1].tolist() == [255, 255, 255]


def test_a_palette_with_grades_of_transparency_is_blended(encode: Encode) -> None:
    image = Image.new("P", (2, 1), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.putpixel((1, 0), 1)
    shown = pixels(encode(image, "PNG", transparency=bytes([255, 51])))
    assert shown[0, 0].tolist() == [0, 0, 0]
    assert np.abs(shown[0, 1] - 204).max() <= 1


@pytest.mark.parametrize(("mode", "colour", "key"), [("L", 7, 7), ("RGB", (1, 2, 3), (1, 2, 3))])
def test_a_colour_that_stands_for_nothing_is_transparent(
    mode: str, colour: object, key: object, encode: Encode
) -> None:
    image = Image.new(mode, (4, 4), colour)  # type: ignore[arg-type]
    assert (pixels(encode(image, "PNG", transparency=key)) == 255).all()


def test_opaque_alpha_changes_nothing_and_is_not_mentioned(pattern: Image.Image, encode: Encode) -> None:
    picture = read_picture(encode(pattern.convert("RGBA"), "PNG"))
    assert np.array_equal(np.asarray(picture.image), np.asarray(pattern))
    assert picture.notes == ()


def test_a_deep_grey_ramp_becomes_256_levels_with_one_pure_white() -> None:
    ramp = np.arange(65536).reshape(256, 256)
    picture = read_picture(png16(ramp, 0))
    shown = np.asarray(picture.image)[..., 0]
    values, counts = np.unique(shown, return_counts=True)
    assert values.tolist() == list(range(256))
    assert set(counts.tolist()) == {256}
    assert np.array_equal(np.sort(shown.ravel()), shown.ravel())
    assert "16-bit" in picture.notes[0]


def test_deep_colours_agree_with_deep_grey_and_with_opencv() -> None:
    rng = np.random.default_rng(1)
    deep = rng.integers(0, 65536, (20, 30, 3))
    data = png16(deep, 2)
    oracle = decoded_by_opencv(data)
    assert np.abs(pixels(data) - oracle.astype(int)).max() <= 1
    assert np.array_equal(pixels(png16(deep[..., 0], 0))[..., 0], pixels(png16(deep, 2))[..., 0])


@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_deep_tiffs_of_both_byte_orders_are_scaled_by_value(order: str) -> None:
    values = np.arange(0, 65536, 64).astype(np.uint16).reshape(32, 32)
    done, data = cv2.imencode(".tiff", values)
    assert done
    little = data.tobytes()
    if order == ">u2":
        stream = io.BytesIO()
        Image.fromarray(values.astype(">u2")).save(stream, "TIFF")
        little = stream.getvalue()
    assert np.array_equal(pixels(little)[..., 1], values >> 8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[0.0, 0.5, 1.0]], [[0, 128, 255]]),
        ([[0.0, 100.4, 255.0]], [[0, 100, 255]]),
        ([[-10.0, 0.0, 10.0]], [[0, 128, 255]]),
        ([[0.0, np.nan, 1.0]], [[0, 0, 255]]),
    ],
)
def test_floating_point_pictures_are_scaled_by_value(
    values: list[list[float]], expected: list[list[int]], encode: Encode
) -> None:
    picture = read_picture(encode(Image.fromarray(np.array(values, np.float32)), "TIFF"))
    assert np.asarray(picture.image)[..., 0].tolist() == expected
    assert picture.notes


def test_whole_numbers_of_32_bits_are_scaled_by_value(encode: Encode) -> None:
    values = np.array([[-5, 0, 5]], np.int32)
    assert pixels(encode(Image.fromarray(values), "TIFF"))[..., 0].tolist() == [[0, 128, 255]]
    values = np.array([[0, 256, 65535]], np.int32)
    assert pixels(encode(Image.fromarray(values), "TIFF"))[..., 0].tolist() == [[0, 1, 255]]


def test_lab_colours_are_converted_as_opencv_does(pattern: Image.Image, encode: Encode) -> None:
    lab = np.asarray(cv2.cvtColor(np.asarray(pattern), cv2.COLOR_RGB2Lab), np.uint8)
    signed = lab.copy()
    signed[..., 1:] = lab[..., 1:] ^ 0x80  # in files a and b are signed
    data = encode(Image.frombytes("LAB", pattern.size, signed.tobytes()), "TIFF")
    shown = pixels(data)
    oracle = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB).astype(int)
    # white points differ a little (D50 there, D65 here)
    assert np.median(np.abs(shown - oracle)) <= 12
    assert "Lab" in read_picture(data).notes[0]


def jpeg_cmyk(image: Image.Image, *, marker: bool, transform: int = 0) -> bytes:
    """A CMYK JPEG, with Adobe's marker (and its colour transform: 2 is YCCK) or without."""
    stream = io.BytesIO()
    image.convert("CMYK").save(stream, "JPEG", quality=95, subsampling=0)
    data = stream.getvalue()
    start = data.index(b"\xff\xee")
    length = struct.unpack(">H", data[start + 2 : start + 4])[0]
    assert data[start + 4 : start + 9] == b"Adobe"
    segment = bytearray(data[start : start + 2 + length])
    segment[-1] = transform
    return data[:start] + (bytes(segment) if marker else b"") + data[start + 2 + length :]


@pytest.mark.parametrize(("marker", "transform"), [(True, 0), (True, 2), (False, 0)])
def test_print_colours_look_as_in_another_decoder(marker: bool, transform: int, photo: Image.Image) -> None:
    data = jpeg_cmyk(photo, marker=marker, transform=transform)
    oracle = decoded_by_opencv(data).astype(int)
    picture = read_picture(data)
    assert np.abs(np.asarray(picture.image).astype(int) - oracle).max() <= 3
    assert any("CMYK" in note for note in picture.notes)


def test_a_print_picture_looks_like_the_original(photo: Image.Image) -> None:
    shown = pixels(jpeg_cmyk(photo, marker=True))
    assert np.abs(shown - np.asarray(photo).astype(int)).mean() < 4


def test_a_profile_with_swapped_colours_shows_right(pattern: Image.Image, encode: Encode) -> None:
    swapped = icc_profile([SRGB_D50[1], SRGB_D50[0], SRGB_D50[2]], 2.2)
    stored = np.asarray(pattern)[..., [1, 0, 2]]
    picture = read_picture(encode(Image.fromarray(stored), "PNG", icc_profile=swapped))
    difference = np.abs(np.asarray(picture.image).astype(int) - np.asarray(pattern).astype(int))
    # 2.2 is not quite sRGB's curve: the darkest levels differ
    assert difference[np.asarray(pattern).min(axis=-1) > 40].max() <= 6
    assert "colour profile Test converted to sRGB" in picture.notes


def test_adobe_rgb_is_converted_by_its_definition(encode: Encode) -> None:
    stored = Image.new("RGB", (1, 1), (100, 180, 90))
    shown = pixels(encode(stored, "PNG", icc_profile=icc_profile(ADOBE_D50, 2.19921875)))[0, 0]
    linear = np.array([(value / 255) ** 2.19921875 for value in (100, 180, 90)])
    srgb = np.linalg.solve(np.array(SRGB_D50).T, np.array(ADOBE_D50).T @ linear).clip(0, 1)
    curve = np.where(srgb <= 0.0031308, srgb * 12.92, 1.055 * srgb ** (1 / 2.4) - 0.055)
    assert np.abs(shown - 255 * curve).max() <= 2
    assert shown.tolist() != [100, 180, 90]


def test_conversion_can_be_switched_off(pattern: Image.Image, encode: Encode) -> None:
    data = encode(pattern, "PNG", icc_profile=icc_profile(ADOBE_D50, 2.2))
    picture = read_picture(data, convert_profile=False)
    assert np.array_equal(np.asarray(picture.image), np.asarray(pattern))
    assert picture.notes == ("embedded colour profile ignored",)


def test_srgb_by_any_name_leaves_the_values_alone(pattern: Image.Image, encode: Encode) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read_picture(encode(pattern, "PNG", icc_profile=srgb))
    assert np.array_equal(np.asarray(picture.image), np.asarray(pattern))
    assert picture.notes == ()


def test_an_unreadable_profile_is_noted_and_ignored(pattern: Image.Image, encode: Encode) -> None:
    picture = read_picture(encode(pattern, "PNG", icc_profile=b"no profile at all" * 20))
    assert np.array_equal(np.asarray(picture.image), np.asarray(pattern))
    assert "unreadable" in picture.notes[0]


def test_a_profile_for_other_pixels_is_noted_and_ignored(encode: Encode) -> None:
    data = encode(Image.fromarray(GREY).convert("CMYK"), "TIFF", icc_profile=icc_profile(ADOBE_D50, 2.2))
    assert any("does not fit" in note for note in read_picture(data).notes)


def test_grey_with_a_colour_profile_follows_its_curve(encode: Encode) -> None:
    picture = read_picture(encode(Image.fromarray(GREY), "PNG", icc_profile=icc_profile(SRGB_D50, 1.0)))
    linear = GREY[0] / 255
    curve = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(np.asarray(picture.image)[0, :, 1] - 255 * curve).max() <= 2


def test_transparency_for_more_colours_than_there_are_is_left_out(encode: Encode) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    whole = encode(image, "PNG", transparency=bytes([255, 255]))
    chunk = b"tRNS" + bytes(300)
    place = whole.index(b"tRNS") - 4
    longer = struct.pack(">I", 300) + chunk + struct.pack(">I", zlib.crc32(chunk))
    picture = read_picture(whole[:place] + longer + whole[place + 14 :])
    assert "transparency of colours that the palette does not have ignored" in picture.notes
    assert picture.image.getpixel((0, 0)) == (40, 50, 60)


def test_transparency_and_a_profile_work_together(encode: Encode) -> None:
    image = Image.new("RGBA", (2, 1), (100, 180, 90, 255))
    image.putpixel((1, 0), (100, 180, 90, 0))
    data = encode(image, "PNG", icc_profile=icc_profile(ADOBE_D50, 2.2))
    shown = pixels(data)
    assert shown[0, 1].tolist() == [255, 255, 255]
    assert shown[0, 0].tolist() != [100, 180, 90]
    assert len(read_picture(data).notes) == 2
