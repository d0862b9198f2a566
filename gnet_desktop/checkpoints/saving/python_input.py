"""How a written Python file reads a picture: an input convention as a function `prepare`."""

from collections.abc import Iterator
from typing import Final

from gnet_desktop.convention import IMAGENET_MEAN, IMAGENET_STD, Convention

_FILTERS: Final = {"bilinear": "BILINEAR", "bicubic": "BICUBIC", "nearest": "NEAREST"}


def input_source(convention: Convention) -> str:
    """The function as text. Only a convention's numbers and our own words go into it."""
    body = "".join(f"    {line}\n" if line else "\n" for line in _lines(convention))
    return f"def prepare(image):\n{body}"


def _lines(convention: Convention) -> Iterator[str]:
    yield '"""A PIL image as this network reads it: (1, channels, height, width).'
    yield ""
    yield "It is turned as its EXIF data say; a colour profile in it is not looked at."
    if convention.places is not None:
        yield "The mean picture of this checkpoint is left out: only each channel's mean is subtracted."
    yield '"""'
    yield "from PIL import Image, ImageOps"
    yield ""
    mode = "L" if convention.order == "grey" else "RGB"
    yield f'image = ImageOps.exif_transpose(image).convert("{mode}")'
    yield from _resized(convention)
    yield from _cropped(convention)
    yield from _numbers(convention)
    yield "return x.unsqueeze(0)"


def _resized(convention: Convention) -> Iterator[str]:
    size, method = convention.size, f"Image.Resampling.{_FILTERS[convention.interpolation]}"
    whole = "int" if convention.long_side == "truncate" else "round"
    if convention.resize == "none":
        return
    if convention.resize == "exact":
        yield f"image = image.resize(({size}, {size}), {method})"
        return
    yield "width, height = image.size"
    if convention.resize == "short side":
        sides = f"{whole}({size} * height / width)", f"{whole}({size} * width / height)"
        yield f"size = ({size}, {sides[0]}) if width <= height else ({sides[1]}, {size})"
    else:
        sides = f"max(1, {whole}({size} * width / height))", f"max(1, {whole}({size} * height / width))"
        yield f"size = ({sides[0]}, {size}) if width <= height else ({size}, {sides[1]})"
    yield f"image = image.resize(size, {method})"


def _cropped(convention: Convention) -> Iterator[str]:
    """The middle; Pillow fills with black what lies outside, as is wanted unless the picture is fitted in."""
    if not convention.crop or convention.resize == "fit":
        return
    side = convention.crop
    rest = "({0} - {1}) // 2" if convention.crop_offset == "floor" else "round(({0} - {1}) / 2)"
    offset = f"{rest.format('length', side)} if length >= {side} else -(({side} - length) // 2)"
    yield f"left, top = ({offset} for length in image.size)"
    yield f"image = image.crop((left, top, left + {side}, top + {side}))"


def _numbers(convention: Convention) -> Iterator[str]:
    yield "bands = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)"
    shape = f"image.height, image.width, {convention.channels}"
    factor = "255" if convention.range == 1.0 else f"(255 / {convention.range!r})"
    turned = ".flip(0)" if convention.order == "bgr" else ""
    scale = "" if convention.range == 255.0 else f" / {factor}"
    yield f"x = bands.view({shape}).permute(2, 0, 1).float(){scale}"
    if turned:
        yield "x = x.flip(0)  # blue first"
    yield f"mean, std = torch.tensor({list(convention.mean)!r}), torch.tensor({list(convention.std)!r})"
    yield "x = (x - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)"
    if convention.resize == "fit":
        side = convention.crop or convention.size
        yield f"across, down = {side} - image.width, {side} - image.height"
        yield "x = F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2))"
    if convention.transform_input:
        yield "# torchvision's second rescaling: from ImageNet's statistics to -1 to 1"
        yield f"mean, std = torch.tensor({list(IMAGENET_MEAN)!r}), torch.tensor({list(IMAGENET_STD)!r})"
        yield "x = x * (std.view(-1, 1, 1) / 0.5) + (mean.view(-1, 1, 1) - 0.5) / 0.5"
