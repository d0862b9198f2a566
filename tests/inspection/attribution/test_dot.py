"""A photo with a dot: what speaks for the class that is bright lies on it, through EXIF, crop and size."""

import io

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.inspection.attribution.at_layer import contributions, grad_cam
from gnet_desktop.inspection.attribution.attribution import Attribution, Target
from gnet_desktop.inspection.attribution.integrated import integrated_gradients
from gnet_desktop.inspection.attribution.occlusion import occlusion
from gnet_desktop.inspection.colour_maps import GREY
from gnet_desktop.inspection.overlay import overlay
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.pictures.preparation import Prepared, baseline, prepare
from tests.network.cases import random_tensors, tiny

SIZE = (600, 400)
"""Of the photo as it is looked at; stored it is turned."""
DOT = (390, 130)
PLAIN = CONVENTIONS["torchvision"].changed(mean=(0.0,) * 3, std=(1.0,) * 3)
TURNED = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
"""How a photo is stored that is to be shown upright, by its EXIF orientation."""


@pytest.fixture(scope="module")
def network() -> GoogLeNet:
    """Narrow, and every weight an average: the class is bright where the picture is."""
    architecture = tiny("torchvision")
    tensors = random_tensors(architecture)
    for name, tensor in tensors.items():
        if tensor.ndim > 1:
            tensor.fill_(1 / tensor[0].numel())
        else:
            tensor.fill_(1.0 if name.endswith((".variance", ".norm.weight")) else 0.0)
    return GoogLeNet(architecture, tensors)


def photo(orientation: int) -> bytes:
    image = Image.new("RGB", SIZE)
    image.paste((255, 255, 255), (DOT[0] - 4, DOT[1] - 4, DOT[0] + 5, DOT[1] + 5))
    turn = TURNED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = io.BytesIO()
    (image if turn is None else image.transpose(turn)).save(data, "PNG", exif=exif)
    return data.getvalue()


def maps(network: GoogLeNet, record: Record, prepared: Prepared) -> list[Attribution]:
    target, black = Target("main", 0), baseline(prepared, "black")
    return [
        contributions(network, record, target, "3a"),
        grad_cam(network, record, target, "3a"),
        integrated_gradients(network, record, target, black),
        occlusion(network, record, target, black),
    ]


@pytest.mark.parametrize("orientation", sorted(TURNED))
def test_what_speaks_for_it_lies_on_the_dot_of_the_photo(network: GoogLeNet, orientation: int) -> None:
    picture = read_picture(photo(orientation), name="dot")
    assert picture.size == SIZE
    prepared = prepare(picture, PLAIN)
    record = network(prepared.tensor())
    for found in maps(network, record, prepared):
        size = (found.map.shape[1], found.map.shape[0])
        grid = Grid((0.0, 0.0), 1, size)
        reach = 16.0  # half the window of occlusion, in input pixels
        if found.at is not None:
            field = receptive_field(network.architecture, found.at, record.input_size)
            grid, reach = Grid(field.centre, field.jump, size), float(field.jump)
        limits = Limits(0, float(found.map.max()))
        laid = overlay(
            found.map, grid, prepared.geometry, (0, 0, *SIZE), SIZE, limits=limits, colours=GREY, smooth=True
        )
        strength = laid.astype(int).sum(axis=2)
        y, x = np.nonzero(strength == strength.max())
        away = reach / prepared.geometry.scale[0]
        assert abs(x.mean() - DOT[0]) <= away, found.method
        assert abs(y.mean() - DOT[1]) <= away, found.method
