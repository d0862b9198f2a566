"""Files of one pass: arrays, pictures, and the record that explains them."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from gnet_desktop.errors import ExportError
from gnet_desktop.inspection.colour_maps import EMBER, palette
from gnet_desktop.inspection.scaling import GAP, Limits, Scaling, limits_of, quantise
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Array, Record
from gnet_desktop.workspace.facts import describe
from gnet_desktop.workspace.values import Result

SCALING: Final = Scaling(scope="module", gamma=0.5)
GROUND: Final = (255, 255, 255)


def save(
    folder: Path,
    kinds: Sequence[str],
    architecture: Architecture,
    record: Record,
    units: Sequence[Unit],
    facts: dict[str, Any],
) -> list[str]:
    """Write what was asked for into ``folder``; returns the paths.

    Everything is written beside and moved in when complete, so a full disk or a
    missing right leaves no partial file. Raises ExportError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gnet-", dir=folder) as temporary:
            written = list(_write(Path(temporary), kinds, architecture, record, units))
            record_file = Path(temporary) / "record.json"
            record_file.write_text(json.dumps(facts | {"arrays": written}, ensure_ascii=False, indent=1))
            names = [*written, record_file.name]
            for name in names:
                os.replace(Path(temporary) / name, folder / name)
    except OSError as error:
        raise ExportError(
            f"Nothing was written to {folder}.",
            f"{error.strerror or error}.",
            "Choose another folder, or make room.",
        ) from error
    return [str(folder / name) for name in names]


def _write(
    folder: Path, kinds: Sequence[str], architecture: Architecture, record: Record, units: Sequence[Unit]
) -> Iterator[str]:
    for module in architecture.modules:
        limits = limits_of(record[module.name], SCALING)
        for branch in module.branches:
            name = f"{module.name}/{branch.name}"
            if "npy" in kinds:
                yield _save_array(folder, name, record[name])
            if "png" in kinds:
                yield _save_sheet(folder, name, record[name], limits)
    for unit in units:
        name, values = unit.name.replace(":", "_"), record[unit.part][unit.channel]
        if "npy" in kinds:
            yield _save_array(folder, name, values)
        if "png" in kinds:
            yield _save_sheet(folder, name, values[None], limits_of(values, SCALING))


def _save_array(folder: Path, name: str, values: Array) -> str:
    file = f"{name.replace('/', '_')}.npy"
    np.save(folder / file, np.ascontiguousarray(values, np.float32), allow_pickle=False)
    return file


def _save_sheet(folder: Path, name: str, maps: Array, limits: Limits) -> str:
    """All maps of a branch on one sheet, a pixel a cell, one pixel of gap between them."""
    channels, height, width = maps.shape
    columns = int(np.ceil(np.sqrt(channels)))
    rows = -(-channels // columns)
    sheet = np.full((rows * (height + 1), columns * (width + 1)), GAP, np.uint8)
    levels = quantise(maps, limits, gamma=SCALING.gamma)
    for channel in range(channels):
        top, left = channel // columns * (height + 1), channel % columns * (width + 1)
        sheet[top : top + height, left : left + width] = levels[channel]
    image = Image.fromarray(sheet, "P")
    image.putpalette(palette(EMBER, ground=GROUND, gap=GROUND)[:, :3].tobytes())
    file = f"{name.replace('/', '_')}.png"
    image.save(folder / file)
    return file


def save_result(result: Result, folder: Path) -> int:
    """Every branch of a result as arrays, with the record; returns how many files were written."""
    facts = describe(result.checkpoint, result.convention, result.record)
    facts = {"picture": result.picture.source, "size": result.picture.size} | facts
    return len(save(folder, ("npy",), result.checkpoint.architecture, result.record, (), facts))
