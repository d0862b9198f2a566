"""Kernels as colours: units made by hand to read one group of inputs have that group's colour."""

import numpy as np

from gnet_desktop.inspection.kernels import kernel_colours
from gnet_desktop.network.architecture import Branch, Convolution

BRANCH = Branch((Convolution("x/reduce", 6, 6, 1), Convolution("x/3x3", 6, 6, 3, padding=1)))


def made() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Units 0 and 3 read the first two inputs, 1 and 4 the next two, 2 and 5 the last; 3…5 on one side."""
    spatial = np.zeros((6, 6, 3, 3), np.float32)
    for unit in range(6):
        columns = slice(None) if unit < 3 else slice(0, 1)
        spatial[unit, 2 * (unit % 3), :, columns] = 1
        spatial[unit, 2 * (unit % 3) + 1, :, columns] = -1
    through = np.eye(6, dtype=np.float32)[:, :, None, None]
    nothing = np.zeros(6, np.float32)
    return {"x/reduce": (through, nothing), "x/3x3": (spatial, nothing)}


def test_each_group_of_inputs_has_its_colour_where_it_is_read() -> None:
    found = kernel_colours(BRANCH, made())
    assert found.pictures.shape == (6, 3, 3, 3)
    assert found.explained > 0.99
    hues = [found.pictures[unit].reshape(-1, 3).sum(0).argmax() for unit in range(6)]
    assert hues[:3] == hues[3:]
    assert sorted(hues[:3]) == [0, 1, 2]
    for unit in range(3):
        assert (found.pictures[unit, :, :, hues[unit]] > 240).all()
        assert (found.pictures[unit + 3, :, 0, hues[unit]] > 240).all()
        assert (found.pictures[unit + 3, :, 1:] < 15).all()
        group = found.groups[hues[unit]]
        assert set(np.abs(group).argsort()[-2:]) == {2 * unit, 2 * unit + 1}
        assert group[2 * unit] * group[2 * unit + 1] < 0  # excitation beside inhibition


def test_alike_units_lie_side_by_side() -> None:
    found = kernel_colours(BRANCH, made())
    assert {frozenset(pair) for pair in found.order.reshape(3, 2).tolist()} == {
        frozenset({0, 3}),
        frozenset({1, 4}),
        frozenset({2, 5}),
    }
