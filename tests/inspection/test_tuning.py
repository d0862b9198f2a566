"""Tuning curves: units made by hand prefer what they were made for."""

import numpy as np
import pytest
import torch

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.inspection.tuning import (
    DEGREES,
    HUES,
    RADII,
    SIDE,
    TURNS,
    WAVELENGTHS,
    Responses,
    arc,
    edge,
    grating,
    patch,
    tuned,
)
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors, tiny

CONVENTION = CONVENTIONS["inception"]  # −1…1, the same for every colour: grey is 0


def network_of(kernels: list[np.ndarray]) -> GoogLeNet:
    """Caffe's network, whose conv1 has no norm; its first kernels are given: (3, 7, 7) each."""
    architecture = tiny("caffe")
    tensors = random_tensors(architecture)
    tensors["conv1.bias"].zero_()
    for channel, kernel in enumerate(kernels):
        tensors["conv1.weight"][channel] = torch.from_numpy(np.broadcast_to(kernel, (3, 7, 7)).copy())
    return GoogLeNet(architecture, tensors)


def tuning(network: GoogLeNet, *kinds: str) -> dict[str, Responses]:
    """What conv1's units answer to all stimuli of these kinds."""
    *_, (share, found) = tuned(network, CONVENTION, "conv1", kinds)
    assert share == 1
    return found


def gabor(degrees: float, wavelength: float) -> np.ndarray:
    down, across = np.mgrid[-3:4, -3:4]
    along = across * np.cos(np.radians(degrees)) + down * np.sin(np.radians(degrees))
    return np.exp(-(across**2 + down**2) / 8) * np.cos(2 * np.pi * along / wavelength)


@pytest.mark.parametrize("degrees", [0, 30, 75, 120, 165])
def test_a_gabor_prefers_its_own_orientation_and_wavelength(degrees: int) -> None:
    kernel = gabor(degrees, 5)
    network = network_of([kernel - kernel.mean()])
    found = tuning(network, "gratings")["gratings"]
    assert found.peaks.shape == (len(DEGREES), len(WAVELENGTHS), 4)
    assert found.best(0) == (degrees, 5)
    curve = found.curve(0)
    place = DEGREES.index(degrees)
    across = curve[(place + len(DEGREES) // 2) % len(DEGREES)]
    assert curve[place] == curve.max() > 2 * across


def test_an_edge_and_a_colour_are_told_by_their_direction() -> None:
    down, _ = np.mgrid[-3:4, -3:4]
    green = np.zeros((3, 7, 7))
    green[1], green[[0, 2]] = 1, -0.5
    network = network_of([np.sign(down), -np.sign(down), green])
    found = tuning(network, "edges", "colours")
    assert found["edges"].best(0) == (90, 1.0)  # bright below
    assert found["edges"].best(1) == (270, 1.0)
    assert found["colours"].best(2) == (120, 1.0)
    assert found["colours"].curve(2)[HUES.index(300)] == 0
    assert found["colours"].peaks[:, :, 0].max() == pytest.approx(0, abs=1e-5)


def test_stimuli_are_what_they_are_called() -> None:
    assert grating(0, 8, 0).shape == (3, SIDE, SIDE)
    wave = grating(0, 8, 0)[0]
    assert np.ptp(wave, axis=0).max() < 1e-6  # changes to the right only
    assert wave[0, :8] == pytest.approx(wave[0, 8:16], abs=1e-5)
    assert edge(0, 1)[0, 0, [0, -1]].tolist() == [0, 1]
    assert edge(180, 0.5)[0, 0, [0, -1]].tolist() == [0.75, 0.25]
    disc = arc(90, 16)[0]
    assert disc[SIDE // 2 + 16, SIDE // 2] == 1  # its centre lies below the middle
    assert disc[SIDE // 2 - 3, SIDE // 2] == 0
    assert (disc > 0.5).sum() == pytest.approx(np.pi * 16**2, rel=0.02)
    assert patch(0, 1)[:, 0, 0] == pytest.approx([1, 0.25, 0.25])
    assert patch(200, 0)[:, 5, 5].tolist() == [0.5] * 3


def test_the_middle_cell_and_the_best_of_a_property_are_told() -> None:
    network = network_of([gabor(30, 8)])
    found = tuning(network, "curves")["curves"]
    assert found.peaks.shape == (len(TURNS), len(RADII), 4)
    assert (found.middle <= found.peaks + 1e-6).all()
    picture = torch.from_numpy(np.stack([arc(60, 16, contrast) for contrast in (-1, 1)])) * 2 - 1
    maps = network.outputs(picture, ("conv1",))["conv1"][:, 0]
    row, column = TURNS.index(60), RADII.index(16)
    assert found.peaks[row, column, 0] == pytest.approx(float(maps.max()), rel=1e-4)
    middle = maps[:, maps.shape[1] // 2, maps.shape[2] // 2].max()
    assert found.middle[row, column, 0] == pytest.approx(float(middle), rel=1e-4, abs=1e-5)
    assert isinstance(found, Responses)


def test_a_kind_comes_once_it_is_whole_and_the_share_grows() -> None:
    steps = list(tuned(network_of([]), CONVENTION, "conv1", ("edges", "colours")))
    shares = [share for share, _ in steps]
    assert shares == sorted(set(shares))
    assert (len(shares) > 2, shares[-1]) == (True, 1)
    assert [set(found) for _, found in steps] == sorted((set(found) for _, found in steps), key=len)
    assert set(steps[-1][1]) == {"edges", "colours"}
    assert {len(found) for _, found in steps} == {0, 1, 2}
