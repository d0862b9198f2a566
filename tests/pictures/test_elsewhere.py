"""JPEG 2000, large WebP and QOI are decoded by another process: the same pixels, and no thread waits."""

import io
import struct
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.QoiImagePlugin import QoiImageFile

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures import apart, elsewhere, webp
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.jpeg2000 import Jpeg2000
from gnet_desktop.pictures.qoi import Qoi
from gnet_desktop.pictures.webp import WebP
from tests.pictures.conftest import needs_pillow
from tests.pictures.pieces import saved


def pattern(mode: str, width: int = 61, height: int = 40) -> Image.Image:
    kind = np.uint16 if mode == "I;16" else np.uint8
    bands = {"RGB": 3, "RGBA": 4, "LA": 2}.get(mode, 1)
    values = np.random.default_rng(0).integers(0, 256, (height, width, bands)).astype(kind)
    return Image.frombytes(mode, (width, height), values.tobytes())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "I;16"])
def test_the_pixels_are_those_that_pillow_decodes_here(mode: str) -> None:
    data = saved(pattern(mode), "JPEG2000")
    here, there = Jpeg2KImageFile(io.BytesIO(data)), Jpeg2000(io.BytesIO(data))
    assert there.mode == mode
    assert there.tobytes() == here.tobytes() == pattern(mode).tobytes()


def test_what_a_cut_file_still_shows_is_what_it_showed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(pattern("RGB", 400, 300), "JPEG2000", tile_size=(64, 64))
    cut = data[: len(data) // 2]
    there = read_picture(cut)

    def none(*_: object) -> bytes:
        raise apart.NoProcess

    monkeypatch.setattr(elsewhere, "asked", none)
    here = read_picture(cut)
    assert there.notes == here.notes
    assert any("incomplete" in note for note in there.notes)
    assert there.image.tobytes() == here.image.tobytes()


def test_other_threads_go_on_meanwhile() -> None:
    data = saved(pattern("RGB", 1200, 800), "JPEG2000", irreversible=True, quality_layers=[20])
    done = threading.Event()

    def decode() -> None:
        read_picture(data)
        done.set()

    threading.Thread(target=decode).start()
    turns, start = 0, time.perf_counter()
    while not done.wait(0.005):
        turns += 1
    # beside a decoder that keeps the lock there are next to none
    assert turns > (time.perf_counter() - start) / 0.005 / 4


def test_one_that_does_not_come_back_is_ended_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(pattern("RGB"), "JPEG2000")
    monkeypatch.setattr(elsewhere, "LONGEST", 0.001)
    with pytest.raises(PictureError, match=r"^cat\.jp2 is not decoded to its end"):
        read_picture(data, name="cat.jp2")


@pytest.mark.parametrize("program", ["/bin/true", "/nowhere/python"])
def test_where_no_process_can_be_started_it_is_decoded_here(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(pattern("RGB"), "JPEG2000")
    monkeypatch.setattr("sys.executable", program)
    assert read_picture(data).image.tobytes() == pattern("RGB").tobytes()


def test_a_process_that_breaks_down_is_a_damaged_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "asked", lambda *_: nullcontext(io.BytesIO()))
    with pytest.raises(PictureError, match="damaged or cut off"):
        read_picture(saved(pattern("RGB"), "JPEG2000"))


def test_one_that_needs_more_memory_than_it_may_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "asked", lambda *_: nullcontext(io.BytesIO(b"m")))
    with pytest.raises(PictureError, match="more memory than there is"):
        read_picture(saved(pattern("RGB"), "JPEG2000"))


@pytest.fixture
def large_webp(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Any WebP picture counts as large; what the other process was asked is noted."""
    requests: list[bytes] = []

    def noted(request: bytes, longest: float) -> AbstractContextManager[BinaryIO]:
        requests.append(request)
        return apart.asked(request, longest)

    monkeypatch.setattr(webp, "_LARGE", 0)
    monkeypatch.setattr(elsewhere, "asked", noted)
    return requests


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_large_webp_has_the_pixels_that_pillow_decodes_here(mode: str, large_webp: list[bytes]) -> None:
    data = saved(pattern(mode), "WEBP", lossless=True, exact=True)
    assert WebP(io.BytesIO(data)).tobytes() == pattern(mode).tobytes()
    assert len(large_webp) == 1


def test_any_frame_of_a_large_webp_is_the_one_asked_for(large_webp: list[bytes]) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    shown = [read_picture(data, frame=number).image.getpixel((5, 5)) for number in range(3)]
    assert shown == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert len(large_webp) == 3


def test_a_damaged_large_webp_is_refused_as_a_small_one_is(
    large_webp: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(pattern("RGB", 400, 300), "WEBP", lossless=True)
    damaged = data[:26] + b"\xff" * (len(data) - 26)
    with pytest.raises(PictureError) as there:
        read_picture(damaged)
    assert large_webp
    monkeypatch.setattr(webp, "_LARGE", 10**9)
    with pytest.raises(PictureError) as here:
        read_picture(damaged)
    assert str(there.value) == str(here.value)


def test_a_large_webp_is_decoded_here_where_no_process_can_be_started(
    large_webp: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(pattern("RGB"), "WEBP", lossless=True)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert read_picture(data).image.tobytes() == pattern("RGB").tobytes()


def qoi(width: int, height: int) -> bytes:
    """Every pixel with its three values, as the published format has them."""
    values = np.random.default_rng(1).integers(0, 256, (width * height, 3), np.uint8)
    tagged = np.concatenate([np.full((len(values), 1), 0xFE, np.uint8), values], 1)
    return b"qoif" + struct.pack(">2I2B", width, height, 3, 0) + tagged.tobytes() + bytes(7) + b"\1"


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_a_large_qoi_shows_what_pillow_decodes_here(part: float, monkeypatch: pytest.MonkeyPatch) -> None:
    if part < 1:
        needs_pillow(13, "shows what there is of a QOI picture that is cut off")
    data = qoi(600, 400)
    data = data[: int(len(data) * part)]
    asked: list[bytes] = []

    def answered(request: bytes, longest: float) -> AbstractContextManager[BinaryIO]:
        asked.append(request)
        return apart.asked(request, longest)

    monkeypatch.setattr(elsewhere, "asked", answered)
    there = read_picture(data)
    assert asked
    monkeypatch.setattr("gnet_desktop.pictures.qoi.take_pixels", lambda *_: False)
    here = read_picture(data)
    assert there.notes == here.notes
    assert any("incomplete" in note for note in there.notes) == (part < 1)
    assert there.image.tobytes() == here.image.tobytes()
    if part == 1:
        with QoiImageFile(io.BytesIO(data)) as pillow:
            assert there.image.tobytes() == pillow.tobytes()


def test_a_small_qoi_is_decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnet_desktop.pictures.qoi.take_pixels", lambda *_: pytest.fail("asked"))
    assert Qoi(io.BytesIO(qoi(20, 10))).load() is not None
