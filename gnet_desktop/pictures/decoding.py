"""Bytes become an upright 8-bit RGB `Picture`.

The header is read first and judged, then the pixels. Pillow's process-wide switches
(its pixel limit, its tolerance of cut files) are left alone: decoders are called
directly, so that several threads may decode at once under their own limits.
"""

import io
import os
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
from PIL import Image, ImageFile

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures import modes, recognition
from gnet_desktop.pictures.decoders import STILL, Decoder, decoder_for
from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.pictures.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_PIXELS", "PictureTooLarge", "Source", "find_pictures", "read_picture", "thumbnail"]

Source = Path | bytes | BinaryIO
MAX_PIXELS: Final = 250_000_000

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION: Final = 0x0112
_DNG, _SUB_PICTURES, _KIND = 50706, 330, 254
_KEPT: Final = ("icc_profile", "transparency")
_UNDECODED: Final = (127, 129, 126, 255)
"""What stands where a cut file has no pixels: a grey that no row of a real picture is full of."""

_BLANK_PIXELS: Final = 50_000_000
_BLANK_RATIO: Final = 1000
_BROKEN: Final = (OSError, ValueError, SyntaxError, IndexError, TypeError, KeyError, EOFError, struct.error)
"""What Pillow's decoders raise on damaged files."""


