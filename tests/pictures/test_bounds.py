"""Reading a hostile picture ends in a sentence or a picture, within bounds of memory and time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures.decoding import read_picture
from tests.bounded import SPARE, Reader
from tests.pictures.hostile import PICTURES, refined_again_and_again, saved

A_PIXEL = 16
"""Bytes that a decoder may take for each pixel."""

PIXELS = {
    "black_png": 49_000_000,
    "black_webp": 9_000_000,
    "black_jpeg_2000": 9_000_000,
    "letters_for_numbers": 1_000_000,
}
"""Those of the pictures that are large; the others have few."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as on Linux")
@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_ends_in_a_sentence_or_a_picture_within_its_bounds(
    name: str, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(data := PICTURES[name]())
    more = A_PIXEL * PIXELS.get(name, 0)
    outcome = reader.read("picture", path, more=more)
    assert not outcome.fault
    assert outcome.peak <= 1.5 * len(data) + SPARE + more


def test_a_jpeg_that_goes_over_its_pixels_again_and_again_is_refused() -> None:
    with pytest.raises(PictureError, match="far more parts than a picture has"):
        read_picture(refined_again_and_again(4_000, 100))


def test_a_large_progressive_jpeg_is_none_of_these() -> None:
    data = saved(Image.effect_noise((4_000, 3_000), 50), "JPEG", progressive=True, quality=95)
    assert read_picture(data).size == (4_000, 3_000)
