"""Bytes become an upright 8-bit RGB `Picture`.

The header is read first and judged, then the pixels. Pillow's process-wide switches
(its pixel limit, its tolerance of cut files) are left alone: decoders are called
directly, so that several threads may decode at once under their own limits.
"""

import io
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from PIL import Image, ImageFile

from gnet_desktop.errors import PictureError, link, only_a_link
from gnet_desktop.files import why_unreadable
from gnet_desktop.pictures import modes, recognition
from gnet_desktop.pictures.decoders import BROKEN, STILL, Decoder, decoder_for, guesses_for
from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.pictures.incomplete import as_far_as_decoded
from gnet_desktop.pictures.metering import Metered, check_pieces, check_scans
from gnet_desktop.pictures.picture import INCOMPLETE, Picture
from gnet_desktop.pictures.tiff import complaints
from gnet_desktop.pictures.tiff.directory import MOST_TAGS
from gnet_desktop.pictures.tiff.picture import RawTiff, UnreadTiff

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
_WHOLE_BUT: Final = "its details may be missing or wrong"
_SMOOTH: Final = ("L", "LA", "RGB", "RGBA", "CMYK")
_BLANK_PIXELS: Final = 50_000_000
_BLANK_RATIO: Final = 1000
"""A picture of more pixels than both is asked about, though its size is allowed: the ratio is per byte."""


class PictureTooLarge(PictureError):
    """The picture has more pixels than allowed; a person may be asked.

    ``size`` is (width, height); ``memory`` the bytes that decoding will take. Reading
    again with ``max_pixels=None`` opens it.
    """

    def __init__(self, name: str, size: tuple[int, int], why: str) -> None:
        self.size = size
        self.memory = 8 * size[0] * size[1]
        super().__init__(
            f"{name} is {size[0]} × {size[1]} pixels.",
            f"{why} Decoding it takes about {self.memory / 1e9:.1f} GB of memory.",
            "Open a smaller version of it.",
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
    max_pixels: int | None = MAX_PIXELS,
    limit_side: int | None = None,
) -> Picture:
    """Decode a file, bytes or a stream to an upright RGB picture.

    ``name`` is how people are told of it (default: the path). Transparency is laid
    over ``background``; ``convert_profile`` False leaves the values as stored.
    ``limit_side`` gives a picture shrunk so that no side is longer: for display only,
    since what is prepared from it differs. Raises `PictureTooLarge` above
    ``max_pixels`` (and for huge pictures in absurdly short files; None allows all)
    before any pixel is decoded, `PictureError` for everything else.
    """
    title = name or _title(source)
    with _enough_memory(title), _opened(source, title) as opened:
        _check_size(opened, title, max_pixels)
        frames = _count(opened)
        if frame:
            opened = _at(opened, frame, frames, title)
            _check_size(opened, title, max_pixels)
        stored = opened.image.size
        notes = [f"frame {frame + 1} of {frames}"] if frames > 1 else []
        image = _upright(_load(opened, frame, title, notes, limit_side), notes)
        image, converted = modes.to_rgb(image, background=background, convert_profile=convert_profile)
    image = _shrunk(image, limit_side)
    if image.size not in (stored, stored[::-1]):
        notes.append(f"shrunk from {stored[0]} × {stored[1]}")
    return Picture(_plain(image), title, opened.format, stored, frame, frames, (*notes, *converted))


def thumbnail(source: Source, side: int, *, max_pixels: int | None = MAX_PIXELS) -> Image.Image:
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
    return "Pasted picture"


@contextmanager
def _enough_memory(title: str) -> "Iterator[None]":
    try:
        yield
    except MemoryError:
        raise PictureError(
            f"{title} needs more memory than there is.", "", "Open a smaller version."
        ) from None


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
        mode = source.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(source).close()  # one that cannot be looked into says so
            raise PictureError(f"{title} is a folder.", "", "Drop the folder, not its name.")
        if not stat.S_ISREG(mode):
            # a pipe may never end, and a device need not either
            raise PictureError(
                f"{title} is not a file.", "It is a pipe or a device.", "Copy it to a file first."
            )
        return source.open("rb")
    except FileNotFoundError:
        if address := link(title):
            raise PictureError(*only_a_link(address, "picture")) from None
        raise PictureError(f"{title} is not there.", "It may have been moved or renamed.") from None
    except (OSError, ValueError) as error:
        raise PictureError(f"{title} cannot be read.", *why_unreadable(error)) from None


def _identify(stream: BinaryIO, title: str) -> _Opened:
    try:
        length = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(recognition.HEAD)
    except OSError as error:
        raise PictureError(f"{title} cannot be read.", *why_unreadable(error)) from None
    if not head:
        raise PictureError(f"{title} is empty.", "The file has no bytes.", "Copy or download it again.")
    opened = _open(stream, head, length, title)
    if opened is None:
        raise _refusal(recognition.recognise(head), title)
    return opened


def _refusal(foreign: recognition.Foreign, title: str) -> PictureError:
    why = foreign.why[0].upper() + foreign.why[1:]
    return PictureError(f"{title} is {foreign.is_a}.", why, foreign.todo)


