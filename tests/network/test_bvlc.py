"""The real BVLC network against numbers that OpenCV computed for it.

The weights are read by a few lines here, so that nothing but the network is tested.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch import Tensor

from gnet_desktop.network.architecture import BRANCHES, MODULES
from gnet_desktop.network.families import build
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.schemes import SCHEMES, canonical
from tests.oracles.caffe import CaffeGoogLeNet

PHOTOS = ("egyptian_cat.jpg", "goldfish.jpg", "grand_piano.jpg", "zebra.jpg")


def fields(data: memoryview) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field of a protobuf message of known good form."""
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(data):
        number, wire = divmod(varint(), 8)
        if wire == 0:
            yield number, varint()
            continue
        length = varint() if wire == 2 else {1: 8, 5: 4}[wire]
        yield number, data[position : position + length]
        position += length


def caffe_blobs(path: Path) -> dict[str, Tensor]:
    """``layer.weight`` and ``layer.bias`` of a caffemodel in the newer format (docs/formats.md)."""
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in CaffeGoogLeNet(heads=False).state_dict().items()}
    found = {}
    for number, layer in fields(memoryview(path.read_bytes())):
        if number != 100:
            continue
        parts = list(fields(layer))
        name = next(bytes(value).decode() for field, value in parts if field == 1)
        blobs = [dict(fields(value))[5] for field, value in parts if field == 7]
        for kind, values in zip(("weight", "bias"), blobs, strict=False):
            flat = torch.from_numpy(np.frombuffer(values, "<f4").copy())
            found[f"{name}.{kind}"] = flat.reshape(shapes[f"{name}.{kind}"])
    return found


@pytest.fixture(scope="module")
def network(bvlc: Path) -> GoogLeNet:
    architecture = build("caffe")
    return GoogLeNet(architecture, canonical(SCHEMES["caffe"], architecture, caffe_blobs(bvlc)))


def warped(path: Path) -> torch.Tensor:
    """Upright RGB, warped to 256×256, centre 224, BGR, less the means: the reference's recipe.

    It was computed with Pillow 13, which shrinks the height first where that is less work, as of the
    narrow cat; older ones always begin with the width. Each step rounds, so the order is said here.
    """
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    first = (image.width, 256) if 3 * image.height > 4 * image.width else (256, image.height)
    image = image.resize(first, Image.Resampling.BILINEAR)
    image = image.resize((256, 256), Image.Resampling.BILINEAR).crop((16, 16, 240, 240))
    pixels = np.asarray(image, np.float32)[:, :, ::-1] - np.array([104, 117, 123], np.float32)
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]


@pytest.mark.parametrize("photo", PHOTOS)
def test_answers_and_branches_are_those_that_opencv_computed(
    network: GoogLeNet, shared: Path, photo: str
) -> None:
    reference = json.loads((shared / "reference" / "bvlc_reference.json").read_text())
    expected = reference["images"][photo]["warp"]
    record = network(warped(shared / "images" / photo))
    top = record.answers["main"].top(5)
    assert [index for index, _ in top] == [index for index, _ in expected["top"][:5]]
    for (_, found), (_, probability) in zip(top, expected["top"], strict=False):
        assert found == pytest.approx(probability, abs=1e-4)
    for module in MODULES:
        for branch in BRANCHES:
            about, maps = expected["modules"][module][branch], record[f"{module}/{branch}"]
            assert maps.mean() == pytest.approx(about["mean"], rel=1e-3, abs=1e-3)
            assert maps.max() == pytest.approx(about["max"], rel=1e-3, abs=1e-3)
            assert (maps > 0).mean() == pytest.approx(about["nonzero"], abs=1e-3)
