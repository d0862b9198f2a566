"""What a unit wants: each piece against its published definition, the whole by what comes of it."""

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.visualisation.making import _Adam, _alikeness, grow, seen_side
from gnet_desktop.inspection.visualisation.reading import as_input
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.spectrum import amplitudes, colour_matrix, fresh, pictures_of
from gnet_desktop.inspection.visualisation.views import (
    FIRST_SHIFT,
    GREY,
    LAST_SHIFT,
    PAD,
    random_place,
    view_side,
    views,
)
from gnet_desktop.inspection.visualisation.wanted import class_wanted, direction_wanted, unit_wanted
from gnet_desktop.network.architecture import AUXILIARY
from gnet_desktop.network.families import (
    FAMILIES,
    PAPER_WIDTHS,
    HeadWidths,
    ModuleWidths,
    Widths,
    build,
)
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from tests.inspection.test_gradients import filled
from tests.inspection.visualisation.whole import visualised
from tests.network.cases import random_tensors, tiny

QUICK = Recipe(steps=24, size=32)
CONVENTION = CONVENTIONS["torchvision"]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


WIDTHS = Widths(
    modules={name: ModuleWidths(16, 12, 24, 6, 12, 8) for name in PAPER_WIDTHS.modules},
    trunk={"conv1": 16, "conv2": 16, "conv3": 32},
    heads={name: HeadWidths(convolution=12, hidden=24, cells=4) for name in AUXILIARY},
)


@pytest.fixture(scope="module")
def network() -> GoogLeNet:
    """Wide enough for its units to be alive at random weights."""
    return filled(build("torchvision", WIDTHS, classes=4, aux_classes={"aux1": 4, "aux2": 4}))


# The picture as a spectrum


@pytest.mark.parametrize("side", [8, 9, 128])
def test_a_frequency_counts_by_the_inverse_of_its_size(side: int) -> None:
    found = amplitudes(side).numpy()
    down, across = np.fft.fftfreq(side), np.fft.rfftfreq(side)
    for row, column in ((0, 0), (1, 0), (2, 3), (side // 2, side // 2)):
        size = np.hypot(down[row], across[column])
        assert found[row, column] == pytest.approx(1 / max(size, 1 / side))


def test_colours_are_mixed_by_the_published_matrix() -> None:
    """The largest column is the first, of length √(0.26² + 0.27² + 0.27²)."""
    published = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
    length = np.sqrt(0.26**2 + 0.27**2 + 0.27**2)
    assert colour_matrix().numpy() == pytest.approx(published / length, rel=1e-6)


def test_a_picture_is_the_inverse_transform_of_its_spectrum() -> None:
    spectra = torch.stack([fresh(16, seeded(1)), fresh(16, seeded(2))]) * 50
    numbers = spectra.double().numpy()
    waves = (numbers[..., 0] + 1j * numbers[..., 1]) * amplitudes(16).numpy()
    plain = np.fft.irfft2(waves, s=(16, 16), norm="ortho") / 4
    rgb = np.stack([one.transpose(1, 2, 0) @ colour_matrix().numpy().T for one in plain])
    expected = 1 / (1 + np.exp(-rgb))
    assert pictures_of(spectra, 16).permute(0, 2, 3, 1).numpy() == pytest.approx(expected, abs=1e-5)


def test_a_fresh_spectrum_is_small_and_random() -> None:
    values = fresh(64, seeded(3))
    assert values.std().item() == pytest.approx(0.01, rel=0.03)
    assert torch.equal(values, fresh(64, seeded(3)))
    assert not torch.equal(values, fresh(64, seeded(4)))


# Views


def test_the_middle_view_is_the_picture_with_a_grey_border() -> None:
    pictures = torch.rand(2, 3, 20, 20, generator=seeded())
    side = view_side(20)
    border = (2 * PAD - FIRST_SHIFT - LAST_SHIFT) // 2
    expected = functional.pad(pictures, (border,) * 4, value=GREY)
    straight = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]]) * side / 20  # neither turned nor scaled
    found = views(pictures, torch.stack([straight] * 2), side)
    assert found.shape[2:] == (side, side)
    assert torch.allclose(found, expected, atol=1e-5)


def test_views_lie_within_the_published_ranges_and_differ() -> None:
    places = torch.stack([random_place(100, seeded(number)) for number in range(300)])
    zoom = torch.sqrt(torch.linalg.det(places[:, :, :2])) * 100 / view_side(100)
    degrees = torch.rad2deg(torch.atan2(places[:, 1, 0], places[:, 0, 0]))
    assert (1 / zoom).min().item() == pytest.approx(0.9, abs=1e-4)
    assert (1 / zoom).max().item() == pytest.approx(1.1, abs=1e-4)
    assert degrees.abs().max().item() == pytest.approx(10, abs=1e-3)
    assert ((degrees.abs() < 1e-4).float().mean() - 6 / 26).abs() < 0.08
    pixels = places[:, :, 2] * 100 / 2
    assert pixels.abs().max() <= FIRST_SHIFT / 2 + 1.5 * LAST_SHIFT / 2 / 0.9
    assert torch.equal(random_place(100, seeded(7)), random_place(100, seeded(7)))