class PictureTooLarge(PictureError):
    """The picture has more pixels than allowed; a person may be asked.

    ``size`` is (width, height); ``memory`` the bytes that decoding will take. Reading
    again with ``max_pixels=size[0] * size[1]`` opens it.
    """

    def __init__(self, name: str, size: tuple[int, int], why: str) -> None:
        self.size = size
        self.memory = 8 * size[0] * size[1]
        super().__init__(
            f"{name} is {size[0]} × {size[1]} pixels.",
            f"{why} Decoding it takes about {self.memory / 1e9:.1f} GB of memory.",
            "Open a smaller version of it, or allow it by raising the limit.",
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file under decoding: ``format`` is the decoder's own name, ``length`` in bytes."""

    image: ImageFile.ImageFile
    format: str
    length: int
    stream: BinaryIO
    decoder: Decoder


def read_picture(
    source: Source,
    *,
    name: str | None = None,
    frame: int = 0,
    background: tuple[int, int, int] = (255, 255, 255),
    convert_profile: bool = True,
    max_pixels: int = MAX_PIXELS,
    limit_side: int | None = None,
) -> Picture:
    """Decode a file, bytes or a stream to an upright RGB picture.

    ``name`` is how people are told of it (default: the path). Transparency is laid
    over ``background``; ``convert_profile`` False leaves the values as stored.
    ``limit_side`` gives a picture shrunk so that no side is longer: for display only,
    since what is prepared from it differs. Raises `PictureTooLarge` above
    ``max_pixels`` (and for huge pictures in absurdly short files) before any pixel is
    decoded, `PictureError` for everything else.
    """
    title = name or _title(source)
    with _opened(source, title) as opened:
        frames = _count(opened)
        _seek(opened, frame, frames, title)
        stored = opened.image.size
        _check_size(opened, title, max_pixels)
        notes: list[str] = []
        if limit_side:
            opened.image.draft("RGB", (limit_side, limit_side))
        image = _load(opened, frame, title, notes)
        image = _upright(image, notes)
        image, converted = modes.to_rgb(image, background=background, convert_profile=convert_profile)
        if limit_side and max(image.size) > limit_side:
            image.thumbnail((limit_side, limit_side), Image.Resampling.BOX)
    if image.size not in (stored, stored[::-1]):
        notes.append(f"shrunk from {stored[0]} × {stored[1]}")
    return Picture(
        _plain(image),
        title,
        opened.format,
        stored,
        frame,
        frames,
        (*notes, *converted),
    )


def thumbnail(source: Source, side: int, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """An upright RGB picture with no side longer than ``side`` pixels, cheaply.

    JPEGs are decoded at a fraction of their size. Raises as `read_picture` does.
    """
    picture = read_picture(source, limit_side=2 * side, max_pixels=max_pixels).image
    picture.thumbnail((side, side), Image.Resampling.BICUBIC)
    return picture


def _title(source: Source) -> str:
    """A path for people: undecodable bytes become replacement signs."""
    if isinstance(source, Path):
        return os.fsencode(source).decode("utf-8", "replace")
    return "pasted picture"


@contextmanager
def _opened(source: Source, title: str) -> "Iterator[_Opened]":
    stream = _stream(source, title)
    try:
        yield _identify(stream, title)
    finally:
        if isinstance(source, Path):
            stream.close()


def _stream(source: Source, title: str) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if not isinstance(source, Path):
        return source if source.seekable() else io.BytesIO(source.read())
    try:
        return source.open("rb")
    except FileNotFoundError:
        raise PictureError(f"{title} is not there.", "It may have been moved or renamed.") from None
    except IsADirectoryError:
        raise PictureError(f"{title} is a folder.", "", "Drop the folder, not its name.") from None
    except PermissionError:
        why = "This account has no permission to read it."
        raise PictureError(f"{title} cannot be read.", why, "Change its permissions and try again.") from None
    except (OSError, ValueError) as error:
        why = f"The system says: {getattr(error, 'strerror', None) or error}."
        raise PictureError(f"{title} cannot be read.", why) from None


def _identify(stream: BinaryIO, title: str) -> _Opened:
    try:
        length = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(recognition.HEAD)
    except OSError as error:
        raise PictureError(
            f"{title} cannot be read.", f"The system says: {error.strerror or error}."
        ) from None
    if not head:
        raise PictureError(f"{title} is empty.", "The file has no bytes.", "Copy or download it again.")
    opened = _open(stream, head, length, title)
    if opened is None:
        raise _refusal(recognition.recognise(head), title)
    if _is_raw(opened):
        raise _refusal(recognition.raw_photo(), title)
    return opened


def _refusal(foreign: recognition.Foreign, title: str) -> PictureError:
    why = foreign.why[0].upper() + foreign.why[1:]
    return PictureError(f"{title} is {foreign.is_a}.", why, foreign.todo)


def _open(stream: BinaryIO, head: bytes, length: int, title: str) -> _Opened | None:
    found = decoder_for(head)
    if found is None:
        return None
    name, decoder = found
    stream.seek(0)
    try:
        return _Opened(decoder(stream, ""), name, length, stream, decoder)
    except Image.DecompressionBombError:
        why = "Its header asks for more memory than any picture needs."
        raise PictureError(f"{title} cannot be opened.", why) from None
    except _BROKEN as error:
        raise _damaged(title, name, error) from None


def _damaged(title: str, name: str, error: Exception) -> PictureError:
    why = f"It starts like a {name} file, but is damaged or cut off ({error or type(error).__name__})."
    return PictureError(f"{title} cannot be decoded.", why, "Copy or download it again.")


def _is_raw(opened: _Opened) -> bool:
    """Camera raws look like TIFFs whose first picture is a small preview."""
    tags = getattr(opened.image, "tag_v2", {})
    return _DNG in tags or (_SUB_PICTURES in tags and tags.get(_KIND) == 1)


def _count(opened: _Opened) -> int:
    if opened.format in STILL:
        return 1
    try:
        return max(1, int(getattr(opened.image, "n_frames", 1)))
    except _BROKEN:
        return 1


def _seek(opened: _Opened, frame: int, frames: int, title: str) -> None:
    if not 0 <= frame < frames:
        why = f"It has {frames} frame{'s' if frames > 1 else ''}, counted from 0."
        raise PictureError(f"{title} has no frame {frame}.", why)
    try:
        if frames > 1:
            opened.image.seek(frame)
    except _BROKEN as error:
        raise _damaged(title, opened.format, error) from None


def _check_size(opened: _Opened, title: str, max_pixels: int) -> None:
    width, height = opened.image.size
    if min(width, height) < 1:
        raise PictureError(f"{title} has no pixels.", f"Its header says {width} × {height}.")
    pixels = width * height
    if pixels > max_pixels:
        raise PictureTooLarge(title, (width, height), f"That is more than {max_pixels / 1e6:.0f} megapixels.")
    if max_pixels <= MAX_PIXELS and pixels > max(_BLANK_PIXELS, _BLANK_RATIO * opened.length):
        why = f"The file has only {opened.length} bytes, which is absurdly little for that."
        raise PictureTooLarge(title, (width, height), why)


def _load(opened: _Opened, frame: int, title: str, notes: list[str]) -> Image.Image:
    """The pixels; of a cut file, as many as there are."""
    image = opened.image
    try:
        image.load()
    except MemoryError:
        raise PictureError(
            f"{title} needs more memory than there is.", "", "Open a smaller version."
        ) from None
    except _BROKEN as error:
        return _as_far_as_decoded(opened, frame, title, error, notes)
    return image


def _as_far_as_decoded(
    opened: _Opened, frame: int, title: str, error: Exception, notes: list[str]
) -> Image.Image:
    """What a cut file still shows, with the share in a note, or the refusal."""
    for stream in _attempts(opened):
        image = _partial(opened.decoder, stream, frame)
        share = _share(image) if image is not None else 0.0
        if image is not None and share > 0:
            whole = share > 0.995
            notes.append(
                "the picture is damaged or cut; its details may be wrong"
                if whole
                else f"the picture is incomplete (about {100 * share:.0f} % read)"
            )
            return image
    raise _damaged(title, opened.format, error)


def _attempts(opened: _Opened) -> "Iterator[BinaryIO]":
    yield opened.stream
    if opened.format == "JPEG":
        # a progressive file gives no row before its end; an end mark makes the decoder give what it has
        opened.stream.seek(0)
        yield io.BytesIO(opened.stream.read() + b"\xff\xd9")


def _partial(decoder: Decoder, stream: BinaryIO, frame: int) -> Image.Image | None:
    """Decode over a ground of `_UNDECODED`, so that missing rows can be told and look grey."""
    try:
        stream.seek(0)
        image = decoder(stream, "")
        if frame:
            image.seek(frame)
        ground = Image.new(image.mode, image.size, _ground(image.mode))
    except (*_BROKEN, MemoryError):
        return None
    image.im = ground.im
    try:
        image.load()
    except (*_BROKEN, MemoryError):
        image.tile = []
    return image


def _ground(mode: str) -> int | tuple[int, ...]:
    bands = Image.getmodebands(mode)
    return _UNDECODED[:bands] if bands > 1 else _UNDECODED[0] if mode == "L" else 0


def _share(image: Image.Image) -> float:
    """Share of the rows in which something was decoded."""
    pixels = np.asarray(image)
    rows = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)
    ground = np.array(_ground(image.mode)).reshape(1, 1, -1).astype(rows.dtype)
    return float((rows != ground).any(axis=(1, 2)).mean())


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    """Turned as EXIF says. Read after the pixels: formats may keep it behind them, or apply it."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        notes.append("unreadable EXIF data ignored")
        return image
    if orientation not in _UPRIGHT:
        return image
    notes.append(f"turned upright (EXIF orientation {orientation})")
    turned = image.transpose(_UPRIGHT[orientation])
    turned.info.update({key: image.info[key] for key in _KEPT if key in image.info})
    return turned


def _plain(image: Image.Image) -> Image.Image:
    """A plain image without file, metadata or link to a decoder."""
    if type(image) is Image.Image and not image.info:
        return image
    plain = image.copy()
    plain.info = {}
    return plain