def _open(stream: BinaryIO, head: bytes, length: int, title: str) -> _Opened | None:
    """The file under its decoder; None where there is none, or where it only began like a picture."""
    found = decoder_for(head)
    for name, decoder in [found] if found else guesses_for(head):
        metered = Metered(stream, length, title, name).as_file()
        try:
            return _Opened(_frame(decoder, metered, 0, title, name), name, length, metered, decoder)
        except PictureError:
            if found and not recognition.is_text(head):
                raise
    return None


def _frame(decoder: Decoder, stream: BinaryIO, frame: int, title: str, name: str) -> ImageFile.ImageFile:
    """A frame whose header is read; raises PictureError with what is wrong."""
    stream.seek(0)
    try:
        return decoder(stream, frame)
    except RawTiff as raw:
        raise _refusal(recognition.raw_photo(raw.make, dng=raw.dng), title) from None
    except UnreadTiff as unread:
        raise PictureError(
            f"{title} cannot be decoded.", unread.why, "Save it as PNG or as 8-bit TIFF and drop it again."
        ) from None
    except BROKEN:
        raise _damaged(title, name) from None


def _damaged(title: str, name: str) -> PictureError:
    why = f"It begins as {name} does, but is damaged or cut off."
    return PictureError(f"{title} cannot be decoded.", why, "Copy or download it again.")


def _count(opened: _Opened) -> int:
    if opened.format in STILL:
        return 1
    try:
        return max(1, int(getattr(opened.image, "n_frames", 1)))
    except BROKEN:
        return 1


def _at(opened: _Opened, frame: int, frames: int, title: str) -> _Opened:
    """The same file at another frame."""
    if not 0 <= frame < frames:
        why = f"It has {frames} frame{'s' if frames > 1 else ''}, counted from 0."
        raise PictureError(f"{title} has no frame {frame}.", why)
    image = _frame(opened.decoder, opened.stream, frame, title, opened.format)
    return replace(opened, image=image)


def _check_size(opened: _Opened, title: str, max_pixels: int | None) -> None:
    width, height = opened.image.size
    if min(width, height) < 1:
        raise PictureError(f"{title} has no pixels.", f"Its header says {width} × {height}.")
    pixels = width * height
    if max_pixels is None:
        return
    if pixels > max_pixels:
        raise PictureTooLarge(title, (width, height), f"That is more than {max_pixels / 1e6:.0f} megapixels.")
    if pixels > max(_BLANK_PIXELS, _BLANK_RATIO * opened.length):
        why = f"The file has only {opened.length} bytes, which is absurdly little for that."
        raise PictureTooLarge(title, (width, height), why)


def _load(opened: _Opened, frame: int, title: str, notes: list[str], limit_side: int | None) -> Image.Image:
    """The pixels; of a cut file, as many as there are; at a fraction of the size where that is quicker."""
    image: Image.Image = opened.image
    check_pieces(image, title)
    if opened.format == "JPEG":
        check_scans(opened.stream, opened.length, image.size[0] * image.size[1], title)
    before = complaints.count()
    try:
        if limit_side:
            image.draft(None, (limit_side, limit_side))
        image.load()
        if complaints.count() > before:
            notes.append(f"{INCOMPLETE} ({_WHOLE_BUT})")
    except BROKEN:
        image = _partly(opened, frame, title, notes)
    notes.extend(getattr(opened.image, "notes", ()))
    return _shrunk(image, limit_side)


def _shrunk(image: Image.Image, limit_side: int | None) -> Image.Image:
    """No side longer than the limit; modes without steps between values are left for later."""
    if limit_side is None or max(image.size) <= limit_side or image.mode not in _SMOOTH:
        return image
    ratio = limit_side / max(image.size)
    size = (max(1, round(image.size[0] * ratio)), max(1, round(image.size[1] * ratio)))
    return image.resize(size, Image.Resampling.BOX)


def _partly(opened: _Opened, frame: int, title: str, notes: list[str]) -> Image.Image:
    """What a damaged file still shows, with the share in a note, or the refusal."""
    opened.image.im = Image.new("L", (1, 1)).im  # let go of its memory: all is decoded once more
    found = as_far_as_decoded(opened.decoder, opened.stream, frame=frame, jpeg=opened.format == "JPEG")
    if found is None:
        raise _damaged(title, opened.format)
    image, share = found
    whole = share > 0.995
    read = _WHOLE_BUT if whole else f"about {100 * share:.0f} % read"
    notes.append(f"{INCOMPLETE} ({read})")
    return image


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    """Turned as EXIF says. Read after the pixels: formats may keep it behind them, or apply it."""
    try:
        _check_exif(image.info.get("exif"))
        orientation = image.getexif().get(_ORIENTATION, 1)
    except BROKEN:
        notes.append("unreadable EXIF data ignored")
        return image
    if orientation not in _UPRIGHT:
        return image
    notes.append(f"turned upright (EXIF orientation {orientation})")
    return image.transpose(_UPRIGHT[orientation])


def _check_exif(data: bytes | None) -> None:
    """Raise ValueError where EXIF data have more tags than a TIFF's directory may: Pillow takes each up."""
    tiff = (data or b"").removeprefix(b"Exif\0\0")
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    place = int.from_bytes(tiff[4:8], order)
    if int.from_bytes(tiff[place : place + 2], order) > MOST_TAGS:
        raise ValueError("too many tags")


def _plain(image: Image.Image) -> Image.Image:
    """The same pixels without file and metadata. There is no public way to do so without a copy."""
    plain = image._new(image.im)
    plain.info = {}
    return plain
