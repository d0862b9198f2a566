"""How a picture becomes numbers: the input convention, as data.

Both `checkpoints` (which infers it) and `pictures` (which applies it) speak
of it, and neither knows the other, so it stands here on its own.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

Resize = Literal["short side", "exact", "fit", "none"]
Order = Literal["rgb", "bgr", "grey"]


@dataclass(frozen=True, slots=True)
class Convention:
    """Everything between an upright RGB picture and the network's input.

    ``resize`` says how ``size`` (pixels) is reached: ``short side`` keeps the
    aspect, ``exact`` warps to size × size, ``fit`` shrinks the long side to
    ``size`` and fills the rest with ``mean``, ``none`` leaves the picture.
    ``crop`` is the side of the centre crop, or None for no crop.
    A channel value v in 0…1 becomes (v · ``range`` − mean) / std, with mean and
    std given in the order of the channels that the network reads.
    ``transform_input`` adds torchvision's second rescaling from ImageNet
    statistics to −1…1 (see ARCHITECTURES 1.1: x·(std/0.5) + (mean−0.5)/0.5).
    ``long_side`` and ``crop_offset`` say how the odd half pixels are rounded.
    """

    name: str
    resize: Resize
    size: int
    crop: int | None
    order: Order
    range: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    transform_input: bool = False
    interpolation: Literal["bilinear", "bicubic", "nearest"] = "bilinear"
    long_side: Literal["truncate", "round"] = "truncate"
    crop_offset: Literal["round", "floor"] = "round"

    @property
    def channels(self) -> int:
        """Number of input channels: 3, or 1 for grey."""
        return 1 if self.order == "grey" else 3

    def changed(self, **fields: object) -> "Convention":
        """A copy with some fields replaced, named ``custom`` unless a name is given."""
        return replace(self, **{"name": "custom", **fields})  # type: ignore[arg-type]


IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
CAFFE_MEAN: Final = (104.0, 117.0, 123.0)
HALF: Final = (0.5, 0.5, 0.5)
ONE: Final = (1.0, 1.0, 1.0)

_TORCHVISION = Convention("torchvision", "short side", 256, 224, "rgb", 1.0, IMAGENET_MEAN, IMAGENET_STD)
_CAFFE = Convention("caffe", "exact", 256, 224, "bgr", 255.0, CAFFE_MEAN, ONE)

CONVENTIONS: Final[dict[str, Convention]] = {
    convention.name: convention
    for convention in (
        _TORCHVISION,
        _CAFFE,
        replace(_CAFFE, name="caffe-short-side", resize="short side"),
        Convention("inception", "short side", 256, 224, "rgb", 1.0, HALF, HALF),
        replace(_TORCHVISION, name="fit", resize="fit", size=224, crop=None),
    )
}
