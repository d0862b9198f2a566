"""A TIFF's picture as a Pillow image of 8 bits a sample, whatever its samples are.

Pillow itself decodes what is compressed by the look of pixels (JPEG, WebP, fax); everything
else takes one way: pieces of samples, scaled by value, put in their places.
"""

from contextlib import suppress
from typing import Any, BinaryIO, Final

from PIL import Image, ImageFile, TiffImagePlugin
from typing_extensions import override

from gnet_desktop.pictures.tiff.arrangement import arranged
from gnet_desktop.pictures.tiff.canvas import Canvas
from gnet_desktop.pictures.tiff.complaints import listen, unpacks
from gnet_desktop.pictures.tiff.directory import (
    BITS,
    COMPRESSION,
    DNG,
    FURTHER,
    KIND,
    MAKE,
    ORIENTATION,
    PHOTOMETRIC,
    PROFILE,
    SAMPLES,
    BrokenTiff,
    Directory,
    directories,
)
from gnet_desktop.pictures.tiff.layout import DELEGATED, MOSAIC, Layout, Unread, layout_of

_RAW_MARKS: Final = (b"CR\x02", b"IIII", b"MMMM")
"""What stands behind the header of Canon's and Phase One's raw files."""

_NOT_EVERYWHERE: Final = {34925: "LZMA", 50000: "Zstandard"}
"""Packings that libtiff can be built without: Pillow's own builds before 12 have no Zstandard."""


class UnreadTiff(SyntaxError):
    """A sound file of a kind that isn't decoded: ``why`` is a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RawTiff(SyntaxError):
    """A camera's raw photo in a TIFF's clothes; ``make`` is the camera's maker, as stored."""

    def __init__(self, make: str, *, dng: bool) -> None:
        super().__init__(make)
        self.make, self.dng = make, dng


def open_frame(stream: BinaryIO, frame: int = 0) -> ImageFile.ImageFile:
    """The picture of that number (the first is 0), its pixels not yet decoded.

    Raises EOFError if there are fewer, `RawTiff`, `UnreadTiff`, or what Pillow raises.
    """
    listen()
    for place, directory in enumerate(directories(stream)):
        if place == frame:
            return _opened(stream, directory, frame)
    raise EOFError(f"no picture {frame}")


def _opened(stream: BinaryIO, directory: Directory, frame: int) -> ImageFile.ImageFile:
    raw = DNG in directory.tags or (FURTHER in directory.tags and directory.number(KIND, 0) == 1)
    stream.seek(8)
    if raw or stream.read(4).startswith(_RAW_MARKS) or directory.number(PHOTOMETRIC, 0) in MOSAIC:
        make = directory.data(MAKE).split(b"\0")[0].decode("ascii", "replace").strip()
        raise RawTiff(make, dng=DNG in directory.tags)
    layout = layout_of(directory)
    if isinstance(layout, Unread):
        raise UnreadTiff(layout.why)
    stream.seek(0)
    if layout is not None:
        if not unpacks(layout.compression):
            name = _NOT_EVERYWHERE.get(layout.compression, f"method {layout.compression}")
            raise UnreadTiff(f"It is packed by {name}, which the installed Pillow cannot undo.")
        return TiffPicture(stream, directory, layout)
    return _by_pillow(stream, directory, frame)


def _by_pillow(stream: BinaryIO, directory: Directory, frame: int) -> ImageFile.ImageFile:
    try:
        image = TiffImagePlugin.TiffImageFile(stream)
        if frame:
            image.seek(frame)
    except (SyntaxError, KeyError, OSError):
        bits, samples = directory.number(BITS, 1), directory.number(SAMPLES, 1)
        how = DELEGATED.get(directory.number(COMPRESSION, 1), "YCbCr")
        words = f"{samples} band{'s' if samples > 1 else ''} of {bits} bits"
        raise UnreadTiff(f"It is a TIFF of {words} as {how}.") from None
    return image


class TiffPicture(ImageFile.ImageFile):
    """A picture whose samples are decoded here; ``notes`` says, once it is loaded, how."""

    format = "TIFF"
    format_description = "TIFF"

    def __init__(self, stream: BinaryIO, directory: Directory, layout: Layout) -> None:
        self.notes: list[str] = []
        self._directory, self._layout, self._stream = directory, layout, stream
        self._loaded = False
        super().__init__(stream, "")

    @override
    def _open(self) -> None:
        self._size = (self._layout.width, self._layout.height)
        self._mode = arranged(self._layout).mode
        if profile := self._directory.data(PROFILE):
            self.info["icc_profile"] = profile

    @property
    def n_frames(self) -> int:
        """Number of pictures in the file, as far as their directories can be read."""
        count = 0
        with suppress(BrokenTiff):
            for _ in directories(self._stream):
                count += 1
        return max(1, count)

    @property
    def pieces(self) -> int:
        """Strips or tiles that its directory speaks of, as far as they are counted."""
        return len(self._layout.chunks.offsets)

    @override
    def getexif(self) -> Image.Exif:
        """Only how the picture is turned."""
        exif = Image.Exif()
        exif[ORIENTATION] = self._directory.number(ORIENTATION, 1)
        return exif

    @override
    def load(self) -> Any:
        """Decode; raises OSError, with what there is in its place, if something is damaged or missing."""
        if not self._loaded:
            canvas = Canvas(self._stream, self._layout)
            complete = canvas.paint()
            self.notes = canvas.notes
            self.im = Image.frombuffer(self.mode, self.size, canvas.pixels, "raw", self.mode, 0, 1).im
            self._loaded = True
            if not complete:
                raise BrokenTiff("strips are missing or damaged")
        return Image.Image.load(self)
