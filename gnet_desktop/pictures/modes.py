"""Every kind of pixel becomes 8-bit RGB, by value, and says what was done.

Functions take a loaded Pillow image and give an RGB one and notes for people.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from gnet_desktop.pictures.scaling import by_depth, by_value, limits

Rgb = tuple[int, int, int]
_DEEP: Final = ("I;16", "I;16L", "I;16B", "I;16N")
_SAME_COLOURS: Final = 2
"""Largest difference in 8-bit levels by which a profile may be called sRGB."""


def to_rgb(
    image: Image.Image, *, background: Rgb, convert_profile: bool
) -> tuple[Image.Image, tuple[str, ...]]:
    """An RGB copy of ``image`` (or itself), and what was converted, in words.

    Deep values are scaled by value, transparency is laid over ``background``, an
    embedded profile is applied if ``convert_profile`` (else it is ignored).
    """
    notes: list[str] = []
    image = _eight_bit(image, notes)
    image = _plain_colours(image, notes)
    image = _with_profile(image, notes, convert_profile=convert_profile)
    image = _opaque(image, notes, background)
    return _as_rgb(image, notes), tuple(notes)


def _eight_bit(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode in _DEEP:
        notes.append(by_depth(16).note.format("grey"))
        return _sixteen(image)
    return _by_value(image, notes) if image.mode in ("I", "F") else image


def _sixteen(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = Image.fromarray(by_depth(16).apply(values))
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        alpha = Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
        return Image.merge("LA", (grey, alpha))
    return _keep_profile(grey, image)


def _by_value(image: Image.Image, notes: list[str]) -> Image.Image:
    values = np.asarray(image)
    low, high = limits(values)
    whole = image.mode == "I"
    sixteen = whole and image.format in ("PNG", "PPM") and low >= 0 and high <= 0xFFFF
    scale = by_depth(16) if sixteen else by_value(low, high, whole=whole)
    notes.append(scale.note.format("grey"))
    return _keep_profile(Image.fromarray(scale.apply(values)), image)


def _keep_profile(result: Image.Image, original: Image.Image) -> Image.Image:
    if "icc_profile" in original.info:
        result.info["icc_profile"] = original.info["icc_profile"]
    return result


def _lab(image: Image.Image) -> Image.Image:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    result = ImageCms.applyTransform(image, transform)
    assert result is not None
    return result


def _by_convert(mode: str) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.convert(mode)


_PLAIN: Final[dict[str, tuple[str, Callable[[Image.Image], Image.Image]]]] = {
    "LAB": ("Lab converted to RGB", _lab),
    "HSV": ("HSV converted to RGB", _by_convert("RGB")),
    "YCbCr": ("", _by_convert("RGB")),
    "RGBX": ("", _by_convert("RGB")),
    "RGBa": ("", _by_convert("RGBA")),
    "La": ("", _by_convert("LA")),
    "PA": ("", _by_convert("RGBA")),
    "1": ("", _by_convert("L")),
}
"""Modes that have no profile of their own: what to note, and how they become L, LA, RGB or RGBA."""


def _plain_colours(image: Image.Image, notes: list[str]) -> Image.Image:
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        try:
            return _keep_profile(image.convert("RGBA"), image)
        except ValueError:
            notes.append("transparency of colours that the palette does not have ignored")
            del image.info["transparency"]
    if image.mode == "P":
        return _keep_profile(image.convert("RGBA" if _palette_has_alpha(image) else "RGB"), image)
    if image.mode in _PLAIN:
        note, convert = _PLAIN[image.mode]
        notes.extend([note] if note else [])
        return convert(image)
    return image


def _palette_has_alpha(image: Image.Image) -> bool:
    return image.palette is not None and image.palette.mode == "RGBA"


def _with_profile(image: Image.Image, notes: list[str], *, convert_profile: bool) -> Image.Image:
    data = image.info.get("icc_profile")
    if not data:
        return image
    if not convert_profile:
        notes.append("embedded colour profile ignored")
        return image
    try:
        return _through_profile(image, data, notes)
    except (ImageCms.PyCMSError, ImportError, OSError, ValueError, TypeError):
        notes.append("the embedded colour profile is unreadable; plain values shown")
        return image


def _through_profile(image: Image.Image, data: bytes, notes: list[str]) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(BytesIO(data))
    space = profile.profile.xcolor_space.strip()
    colours = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(space)
    base = {"RGBA": "RGB", "LA": "L"}.get(image.mode, image.mode)
    if colours == "RGB" and base == "L":
        image, base = image.convert("RGBA" if image.mode == "LA" else "RGB"), "RGB"
    if colours != base:
        notes.append(f"the embedded {space} colour profile does not fit the pixels; plain values shown")
        return image
    transform = _transform(profile, base)
    if base != "CMYK" and _changes_nothing(transform, base):
        return image
    name = (profile.profile.profile_description or "unnamed").strip().rstrip("\0")
    what = f"CMYK with the colour profile {name}" if base == "CMYK" else f"colour profile {name}"
    notes.append(f"{what} converted to sRGB")
    return _transformed(image, transform)


def _transform(profile: ImageCms.ImageCmsProfile, base: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        base,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    opaque = image.convert({"RGBA": "RGB", "LA": "L"}[image.mode]) if alpha else image
    if opaque.mode == "RGB":
        # in place: the pixels are ours, and a copy of a large picture is a gigabyte
        ImageCms.applyTransform(opaque, transform, inPlace=True)
    else:
        converted = ImageCms.applyTransform(opaque, transform)
        assert converted is not None
        opaque = converted
    if alpha:
        opaque.putalpha(alpha)
    return opaque


def _changes_nothing(transform: ImageCms.ImageCmsTransform, base: str) -> bool:
    """Whether the profile is sRGB in all but name: tried on a lattice of colours."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    if base == "L":
        lattice = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
        probe = Image.fromarray(lattice[:, :, 0].copy())
    else:
        lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
        probe = Image.fromarray(lattice)
    converted = ImageCms.applyTransform(probe, transform)
    assert converted is not None
    difference = np.abs(np.asarray(converted).astype(int) - lattice.astype(int))
    return bool(difference.max() <= _SAME_COLOURS)


def _opaque(image: Image.Image, notes: list[str], background: Rgb) -> Image.Image:
    if image.mode not in ("RGBA", "LA"):
        return image
    alpha = image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return image.convert("RGB")
    notes.append(f"transparency laid over {_colour_name(background)}")
    ground = Image.new("RGB", image.size, background)
    ground.paste(image, mask=alpha)
    return ground


def _colour_name(colour: Rgb) -> str:
    named = {(255, 255, 255): "white", (0, 0, 0): "black"}
    return named.get(colour, "#{:02X}{:02X}{:02X}".format(*colour))


def _as_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode == "CMYK":
        notes.append("CMYK converted to RGB without a profile")
    return image if image.mode == "RGB" else image.convert("RGB")
