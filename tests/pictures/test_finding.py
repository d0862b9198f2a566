"""What a person meant by the files and folders they gave."""

import os
from pathlib import Path

import pytest
from PIL import Image

from gnet_desktop.pictures.finding import find_pictures

DOT = Image.new("RGB", (2, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("photo10.png", "photo2.png", "Photo1.png", ".hidden.png", "sub/a10.jpg", "sub/a9.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        DOT.save(path)
    DOT.save(tmp_path / "without extension", "PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "cars.txt").write_text("BMW")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "weights.pth").write_bytes(b"PK\x03\x04")
    (tmp_path / "broken.jpg").write_text("no picture, but called one")
    (tmp_path / ".cache").mkdir()
    DOT.save(tmp_path / ".cache" / "x.png")
    return tmp_path


def names(found: list[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found]


def test_a_folder_gives_its_pictures_in_natural_order(folder: Path) -> None:
    assert names(list(find_pictures([folder])), folder) == [
        "broken.jpg",  # reading it will say what it is
        "Photo1.png",
        "photo2.png",
        "photo10.png",
        "without extension",
        "sub/a9.jpg",
        "sub/a10.jpg",
    ]


def test_folders_below_can_be_left_out(folder: Path) -> None:
    assert all("sub" not in name for name in names(list(find_pictures([folder], recursive=False)), folder))


def test_files_are_given_as_they_are_in_the_callers_order(folder: Path) -> None:
    wanted = [folder / "notes.txt", folder / "gone.png", folder / "photo2.png"]
    assert list(find_pictures(wanted)) == wanted


def test_a_photo_without_decoder_is_found_so_that_it_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "IMG_1").write_bytes(b"\0\0\0\x18ftypheic" + bytes(60))
    assert len(list(find_pictures([tmp_path]))) == 1


def test_links_in_circles_end(folder: Path) -> None:
    (folder / "sub" / "up").symlink_to(folder)
    assert len(list(find_pictures([folder]))) == 7


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.png"
    try:
        DOT.save(os.fsdecode(name), "PNG")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (found,) = find_pictures([tmp_path])
    assert os.fsencode(found) == name


def test_a_vanished_or_closed_folder_gives_nothing(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        assert list(find_pictures([closed])) == []
    finally:
        closed.chmod(0o700)


def test_pictures_come_one_by_one(folder: Path) -> None:
    found = find_pictures([folder, folder])
    assert next(found).name == "broken.jpg"
