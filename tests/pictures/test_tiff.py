"""TIFFs of every depth, layout and packing, written by tifffile; the right bytes follow from the values."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.tiff import picture as tiff_picture
from gnet_desktop.pictures.tiff.complaints import unpacks
from tests.pictures.conftest import Encode, needs_pillow

tifffile = pytest.importorskip("tifffile")
pytest.importorskip("imagecodecs")  # tifffile packs with it

HEIGHT, WIDTH = 21, 37
ZSTANDARD = 50_000
DTYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]
# (samples of a pixel, what they are, what those behind the colours are: 0 anything, 1 associated, 2 alpha)
PIXELS: list[tuple[int, str, tuple[int, ...]]] = [
    (1, "minisblack", ()),
    (1, "miniswhite", ()),
    (2, "minisblack", (2,)),
    (2, "minisblack", (0,)),
    (3, "rgb", ()),
    (4, "rgb", (2,)),
    (5, "rgb", (0, 0)),
    (5, "minisblack", (0, 0, 0, 0)),
    (4, "separated", ()),
    (5, "separated", (0,)),
]
PACKINGS = [
    (packed, predictor, tile, order)
    for packed in (None, "lzw", "deflate", "packbits", "zstd")
    for predictor in ((False,) if packed in (None, "packbits") else (False, True))
    for tile in (None, (16, 16))
    for order in "<>"
]
Packing = tuple[str | None, bool, tuple[int, int] | None, str]


def values(dtype: str, samples: int) -> np.ndarray:
    """(height, width, samples) over the whole range of a kind of number; floats from 0 to 1."""
    rng, kind = np.random.default_rng(4), np.dtype(dtype)
    shape = (HEIGHT, WIDTH, samples)
    if kind.kind == "f":
        return rng.random(shape).astype(kind)
    return rng.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, dtype=kind, endpoint=True)


def tiff(
    pixels: np.ndarray, what: str, extra: tuple[int, ...], packing: Packing, *, planar: bool, **more: Any
) -> bytes:
    packed, predictor, tile, order = packing
    stream = io.BytesIO()
    tifffile.imwrite(
        stream,
        np.moveaxis(pixels, -1, 0) if planar else pixels if pixels.shape[2] > 1 else pixels[..., 0],
        photometric=what,
        planarconfig=("separate" if planar else "contig") if pixels.shape[2] > 1 else None,
        extrasamples=extra or None,
        compression=packed,
        predictor=predictor or None,
        tile=tile,
        byteorder=order,
        rowsperstrip=None if tile else 8,
        **more,
    )
    return stream.getvalue()


def eight_bits(pixels: np.ndarray, colours: int) -> np.ndarray:
    """What these values are in 8 bits: by depth where it says what white is, else from lowest to highest."""
    kind, shown = pixels.dtype, pixels[..., :colours]
    if kind.kind == "u" and kind.itemsize <= 2:
        return (shown >> (8 * kind.itemsize - 8)).astype(float)
    if kind.kind == "f":
        return shown.astype(float) * 255
    low, high = float(shown.min()), float(shown.max())
    return (shown.astype(float) - low) * (255 / (high - low))


def opacity(pixels: np.ndarray, band: int) -> np.ndarray:
    kind = pixels.dtype
    top = 1.0 if kind.kind == "f" else float(np.iinfo(kind).max)
    return pixels[..., band : band + 1].astype(float).clip(0) / top


def expected(pixels: np.ndarray, what: str, extra: tuple[int, ...]) -> np.ndarray:
    colours = {"rgb": 3, "separated": 4}.get(what, 3 if pixels.shape[2] > 3 else 1)
    shown = eight_bits(pixels, colours)
    if what == "miniswhite":
        shown = 255 - shown
    if what == "separated":
        inks = Image.fromarray(np.rint(shown).astype(np.uint8), "CMYK")
        shown = np.asarray(inks.convert("RGB")).astype(float)
    if 2 in extra:
        alpha = opacity(pixels, colours)
        shown = shown * alpha + 255 * (1 - alpha)
    return np.broadcast_to(shown, (HEIGHT, WIDTH, 3))


def layouts() -> Iterator[tuple[str, int, str, tuple[int, ...], bool]]:
    for dtype, (samples, what, extra) in itertools.product(DTYPES, PIXELS):
        for planar in (False, True) if samples > 1 else (False,):
            yield dtype, samples, what, extra, planar


def check(
    dtype: str, samples: int, what: str, extra: tuple[int, ...], planar: bool, packing: Packing
) -> None:
    if packing[1] and np.dtype(dtype).itemsize == 8 and dtype[0] != "f":
        return  # there is no such predictor
    pixels = values(dtype, samples)
    data = tiff(pixels, what, extra, packing, planar=planar)
    if packing[0] == "zstd" and not unpacks(ZSTANDARD):
        with pytest.raises(PictureError, match="packed by Zstandard, which the installed Pillow cannot undo"):
            read_picture(data)
        return
    picture = read_picture(data)
    difference = np.abs(np.asarray(picture.image).astype(float) - expected(pixels, what, extra))
    assert difference.max() <= 2, packing
    assert not any("incomplete" in note for note in picture.notes), packing


LAYOUTS = list(layouts())


@pytest.mark.parametrize("place", range(len(LAYOUTS)), ids=lambda place: "-".join(map(str, LAYOUTS[place])))
def test_every_depth_and_layout_has_the_right_colours(place: int) -> None:
    # three packings each, in turn: over the layouts all of them come up many times
    for turn in range(3):
        check(*LAYOUTS[place], PACKINGS[(place * 3 + turn * 5) % len(PACKINGS)])


def test_a_packing_that_libtiff_was_built_without_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tiff(values("u1", 3), "rgb", (), ("zstd", False, None, "<"), planar=False)
    monkeypatch.setattr(tiff_picture, "unpacks", lambda method: method != ZSTANDARD)
    with pytest.raises(PictureError, match="packed by Zstandard, which the installed Pillow cannot undo"):
        read_picture(data)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_depth_and_layout_in_every_packing(dtype: str) -> None:
    for layout, packing in itertools.product(LAYOUTS, PACKINGS):
        if layout[0] == dtype:
            check(*layout, packing)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("bits", [1, 2, 4, 9, 10, 12, 14])
def test_samples_that_are_no_whole_bytes(bits: int, samples: int, planar: bool) -> None:
    pytest.importorskip("imagecodecs", "2026.3", reason="the first imagecodecs that packs such samples")
    kind = np.uint8 if bits <= 8 else np.uint16
    pixels = np.random.default_rng(2).integers(0, 1 << bits, (HEIGHT, WIDTH, samples)).astype(kind)
    what = "rgb" if samples == 3 else "minisblack"
    planar = planar and samples == 3
    data = tiff(pixels, what, (), (None, False, None, "<"), planar=planar, bitspersample=bits)
    assert tifffile.TiffFile(io.BytesIO(data)).pages[0].bitspersample == bits
    shown = np.asarray(read_picture(data).image).astype(float)
    exact = np.broadcast_to(pixels.astype(float) * (255 / ((1 << bits) - 1)), shown.shape)
    assert np.abs(shown - exact).max() <= 1


@pytest.mark.parametrize("packed", [None, "lzw"])
def test_a_palette_of_16_bits(packed: str | None) -> None:
    rng = np.random.default_rng(5)
    palette = rng.integers(0, 65536, (3, 256)).astype(np.uint16)
    indices = rng.integers(0, 256, (HEIGHT, WIDTH, 1)).astype(np.uint8)
    data = tiff(indices, "palette", (), (packed, False, None, ">"), planar=False, colormap=palette)
    exact = (palette[:, indices[..., 0]] >> 8).transpose(1, 2, 0)
    assert np.array_equal(np.asarray(read_picture(data).image), exact)


def test_a_multiplied_alpha_is_divided_out() -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint16)
    pixels[..., 0], pixels[..., 3] = 0x4000, 0x8000  # half of a half-bright red
    data = tiff(pixels, "rgb", (1,), (None, False, None, "<"), planar=False)
    shown = np.asarray(read_picture(data, background=(0, 0, 0)).image)[3, 3]
    assert np.abs(shown.astype(int) - (64, 0, 0)).max() <= 1


def lab_samples(photo: Image.Image, depth: int, *, offset: bool) -> np.ndarray:
    """Lab as TIFF stores it: a and b with a sign, or with an ``offset`` as ICC has it."""
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.applyTransform(photo, ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    assert lab is not None
    signed = np.frombuffer(lab.tobytes(), np.uint8).reshape(photo.height, photo.width, 3).copy()
    if offset:
        signed[..., 1:] ^= 0x80
    if depth == 8:
        return signed
    deep = signed.astype(np.uint16) << 8
    deep[..., 0] |= signed[..., 0]
    return deep


@pytest.mark.parametrize(("depth", "what"), [(8, "cielab"), (16, "cielab"), (8, "icclab")])
def test_lab_colours_come_back(depth: int, what: str, photo: Image.Image) -> None:
    pixels = lab_samples(photo, depth, offset=what == "icclab")
    picture = read_picture(tiff(pixels, what, (), (None, False, None, "<"), planar=False))
    assert np.abs(np.asarray(picture.image).astype(int) - np.asarray(photo)).mean() < 1
    assert "Lab converted to RGB" in picture.notes


def test_each_page_has_its_own_kind_of_pixels() -> None:
    stream = io.BytesIO()
    pages = [values("u1", 1)[..., 0], values("u2", 3), values("f4", 1)[..., 0]]
    with tifffile.TiffWriter(stream, bigtiff=True) as writer:
        for page in pages:
            writer.write(page, photometric="rgb" if page.ndim == 3 else "minisblack")
    for number, page in enumerate(pages):
        picture = read_picture(stream.getvalue(), frame=number)
        assert picture.frames == 3
        shown = np.asarray(picture.image).astype(float)
        exact = eight_bits(page.reshape(HEIGHT, WIDTH, -1), 3)
        assert np.abs(shown - exact).max() <= 1


@pytest.mark.parametrize(
    ("dtype", "samples", "what", "extra", "note"),
    [
        ("f8", 3, "rgb", (), "floating point 0…1 scaled to 8 bits"),
        ("u2", 3, "rgb", (), "16-bit colours scaled to 8 bits"),
        ("i1", 1, "minisblack", (), "values -128…127 stretched to 8 bits"),
        ("u1", 5, "rgb", (0, 0), "2 further bands ignored"),
        ("u1", 5, "minisblack", (0,) * 4, "5 bands, the first three taken as red, green and blue"),
    ],
)
def test_what_was_done_is_noted(
    dtype: str, samples: int, what: str, extra: tuple[int, ...], note: str
) -> None:
    data = tiff(values(dtype, samples), what, extra, (None, False, None, "<"), planar=False)
    assert note in read_picture(data).notes


def test_numbers_that_are_none_are_black_and_do_not_count() -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), 100, np.float32)
    pixels[0, 0], pixels[1, 1], pixels[2, 2] = np.nan, np.inf, -100
    shown = np.asarray(read_picture(tiff(pixels, "rgb", (), (None, False, None, "<"), planar=False)).image)
    assert shown[3, 3].tolist() == [255] * 3
    assert shown[2, 2].tolist() == [0] * 3
    assert shown[0, 0].tolist() == shown[1, 1].tolist() == [128] * 3  # a zero between -100 and 100


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"data": np.zeros((8, 8), np.complex64)}, "a TIFF of complex numbers"),
        ({"data": np.zeros((8, 8, 3), np.uint8), "compression": "jpegxl"}, "compressed as JPEG XL"),
        ({"data": np.zeros((8, 8, 3), np.uint8), "compression": "jpeg2000"}, "compressed as JPEG 2000"),
        ({"data": np.zeros((8, 8), np.float32), "compression": "lerc"}, "compressed as LERC"),
        ({"data": np.zeros((8, 8, 3), np.uint16), "compression": "jpeg"}, "3 bands of 12 bits as JPEG"),
    ],
)
def test_a_sound_file_of_a_kind_that_is_not_read_is_never_called_damaged(
    options: dict[str, Any], reason: str
) -> None:
    stream = io.BytesIO()
    try:
        tifffile.imwrite(stream, **options)
    except ValueError as error:
        pytest.skip(f"tifffile: {error}")
    with pytest.raises(PictureError, match=reason) as caught:
        read_picture(stream.getvalue())
    assert "damaged" not in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize("packed", [None, "lzw", "deflate"])
@pytest.mark.parametrize("planar", [False, True])
def test_of_a_cut_file_the_strips_that_are_there_are_shown(packed: str | None, planar: bool) -> None:
    pixels = np.random.default_rng(1).integers(0, 65536, (200, 90, 3)).astype(np.uint16)
    whole = tiff(pixels, "rgb", (), (packed, False, None, "<"), planar=planar)
    share = 0.9 if planar else 0.6
    picture = read_picture(whole[: int(share * len(whole))])
    assert "incomplete" in picture.notes[0]
    shown = np.asarray(picture.image)
    there = slice(0, 100)
    assert np.array_equal(shown[there], (pixels >> 8)[there])
    assert len(np.unique(shown[-1, :, 2])) == 1  # grey


def test_a_damaged_strip_leaves_the_others() -> None:
    pixels = values("u2", 3)
    data = bytearray(tiff(pixels, "rgb", (), ("deflate", False, None, "<"), planar=False))
    page = tifffile.TiffFile(io.BytesIO(bytes(data))).pages[0]
    data[page.dataoffsets[1] : page.dataoffsets[1] + 20] = bytes(20)
    picture = read_picture(bytes(data))
    assert "incomplete" in picture.notes[0]
    shown = np.asarray(picture.image)
    assert np.array_equal(shown[:8], (pixels >> 8)[:8])
    assert np.array_equal(shown[16:], (pixels >> 8)[16:])


def test_tiles_far_larger_than_the_picture_cost_nothing() -> None:
    data = bytearray(tiff(values("u1", 3), "rgb", (), (None, False, (16, 16), "<"), planar=False))
    for tag in (b"\x42\x01", b"\x43\x01"):  # tile width and height, as short numbers
        place = data.index(tag, 4)
        data[place + 2 : place + 12] = b"\x04\0\x01\0\0\0" + (60_000).to_bytes(4, "little")
    with pytest.raises(PictureError, match="damaged"):
        read_picture(bytes(data))


def spoilt(pattern: Image.Image, compression: str, mode: str, encode: Encode) -> tuple[bytes, bytes]:
    """A file as it should be, and one whose packed pixels are others from their middle on."""
    whole = encode(pattern.convert(mode), "TIFF", compression=compression)
    with tifffile.TiffFile(io.BytesIO(whole)) as file:
        start, length = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]
    bad = bytearray(whole)
    bad[start + length // 2 : start + length - 4] = bytes(
        (7 * place) % 256 for place in range(length - 4 - length // 2)
    )
    return whole, bytes(bad)


def test_damage_that_libtiff_passes_over_is_noted_and_the_library_says_nothing(
    pattern: Image.Image, encode: Encode, capfd: pytest.CaptureFixture[str]
) -> None:
    needs_pillow(12, "passes over damage in a fax")
    whole, bad = spoilt(pattern, "group3", "1", encode)
    assert not read_picture(whole).incomplete
    assert read_picture(bad).incomplete
    assert capfd.readouterr().err == ""


def test_damage_that_leaves_nothing_is_refused_and_the_library_says_nothing(
    pattern: Image.Image, encode: Encode, capfd: pytest.CaptureFixture[str]
) -> None:
    _, bad = spoilt(pattern, "tiff_lzw", "RGB", encode)
    with pytest.raises(PictureError, match="damaged or cut off"):
        read_picture(bad)
    assert capfd.readouterr().err == ""
