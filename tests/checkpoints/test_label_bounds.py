"""Reading a hostile file of class names ends in a sentence or in names that can be shown."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gnet_desktop.checkpoints.labels import read_labels
from tests.bounded import SPARE, Reader
from tests.checkpoints.hostile_labels import LABELS, control_characters

pytestmark = pytest.mark.alone

READ = {"numbers_of_thousands_of_digits", "control_characters", "beginnings_of_a_synset"}
"""Odd names, but names."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as on Linux")
@pytest.mark.parametrize("name", LABELS)
def test_a_hostile_file_of_names_ends_in_a_sentence_within_its_bounds(
    name: str, reader: Reader, tmp_path: Path
) -> None:
    ending, data = LABELS[name]()
    (path := tmp_path / f"names{ending}").write_bytes(data)
    outcome = reader.read("labels", path)
    assert not outcome.fault
    assert outcome.opened == (name in READ)
    assert outcome.peak <= 1.5 * len(data) + SPARE


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as on Linux")
def test_a_line_of_a_gigabyte_is_not_read(reader: Reader, tmp_path: Path) -> None:
    with (path := tmp_path / "names.txt").open("wb") as file:
        file.truncate(1_000_000_000)  # takes no room on the disk
    outcome = reader.read("labels", path)
    assert "too large for a list of class names" in outcome.said
    assert outcome.peak < 20_000_000


def test_names_are_short_and_have_no_signs_that_do_more_than_be_read(tmp_path: Path) -> None:
    _, data = control_characters()
    (path := tmp_path / "names.txt").write_bytes(data + b"\n" + b"long " * 500)
    names = read_labels(path).names
    assert all(len(name) <= 200 and name.isprintable() for name in names)
    assert names[3].endswith("name\ufffd")
