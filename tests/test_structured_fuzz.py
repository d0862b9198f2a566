"""Files that follow their formats' grammars and lie, and files that accidents happened to, end within bounds.

Some 5,000 in the usual run, always the same; ``--slow`` reads 60,000. ``python -m tests.fuzz`` reads
any number and is what a release is tested with. Whatever failed once lies in ``tests/corpus`` and is
read again by every run.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bounded import SPARE, Reader
from tests.fuzz import CORPUS, KINDS, SUBJECTS, kept, placed, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as on Linux")

FEW, MANY = 5_000 // len(KINDS), 60_000 // len(KINDS)


WHOLE = (
    *("pickle", "npz", "safetensors", "onnx graph", "caffemodel", "tensorflow", "mxnet"),
    *(
        "hdf5",
        "keras",
        "matlab",
        "torch7",
        "tensorflow checkpoint",
        "tensorflow index",
        "coreml",
        "ncnn",
        "caffe2",
        "openvino",
        "tensorflow lite",
    ),
    *("JSON names", "table", "lines", "PNG blocks", "GIF blocks", "TIFF tags", "JPEG segments"),
)
"""Grammars that begin with something whole: where all is refused at the door, the door alone is tested."""


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kinds", [KINDS[::2], KINDS[1::2]], ids=["one half", "the other"])
def test_files_end_within_their_bounds(kinds: tuple[str, ...], count: int) -> None:
    for kind, tally in run(kinds, count, 0):
        assert not tally.failed, f"{kind} {tally.failed[0]}"
        assert tally.opened or kind not in WHOLE


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*.xz")), ids=lambda path: path.stem)
def test_what_failed_once_ends_in_a_sentence_or_opens(path: Path, reader: Reader, tmp_path: Path) -> None:
    what, kind, data = kept(path)
    outcome = reader.read(what, placed(tmp_path, what, kind, data))
    assert not outcome.fault
    assert outcome.peak <= 1.5 * len(data) + SPARE


def test_a_file_is_made_anew_from_its_kind_and_seed() -> None:
    for _, _, module in SUBJECTS:
        for kind in module.KINDS:
            assert module.made(kind, 7) == module.made(kind, 7)
