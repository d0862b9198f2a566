"""The values that the workspace holds and announces."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.inspection.attribution.methods import Method
from gnet_desktop.network.changes import Changes
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL_SIDE: Final = 128

Peaks = Mapping[str, NDArray[np.float32]]

Doubt = Literal["nothing fits", "heads disagree"]
DOUBTS: Final[tuple[Doubt, ...]] = get_args(Doubt)
"""Why an answer is not to be taken for granted."""


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A picture of the list.

    ``source`` is a path, or the bytes of a pasted or dropped picture. ``thumbnail``
    is (height, width, 3) uint8; ``best`` the main head's first answer under the
    current checkpoint and convention, ``doubts`` what speaks against it; ``error`` why the
    picture cannot be shown.
    """

    id: int
    source: Path | bytes
    name: str
    thumbnail: NDArray[np.uint8] | None = None
    best: tuple[str, float] | None = None
    error: GNetError | None = None
    doubts: frozenset[Doubt] = frozenset()


@dataclass(frozen=True, slots=True)
class RunKey:
    """The name of a run: one pass of one picture.

    ``checkpoint`` is the `identity` of the network, ``picture`` the id of a `ListedPicture`.
    """

    checkpoint: str
    convention: Convention
    picture: int
    changes: Changes = ()

    @property
    def unchanged(self) -> "RunKey":
        """The same run without changes."""
        return replace(self, changes=())


def identity(checkpoint: Checkpoint, device: str) -> str:
    """A name that two networks share only if their runs are the same, to the last bit and word.

    Of the file's contents, how it was read, its class names and the device.
    """
    import hashlib

    provenance = checkpoint.provenance
    own = checkpoint.calibration
    calibrated = own and (sorted(own.temperatures.items()), own.threshold)
    read = (sorted(provenance.assumed.items()), checkpoint.labels, device, calibrated)
    return f"{provenance.sha256} {hashlib.sha256(repr(read).encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Reference:
    """Another run to compare with, by what it has in another way; it has no changes.

    None: as the run itself. ``picture`` is the id of a `ListedPicture`, ``checkpoint`` the
    `identity` of a network.
    """

    picture: int | None = None
    checkpoint: str | None = None
    convention: Convention | None = None

    def key(self, run: RunKey) -> RunKey:
        """The run that ``run`` is compared with."""
        return RunKey(
            self.checkpoint or run.checkpoint,
            self.convention or run.convention,
            run.picture if self.picture is None else self.picture,
        )


UNCHANGED: Final = Reference()
"""The same picture, unchanged."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The value of a run: a picture that went through the network, with all that draws it.

    ``shown`` is exactly what the network saw, as a picture.
    """

    key: RunKey
    picture: Picture
    geometry: Geometry
    shown: "Image"
    record: Record
    checkpoint: Checkpoint

    @property
    def convention(self) -> Convention:
        """The input convention under which the picture was read."""
        return self.key.convention


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A picture of the list that was decoded, and how the network's input lies on it, if there is one."""

    id: int
    picture: Picture
    geometry: Geometry | None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A result, with what the list of pictures keeps of it when the result itself is long gone.

    ``peaks`` are the largest values of every unit, {module: (channels,)}; ``best`` is the
    main head's first answer and its probability.
    """

    result: Result
    peaks: Peaks
    best: tuple[str, float] | None


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person chose to look at: a module, perhaps one of its units, perhaps one of that one's cells.

    ``cell`` is (column, row); None is wherever the unit is strongest.
    """

    module: str = "4a"
    unit: Unit | None = None
    cell: tuple[int, int] | None = None


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
    sort: str = "mean"
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
    quantity: str = "channels"
    logits: bool = False
    teaching: bool = False
    reductions: bool = False
    filter: str = ""
    theme: Literal["system", "light", "dark"] = "system"
    show: Literal["this", "reference", "difference"] = "this"
    photos: Literal["auto", "alone", "beside", "split"] = "auto"
    answers_by: Literal["answer", "change"] = "answer"
    why: Literal["", Method] = ""

    def changed(self, **fields: object) -> "ViewOptions":
        """A copy with some options replaced."""
        return replace(self, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class WhyQuestion:
    """Why an answer is so: what is asked beyond the class and the method.

    ``head`` "" is the deepest that answers; ``against`` another class, whose logit is taken
    off; ``at`` "" the deepest layer that the head reads; ``baseline`` what the picture is
    compared with, and what covers a window; ``window`` in input pixels, 0 for a seventh of
    the side; ``drawn`` how the map lies on the photo.
    """

    head: str = ""
    against: int | None = None
    at: str = ""
    baseline: str = "mean"
    window: int = 0
    drawn: Literal["map", "signed", "outline", "focus"] = "map"


@dataclass(frozen=True, slots=True)
class Bug:
    """An error that nobody foresaw, with its report to copy."""

    title: str
    report: str = field(repr=False)
