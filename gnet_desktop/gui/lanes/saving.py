"""Maps as files: exact numbers as ``.npy``, what is seen as ``.png``; whole or not at all. No Qt."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gnet_desktop.errors import ExportError
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, palette
from gnet_desktop.inspection.scaling import Scaling, limits_of, quantise
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.facts import describe
from gnet_desktop.workspace.values import Result

_WHITE = (255, 255, 255)


def save_array(path: Path, result: Result, part: str, channel: int | None = None) -> None:
    """A part's maps (channels, height, width), or one channel's, float32 and exact; beside it a ``.json``.

    Raises ExportError, and then leaves nothing behind.
    """
    maps = result.record[part]
    values = np.ascontiguousarray(maps if channel is None else maps[channel], np.float32)
    _write(path, lambda file: np.save(file, values, allow_pickle=False))
    words = json.dumps(
        _about(result, part, channel) | {"shape": list(values.shape)}, ensure_ascii=False, indent=1
    )
    _write(path.with_suffix(".json"), lambda file: file.write(words.encode()))


def save_picture(
    path: Path, values: NDArray[np.float32], colour_map: str, scaling: Scaling, side: int
) -> None:
    """One map (rows, columns) as a PNG of about ``side`` pixels, cells with hard edges.

    Raises ExportError.
    """
    levels = quantise(values[None], limits_of(values, scaling), gamma=scaling.gamma, signed=scaling.signed)[0]
    image = Image.fromarray(levels, "P")
    image.putpalette(palette(COLOUR_MAPS[colour_map], ground=_WHITE, gap=_WHITE)[:, :3].tobytes())
    factor = max(1, side // max(levels.shape))
    large = image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    _write(path, lambda file: large.save(file, "PNG"))


def file_name(unit: Unit) -> str:
    """A unit's name as a file may be called."""
    return unit.name.replace("/", "_").replace(":", "_")


def _about(result: Result, part: str, channel: int | None) -> dict[str, Any]:
    facts = describe(result.checkpoint, result.convention, result.record)
    own = {"part": part, "channel": channel, "picture": result.picture.source, "size": result.picture.size}
    return own | facts


def _write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = f"{error.strerror or error}."
        raise ExportError(
            f"{path.name} was not written.", reason, "Choose another folder, or make room."
        ) from error
