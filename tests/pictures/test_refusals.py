"""What else is dropped as a picture: one clear sentence each."""

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.errors import PictureError
from gnet_desktop.pictures import decoders
from gnet_desktop.pictures.decoding import read_picture
from tests.pictures.conftest import Encode


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + b"\0" * 64


def zipped(name: str) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        archive.writestr(name, b"x")
    return data.getvalue()


STRANGERS = [
    (b"", "is empty"),
    (bytes(5000), "a file of zeros"),
    (b"Dear diary, today I saw a cat.\n", "a text file"),
    ("Prüfung — 図".encode() * 500, "a text file"),
    (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
    (b"\n  <html><body>404</body></html>", "a web page"),
    (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    (b"<svg viewBox='0 0 1 1'/>", "an SVG drawing"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6" + bytes(40), "a PostScript file"),
    (b"BMW, Audi and Opel\n", "a text file"),
    (b"P1 is the first parameter.\n", "a text file"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"),
    (b"PK\x03\x04" + bytes(100), "an archive"),
    (b"\x1f\x8b\x08" + bytes(100), "an archive"),
    (box(b"isom"), "a video"),
    (box(b"qt  "), "a video"),
    (b"\x1a\x45\xdf\xa3" + bytes(64), "a video"),
    (b"RIFF\0\0\0\0AVI LIST", "a video"),
    (b"\xff\x0a" + bytes(64), "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64), "a JPEG XL picture"),
    (box(b"crx "), "a camera raw photo"),
    (b"FUJIFILMCCD-RAW 0201", "a camera raw photo (Fujifilm RAF)"),
    (b"IIRO\x08\0\0\0" + bytes(40), "a camera raw photo (Olympus ORF)"),
    (b"IIU\0\x18\0\0\0" + bytes(40), "a camera raw photo (Panasonic RW2)"),
    (b"II\x1a\0\0\0HEAPCCDR" + bytes(40), "a camera raw photo (Canon CRW)"),
    (gzip.compress(b"<svg viewBox='0 0 1 1'/>"), "a compressed SVG drawing (SVGZ)"),
    (gzip.compress(b"words"), "an archive"),
    (bytes(128) + b"DICM\x02\0", "a DICOM image"),
    (b"\x76\x2f\x31\x01\x02\0\0\0", "an OpenEXR picture"),
    (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n", "a Radiance HDR picture"),
    (b"SIMPLE  =                    T / conforms\n", "a FITS image"),
    (b"\xd7\xcd\xc6\x9a" + bytes(40), "a Windows metafile"),
    (b"\x01\0\x09\0\0\x03" + bytes(40), "a Windows metafile"),
    (b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(40), "a Windows metafile"),
    (b"gimp xcf v011\0" + bytes(40), "a GIMP picture (XCF)"),
    (b"8BPS\0\x02" + bytes(40), "a large Photoshop document (PSB)"),
    (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "a Mac's companion file"),
    (b'{"error": "not found"}', "a JSON text"),
    (zipped("[Content_Types].xml"), "an office document"),
    (b"RIFF\0\0\0\0WAVEfmt ", "a sound file"),
    (b"\x80\x02}q\0X\x05\0\0\0state", "no picture that can be recognised"),
    (os.urandom(2000).replace(b"BM", b"xx")[:1000].join([b"\x9c", b""]), "no picture"),
]


@pytest.mark.parametrize(("data", "says"), STRANGERS, ids=[says for _, says in STRANGERS])
def test_what_is_no_picture_is_called_by_its_name(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(data)
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert says in caught.value.what
    assert caught.value.what.startswith(str(path))
    assert caught.value.what.endswith(".")
    assert caught.value.why[0].isupper()
    assert caught.value.todo.endswith(".")


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_a_heic_photo_without_its_decoder_is_named_whatever_it_is_called(
    brand: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif.as_plugin", None)
    for name in ("IMG_1.heic", "IMG_1.jpg"):
        path = tmp_path / name
        path.write_bytes(box(brand))
        with pytest.raises(PictureError) as caught:
            read_picture(path)
        assert "a HEIC photo" in str(caught.value)
        assert "pillow-heif" in caught.value.todo


def test_an_avif_picture_without_a_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "_pillow_reads_avif", lambda: False)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif.as_plugin", None)
    with pytest.raises(PictureError, match="an AVIF picture"):
        read_picture(box(b"avif"))


def test_an_avif_picture_opens_where_pillow_reads_it(pattern: Image.Image, encode: Encode) -> None:
    if not decoders._pillow_reads_avif():
        pytest.skip("this Pillow reads no AVIF")
    picture = read_picture(encode(pattern, "AVIF", quality=100))
    assert (picture.format, picture.size) == ("AVIF", (64, 48))


def test_a_damaged_heic_with_its_decoder_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    with pytest.raises(PictureError, match="HEIC"):
        read_picture(box(b"heic"))


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({50706: b"\x01\x04\x00\x00"}, "DNG"),
        ({330: (8,), 254: 1, 271: "NIKON CORPORATION"}, "Nikon"),
        ({330: (8,), 254: 1, 271: "SONY"}, "Sony"),
    ],
)
def test_camera_raw_in_tiffs_clothes_is_not_taken_for_its_preview(
    tags: dict[int, object], name: str, pattern: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / "raw.tif"
    pattern.save(path, "TIFF", tiffinfo=tags)
    with pytest.raises(PictureError, match=rf"is a camera raw photo \({name}\)"):
        read_picture(path)


def test_values_of_single_photosites_are_raw(tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((8, 8), np.uint16), photometric=32803)
    with pytest.raises(PictureError, match="camera raw"):
        read_picture(tmp_path / "x.tif")


def test_canons_raw_is_known_by_the_mark_behind_its_header(pattern: Image.Image, encode: Encode) -> None:
    data = encode(pattern, "TIFF")
    start = int.from_bytes(data[4:8], "little")
    moved = data[:4] + (start + 8).to_bytes(4, "little") + b"CR\x02\0" + bytes(4) + data[8:]
    with pytest.raises(PictureError, match="camera raw"):
        read_picture(moved)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is not there"):
        read_picture(tmp_path / "gone.jpg")


def test_a_folder_named_like_a_picture_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "x.jpg"
    folder.mkdir()
    with pytest.raises(PictureError, match=r"x\.jpg is a folder"):
        read_picture(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path, pattern: Image.Image) -> None:
    path = tmp_path / "secret.png"
    pattern.save(path)
    path.chmod(0)
    with pytest.raises(PictureError, match="permission"):
        read_picture(path)


def test_permission_is_told_from_other_troubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(b"x")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(PictureError, match="no permission"):
        read_picture(path)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with pytest.raises(PictureError, match="is not a file"):
        read_picture(path)


def test_an_endless_device_is_refused_at_once() -> None:
    with pytest.raises(PictureError, match="is not a file"):
        read_picture(Path("/dev/zero"))


def test_a_link_that_leads_in_circles_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.png"
    path.symlink_to(path)
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture(path)


def test_a_name_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(PictureError):
        read_picture(Path("a\0b.png"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.35, 0.8])
def test_a_cut_picture_shows_what_there_is_and_says_how_much(
    form: str, share: float, photo: Image.Image, encode: Encode
) -> None:
    data = encode(photo, form, **({"interlace": False} if form == "GIF" else {}))
    picture = read_picture(data[: int(len(data) * share)])
    assert picture.size == (320, 240)
    said = int(picture.notes[0].partition("about ")[2].partition(" %")[0])
    assert abs(said / 100 - share) < 0.12
    whole, cut = (
        np.asarray(one.image)[:: -1 if form == "BMP" else 1] for one in (read_picture(data), picture)
    )
    rows = int(240 * (said / 100)) - 20  # the last block of a JPEG may be half done
    assert np.array_equal(whole[:rows], cut[:rows])


def test_the_missing_rows_are_grey_and_not_black(photo: Image.Image, encode: Encode) -> None:
    data = encode(photo, "PNG")
    picture = read_picture(data[: len(data) // 2])
    red, green, blue = np.asarray(picture.image)[239, 5].tolist()
    assert max(red, green, blue) - min(red, green, blue) <= 4
    assert 120 < red < 135


def test_a_cut_progressive_jpeg_shows_its_coarse_version(photo: Image.Image, encode: Encode) -> None:
    data = encode(photo, "JPEG", progressive=True)
    picture = read_picture(data[: len(data) // 2])
    assert "incomplete" in picture.notes[0]
    corner = picture.image.resize((4, 3), Image.Resampling.BOX)
    exact = photo.resize((4, 3), Image.Resampling.BOX)
    differences = [abs(a - b) for a, b in zip(corner.tobytes(), exact.tobytes(), strict=True)]
    assert max(differences) < 12


def test_a_cut_picture_is_turned_upright_too(photo: Image.Image, encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(photo, "JPEG", exif=exif)
    assert read_picture(data[: len(data) * 2 // 3]).size == (240, 320)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "JPEG2000", "ICO", "PPM"])
@pytest.mark.parametrize("length", [3, 16, 40])
def test_nothing_but_a_beginning_is_refused(
    form: str, length: int, photo: Image.Image, encode: Encode
) -> None:
    with pytest.raises(PictureError):
        read_picture(encode(photo, form)[:length])


def test_a_size_of_zero_is_refused() -> None:
    header = (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 0, 0, 1, 24, 0, 0, 0, 0, 0, 0)
    )
    with pytest.raises(PictureError):
        read_picture(header + bytes(100))


def test_a_heic_photo_opens_with_its_decoder(photo: Image.Image) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(photo).save(stream, quality=100)
    picture = read_picture(stream.getvalue())
    assert (picture.format, picture.size) == ("HEIC", (320, 240))
    assert np.abs(np.asarray(picture.image).astype(int) - np.asarray(photo)).mean() < 6
