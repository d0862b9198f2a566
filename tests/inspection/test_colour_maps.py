"""The colours keep what the design promises of them."""

import numpy as np
import pytest

from gnet_desktop.inspection.colour_maps import (
    COLOUR_MAPS,
    EMBER,
    GREY,
    LAGOON,
    STRIPE_LIGHT,
    TIDE,
    faded,
    from_oklab,
    oklab,
    palette,
)
from gnet_desktop.inspection.scaling import GAP, GROUND, NON_FINITE, STRIPE, TOP


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # published with the definition of OKLab, or in CSS Color 4
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_has_the_published_values(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert oklab(np.array(rgb, float)) == pytest.approx(np.array(lab), abs=2e-4)
    assert from_oklab(np.array(lab)) == pytest.approx(np.array(rgb, float), abs=0.3)


@pytest.mark.parametrize("name", sorted(COLOUR_MAPS))
def test_a_map_goes_through_its_points(name: str) -> None:
    colours = COLOUR_MAPS[name]
    points = colours.points.split()
    table = colours.table(8 * (len(points) - 1) + 1)
    assert ["{:02X}{:02X}{:02X}".format(*row[:3]) for row in table[::8]] == points
    assert (table[:, 3] == 255).all()
    assert colours.table().shape == (256, 4)


@pytest.mark.parametrize("colours", [EMBER, LAGOON, GREY], ids=lambda one: one.name)
def test_lightness_rises_in_equal_steps(colours: object) -> None:
    lightness = oklab(colours.table()[:, :3].astype(float))[:, 0]  # type: ignore[attr-defined]
    assert lightness[0] == pytest.approx(0.155, abs=0.01)
    assert lightness[-1] == pytest.approx(0.97, abs=0.01)
    assert lightness == pytest.approx(np.linspace(lightness[0], lightness[-1], 256), abs=0.012)
    assert (np.diff(lightness) >= 0).all()


def test_the_signed_map_is_symmetric_in_lightness() -> None:
    lightness = oklab(TIDE.table(257)[:, :3].astype(float))[:, 0]
    assert lightness[[0, 128, 256]] == pytest.approx([0.42, 0.97, 0.42], abs=0.012)
    assert lightness == pytest.approx(lightness[::-1], abs=0.022)
    assert TIDE.signed


@pytest.mark.parametrize("name", sorted(COLOUR_MAPS))
def test_what_fades_keeps_its_zero_where_it_was(name: str) -> None:
    before, after = COLOUR_MAPS[name], COLOUR_MAPS[faded(name)]
    assert (before.signed, before.scaling().signed) == (after.signed, after.scaling().signed)
    red, green, blue, _ = after.table().T
    assert (red == green).all()
    assert (green == blue).all()


@pytest.mark.parametrize("name", sorted(COLOUR_MAPS))
def test_the_colour_of_no_number_is_in_no_map(name: str) -> None:
    table = oklab(COLOUR_MAPS[name].table()[:, :3].astype(float))
    stripe = oklab(np.array(STRIPE_LIGHT, float))
    assert np.sqrt(((table - stripe) ** 2).sum(axis=1)).min() > 0.1


def test_a_palette_has_a_colour_for_every_level() -> None:
    table = palette(EMBER, ground=(1, 2, 3), gap=(4, 5, 6))
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    assert np.array_equal(table[[0, TOP]], EMBER.table(2))
    assert table[GROUND].tolist() == [1, 2, 3, 255]
    assert table[GAP].tolist() == [4, 5, 6, 255]
    assert table[NON_FINITE].tolist() == [0x00, 0xE5, 0xFF, 255]
    assert table[STRIPE].tolist() == [0x0A, 0x28, 0x3C, 255]
    assert palette(EMBER, ground=(0, 0, 0))[GAP, 3] == 0
