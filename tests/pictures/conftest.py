"""Small pictures whose every pixel is known."""

import io
import struct
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import PIL
import pytest
from numpy.typing import NDArray
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Bytes of an image in a format, with Pillow's options."""

    def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
        stream = io.BytesIO()
        image.save(stream, form, **options)
        return stream.getvalue()

    return encoded


@pytest.fixture(scope="session")
def pattern() -> Image.Image:
    """64 × 48 colours without any symmetry."""
    y, x = np.mgrid[0:48, 0:64]
    return Image.fromarray(np.stack([4 * x, 5 * y, (x * y) % 256], axis=-1).astype(np.uint8))


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """320 × 240, smooth with grain: long enough as a file to be cut."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:240, 0:320]
    smooth = np.stack([x * 0.7, y * 0.9, 120 + 60 * np.sin(x / 20) * np.cos(y / 15)], axis=-1)
    return Image.fromarray(np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8))


def icc_profile(primaries: list[tuple[float, float, float]], gamma: float, name: str = "Test") -> bytes:
    """An RGB display profile (ICC.1, version 2.1): colorants as D50 XYZ, one gamma for all."""

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    text = name.encode() + b"\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        **{
            colour + b"XYZ": xyz(values) for colour, values in zip((b"r", b"g", b"b"), primaries, strict=True)
        },
        **{colour + b"TRC": curve for colour in (b"r", b"g", b"b")},
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for key, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += key + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += struct.pack(">3i", round(0.9642 * 65536), 65536, round(0.8249 * 65536))
    return head + b"\0" * (128 - len(head)) + table + body


# sRGB's colorants adapted to D50 (Bradford), as published with the standard
SRGB_D50 = [(0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)]
ADOBE_D50 = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]


def needs_pillow(release: int, what: str) -> None:
    """Skip before a release that was the first to do something."""
    if int(PIL.__version__.split(".")[0]) < release:
        pytest.skip(f"Pillow {release} is the first that {what}")


def needs_writer(form: str) -> None:
    """Skip where this Pillow writes no such pictures."""
    Image.init()
    if form not in Image.SAVE:
        pytest.skip(f"this Pillow writes no {form}")


def decoded_by_opencv(data: bytes) -> NDArray[np.uint8]:
    """OpenCV's pixels, (height, width, 3) RGB; it keeps them as BGR."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return np.asarray(found[..., ::-1], np.uint8)
