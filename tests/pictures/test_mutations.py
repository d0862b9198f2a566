"""Damaged files of every format: a picture or a sentence, never anything else."""

import contextlib
import io
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gnet_desktop.errors import PictureError
from gnet_desktop.file_kinds import PICTURE_ENDINGS
from gnet_desktop.pictures import elsewhere
from gnet_desktop.pictures.decoding import read_picture, thumbnail
from tests.pictures.conftest import ADOBE_D50, icc_profile

FORMATS = [
    *("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "JPEG2000", "ICO", "ICNS", "SGI", "TGA", "PCX"),
    *("DDS", "XBM", "BLP", "DIB", "MSP"),
]
MODES = {"XBM": "1", "MSP": "1", "BLP": "P"}


@pytest.fixture(autouse=True, scope="module")
def _here() -> Iterator[None]:
    """What another process does is done here: to start one for each takes too long."""

    def asked(request: bytes, _longest: float) -> contextlib.nullcontext[io.BytesIO]:
        return contextlib.nullcontext(io.BytesIO(b"".join(elsewhere.answered(request))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elsewhere, "asked", asked)
        yield


def sample(form: str) -> bytes:
    rng = np.random.default_rng(3)
    side = 64 if form in ("ICO", "ICNS") else 24
    image = Image.fromarray(rng.integers(0, 255, (side, side, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif, "icc_profile": icc_profile(ADOBE_D50, 2.2)},
        "PNG": {"exif": exif, "icc_profile": icc_profile(ADOBE_D50, 2.2)},
        "TIFF": {"exif": exif, "compression": "tiff_lzw"},
        "GIF": {"save_all": True, "append_images": [image.rotate(90)]},
        "WEBP": {"save_all": True, "append_images": [image.rotate(90)], "exif": exif},
    }
    stream = io.BytesIO()
    image.convert(MODES.get(form, "RGB")).save(stream, form, **options.get(form, {}))
    return stream.getvalue()


def deep_tiff(**options: object) -> bytes:
    tifffile = pytest.importorskip("tifffile")
    values = np.random.default_rng(3).random((24, 24, 3)).astype(np.float32)
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, photometric="rgb", **options)
    return stream.getvalue()


def png_with_blocks() -> bytes:
    text = PngInfo()
    text.add(b"gAMA", (60_000).to_bytes(4, "big"))
    text.add(b"cHRM", bytes(range(32)))
    text.add_text("Comment", "words " * 50, zip=True)
    stream = io.BytesIO()
    Image.new("RGB", (24, 24), (10, 200, 90)).save(stream, "PNG", pnginfo=text)
    return stream.getvalue()


SAMPLES: dict[str, Callable[[], bytes]] = {
    **{form: partial(sample, form) for form in FORMATS},
    "PNG with blocks": png_with_blocks,
    "deep TIFF": deep_tiff,
    "tiled TIFF": partial(deep_tiff, tile=(16, 16), compression="lzw", predictor=True, byteorder=">"),
    "BigTIFF": partial(deep_tiff, compression="deflate", bigtiff=True),
}
made = cache(lambda form: SAMPLES[form]())
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("form", SAMPLES)
@given(changes=CHANGES, cut=st.floats(0.02, 1), early=st.booleans())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_gives_a_picture_or_a_sentence(
    form: str, changes: list[tuple[float, int]], cut: float, early: bool
) -> None:
    data = bytearray(made(form))
    reach = min(len(data), 200) if early else len(data)
    for place, value in changes:
        data[min(int(place * reach), len(data) - 1)] = value
    data = data[: max(1, int(cut * len(data)))]
    for read in (lambda: read_picture(bytes(data), max_pixels=10**6), lambda: thumbnail(bytes(data), 8)):
        with contextlib.suppress(PictureError):
            read()


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_give_a_picture_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(PictureError):
        read_picture(data)


def test_extensions_are_written_as_they_are_compared() -> None:
    assert all(one.startswith(".") and one == one.lower() for one in PICTURE_ENDINGS)
