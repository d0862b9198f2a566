"""Files appear whole or not at all."""

import os
from pathlib import Path

import pytest

from gnet_desktop.errors import ExportError
from gnet_desktop.files import whole_file, write_whole


def test_a_written_file_has_its_bytes_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.bin", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    place = tmp_path / "a.bin"
    place.write_bytes(b"old")

    def half() -> None:
        with whole_file(place) as beside:
            beside.write_bytes(b"ne")
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="No space left on device"):
        half()
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert place.read_bytes() == b"old"


def test_a_folder_that_isnt_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"a\.bin was not written"):
        write_whole(tmp_path / "none" / "a.bin", b"")


@pytest.mark.skipif(os.name == "nt", reason="rights as on Unix")
def test_others_may_read_it_as_they_may_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "a.bin", b"")
    assert (tmp_path / "a.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode
