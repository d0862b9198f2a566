"""What a file that is no readable picture really is, by its first bytes.

A table of signatures, so that each refusal can name the thing and the next step.
"""

from dataclasses import dataclass
from typing import Final

HEAD: Final = 4096
"""How many bytes from the file's start the rules look at."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that is not opened: ``is_a`` ends a sentence that starts with "This is"."""

    is_a: str
    why: str
    todo: str


_CONVERT = "Save it as JPEG or PNG and drop it again."
_PICTURE_INSTEAD = "Drop a picture file."

_HEIC = Foreign(
    "a HEIC photo",
    "no HEIC decoder is installed.",
    "Install pillow-heif, or save the photo as JPEG and drop it again.",
)
_AVIF = Foreign("an AVIF picture", "no AVIF decoder is installed.", _HEIC.todo)
_VIDEO = Foreign("a video", "only still pictures can be opened.", "Save a frame as PNG and drop it.")
_RAW = Foreign("a camera raw photo", "it has to be developed first.", _CONVERT)


def _raw(kind: str) -> Foreign:
    return Foreign(f"a camera raw photo ({kind})", _RAW.why, _RAW.todo)


_SVG = Foreign("an SVG drawing", "it holds shapes, not pixels.", "Export it as PNG and drop that.")
_PDF = Foreign("a PDF document", "it is no picture.", "Export the page as PNG and drop that.")
_POSTSCRIPT = Foreign(
    "a PostScript file", "it is a program, and programs in files are not run.", "Export it as PNG."
)
_JXL = Foreign("a JPEG XL picture", "there is no decoder for it here.", _CONVERT)
_LFS = Foreign(
    "a Git LFS pointer",
    "the picture itself was not downloaded.",
    "Run `git lfs pull` and open it again.",
)
_PAGE = Foreign("a web page", "it is no picture.", "Download the picture itself from its page.")
_TEXT = Foreign("a text file", "it is no picture.", _PICTURE_INSTEAD)
_ARCHIVE = Foreign("an archive", "it is no picture.", "Unpack it and drop the pictures.")
_ZEROS = Foreign(
    "a file of zeros",
    "a copy or download probably broke off.",
    "Copy or download it again.",
)
_UNKNOWN = Foreign(
    "no picture that can be recognised", "its first bytes fit no known format.", _PICTURE_INSTEAD
)

_PREFIXES: Final = (
    (b"\xff\x0a", _JXL),
    (b"\x00\x00\x00\x0cJXL ", _JXL),
    (b"%PDF", _PDF),
    (b"%!PS", _POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (b"\x1a\x45\xdf\xa3", _VIDEO),
    (b"OggS", _VIDEO),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"IIRO", _RAW),
    (b"IIU\x00", _RAW),
    (b"PK\x03\x04", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"version https://git-lfs", _LFS),
)

_BRANDS: Final = (
    ((b"avif", b"avis"), _AVIF),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), _HEIC),
    ((b"crx ",), _RAW),
)
HEIF_BRANDS: Final = _BRANDS[0][0] + _BRANDS[1][0]
AVIF_BRANDS: Final = _BRANDS[0][0]

_MARKUP: Final = ((b"<svg", _SVG), (b"<!doctype html", _PAGE), (b"<html", _PAGE), (b"<head", _PAGE))


def brand(head: bytes) -> bytes:
    """Major brand of an ISO media file (``heic``, ``avif``, ``isom`` …), or empty."""
    return head[8:12] if head[4:8] == b"ftyp" else b""


def recognise(head: bytes) -> Foreign:
    """What a file that no decoder claims is, from its first `HEAD` bytes (at least one)."""
    for prefix, foreign in _PREFIXES:
        if head.startswith(prefix):
            return foreign
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _VIDEO
    if brand(head):
        return _by_brand(brand(head))
    if not head.strip(b"\0"):
        return _ZEROS
    return _by_text(head)


def is_foreign_picture(head: bytes) -> bool:
    """Whether this is a photo in a format that is not read here: worth naming, not skipping."""
    return bool(head) and recognise(head) in (_HEIC, _AVIF, _RAW, _JXL)


_RAW_KINDS: Final = (
    *(("canon", "Canon"), ("nikon", "Nikon"), ("sony", "Sony"), ("pentax", "Pentax"), ("ricoh", "Ricoh")),
    *(("olympus", "Olympus"), ("panasonic", "Panasonic"), ("fujifilm", "Fujifilm"), ("leica", "Leica")),
    *(("samsung", "Samsung"), ("hasselblad", "Hasselblad"), ("phase one", "Phase One"), ("kodak", "Kodak")),
    *(("eastman kodak", "Kodak"), ("seiko epson", "Epson"), ("minolta", "Minolta"), ("mamiya", "Mamiya")),
)


def raw_photo(make: str, *, dng: bool) -> Foreign:
    """The refusal for a camera's raw file in a TIFF's clothes; ``make`` is what it says of its maker."""
    maker = next((name for start, name in _RAW_KINDS if make.lower().startswith(start)), "")
    if dng:
        return _raw("DNG")
    return _raw(maker) if maker else _RAW


def _by_brand(name: bytes) -> Foreign:
    for brands, foreign in _BRANDS:
        if name in brands:
            return foreign
    return _VIDEO


def _by_text(head: bytes) -> Foreign:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, foreign in _MARKUP:
        if text.startswith(mark) or (text.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and mark in text):
            return foreign
    return _TEXT if is_text(head) else _UNKNOWN


def is_text(head: bytes) -> bool:
    """Whether these first bytes read as UTF-8 without control characters."""
    if b"\0" in head:
        return False
    try:
        # a cut may split the last character: up to three bytes may be missing
        head[: len(head) - 3 if len(head) >= HEAD else None].decode("utf-8")
    except UnicodeDecodeError:
        return False
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return control == 0
