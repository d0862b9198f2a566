"""Through a whole network: what a dot lights up is drawn on the dot."""

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.inspection.colour_maps import GREY
from gnet_desktop.inspection.overlay import overlay
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.geometry import Geometry, Grid
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from tests.network.cases import random_tensors, tiny

HEAD_PLACES = [(0.5, 0.5), (0.36, 0.3), (0.64, 0.3), (0.36, 0.7), (0.64, 0.7)]
NAMES = ["3a/1x1", "3a/3x3", "3a/5x5", "3a/pool_proj", "4a/1x1"]
PLAIN = CONVENTIONS["torchvision"].changed(mean=(0.0,) * 3, std=(1.0,) * 3)


@pytest.fixture(scope="module", params=["torchvision", "caffe"])
def network(request: pytest.FixtureRequest) -> GoogLeNet:
    """Narrow, and every kernel an average: a dot lights up what is around it, most in its middle."""
    architecture = tiny(request.param)
    tensors = random_tensors(architecture)
    for name, tensor in tensors.items():
        if tensor.ndim > 1:
            tensor.fill_(1 / tensor[0].numel())
        else:
            tensor.fill_(1.0 if name.endswith((".variance", ".norm.weight")) else 0.0)
    return GoogLeNet(architecture, tensors)


def record_of(network: GoogLeNet, size: tuple[int, int], dot: tuple[int, int]) -> tuple[Record, Geometry]:
    image = Image.new("RGB", size)
    image.paste((255, 255, 255), (dot[0] - 3, dot[1] - 3, dot[0] + 4, dot[1] + 4))
    prepared = prepare(Picture(image, "dot", "PNG", size), PLAIN)
    return network(prepared.tensor()), prepared.geometry


def grid_of(network: GoogLeNet, name: str, values: np.ndarray) -> Grid:
    field = receptive_field(network.architecture, name, (224, 224))
    return Grid(field.centre, field.jump, (values.shape[1], values.shape[0]))


@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
@pytest.mark.parametrize("place", HEAD_PLACES)
def test_the_overlay_peaks_within_a_cell_of_the_dot(
    network: GoogLeNet, place: tuple[float, float], size: tuple[int, int]
) -> None:
    dot = int(size[0] * place[0]), int(size[1] * place[1])
    record, geometry = record_of(network, size, dot)
    for name in NAMES:
        values = record[name].sum(axis=0)
        grid = grid_of(network, name, values)
        limits = Limits(0, float(values.max()))
        picture = overlay(values, grid, geometry, (0, 0, *size), size, limits=limits, colours=GREY)
        strength = picture.astype(int).sum(axis=2)
        y, x = np.nonzero(strength == strength.max())
        cell = grid.jump / geometry.scale[0]
        assert abs(x.mean() - dot[0]) <= cell, name
        assert abs(y.mean() - dot[1]) <= cell, name


def test_maps_are_not_stretched_over_the_input(network: GoogLeNet) -> None:
    """On the average over several dots the response lies on the dot; a stretched map is 6.5 pixels off."""
    off = []
    for dot in [(90 + 43 * step, 100 + 29 * step) for step in range(6)]:
        record, geometry = record_of(network, (400, 400), dot)
        values = record["4a/1x1"].sum(axis=0)
        grid = grid_of(network, "4a/1x1", values)
        columns, rows = np.meshgrid(np.arange(grid.size[0]), np.arange(grid.size[1]))
        cell = [float((values * one).sum() / values.sum()) for one in (columns, rows)]
        expected = geometry.to_input((dot[0] + 0.5, dot[1] + 0.5))
        off.append([grid.centre[i] + 0.5 + cell[i] * grid.jump - expected[i] for i in (0, 1)])
    assert np.abs(np.mean(off, axis=0)).max() < 3
