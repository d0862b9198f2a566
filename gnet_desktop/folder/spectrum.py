"""What every unit does over many pictures: its strongest ones, its histogram, its sums.

A `Spectrum` is a value, and two of them can be merged: the result doesn't depend on the
order, and that of two half folders is the whole folder's, bit by bit. So any number of
machines can share out a folder, and memory doesn't grow with it.

One number a picture and unit counts: the unit's largest value on its map. So that sums
are exact in any order they are whole numbers: values are rounded to 2⁻²⁴, squares to 2⁻¹⁶.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError

TOP: Final = 64
"""Strongest pictures that are kept for each unit."""
BINS: Final = 64
"""Bins of the histogram, beside the one for 0: four an octave from 2⁻⁶ to 2¹⁰, the ends open."""
_LOWEST_EXPONENT: Final = -6
_BINS_AN_OCTAVE: Final = 4
_VALUE_BITS: Final = 24
_SQUARE_BITS: Final = 16
_LARGEST: Final = 2.0**18
_LIMB: Final = 32
NONE: Final = -1

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """What one or more pictures did: ``values`` (pictures, units) float32, largest of each map.

    ``cells`` (pictures, units, 2) uint16 are (row, column) of it, ``lowest`` (pictures,
    units) the smallest value before the rectifier; ``classes`` (pictures,) the class of
    each picture, −1 for none. Names ``paths`` are unique.
    """

    paths: Sequence[str]
    values: Floats
    cells: NDArray[np.uint16]
    lowest: Floats
    classes: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """What ``units`` units did over ``pictures`` pictures; arrays are not to be written.

    ``paths`` are the pictures that ``top`` speaks of, sorted. ``top`` (units, 64) are
    indices into them (−1: none), the strongest first, of equal values the first path;
    ``top_values`` and ``top_cells`` go with it. ``histogram`` (units, 65) counts pictures,
    bin 0 those on which the unit is silent. ``lowest`` (units,) is the smallest value
    before the rectifier. ``classes`` (k,) are those that pictures belonged to, with
    ``class_pictures`` (k,) and ``class_sums`` (k, units). Sums are whole numbers, see
    `mean` and `deviation`. Values that are no numbers don't count; ``counted`` (units,)
    are the pictures that do.
    """

    pictures: int
    paths: tuple[str, ...]
    top: NDArray[np.int32]
    top_values: Floats
    top_cells: NDArray[np.uint16]
    histogram: Ints
    counted: Ints
    sums: Ints
    squares: Ints
    squares_high: Ints
    lowest: Floats
    classes: Ints
    class_pictures: Ints
    class_sums: Ints
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.counted)

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of the largest values, (units,); NaN where none counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means: NDArray[np.float64] = self.sums / 2.0**_VALUE_BITS / self.counted
        return means

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation of the largest values, (units,)."""
        squares = (self.squares_high * 2.0**_LIMB + self.squares) / 2.0**_SQUARE_BITS
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(np.maximum(squares / self.counted - self.mean**2, 0))

    @property
    def silent(self) -> NDArray[np.float64]:
        """Share of the pictures on which a unit is silent, (units,), 0…1."""
        with np.errstate(invalid="ignore", divide="ignore"):
            shares: NDArray[np.float64] = self.histogram[:, 0] / self.counted
        return shares

    def preferred(self, unit: int) -> list[tuple[int, float]]:
        """(class, index) of a unit, the most preferred first.

        The index is (mean of the class − mean of the others) / (their sum), −1…1; 1 for a
        unit that only this class moves.
        """
        sums = self.class_sums[:, unit] / 2.0**_VALUE_BITS
        total, pictures = sums.sum(), self.class_pictures.sum()
        found = []
        for index, own, count in zip(self.classes, sums, self.class_pictures, strict=True):
            mean = own / count
            others = (total - own) / (pictures - count) if pictures > count else 0.0
            found.append((int(index), float((mean - others) / (mean + others)) if mean + others else 0.0))
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def strongest(self, unit: int) -> list[tuple[str, float, tuple[int, int]]]:
        """(path, value, (row, column)) of a unit's strongest pictures."""
        return [
            (self.paths[place], float(value), (int(cell[0]), int(cell[1])))
            for place, value, cell in zip(
                self.top[unit], self.top_values[unit], self.top_cells[unit], strict=True
            )
            if place != NONE
        ]

    def saved(self) -> bytes:
        """The spectrum as a file; equal spectra give equal bytes."""
        data = io.BytesIO()
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        texts = {"paths": "\0".join(self.paths), "about": json.dumps(dict(self.about), sort_keys=True)}
        packed: dict[str, Any] = {
            name: np.frombuffer(text.encode("utf-8", "surrogateescape"), np.uint8)
            for name, text in texts.items()
        }
        np.savez_compressed(data, pictures=np.int64(self.pictures), **packed, **arrays)
        return data.getvalue()

    @classmethod
    def loaded(cls, data: bytes) -> Self:
        """What `saved` made; raises UsageError for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                texts = {
                    name: arrays[name].tobytes().decode("utf-8", "surrogateescape")
                    for name in ("paths", "about")
                }
                return cls(
                    pictures=int(arrays["pictures"]),
                    paths=tuple(texts["paths"].split("\0")) if texts["paths"] else (),
                    about=json.loads(texts["about"]),
                    **{name: arrays[name] for name in _ARRAYS},
                )
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UsageError(
                "This is not an index of units.", f"{error}.", "Make it with 'gnet-desktop index FOLDER'."
            ) from error


_ARRAYS: Final = (
    *("top", "top_values", "top_cells", "histogram", "counted", "sums", "squares", "squares_high"),
    *("lowest", "classes", "class_pictures", "class_sums"),
)


def empty(units: int, about: Mapping[str, Any] | None = None) -> Spectrum:
    """The spectrum of no picture."""
    return Spectrum(
        pictures=0,
        paths=(),
        top=np.full((units, TOP), NONE, np.int32),
        top_values=np.zeros((units, TOP), np.float32),
        top_cells=np.zeros((units, TOP, 2), np.uint16),
        histogram=np.zeros((units, BINS + 1), np.int64),
        counted=np.zeros(units, np.int64),
        sums=np.zeros(units, np.int64),
        squares=np.zeros(units, np.int64),
        squares_high=np.zeros(units, np.int64),
        lowest=np.full(units, np.inf, np.float32),
        classes=np.empty(0, np.int64),
        class_pictures=np.empty(0, np.int64),
        class_sums=np.empty((0, units), np.int64),
        about=about or {},
    )


def of_peaks(peaks: Peaks, about: Mapping[str, Any] | None = None) -> Spectrum:
    """The spectrum of some pictures."""
    order = np.argsort(np.array(peaks.paths, object), kind="stable")
    values = peaks.values[order]
    sound = np.isfinite(values)
    whole = np.rint(np.clip(np.where(sound, values, 0), -_LARGEST, _LARGEST) * 2.0**_VALUE_BITS)
    squares = np.rint(
        np.clip(np.where(sound, values, 0), -_LARGEST, _LARGEST).astype(np.float64) ** 2 * 2.0**_SQUARE_BITS
    )
    high, low = np.divmod(squares.astype(np.int64), 1 << _LIMB)
    classes = np.unique(peaks.classes[peaks.classes >= 0])
    member = peaks.classes[order][None] == classes[:, None]
    ids = np.broadcast_to(np.arange(len(order), dtype=np.int32)[:, None], values.shape)
    top, top_values, top_cells = _strongest(
        np.where(sound & (values > 0), ids, NONE).T,
        np.where(sound & (values > 0), values, 0).T.astype(np.float32),
        peaks.cells[order].transpose(1, 0, 2),
    )
    return _tidy(
        Spectrum(
            pictures=len(order),
            paths=tuple(peaks.paths[place] for place in order),
            top=top,
            top_values=top_values,
            top_cells=top_cells,
            histogram=_histogram(values, sound),
            counted=sound.sum(0),
            sums=whole.astype(np.int64).sum(0),
            squares=low.sum(0),
            squares_high=high.sum(0),
            lowest=np.where(np.isfinite(peaks.lowest), peaks.lowest, np.inf)
            .min(0, initial=np.inf)
            .astype(np.float32),
            classes=classes,
            class_pictures=member.sum(1),
            class_sums=member.astype(np.int64) @ whole.astype(np.int64),
            about=about or {},
        )
    )


def merge(first: Spectrum, second: Spectrum) -> Spectrum:
    """The spectrum of the pictures of both, which must have none in common.

    Raises UsageError if they are of different networks or conventions.
    """
    if first.units != second.units or dict(first.about) != dict(second.about):
        raise UsageError(
            "These indexes don't belong together.",
            "They were made with different checkpoints or input conventions.",
            "Merge the shards of one folder.",
        )
    paths = tuple(sorted({*first.paths, *second.paths}))
    place = {path: index for index, path in enumerate(paths)}
    ids = [_renumbered(one, place) for one in (first, second)]
    top, values, cells = _strongest(
        np.concatenate(ids, 1),
        np.concatenate([first.top_values, second.top_values], 1),
        np.concatenate([first.top_cells, second.top_cells], 1),
    )
    classes = np.union1d(first.classes, second.classes)
    return _tidy(
        Spectrum(
            pictures=first.pictures + second.pictures,
            paths=paths,
            top=top,
            top_values=values,
            top_cells=cells,
            histogram=first.histogram + second.histogram,
            counted=first.counted + second.counted,
            sums=first.sums + second.sums,
            squares=first.squares + second.squares,
            squares_high=first.squares_high + second.squares_high,
            lowest=np.minimum(first.lowest, second.lowest),
            classes=classes,
            class_pictures=_spread(first.class_pictures, first.classes, classes)
            + _spread(second.class_pictures, second.classes, classes),
            class_sums=_spread(first.class_sums, first.classes, classes)
            + _spread(second.class_sums, second.classes, classes),
            about=first.about,
        )
    )


def _renumbered(spectrum: Spectrum, place: Mapping[str, int]) -> NDArray[np.int32]:
    table = np.array([*(place[path] for path in spectrum.paths), NONE], np.int32)
    return table[spectrum.top]


def _spread(values: Ints, classes: Ints, wanted: Ints) -> Ints:
    """Rows of ``classes`` put into the rows of ``wanted``, 0 elsewhere."""
    spread = np.zeros((len(wanted), *values.shape[1:]), np.int64)
    spread[np.searchsorted(wanted, classes)] = values
    return spread


def _strongest(
    ids: NDArray[np.int32], values: Floats, cells: NDArray[np.uint16]
) -> tuple[NDArray[np.int32], Floats, NDArray[np.uint16]]:
    """The `TOP` strongest of (units, candidates), the first path before others of equal value."""
    # A positive float's bits grow with it, so value and path make one whole number to sort by.
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32).astype(np.int64)
    keys = (bits << 32) | (0xFFFFFFFF - ids.astype(np.int64) % (1 << 32))
    keys[ids == NONE] = -1
    order = np.argsort(-keys, axis=1, kind="stable")[:, :TOP]
    missing = TOP - order.shape[1]
    found = np.take_along_axis(ids, order, 1), np.take_along_axis(values, order, 1)
    places = np.take_along_axis(cells, order[..., None], 1)
    gone = found[0] == NONE
    found[1][gone], places[gone] = 0, 0
    return (
        np.pad(found[0], ((0, 0), (0, missing)), constant_values=NONE).astype(np.int32),
        np.pad(found[1], ((0, 0), (0, missing))).astype(np.float32),
        np.pad(places, ((0, 0), (0, missing), (0, 0))),
    )


def _histogram(values: Floats, sound: NDArray[np.bool_]) -> Ints:
    positive = np.where(sound & (values > 0), values, 1).astype(np.float64)
    bins = np.floor((np.log2(positive) - _LOWEST_EXPONENT) * _BINS_AN_OCTAVE).astype(np.int64)
    bins = np.where(values > 0, np.clip(bins, 0, BINS - 1) + 1, 0)
    units = values.shape[1]
    flat = (np.arange(units)[None] * (BINS + 1) + bins)[sound]
    return np.bincount(flat, minlength=units * (BINS + 1)).reshape(units, BINS + 1).astype(np.int64)


def _tidy(spectrum: Spectrum) -> Spectrum:
    """The one form that equal spectra have: carried sums, no path that nothing speaks of."""
    used = np.unique(spectrum.top)
    used = used[used != NONE]
    table = np.full(len(spectrum.paths) + 1, NONE, np.int32)
    table[used] = np.arange(len(used), dtype=np.int32)
    carried, low = np.divmod(spectrum.squares, 1 << _LIMB)
    return replace(
        spectrum,
        paths=tuple(spectrum.paths[place] for place in used),
        top=table[spectrum.top],
        squares=low,
        squares_high=spectrum.squares_high + carried,
    )
