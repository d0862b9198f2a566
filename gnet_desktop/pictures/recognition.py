"""What a file that is no readable picture really is, by its first bytes.

A table of signatures, so that each refusal can name the thing and the next step.
"""

import zlib
from dataclasses import dataclass
from typing import Final

HEAD: Final = 4096
"""How many bytes from the file's start the rules look at."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that is not opened: ``is_a`` ends a sentence that starts with "This is".

    ``picture`` tells photos and paintings in a format that is not read from everything else.
    """

    is_a: str
    why: str
    todo: str
    picture: bool = False


_CONVERT = "Save it as JPEG or PNG and drop it again."
_PICTURE_INSTEAD = "Drop a picture file."
_NO_PICTURE = "it is not a picture."
_NO_DECODER = "there is no decoder for it here."

_HEIC = Foreign(
    "a HEIC photo",
    "no HEIC decoder is installed.",
    "Install pillow-heif, or save the photo as JPEG and drop it again.",
    picture=True,
)
_AVIF = Foreign("an AVIF picture", "no AVIF decoder is installed.", _HEIC.todo, picture=True)
_VIDEO = Foreign("a video", "only still pictures can be opened.", "Save a frame as PNG and drop it.")
_SOUND = Foreign("a sound file", _NO_PICTURE, _PICTURE_INSTEAD)
_SVG = Foreign("an SVG drawing", "it holds shapes, not pixels.", "Export it as PNG and drop that.")
_SVGZ = Foreign("a compressed SVG drawing (SVGZ)", _SVG.why, _SVG.todo)
_METAFILE = Foreign("a Windows metafile", "it holds drawing commands, not pixels.", _SVG.todo)
_PDF = Foreign("a PDF document", _NO_PICTURE, "Export the page as PNG and drop that.")
_POSTSCRIPT = Foreign(
    "a PostScript file", "it is a program, and programs in files are not run.", "Export it as PNG."
)
_DICOM = Foreign(
    "a DICOM image", "it holds measurements of a medical device, not colours.", "Export it as PNG."
)
_FITS = Foreign("a FITS image", "it holds measurements of light, not colours.", "Export it as PNG.")
_HDR = Foreign(
    "a Radiance HDR picture",
    "its light has to be mapped to the colours of a screen first.",
    _CONVERT,
    picture=True,
)
_EXR = Foreign("an OpenEXR picture", _HDR.why, _CONVERT, picture=True)
_LFS = Foreign(
    "a Git LFS pointer",
    "the picture itself was not downloaded.",
    "Run `git lfs pull` and open it again.",
)
_PAGE = Foreign("a web page", _NO_PICTURE, "Download the picture itself from its page.")
_JSON = Foreign("a JSON text", _NO_PICTURE, "Download the picture itself.")
_TEXT = Foreign("a text file", _NO_PICTURE, _PICTURE_INSTEAD)
_ARCHIVE = Foreign("an archive", _NO_PICTURE, "Unpack it and drop the pictures.")
_APPLE_DOUBLE = Foreign(
    "a Mac's companion file (AppleDouble)",
    "it only holds what the Mac notes about a picture.",
    "Drop the file without ._ in its name.",
)
_OFFICE = Foreign("an office document", _NO_PICTURE, "Save the picture in it as a file and drop that.")
_ZEROS = Foreign(
    "a file of zeros",
    "a copy or download probably broke off.",
    "Copy or download it again.",
)
_UNKNOWN = Foreign(
    "no picture that can be recognised", "its first bytes fit no known format.", _PICTURE_INSTEAD
)


def _raw(kind: str = "") -> Foreign:
    named = f"a camera raw photo ({kind})" if kind else "a camera raw photo"
    return Foreign(named, "it has to be developed first.", _CONVERT, picture=True)


def _unread(name: str) -> Foreign:
    return Foreign(name, _NO_DECODER, _CONVERT, picture=True)


def _layers(name: str) -> Foreign:
    return Foreign(name, "its layers are not read.", "Export it as PNG and drop that.", picture=True)


_JXL = _unread("a JPEG XL picture")

_PREFIXES: Final = (
    (0, b"\xff\x0a", _JXL),
    (0, b"\x00\x00\x00\x0cJXL ", _JXL),
    (0, b"II\xbc\x01", _unread("a JPEG XR picture")),
    (0, b"BPG\xfb", _unread("a BPG picture")),
    (0, b"FLIF", _unread("a FLIF picture")),
    (0, b"AT&TFORM", Foreign("a DjVu document", _NO_DECODER, _PDF.todo)),
    (0, b"8BPS\x00\x02", _unread("a large Photoshop document (PSB)")),
    (0, b"Image type: ", _unread("an IM picture")),
    (0, b"gimp xcf", _layers("a GIMP picture (XCF)")),
    (0, b"\x76\x2f\x31\x01", _EXR),
    (0, b"#?RADIANCE", _HDR),
    (0, b"#?RGBE", _HDR),
    (0, b"SIMPLE  =", _FITS),
    (128, b"DICM", _DICOM),
    (0, b"\xd7\xcd\xc6\x9a", _METAFILE),
    (0, b"\x01\x00\x09\x00\x00\x03", _METAFILE),
    (40, b" EMF", _METAFILE),
    (0, b"%PDF", _PDF),
    (0, b"%!PS", _POSTSCRIPT),
    (0, b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (0, b"\x00\x00\x01\xba", _VIDEO),
    (0, b"\x00\x00\x01\xb3", _VIDEO),
    (0, b"FLV\x01", _VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _VIDEO),
    (8, b"WAVE", _SOUND),
    (0, b"ID3", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"OggS", Foreign("a video or a sound file", _VIDEO.why, _VIDEO.todo)),
    (0, b"FUJIFILMCCD-RAW", _raw("Fujifilm RAF")),
    (0, b"IIRO", _raw("Olympus ORF")),
    (0, b"IIRS", _raw("Olympus ORF")),
    (0, b"MMOR", _raw("Olympus ORF")),
    (0, b"IIU\x00", _raw("Panasonic RW2")),
    (6, b"HEAPCCDR", _raw("Canon CRW")),
    (0, b"FOVb", _raw("Sigma X3F")),
    (0, b"\x00MRM", _raw("Minolta MRW")),
    (0, b"\x00\x05\x16\x07", _APPLE_DOUBLE),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
    (30, b"[Content_Types].xml", _OFFICE),
    (38, b"application/vnd.oasis.opendocument", _OFFICE),
    (38, b"application/x-krita", _layers("a Krita painting")),
    (38, b"image/openraster", _layers("an OpenRaster painting")),
    (0, b"PK\x03\x04", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!", _ARCHIVE),
    (257, b"ustar", _ARCHIVE),
    (0, b"version https://git-lfs", _LFS),
)  # fmt: skip

_BRANDS: Final = (
    ((b"avif", b"avis"), _AVIF),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), _HEIC),
    ((b"crx ",), _raw("Canon CR3")),
)
HEIF_BRANDS: Final = _BRANDS[0][0] + _BRANDS[1][0]
AVIF_BRANDS: Final = _BRANDS[0][0]

_MARKUP: Final = ((b"<svg", _SVG), (b"<!doctype html", _PAGE), (b"<html", _PAGE), (b"<head", _PAGE))

_MAKERS: Final = {
    "canon": "Canon", "nikon": "Nikon", "sony": "Sony", "pentax": "Pentax", "ricoh": "Ricoh",
    "olympus": "Olympus", "panasonic": "Panasonic", "fujifilm": "Fujifilm", "leica": "Leica",
    "samsung": "Samsung", "hasselblad": "Hasselblad", "phase one": "Phase One", "kodak": "Kodak",
    "eastman kodak": "Kodak", "seiko epson": "Epson", "minolta": "Minolta", "mamiya": "Mamiya",
}  # fmt: skip
"""How the makers of cameras call themselves in their files, in small letters."""


def brand(head: bytes) -> bytes:
    """Major brand of an ISO media file (``heic``, ``avif``, ``isom`` …), or empty."""
    return head[8:12] if head[4:8] == b"ftyp" else b""


def recognise(head: bytes) -> Foreign:
    """What a file that no decoder claims is, from its first `HEAD` bytes (at least one)."""
    for offset, prefix, foreign in _PREFIXES:
        if head.startswith(prefix, offset):
            return foreign
    if head.startswith(b"\x1f\x8b"):
        return _packed(head)
    if brand(head):
        return _by_brand(brand(head))
    if not head.strip(b"\0"):
        return _ZEROS
    return _by_text(head)


def is_foreign_picture(head: bytes) -> bool:
    """Whether this is a photo in a format that is not read here: worth naming, not skipping."""
    return bool(head) and recognise(head).picture


def raw_photo(make: str, *, dng: bool) -> Foreign:
    """The refusal for a camera's raw file in a TIFF's clothes; ``make`` is what it says of its maker."""
    maker = next((name for start, name in _MAKERS.items() if make.lower().startswith(start)), "")
    return _raw("DNG" if dng else maker)


def _packed(head: bytes) -> Foreign:
    """What gzip packed: a drawing, or anything."""
    try:
        start = zlib.decompressobj(31).decompress(head, HEAD)
    except zlib.error:
        return _ARCHIVE
    return _SVGZ if start and _by_text(start) is _SVG else _ARCHIVE


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
    if not is_text(head):
        return _UNKNOWN
    return _JSON if text.startswith((b'{"', b"{ ", b"{\n", b"{\r", b"[{")) else _TEXT


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