# What the network is given


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
@pytest.mark.parametrize("second", [False, True])
def test_the_arithmetic_is_that_of_prepared_pictures(name: str, second: bool) -> None:
    convention = CONVENTIONS[name].changed(resize="none", crop=None)
    if second and convention.channels == 3:
        convention = convention.changed(transform_input=True)
    pixels = np.random.default_rng(2).integers(0, 256, (9, 11, 3), np.uint8)
    picture = Picture(Image.fromarray(pixels), "made", "PNG", (11, 9))
    expected = prepare(picture, convention).tensor()
    found = as_input(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255, convention)
    # Pillow's grey has 256 levels, ours has all between
    level = convention.range / 255 / min(convention.std)
    assert torch.allclose(found, expected, rtol=1e-5, atol=level if convention.channels == 1 else 1e-4)


# Steps


def test_steps_are_adams() -> None:
    ours, theirs = (torch.randn(5, 4, generator=seeded()) for _ in range(2))
    theirs.requires_grad_()
    adam, reference = _Adam(ours), torch.optim.Adam([theirs], lr=0.05)
    for number in range(12):
        gradient = torch.randn(5, 4, generator=seeded(number)) * 10.0 ** (number % 4 - 2)
        adam.step(gradient)
        theirs.grad = gradient
        reference.step()
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_alikeness_is_the_mean_cosine_of_gram_matrices() -> None:
    maps = torch.randn(3, 4, 5, 5, generator=seeded(), dtype=torch.float64)
    grams = [torch.einsum("chw,dhw->cd", one, one).flatten() for one in maps]
    pairs = ((0, 1), (0, 2), (1, 2))
    cosines = [float(functional.cosine_similarity(grams[i], grams[j], 0)) for i, j in pairs]
    assert float(_alikeness(maps)) == pytest.approx(np.mean(cosines))
    assert float(_alikeness(torch.stack([maps[0]] * 2))) == pytest.approx(1)


# What comes of it


def noise(network: GoogLeNet, part: str, channel: int) -> float:
    """The largest mean of a unit over pictures of noise."""
    pictures = torch.rand(32, 3, 48, 48, generator=seeded(1))
    maps = network.outputs(as_input(pictures, CONVENTION), (part,))[part]
    return float(maps[:, channel].mean((1, 2)).max())


@pytest.mark.parametrize("name", ["conv1:1", "conv3:2", "3a/3x3:0", "4a/5x5:1", "4a:3", "4b/3x3_reduce:1"])
def test_a_unit_answers_more_than_to_any_noise(network: GoogLeNet, name: str) -> None:
    wanted = unit_wanted(network.architecture, name)
    channel = int(np.flatnonzero(wanted.direction.array)[0])
    made = visualised(network, CONVENTION, wanted, replace(QUICK, size=48, steps=64))
    assert made.done
    assert made.means[0] > noise(network, wanted.part, channel)


def test_a_silent_unit_is_woken(network: GoogLeNet) -> None:
    """Its bias is lowered until nothing near grey gets through the rectifier, whose derivative is then 0."""
    quiet, part = copy.deepcopy(network), "4a/3x3"
    grey = as_input(torch.full((1, 3, 64, 64), 0.5), CONVENTION)
    peak = float(quiet.outputs(grey, (f"{part}/linear",))[f"{part}/linear"][:, 1].max())
    quiet._holder(part)._other(part).bias[1] -= peak + 0.2
    wanted = unit_wanted(network.architecture, f"{part}:1")
    first, *_, last = grow(quiet, CONVENTION, wanted, replace(QUICK, size=64, steps=96), every=1)
    start = as_input(torch.from_numpy(first.pictures).permute(0, 3, 1, 2) / 255, CONVENTION)
    assert float(quiet.outputs(start, (part,))[part][:, 1].max()) == 0
    assert last.peaks[0] > 0


def test_the_values_are_those_of_the_pictures_as_they_are(network: GoogLeNet) -> None:
    wanted = unit_wanted(network.architecture, "3b/5x5:1")
    made = visualised(network, CONVENTION, wanted, replace(QUICK, count=2))
    for number, pixels in enumerate(made.pictures):
        picture = Picture(Image.fromarray(pixels), "made", "PNG", (32, 32))
        tensor = prepare(picture, CONVENTION.changed(resize="none", crop=None)).tensor()
        maps = network.outputs(tensor, ("3b/5x5",))["3b/5x5"][0, 1]
        assert made.peaks[number] == pytest.approx(float(maps.max()), rel=1e-4)
        assert made.means[number] == pytest.approx(float(maps.mean()), rel=1e-4)


