"""Files appear whole or not at all; whatever the system refuses is said in words, never raised bare."""

import ast
import errno
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

import gnet_desktop
from gnet_desktop.errors import ExportError, link
from gnet_desktop.files import (
    exists,
    is_file,
    is_folder,
    whole_folder,
    why_unreadable,
    why_unwritten,
    write_whole,
)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_written_file_has_its_bytes_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.bin", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a.bin"
    place.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ExportError, match="The disk is full"):
        write_whole(place, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert place.read_bytes() == b"old"


def test_a_folder_that_isnt_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"a\.bin was not written\. The folder is not there\."):
        write_whole(tmp_path / "none" / "a.bin", b"")


def test_a_folder_in_the_files_place_stays(tmp_path: Path) -> None:
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(ExportError, match="A folder has that name"):
        write_whole(tmp_path / "a.bin", b"")


@pytest.mark.skipif(os.name == "nt", reason="rights as on Unix")
def test_others_may_read_it_as_they_may_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "a.bin", b"")
    assert (tmp_path / "a.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode


def write_three(folder: Path, *, fail: bool = False) -> None:
    with whole_folder(folder) as beside:
        for name in ("a", "b", "c"):
            (beside / name).write_bytes(b"new")
        if fail:
            full()


def test_files_come_into_a_folder_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "x" / "y"
    write_three(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c"]


def test_of_several_files_none_is_written_if_one_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"Nothing was written to .* The disk is full"):
        write_three(tmp_path / "x" / "y", fail=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("obstacle", ["a", "b", "c"])
def test_files_that_were_there_come_back_if_one_cannot_be_moved_in(obstacle: str, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"old")
    (tmp_path / obstacle).unlink()
    (tmp_path / obstacle).mkdir()
    with pytest.raises(ExportError, match="A folder has that name"):
        write_three(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
    assert all(path.read_bytes() == b"old" for path in tmp_path.iterdir() if path.is_file())


LONG = Path("/tmp") / ("x" * 300)


@pytest.mark.parametrize("path", [LONG, Path("a\0b"), Path("/dev/null/x")], ids=["long", "zero", "below"])
def test_a_path_that_cannot_be_asked_about_holds_nothing(path: Path) -> None:
    assert not exists(path)
    assert not is_file(path)
    assert not is_folder(path)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "permission"),
        (errno.ENAMETOOLONG, "longer than the system allows"),
        (errno.ESTALE, "network folder does not answer"),
        (errno.EIO, "does not answer"),
        (errno.ELOOP, "in circles"),
        (errno.EDOM, "The system says: what it says."),
    ],
)
def test_why_something_cannot_be_read_is_two_sentences(number: int, says: str) -> None:
    why, todo = why_unreadable(OSError(number, "what it says"))
    assert says in why
    assert why.endswith(".")
    assert todo.endswith(".")


def test_an_error_without_a_number_is_still_a_sentence() -> None:
    assert why_unwritten(OSError("encoder error -2"))[0] == "The system says: encoder error -2."


ASKING = ("is_file", "is_dir", "exists", "is_symlink")
MAY_ASK = {"finding.py": 1}
"""Entries of a folder that is being listed, where an error is passed over on the spot."""


def test_nobody_asks_about_a_path_in_a_way_that_may_raise() -> None:
    package = Path(gnet_desktop.__file__).parent
    for file in package.rglob("*.py"):
        calls = [
            node
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ASKING
            and not (isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "path")
        ]
        assert len(calls) <= MAY_ASK.get(file.name, 0), f"{file.name}: ask gnet_desktop.files"


PROGRAM = """
import logging, warnings
from gnet_desktop.cli import quieten_libraries
quieten_libraries()
warnings.warn("Corrupt EXIF data")
logging.getLogger("PIL.TiffImagePlugin").error("More samples per pixel than can be decoded")
"""


def test_what_libraries_tell_programmers_does_not_reach_the_terminal() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert (said.stdout, said.stderr) == ("", "")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://x.org/a.jpg", "https://x.org/a.jpg"),
        ("file:///home/me/a.jpg", "file:///home/me/a.jpg"),
        ("trash:///a.jpg", "trash:///a.jpg"),
        ("smb://host/share/a.jpg", "smb://host/share/a.jpg"),
        ("C:/pictures/a.jpg", ""),
        ("a.jpg", ""),
    ],
)
def test_an_address_is_shown_as_it_was_given(given: str, shown: str) -> None:
    """A path takes its slashes for one."""
    assert link(str(PurePosixPath(given))) == shown
