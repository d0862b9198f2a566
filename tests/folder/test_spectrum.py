"""What units do over pictures: against a plain loop, and the same whatever the order and the sharing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnet_desktop.errors import UsageError
from gnet_desktop.folder import spectrum
from gnet_desktop.folder.spectrum import Peaks, Spectrum, empty, merge, of_peaks

UNITS = 5


def peaks(count: int, seed: int, *, first: int = 0, ties: bool = False) -> Peaks:
    random = np.random.default_rng(seed)
    values = np.maximum(random.normal(0, 3, (count, UNITS)), 0).astype(np.float32)
    if ties:
        values = np.round(values)
    if count:
        values[random.integers(count), 1] = np.nan
    return Peaks(
        [f"p{first + index:04d}.jpg" for index in range(count)],
        values,
        random.integers(0, 14, (count, UNITS, 2)).astype(np.uint16),
        random.normal(-1, 1, (count, UNITS)).astype(np.float32),
        random.integers(-1, 3, count),
    )


def part(whole: Peaks, chosen: np.ndarray) -> Peaks:
    paths = [whole.paths[index] for index in chosen]
    rest = (getattr(whole, name)[chosen] for name in ("values", "cells", "lowest", "classes"))
    return Peaks(paths, *rest)


def test_everything_is_what_a_plain_loop_finds() -> None:
    given_ = peaks(200, 1, ties=True)
    found = of_peaks(given_)
    for unit in range(UNITS):
        column = [(float(v), p) for v, p in zip(given_.values[:, unit], given_.paths, strict=True)]
        sound = [(v, p) for v, p in column if np.isfinite(v)]
        strongest = sorted(((-v, p) for v, p in sound if v > 0))[: spectrum.TOP]
        assert [(path, value) for path, value, _ in found.strongest(unit)] == [(p, -v) for v, p in strongest]
        for path, _, cell in found.strongest(unit):
            assert cell == tuple(given_.cells[given_.paths.index(path), unit])
        numbers = np.array([v for v, _ in sound])
        assert found.counted[unit] == len(numbers)
        assert found.mean[unit] == pytest.approx(numbers.mean(), abs=1e-6)
        assert found.deviation[unit] == pytest.approx(numbers.std(), abs=1e-4)
        assert found.silent[unit] == pytest.approx((numbers == 0).mean())
        assert found.lowest[unit] == given_.lowest[:, unit].min()
        assert found.histogram[unit].sum() == len(numbers)
        for bin_ in range(spectrum.BINS):
            low, high = 2 ** (-6 + bin_ / 4), 2 ** (-6 + (bin_ + 1) / 4)
            inside = sum(low <= v < high for v in numbers if v > 0)
            if 0 < bin_ < spectrum.BINS - 1:
                assert found.histogram[unit, bin_ + 1] == inside


def test_the_class_that_a_unit_prefers_is_told_by_its_means() -> None:
    given_ = peaks(90, 2)
    given_.values[:, 1] = 1
    found = of_peaks(given_)
    for unit in range(UNITS):
        for index, preference in found.preferred(unit):
            own = given_.values[given_.classes == index, unit].astype(float).mean()
            others = (
                given_.values[(given_.classes != index) & (given_.classes >= 0), unit].astype(float).mean()
            )
            assert preference == pytest.approx((own - others) / (own + others), abs=1e-6)


@settings(max_examples=60)
@given(st.integers(0, 150), st.integers(1, 5), st.booleans(), st.integers(0, 10**6))
def test_any_sharing_in_any_order_gives_the_same_bytes(
    count: int, shards: int, ties: bool, seed: int
) -> None:
    whole = peaks(count, seed, ties=ties)
    random = np.random.default_rng(seed)
    member = random.integers(0, shards, count)
    states = [of_peaks(part(whole, np.flatnonzero(member == shard))) for shard in range(shards)]
    together = empty(UNITS)
    for place in random.permutation(shards):
        together = merge(together, states[place])
    assert together.saved() == of_peaks(whole).saved()


def test_a_spectrum_survives_its_file() -> None:
    made = of_peaks(peaks(70, 3), {"sha256": "ab", "convention": {"name": "caffe"}})
    again = Spectrum.loaded(made.saved())
    assert again.saved() == made.saved()
    assert again.strongest(0) == made.strongest(0)
    assert again.about == made.about


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", of_peaks(peaks(3, 0)).saved()[:-40]])
def test_a_damaged_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="not an index"):
        Spectrum.loaded(data)


def test_indexes_of_different_networks_are_not_merged() -> None:
    with pytest.raises(UsageError, match="don't belong together"):
        merge(of_peaks(peaks(3, 0), {"sha256": "a"}), of_peaks(peaks(3, 0, first=9), {"sha256": "b"}))
