"""A picture becomes the network's input exactly as a `Convention` says.

Resampling is Pillow's on 8-bit values (antialiased when shrinking), the rounding of
sizes and offsets torchvision's or the variant that the convention names.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from gnet_desktop.convention import IMAGENET_MEAN, IMAGENET_STD, Convention
from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture

if TYPE_CHECKING:
    import torch

Size = tuple[int, int]

_FILTERS: Final = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}
_WHOLE_LIMIT: Final = 64_000_000
"""Above this many resized pixels (a strip a thousand times longer than wide) only the crop is made."""
_INPUT_LIMIT: Final = 64_000_000
"""Most input pixels that are prepared: a network's pass would need some hundred bytes for each."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What the network reads, and how it lies on the picture.

    ``array`` is float32 (channels, height, width), contiguous, not to be written to;
    ``shown`` the same pixels as an RGB image, before the arithmetic.
    """

    array: NDArray[np.float32]
    geometry: Geometry
    shown: Image.Image
    convention: Convention

    def tensor(self) -> "torch.Tensor":
        """The input as a batch of one: float32 (1, channels, height, width), sharing memory."""
        import torch

        return torch.from_numpy(self.array).unsqueeze(0)


def prepare(picture: Picture, convention: Convention) -> Prepared:
    """Resize, crop and normalise a picture.

    A picture smaller than the crop is centred on black, which is what torchvision's
    CenterCrop does. ``fit`` fills with the mean instead, so that the filling is zero
    after normalisation. Raises `UsageError` for a convention that cannot be carried
    out, `PictureError` where the input would be too large for any network.
    """
    _check(convention)
    place = _place(picture.size, convention, picture.source)
    image = picture.image.convert("L") if convention.order == "grey" else picture.image
    pixels = _resample(image, place, convention)
    return Prepared(
        _numbers(pixels, place, convention),
        Geometry(picture.size, place.input, _scale(picture.size, place.resized), place.origin),
        _shown(pixels, place, convention),
        convention,
    )


BASELINES: Final = ("mean", "black", "blurred")
"""What a picture may be compared with, or covered by."""


def baseline(prepared: Prepared, kind: str) -> NDArray[np.float32]:
    """An input of the same size that shows nothing: (channels, height, width).

    ``mean`` is the convention's mean, ``black`` is black, ``blurred`` is the picture itself
    under a Gaussian of a tenth of its shorter side. Raises UsageError for another kind.
    """
    if kind not in BASELINES:
        raise UsageError(f"There is no baseline {kind!r}.", f"There are {', '.join(BASELINES)}.")
    if kind == "blurred":
        radius = min(prepared.shown.size) / 10
        return _numbers_of(prepared.shown.filter(ImageFilter.GaussianBlur(radius)), prepared)
    if kind == "black":
        return _numbers_of(Image.new("RGB", prepared.shown.size), prepared)
    mean = np.array(prepared.convention.mean, np.float32)[:, None]
    colour = _normalised(mean, prepared.convention)[:, 0]
    return np.broadcast_to(colour[:, None, None], prepared.array.shape).astype(np.float32)


def _numbers_of(shown: Image.Image, beside: Prepared) -> NDArray[np.float32]:
    """The input for an RGB image that stands in the place of what was prepared."""
    convention = beside.convention
    pixels = shown.convert("L") if convention.order == "grey" else shown
    found = _numbers(pixels, _Place(pixels.size, pixels.size, (0, 0)), replace(convention, places=None))
    left, top = map(int, beside.geometry.offset)
    _subtract_places(found, (left, top), convention)
    return found


def geometry_of(size: Size, convention: Convention) -> Geometry:
    """How the input lies on a picture of ``size`` (width, height), without the picture."""
    place = _place(size, convention, "The picture")
    return Geometry(size, place.input, _scale(size, place.resized), place.origin)


@dataclass(frozen=True, slots=True)
class _Place:
    """Sizes are (width, height); ``origin`` is the input's corner on the resized picture.

    ``seen`` is what the input shows of the resized picture: (left, top, right, bottom).
    """

    resized: Size
    input: Size
    origin: Size

    @property
    def seen(self) -> tuple[int, int, int, int]:
        left, top = max(0, self.origin[0]), max(0, self.origin[1])
        right = min(self.resized[0], self.origin[0] + self.input[0])
        bottom = min(self.resized[1], self.origin[1] + self.input[1])
        return left, top, right, bottom

    @property
    def inside(self) -> tuple[int, int]:
        """Where on the input the picture begins: (left, top)."""
        return max(0, -self.origin[0]), max(0, -self.origin[1])


def _place(size: Size, convention: Convention, source: str) -> _Place:
    resized = _resized(size, convention)
    side = convention.size if convention.resize == "fit" else None
    side = convention.crop or side
    canvas = (side, side) if side else resized
    if canvas[0] * canvas[1] > _INPUT_LIMIT:
        why = f"The input would be {canvas[0]} × {canvas[1]} pixels with the convention {convention.name}."
        raise PictureError(f"{source} cannot be prepared.", why, "Choose a convention with a crop.")
    origin = (_offset(resized[0], canvas[0], convention), _offset(resized[1], canvas[1], convention))
    return _Place(resized, canvas, origin)


def _resized(size: Size, convention: Convention) -> Size:
    if convention.resize == "none":
        return size
    if convention.resize == "exact":
        return convention.size, convention.size
    short, long = min(size), max(size)
    if convention.resize == "short side":
        other = _rounded(convention.size * long / short, convention)
        return (convention.size, other) if size[0] <= size[1] else (other, convention.size)
    other = max(1, _rounded(convention.size * short / long, convention))
    return (other, convention.size) if size[0] <= size[1] else (convention.size, other)


def _rounded(length: float, convention: Convention) -> int:
    return int(length) if convention.long_side == "truncate" else round(length)


def _offset(length: int, window: int, convention: Convention) -> int:
    if length < window:
        return -((window - length) // 2)
    if convention.crop_offset == "floor":
        return (length - window) // 2
    return round((length - window) / 2.0)


def _scale(size: Size, resized: Size) -> tuple[float, float]:
    return resized[0] / size[0], resized[1] / size[1]


def _resample(image: Image.Image, place: _Place, convention: Convention) -> Image.Image:
    """The part of the resized picture that the input shows."""
    left, top, right, bottom = place.seen
    method = _FILTERS[convention.interpolation]
    if place.resized[0] * place.resized[1] <= _WHOLE_LIMIT:
        resized = image.resize(place.resized, method)
        whole = (left, top, right, bottom) == (0, 0, *resized.size)
        return resized if whole else resized.crop((left, top, right, bottom))
    across, down = image.size[0] / place.resized[0], image.size[1] / place.resized[1]
    box = (left * across, top * down, right * across, bottom * down)
    return image.resize((right - left, bottom - top), method, box=box)


def _numbers(pixels: Image.Image, place: _Place, convention: Convention) -> NDArray[np.float32]:
    """A table look-up does all arithmetic: an 8-bit channel has only 256 values."""
    table = _table(convention)
    values = np.asarray(pixels)
    bands = {"rgb": (0, 1, 2), "bgr": (2, 1, 0), "grey": (0,)}[convention.order]
    array = np.empty((len(bands), place.input[1], place.input[0]), np.float32)
    if pixels.size != place.input:
        array[:] = _filling(table, convention)[:, None, None]
    left, top = place.inside
    inside = array[:, top : top + pixels.height, left : left + pixels.width]
    for channel, band in enumerate(bands):
        plane = values if values.ndim == 2 else values[:, :, band]
        np.take(table[channel], plane, out=inside[channel], mode="clip")
    _subtract_places(array, place.origin, convention)
    return array


def _subtract_places(array: NDArray[np.float32], origin: Size, convention: Convention) -> None:
    """Take off, in place, what a mean picture has at each pixel beyond its channels' means.

    ``origin`` (left, top) is the input's corner on the resized picture, which is as large
    as the mean picture.
    """
    if convention.places is None:
        return
    (left, top), (_, height, width) = origin, array.shape
    std = np.array(convention.std, np.float32)[:, None, None]
    array -= convention.places.values[:, top : top + height, left : left + width] / std


def _table(convention: Convention) -> NDArray[np.float32]:
    """What each of the 256 values becomes, per channel: float32 (channels, 256).

    Rounded to float32 after each step, as torchvision's chain of operations is.
    """
    values = (np.arange(256) * (convention.range / 255)).astype(np.float32)
    if convention.range == 1.0:
        values = np.arange(256, dtype=np.float32) / np.float32(255)
    return _normalised(np.tile(values, (convention.channels, 1)), convention)


def _normalised(values: NDArray[np.float32], convention: Convention) -> NDArray[np.float32]:
    mean, std = (np.array(part, np.float32)[:, None] for part in (convention.mean, convention.std))
    values = (values - mean) / std
    if convention.transform_input:
        factor = np.array(IMAGENET_STD) / 0.5
        shift = (np.array(IMAGENET_MEAN) - 0.5) / 0.5
        values = values * factor.astype(np.float32)[:, None] + shift.astype(np.float32)[:, None]
    return values


def _filling(table: NDArray[np.float32], convention: Convention) -> NDArray[np.float32]:
    """The value of input pixels outside the picture, per channel."""
    if convention.resize != "fit":
        return table[:, 0]
    return _normalised(np.array(convention.mean, np.float32)[:, None], convention)[:, 0]


def _shown(pixels: Image.Image, place: _Place, convention: Convention) -> Image.Image:
    pixels = pixels.convert("RGB") if pixels.mode != "RGB" else pixels
    if pixels.size == place.input:
        return pixels
    shown = Image.new("RGB", place.input, _fill_colour(convention))
    shown.paste(pixels, place.inside)
    return shown


def _fill_colour(convention: Convention) -> tuple[int, int, int]:
    if convention.resize != "fit":
        return 0, 0, 0
    mean = [min(255, max(0, round(255 * value / convention.range))) for value in convention.mean]
    red, green, blue = {"rgb": mean, "bgr": mean[::-1], "grey": mean * 3}[convention.order]
    return red, green, blue


def _check(convention: Convention) -> None:
    wrong = next((why for holds, why in _rules(convention) if not holds), None)
    if wrong:
        raise UsageError(f"The input convention {convention.name} cannot be used.", wrong)


def _places_fit(convention: Convention) -> bool:
    """Whether a mean picture, if there is one, lies on every pixel of the input."""
    side = convention.size
    return convention.places is None or (
        convention.resize == "exact"
        and convention.places.values.shape == (convention.channels, side, side)
        and (convention.crop or 0) <= side
    )


def _rules(convention: Convention) -> tuple[tuple[bool, str], ...]:
    channels = convention.channels
    numbers = (*convention.mean, *convention.std, convention.range)
    return (
        (convention.resize == "none" or convention.size >= 1, "Its size must be at least 1 pixel."),
        (convention.crop is None or convention.crop >= 1, "Its crop must be at least 1 pixel."),
        (len(convention.mean) == channels, f"Its mean must have {channels} numbers."),
        (len(convention.std) == channels, f"Its std must have {channels} numbers."),
        (all(np.isfinite(numbers)), "Its mean, std and range must be numbers."),
        (
            all(value != 0 for value in (*convention.std, convention.range)),
            "Its std and range must not be 0.",
        ),
        (not convention.transform_input or channels == 3, "Grey pictures have no ImageNet statistics."),
        (_places_fit(convention), "Its mean picture is not as large as the pictures are made."),
    )
