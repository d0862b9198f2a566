"""Files of one pass: arrays, pictures, and the record that explains them."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.files import whole_folder, write_whole
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, EMBER, palette
from gnet_desktop.inspection.scaling import GAP, Limits, Scaling, limits_of, quantise
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Array, Record
from gnet_desktop.workspace.facts import describe
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from PIL.Image import Image

RECORD: Final = "record.json"
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
    missing right leaves no partial file. A unit that is named twice is written once.
    Raises ExportError.
    """
    with whole_folder(folder) as beside:
        written = list(_write(beside, kinds, architecture, record, dict.fromkeys(units)))
        (beside / RECORD).write_bytes(_json(facts | {"arrays": written}))
    return [str(folder / name) for name in (*written, RECORD)]


def _write(
    folder: Path, kinds: Sequence[str], architecture: Architecture, record: Record, units: Iterable[Unit]
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
        name, values = unit.name, record[unit.part][unit.channel]
        if "npy" in kinds:
            yield _save_array(folder, name, values)
        if "png" in kinds:
            yield _save_sheet(folder, name, values[None], limits_of(values, SCALING))


def _save_array(folder: Path, name: str, values: Array) -> str:
    file = f"{file_name(name)}.npy"
    (folder / file).write_bytes(array_bytes(values))
    return file


def array_bytes(values: Array) -> bytes:
    """An array as the content of a ``.npy`` file, float32."""
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(values, np.float32), allow_pickle=False)
    return stream.getvalue()


def png_bytes(image: "Image") -> bytes:
    """A picture as PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _save_sheet(folder: Path, name: str, maps: Array, limits: Limits) -> str:
    """All maps of a branch on one sheet, a pixel a cell, one pixel of gap between them."""
    from PIL.Image import fromarray

    channels, height, width = maps.shape
    columns = int(np.ceil(np.sqrt(channels)))
    rows = -(-channels // columns)
    sheet = np.full((rows * (height + 1), columns * (width + 1)), GAP, np.uint8)
    levels = quantise(maps, limits, gamma=SCALING.gamma)
    for channel in range(channels):
        top, left = channel // columns * (height + 1), channel % columns * (width + 1)
        sheet[top : top + height, left : left + width] = levels[channel]
    image = fromarray(sheet, "P")
    image.putpalette(palette(EMBER, ground=GROUND, gap=GROUND)[:, :3].tobytes())
    file = f"{file_name(name)}.png"
    (folder / file).write_bytes(png_bytes(image))
    return file


def save_result(result: Result, folder: Path) -> int:
    """Every branch of a result as arrays, with the record; returns how many files were written."""
    return len(save(folder, ("npy",), result.checkpoint.architecture, result.record, (), _about(result)))


def save_array(path: Path, result: Result, part: str, channel: int | None = None) -> None:
    """A part's maps (channels, height, width), or one channel's, float32 and exact; beside it a ``.json``.

    Raises ExportError, and then leaves nothing behind.
    """
    maps = result.record[part]
    values = maps if channel is None else maps[channel]
    facts = {"part": part, "channel": channel} | _about(result) | {"shape": list(values.shape)}
    with whole_folder(path.parent) as beside:
        (beside / path.name).write_bytes(array_bytes(values))
        (beside / path.with_suffix(".json").name).write_bytes(_json(facts))


def save_picture(
    path: Path, values: NDArray[np.float32], colour_map: str, scaling: Scaling, side: int
) -> None:
    """One map (rows, columns) as a PNG of about ``side`` pixels, cells with hard edges.

    Raises ExportError.
    """
    from PIL.Image import Resampling, fromarray

    levels = quantise(values[None], limits_of(values, scaling), gamma=scaling.gamma, signed=scaling.signed)[0]
    image = fromarray(levels, "P")
    image.putpalette(palette(COLOUR_MAPS[colour_map], ground=GROUND, gap=GROUND)[:, :3].tobytes())
    factor = max(1, side // max(levels.shape))
    large = image.resize((image.width * factor, image.height * factor), Resampling.NEAREST)
    write_whole(path, png_bytes(large))


def file_name(name: str) -> str:
    """The name of a part or unit as a file may be called, without an ending."""
    return name.replace("/", "_").replace(":", "_")


def _about(result: Result) -> dict[str, Any]:
    """With what the numbers were made."""
    facts = describe(result.checkpoint, result.convention, result.record)
    picture = result.picture
    return {"picture": picture.source, "size": picture.size, "notes": picture.notes} | facts