def test_negative_pictures_silence_and_middle_ones_count_one_cell(network: GoogLeNet) -> None:
    wanted = unit_wanted(network.architecture, "4a/3x3:1")

    def before(made: Made) -> torch.Tensor:
        value = as_input(torch.from_numpy(made.pictures).permute(0, 3, 1, 2) / 255, CONVENTION)
        return network.outputs(value, ("4a/3x3/linear",))["4a/3x3/linear"][0, 1]

    up, down, middle = (
        visualised(network, CONVENTION, wanted, replace(QUICK, steps=64, size=64, **how))
        for how in ({}, {"negative": True}, {"centre": True})
    )
    assert before(down).mean() < before(up).mean()
    assert down.means[0] == pytest.approx(float(before(down).mean()), rel=1e-4)
    assert down.peaks[0] == pytest.approx(float(before(down).min()), rel=1e-4)
    rows, columns = before(middle).shape
    assert before(middle)[rows // 2, columns // 2] > before(middle).mean()


def test_the_same_recipe_gives_the_same_pictures_and_another_seed_others(network: GoogLeNet) -> None:
    wanted = unit_wanted(network.architecture, "3b/3x3:1")
    one, same, other = (
        visualised(network, CONVENTION, wanted, replace(QUICK, seed=seed)).pictures for seed in (4, 4, 5)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_pictures_grow_before_the_eyes(network: GoogLeNet) -> None:
    wanted = unit_wanted(network.architecture, "3a/1x1:0")
    grown = list(grow(network, CONVENTION, wanted, QUICK, every=10))
    assert [made.step for made in grown] == [10, 20, 24]
    assert [made.done for made in grown] == [False, False, True]
    assert all(made.pictures.shape == (1, 32, 32, 3) for made in grown)
    assert np.isnan(grown[0].peaks[0])
    assert not np.isnan(grown[-1].peaks[0])


def test_several_pictures_keep_apart(network: GoogLeNet) -> None:
    wanted = direction_wanted(network.architecture, "4a/3x3", [1.0] * 24, "all")
    recipe = replace(QUICK, count=2, steps=64)

    def alike(apart: float) -> float:
        made = visualised(network, CONVENTION, wanted, replace(recipe, apart=apart))
        value = as_input(torch.from_numpy(made.pictures).permute(0, 3, 1, 2) / 255, CONVENTION)
        return float(_alikeness(network.outputs(value, ("4a/3x3",))["4a/3x3"]))

    assert alike(4.0) < alike(0.0)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_has_pictures_of_units(family: str) -> None:
    architecture = tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, seed=5))
    convention = CONVENTIONS["d2l"] if architecture.input_channels == 1 else CONVENTION
    wanted = unit_wanted(architecture, "4a/3x3:0")
    made = visualised(network, convention, wanted, replace(QUICK, steps=3, size=64))
    assert made.pictures.std() > 0
    assert np.isfinite(made.peaks[0])


@pytest.mark.parametrize("head", ["main", "aux2", "aux1"])
def test_a_class_of_any_head_is_raised(network: GoogLeNet, head: str) -> None:
    wanted = class_wanted(network.architecture, head, 1, "one")
    short, long = (
        visualised(network, CONVENTION, wanted, replace(QUICK, size=64, steps=steps)).peaks[0]
        for steps in (1, 48)
    )
    assert long > short


def test_a_head_is_shown_pictures_of_a_size_that_it_takes() -> None:
    architecture = tiny("caffe")
    wanted = class_wanted(architecture, "main", 0, "a")
    assert seen_side(architecture, CONVENTIONS["caffe"], wanted, Recipe()) == 224
    assert seen_side(architecture, CONVENTIONS["caffe"], wanted, Recipe(size=220)) == 232
    unit = unit_wanted(architecture, "4a/3x3:0")
    assert seen_side(architecture, CONVENTIONS["caffe"], unit, Recipe()) == view_side(128)
    with pytest.raises(UsageError, match="no answer"):
        seen_side(architecture, CONVENTIONS["caffe"].changed(crop=96), wanted, Recipe())


# What is refused


def test_what_is_not_there_cannot_be_wanted(network: GoogLeNet) -> None:
    architecture = network.architecture
    with pytest.raises(UsageError, match="no unit"):
        unit_wanted(architecture, "4a/3x3:9999")
    with pytest.raises(UsageError, match="no head"):
        class_wanted(tiny("torchvision"), "aux1", 0, "a")
    with pytest.raises(UsageError, match="no class"):
        class_wanted(architecture, "main", 99, "a")
    for direction in ([1.0], [0.0] * 24, [float("nan")] * 24):
        with pytest.raises(UsageError, match="not a direction"):
            direction_wanted(architecture, "4a/3x3", direction, "mine")


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"size": 5}, {"count": 9}, {"size": 4096}])
def test_a_recipe_must_be_possible(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Recipe(**wrong)
