"""One map has one set of numbers, whoever asks: the command line, a report, a panel, a tip."""

import math
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.gui.lanes.texts import tip_lines
from gnet_desktop.inspection.statistics import branch_summary, energy_shares, nonzero_share, unit_statistics
from gnet_desktop.workspace.facts import unit_facts

pytestmark = pytest.mark.filterwarnings("error")

VALUES: Final = st.sampled_from([0.0, -0.0, 1.0, 3.0, -2.0, 0.25, math.nan, math.inf, -math.inf])


@st.composite
def maps(draw: st.DrawFn) -> np.ndarray:
    channels, rows, columns = (draw(st.integers(1, 4)) for _ in range(3))
    count = channels * rows * columns
    cells = draw(st.lists(VALUES, min_size=count, max_size=count))
    return np.array(cells, np.float32).reshape(channels, rows, columns)


def by_loop(values: np.ndarray) -> dict[str, float]:
    """What each number is by its definition, over the cells that are numbers; NaN where there are none."""
    known = [float(value) for value in values.ravel() if math.isfinite(value)]
    if not known:
        return dict.fromkeys(("mean", "max", "min", "nonzero"), math.nan)
    return {
        "mean": math.fsum(known) / len(known),
        "max": max(known),
        "min": min(known),
        "nonzero": sum(value != 0 for value in known) / len(known),
    }


@given(maps())
def test_a_unit_has_the_same_numbers_everywhere(maps: np.ndarray) -> None:
    units = unit_statistics(maps)
    lane = Lane("4a/1x1", maps, units, "", 0.5, 0)
    for channel, values in enumerate(maps):
        wanted = by_loop(values)
        unit, facts = units.of(channel), unit_facts(values)
        found = {"mean": unit.mean, "max": unit.maximum, "min": unit.minimum, "nonzero": unit.nonzero}
        assert found == pytest.approx(wanted, nan_ok=True)
        for name in ("mean", "max", "nonzero"):
            if math.isnan(wanted[name]):
                assert facts[name] is None
            else:
                assert facts[name] == pytest.approx(wanted[name], abs=1e-5)
        assert facts.get("non_finite", 0) == unit.non_finite == np.count_nonzero(~np.isfinite(values))
        row, column = facts["peak"]
        assert math.isnan(wanted["max"]) or values[row, column] == wanted["max"]
        told = " ".join(tip_lines(lane, channel))
        assert ("NaN" in told) == math.isnan(wanted["max"])
        assert (f"{unit.non_finite} cells not a number" in told) == (unit.non_finite > 0)


@given(maps())
def test_a_branch_has_the_numbers_of_its_units_together(maps: np.ndarray) -> None:
    wanted, summary = by_loop(maps), branch_summary(maps)
    found = {"mean": summary.mean, "max": summary.maximum, "nonzero": summary.nonzero}
    none = dict.fromkeys(found, 0.0)
    expected = none if math.isnan(wanted["mean"]) else {name: wanted[name] for name in found}
    assert found == pytest.approx(expected)
    assert nonzero_share(maps) == pytest.approx(expected["nonzero"])
    assert summary.non_finite == unit_statistics(maps).non_finite.sum()


@given(maps(), maps())
def test_the_share_of_energy_is_that_of_the_units_sums(one: np.ndarray, other: np.ndarray) -> None:
    energies = [float(unit_statistics(maps).energy.sum()) for maps in (one, other)]
    shares = energy_shares({"one": one, "other": other})
    total = sum(energies)
    assert list(shares.values()) == pytest.approx([part / total if total else 0 for part in energies])


def test_a_map_without_a_number_has_none_and_says_how_many_cells() -> None:
    facts = unit_facts(np.full((2, 3), np.nan, np.float32))
    assert facts == {
        "mean": None,
        "max": None,
        "nonzero": None,
        "peak": [0, 0],
        "shape": [2, 3],
        "non_finite": 6,
    }


def test_a_broken_cell_takes_no_number_away() -> None:
    facts = unit_facts(np.array([[np.nan, 0, 2], [0, 2, 0]], np.float32))
    assert (facts["mean"], facts["max"], facts["nonzero"]) == (0.8, 2, 0.4)
    assert (facts["peak"], facts["non_finite"]) == ([0, 2], 1)
