"""The strongest crops of units as files, with a list of what each is, for programs that name units."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

from gnet_desktop.files import whole_folder
from gnet_desktop.folder.strongest import Index, Strong, crops
from gnet_desktop.network.naming import Unit

LIST: Final = "crops.json"
COUNT: Final = 9
SIDE: Final = 224
"""Crops of a unit, and the longer side of each in pixels."""
_QUALITY: Final = 92


def write_crops(
    index: Index,
    units: Sequence[Unit],
    out: Path,
    *,
    count: int = COUNT,
    side: int = SIDE,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    wanted: Callable[[], bool] = lambda: True,
) -> int:
    """Write ``4a_5x5_011_1.jpg`` … of every unit, the strongest first, and `LIST`; returns how many.

    All of them come into ``out`` at once, at the end; once ``wanted`` says no, none does.
    Raises ExportError where they cannot be written.
    """
    rows: list[dict[str, Any]] = []
    with whole_folder(out) as folder:
        for done, unit in enumerate(units):
            progress(done, len(units))
            rows.append({"unit": unit.name, "crops": _write_unit(index, unit, folder, count, side)})
            if not wanted():
                _empty(folder)
                return 0
        text = json.dumps(_about(index) | {"units": rows}, ensure_ascii=False, indent=1)
        (folder / LIST).write_text(text + "\n", "utf-8")
    progress(len(units), len(units))
    return sum(len(row["crops"]) for row in rows)


def _write_unit(index: Index, unit: Unit, folder: Path, count: int, side: int) -> list[dict[str, Any]]:
    found = []
    for strong, image in crops(index, unit, count, side):
        name = f"{unit.part.replace('/', '_')}_{unit.channel:03}_{strong.rank}.jpg"
        (folder / name).write_bytes(_jpeg(image))
        found.append(_entry(name, strong))
    return found


def _jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=_QUALITY, subsampling=0)
    return content.getvalue()


def _empty(folder: Path) -> None:
    for file in list(folder.iterdir()):
        file.unlink()


def _about(index: Index) -> dict[str, Any]:
    """What the crops were cut from."""
    about = index.spectrum.about
    return {
        "sha256": about["sha256"],
        "convention": about["convention"],
        "folder": str(index.pictures) if index.pictures is not None else None,
        "pictures": index.spectrum.pictures,
    }


def _entry(name: str, strong: Strong) -> dict[str, Any]:
    return {
        "file": name,
        "picture": strong.picture,
        "value": round(strong.value, 6),
        "cell": list(strong.cell),
        "crop": [round(bound, 2) for bound in strong.crop],
        "field": [round(bound, 2) for bound in strong.field],
    }
