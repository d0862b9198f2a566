"""The values that the workspace holds and announces."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture

THUMBNAIL_SIDE: Final = 128


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture of the list.

    ``source`` is a path, or the bytes of a pasted or dropped picture. ``thumbnail``
    is (height, width, 3) uint8; ``best`` the main head's first answer under the
    current checkpoint and convention; ``error`` why the picture cannot be shown.
    """

    id: int
    source: Path | bytes
    name: str
    thumbnail: NDArray[np.uint8] | None = None
    best: tuple[str, float] | None = None
    error: GNetError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A picture that went through the network, with all that is needed to draw it.

    ``shown`` is exactly what the network saw, as a picture.
    """

    entry_id: int
    picture: Picture
    geometry: Geometry
    shown: Image.Image
    record: Record
    checkpoint: Checkpoint
    convention: Convention


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person chose to look at: a module, and perhaps one of its units."""

    module: str = "4a"
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Loading:
    """A checkpoint being opened: ``stage`` in words, ``share`` done in 0…1."""

    path: Path
    stage: str
    share: float


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How things are shown; remembered from one start to the next."""

    scale: Literal["map", "branch", "module"] = "module"
    sort: Literal["mean", "maximum", "nonzero", "index", "similarity", "contribution"] = "mean"
    colour_map: str = "ember"
    gamma: float = 0.5
    clip: float = 100.0
    tile: int = 48
    smooth: bool = True
    overlay: bool = True
    overlay_opacity: float = 1.0
    field: bool = True
    crop_frame: bool = True
    photo: Literal["whole", "crop", "pixels"] = "whole"
    quantity: Literal["channels", "macs", "parameters", "energy", "nonzero"] = "channels"
    logits: bool = False
    teaching: bool = False
    reductions: bool = False
    filter: str = ""
    theme: Literal["system", "light", "dark"] = "system"

    def changed(self, **fields: object) -> "ViewOptions":
        """A copy with some options replaced."""
        return replace(self, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Bug:
    """An error that nobody foresaw, with its report to copy."""

    title: str
    report: str = field(repr=False)
