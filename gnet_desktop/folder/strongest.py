"""The pictures of an index on which a unit is strongest, as crops by what the unit sees there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.folder.indexing import ANSWERS, indexed_folder, opened_spectrum
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.folder.store import Store
from gnet_desktop.folder.units import row_of
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import field_box, receptive_field
from gnet_desktop.network.naming import Unit
from gnet_desktop.pictures.geometry import Box
from gnet_desktop.pictures.preparation import geometry_of

PADDING: Final = (0xC3, 0xC9, 0xD3)
"""Colour of what a unit sees beyond the picture's edge."""
_HALF: Final = 0.5
_ALIKE: Final = 8
_SAME_BITS: Final = 3


@dataclass(frozen=True, slots=True)
class Strong:
    """One picture on which a unit is strong.

    ``picture`` is its path in the indexed folder, ``size`` its (width, height); ``value`` the
    unit's largest value on it, at ``cell`` (row, column). ``field`` is what the unit sees
    there, (left, top, right, bottom) in the picture's pixels, perhaps beyond its edges;
    ``crop`` what of it is worth showing: its central half where it covers more than half of
    the picture. ``crop`` is the whole picture for units without a place (vectors).
    """

    unit: Unit
    rank: int
    value: float
    picture: str
    size: tuple[int, int]
    cell: tuple[int, int]
    field: Box
    crop: Box

    @property
    def box(self) -> Box:
        """What the unit sees of the picture: its field, cut at the edges."""
        left, top, right, bottom = self.field
        return (
            max(0.0, left),
            max(0.0, top),
            min(float(self.size[0]), right),
            min(float(self.size[1]), bottom),
        )


@dataclass(frozen=True, slots=True)
class Index:
    """An index that was opened for a checkpoint.

    ``pictures`` is the folder it was made of, None where that isn't known or is gone.
    """

    place: Path
    spectrum: Spectrum
    architecture: Architecture
    convention: Convention
    pictures: Path | None


def opened(place: Path, checkpoint: Checkpoint, pictures: Path | None = None) -> Index:
    """The index in a folder; ``pictures`` is where its pictures are now, if they were moved.

    Raises UsageError if there is none, or if it was made with another checkpoint.
    """
    found = opened_spectrum(place)
    if checkpoint.provenance.sha256 != found.about["sha256"]:
        raise UsageError(
            f"{place.name} was made with another checkpoint.",
            f"Its SHA-256 begins with {found.about['sha256'][:12]}.",
            "Name that with --checkpoint.",
        )
    numbers = dict(found.about["convention"])
    numbers |= {"mean": tuple(numbers["mean"]), "std": tuple(numbers["std"]), "places": None}
    convention = Convention(**numbers)
    return Index(place, found, checkpoint.architecture, convention, pictures or indexed_folder(place))


def strongest(index: Index, unit: Unit, count: int | None = None, *, row: int | None = None) -> list[Strong]:
    """The pictures on which a unit is strongest, one entry each, the strongest first; at most 64.

    ``row`` is the place in a spectrum of directions (`along`), of which ``unit`` only says in
    which part they are. Raises UsageError for a unit that an index doesn't count.
    """
    row = row_of(index.architecture, unit) if row is None else row
    if row is None:
        raise UsageError(f"{unit} is not in the index.", "It counts units of modules and of heads' fc1.")
    file = index.place / ANSWERS
    store = Store(file, Store.recipe_of(file))
    try:
        return [
            _strong(index, unit, rank, found, store)
            for rank, found in enumerate(index.spectrum.strongest(row)[:count], 1)
        ]
    finally:
        store.close()


def _strong(
    index: Index, unit: Unit, rank: int, found: tuple[str, float, tuple[int, int]], store: Store
) -> Strong:
    path, value, cell = found
    size = store.size_of(path)
    if size is None:
        raise UsageError(f"{path} is not in the index.")
    field = _field(index, unit, size, cell)
    return Strong(unit, rank, value, path, size, cell, field, _worth_showing(field, size))


def _field(index: Index, unit: Unit, size: tuple[int, int], cell: tuple[int, int]) -> Box:
    geometry = geometry_of(size, index.convention)
    try:
        field = receptive_field(index.architecture, unit.part, geometry.input[::-1])
    except KeyError:  # a vector sees the whole picture
        return geometry.seen_box
    return geometry.box_to_picture(field_box(field, cell[1], cell[0]))


def _worth_showing(field: Box, size: tuple[int, int]) -> Box:
    left, top, right, bottom = field
    wide, high = right - left, bottom - top
    if wide * high <= _HALF * size[0] * size[1]:
        return field
    return left + wide / 4, top + high / 4, right - wide / 4, bottom - high / 4


def crop_of(index: Index, one: Strong, side: int) -> Image.Image:
    """The crop of a strong picture, RGB, ``side`` pixels on its longer side; `PADDING` beyond the edge.

    Raises PictureError if the picture can no longer be read, UsageError if its folder isn't known.
    """
    from gnet_desktop.pictures.decoding import read_picture

    if index.pictures is None:
        raise UsageError(
            f"The pictures of {index.place.name} were not found.", "", "Name the folder that was indexed."
        )
    image = read_picture(index.pictures / one.picture).image.convert("RGB")
    left, top, right, bottom = (round(bound) for bound in one.crop)
    whole = Image.new("RGB", (max(1, right - left), max(1, bottom - top)), PADDING)
    inside = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
    if inside[0] < inside[2] and inside[1] < inside[3]:
        whole.paste(image.crop(inside), (inside[0] - left, inside[1] - top))
    scale = side / max(whole.size)
    size = (max(1, round(whole.width * scale)), max(1, round(whole.height * scale)))
    return whole.resize(size, Image.Resampling.BICUBIC)


def crops(
    index: Index, unit: Unit, count: int, side: int, *, row: int | None = None
) -> Iterator[tuple[Strong, Image.Image]]:
    """``count`` strong pictures with their crops; alike ones once, unreadable ones left out.

    ``row`` is as in `strongest`.
    """
    seen: list[np.ndarray] = []
    for one in strongest(index, unit, row=row):
        if len(seen) == count:
            return
        try:
            image = crop_of(index, one, side)
        except GNetError:
            continue
        bits = _bits(image)
        if all(int((bits != other).sum()) > _SAME_BITS for other in seen):
            seen.append(bits)
            yield replace(one, rank=len(seen)), image


def _bits(image: Image.Image) -> np.ndarray:
    """Where brightness rises from left to right on a coarse grid: equal for copies of one picture."""
    small = image.convert("L").resize((_ALIKE + 1, _ALIKE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    return grey[:, 1:] > grey[:, :-1]
