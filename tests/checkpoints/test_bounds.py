"""Reading a hostile file ends in a sentence, within bounds of memory and time, whatever the file asks for.

Each is read in a process that cannot get more memory than one and a half times the file's size
and 300 MB, and is ended after ten seconds; SECURITY.md has the figures.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bounded import SPARE, Reader
from tests.checkpoints.hostile import COSTLY
from tests.checkpoints.hostile_archives import ARCHIVES
from tests.checkpoints.hostile_pickles import PICKLES

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as on Linux"),
    pytest.mark.alone,
]

FILES: dict[str, Callable[[], bytes]] = {**COSTLY, **PICKLES, **ARCHIVES}

SLOW = 4.0
"""Seconds of the processor's time: twice what is promised, since machines differ."""

OPEN = {
    "classes_that_are_a_tower",
    "names_that_share_a_text",
    "class_names_of_odd_content",
    "deep_words_of_its_own",
    "signs_in_words_of_its_own",
}
"""Whole networks: what is hostile stands beside the weights and is passed over."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_in_a_sentence_within_its_bounds(
    name: str, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "weights"
    path.write_bytes(data := FILES[name]())
    outcome = reader.read("checkpoint", path)
    assert not outcome.fault
    assert outcome.opened == (name in OPEN)
    assert outcome.peak <= 1.5 * len(data) + SPARE
    assert outcome.seconds < SLOW
