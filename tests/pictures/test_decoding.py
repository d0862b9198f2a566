"""Upright, bounded, the frame that was asked for, under any name."""

import io
import os
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoding import MAX_PIXELS, PictureTooLarge, read_picture, thumbnail
from tests.pictures.conftest import Encode


def stored_for(upright: np.ndarray, orientation: int) -> np.ndarray:
    """How a camera stores an upright picture, from the tag's definition in EXIF 2.3.

    Where row 0 and column 0 of the stored picture lie: 1 top left, 2 top right, 3 bottom
    right, 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom.
    """
    height, width = upright.shape[:2]
    shape = (height, width) if orientation < 5 else (width, height)
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]]
    y, x = {
        1: (row, column),
        2: (row, width - 1 - column),
        3: (height - 1 - row, width - 1 - column),
        4: (height - 1 - row, column),
        5: (column, row),
        6: (column, width - 1 - row),
        7: (height - 1 - column, width - 1 - row),
        8: (height - 1 - column, row),
    }[orientation]
    return upright[y, x]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_every_orientation_arrives_upright(
    orientation: int, form: str, pattern: Image.Image, encode: Encode
) -> None:
    upright = np.asarray(pattern)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = (
        {"quality": 100, "subsampling": 0} if form == "JPEG" else {"lossless": True} if form == "WEBP" else {}
    )
    data = encode(Image.fromarray(stored_for(upright, orientation)), form, exif=exif, **options)
    picture = read_picture(data)
    assert picture.size == (64, 48)
    assert np.abs(np.asarray(picture.image).astype(int) - upright).max() <= (0 if form != "JPEG" else 12)
    if form != "TIFF":
        assert picture.file_size == ((64, 48) if orientation < 5 else (48, 64))
        assert bool(picture.notes) == (orientation != 1)


def test_broken_exif_is_no_obstacle(pattern: Image.Image, encode: Encode) -> None:
    data = encode(pattern, "JPEG", exif=b"Exif\0\0II\x2a\0\xff\xff\xff\x7fjunk")
    assert read_picture(data).size == (64, 48)


def test_the_contents_decide_and_not_the_name(tmp_path: Path, pattern: Image.Image) -> None:
    path = tmp_path / "photo.heic"
    pattern.save(path, "JPEG")
    assert read_picture(path).format == "JPEG"


@pytest.mark.parametrize(
    "name", ["blank and #%.png", "'quotes\".png", "图片.png", "🐈.png", "Grüße/für dich.png", "-.png"]
)
def test_pictures_open_under_any_name(name: str, tmp_path: Path, pattern: Image.Image) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    pattern.save(path, "PNG")
    assert read_picture(path).source == str(path)


def test_a_name_that_is_no_text_opens_and_can_be_printed(tmp_path: Path, pattern: Image.Image) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    try:
        pattern.save(path, "PNG")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    picture = read_picture(path)
    picture.source.encode("utf-8")
    assert picture.source.endswith("caf�.png")


def test_a_stream_and_bytes_give_the_same_picture(photo: Image.Image, encode: Encode, tmp_path: Path) -> None:
    data = encode(photo, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    with path.open("rb") as stream:
        pictures = [read_picture(stream), read_picture(data), read_picture(path, name="other")]
        assert not stream.closed
    assert {picture.image.tobytes() for picture in pictures} == {photo.tobytes()}
    assert [picture.source for picture in pictures] == ["Pasted picture", "Pasted picture", "other"]


def test_a_stream_that_cannot_be_wound_back_is_read_once(photo: Image.Image, encode: Encode) -> None:
    reading, writing = os.pipe()
    data = encode(photo, "PNG")

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        assert read_picture(pipe).size == (320, 240)
    thread.join()


def test_the_result_holds_no_file_and_no_metadata(tmp_path: Path, pattern: Image.Image) -> None:
    path = tmp_path / "x.png"
    pattern.save(path, "PNG", dpi=(300, 300))
    picture = read_picture(path)
    assert type(picture.image) is Image.Image
    assert picture.image.info == {}
    path.unlink()
    assert picture.image.getpixel((63, 47)) == pattern.getpixel((63, 47))


def animation(encode: Encode, form: str) -> bytes:
    """Three frames; the second and third change only a corner."""
    frames = [Image.new("RGB", (32, 24), (200, 0, 0)) for _ in range(3)]
    frames[1].paste((0, 200, 0), (0, 0, 8, 8))
    frames[2].paste((0, 200, 0), (0, 0, 8, 8))
    frames[2].paste((0, 0, 200), (8, 8, 16, 16))
    options = {"lossless": True} if form == "WEBP" else {}
    return encode(frames[0], form, save_all=True, append_images=frames[1:], duration=50, **options)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_a_frame_of_many_is_composed(form: str, encode: Encode) -> None:
    data = animation(encode, form)
    first, last = read_picture(data), read_picture(data, frame=2)
    assert (first.frame, first.frames, last.frame) == (0, 3, 2)
    assert (first.notes[0], last.notes[0]) == ("frame 1 of 3", "frame 3 of 3")
    assert first.image.getpixel((2, 2)) == (200, 0, 0)
    assert last.image.getpixel((2, 2)) == (0, 200, 0)
    assert last.image.getpixel((10, 10)) == (0, 0, 200)
    assert last.image.getpixel((30, 20)) == (200, 0, 0)


@pytest.mark.parametrize("frame", [3, -1])
def test_a_frame_that_is_not_there_is_named(frame: int, encode: Encode) -> None:
    with pytest.raises(PictureError, match="no frame") as caught:
        read_picture(animation(encode, "GIF"), frame=frame)
    assert "3 frames" in str(caught.value)


def png_header(width: int, height: int, length: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = zlib.compress(bytes(1000))
    body = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    return b"\x89PNG\r\n\x1a\n" + chunk + body + bytes(length)


def test_too_many_pixels_are_asked_about_before_any_is_decoded() -> None:
    with pytest.raises(PictureTooLarge) as caught:
        read_picture(png_header(60_000, 50_000), name="pan.png")
    assert caught.value.size == (60_000, 50_000)
    assert caught.value.memory > 3e9 * 4
    assert "pan.png is 60000 × 50000 pixels." in str(caught.value)
    assert "250 megapixels" in caught.value.why


def test_an_absurd_size_for_so_short_a_file_is_asked_about() -> None:
    data = png_header(12_000, 12_000)
    assert MAX_PIXELS > 12_000 * 12_000
    with pytest.raises(PictureTooLarge, match="absurdly little"):
        read_picture(data)


def test_the_limit_is_the_callers(photo: Image.Image, encode: Encode) -> None:
    data = encode(photo, "PNG")
    with pytest.raises(PictureTooLarge):
        read_picture(data, max_pixels=320 * 240 - 1)
    assert read_picture(data, max_pixels=320 * 240).size == (320, 240)
    assert read_picture(data, max_pixels=None).size == (320, 240)


def test_pillows_own_switches_stay_as_they_were(encode: Encode) -> None:
    # above Pillow's limit of 179 megapixels, below ours: blank, so that the file is short
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(PictureTooLarge):
        read_picture(png_header(14_000, 14_000))
    with pytest.raises(PictureError):
        read_picture(png_header(10, 10)[:-30])
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


def test_threads_decode_at_once(photo: Image.Image, encode: Encode) -> None:
    whole = encode(photo, "JPEG", quality=90)
    jobs = [whole, whole[: len(whole) // 2], encode(photo, "PNG"), b"text"] * 8

    def outcome(data: bytes) -> object:
        try:
            return read_picture(data).image.tobytes()
        except PictureError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(outcome, jobs))
    assert together == [outcome(data) for data in jobs]


def test_a_display_limit_shrinks_and_says_so(encode: Encode) -> None:
    y, x = np.mgrid[0:600, 0:900]
    image = Image.fromarray(np.stack([x // 4, y // 3, (x + y) // 6], axis=-1).astype(np.uint8))
    for form in ("JPEG", "PNG"):
        picture = read_picture(encode(image, form), limit_side=300)
        assert picture.size == (300, 200)
        assert picture.file_size == (900, 600)
        assert "shrunk from 900 × 600" in picture.notes
        exact = np.asarray(image.resize((300, 200), Image.Resampling.BOX)).astype(int)
        assert np.abs(np.asarray(picture.image) - exact).mean() < 3


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_a_thumbnail_looks_like_the_picture(form: str, photo: Image.Image, encode: Encode) -> None:
    small = thumbnail(encode(photo, form), 64)
    assert small.size == (64, 48)
    exact = np.asarray(photo.resize((64, 48), Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(np.asarray(small) - exact).mean() < 6


def test_a_thumbnail_of_a_turned_photo_is_upright(pattern: Image.Image, encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(stored_for(np.asarray(pattern), 6))
    assert thumbnail(encode(stored, "JPEG", exif=exif), 32).size == (32, 24)


def test_a_long_thin_strip_has_a_thumbnail(encode: Encode) -> None:
    assert thumbnail(encode(Image.new("RGB", (4000, 2)), "PNG"), 100).size == (100, 1)


@pytest.mark.slow
def test_a_panorama_of_220_megapixels_opens_within_two_gigabytes(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "panorama.jpg"
    rng = np.random.default_rng(0)
    tile = Image.fromarray(rng.integers(0, 255, (100, 200, 3), dtype=np.uint8)).resize((2000, 1000))
    panorama = Image.new("RGB", (20_000, 11_000))
    for left in range(0, 20_000, 2000):
        for top in range(0, 11_000, 1000):
            panorama.paste(tile, (left, top))
    panorama.save(path, quality=80)
    del panorama
    program = (
        "import resource, sys; from pathlib import Path;"
        "from gnet_desktop.pictures.decoding import read_picture;"
        "from gnet_desktop.pictures.preparation import prepare;"
        "from gnet_desktop.convention import CONVENTIONS;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024;"
        "before = peak(); picture = read_picture(Path(sys.argv[1]));"
        "prepare(picture, CONVENTIONS['torchvision']); print(picture.size[0], peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=300
    )
    width, growth = map(int, done.stdout.split())
    assert width == 20_000
    assert growth < 2e9


def test_reading_keeps_no_handle_open(tmp_path: Path, encode: Encode) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(animation(encode, "GIF"))
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    pictures = [read_picture(path, frame=frame % 3) for frame in range(12)]
    after = len(os.listdir("/proc/self/fd")) if before else 0
    assert after <= before
    assert len(pictures) == 12


def test_a_stream_of_bytes_is_left_open_for_its_owner(photo: Image.Image, encode: Encode) -> None:
    stream = io.BytesIO(encode(photo, "GIF"))
    read_picture(stream)
    assert not stream.closed
