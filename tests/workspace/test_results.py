"""What is kept of the runs, and for how long."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.workspace.results import Memory, Results, size_of
from gnet_desktop.workspace.values import Outcome, Result, RunKey

PICTURE = Picture(Image.new("RGB", (20, 10)), "made", "PNG", (20, 10))
PREPARED = prepare(PICTURE, CONVENTIONS["cifar10"])
PICTURE_BYTES = 20 * 10 * 3


def outcome(number: int, maps: dict[str, np.ndarray], picture: Picture = PICTURE) -> Outcome:
    """A run of picture ``number`` that left these maps."""
    key = RunKey("a network", CONVENTIONS["cifar10"], number)
    record = Record(maps, {}, (32, 32), 1.0)
    checkpoint: Checkpoint = None  # type: ignore[assignment]
    result = Result(key, picture, PREPARED.geometry, PREPARED.shown, record, checkpoint)
    return Outcome(result, {}, None)


def maps(count: int) -> np.ndarray:
    return np.zeros((count, 5, 5), np.float32)


def size(*outcomes: Outcome) -> int:
    return size_of(Memory.of(one.result) for one in outcomes)


def test_a_view_counts_with_what_it_looks_into() -> None:
    module = maps(8)
    assert size(outcome(1, {"4a": module, "4a/1x1": module[:3], "4a/3x3": module[3:]})) == (
        8 * 100 + PICTURE_BYTES
    )


def test_maps_in_another_order_of_memory_count_the_same() -> None:
    last = np.ascontiguousarray(maps(8).transpose(1, 2, 0)).transpose(2, 0, 1)
    assert size(outcome(1, {"4a": last, "4a/1x1": last[:3]})) == 8 * 100 + PICTURE_BYTES


def test_what_two_runs_share_counts_once() -> None:
    before = maps(4)
    runs = [outcome(number, {"3b": before, "4a": maps(2)}) for number in (1, 2)]
    assert size(*runs) == 400 + 2 * 200 + PICTURE_BYTES


def test_the_runs_used_longest_ago_go_first() -> None:
    results = Results(budget=3 * 400 + PICTURE_BYTES)
    runs = [outcome(number, {"4a": maps(4)}) for number in range(4)]
    for one in runs[:3]:
        results.put(one)
    assert results.get(runs[0].result.key) is runs[0]
    results.put(runs[3])
    assert [results.get(one.result.key) is one for one in runs] == [True, False, True, True]


def test_the_newest_run_stays_whatever_its_size() -> None:
    results = Results(budget=1)
    for number in (1, 2):
        results.put(outcome(number, {"4a": maps(4)}))
    assert results.get(outcome(1, {}).result.key) is None
    assert results.get(outcome(2, {}).result.key) is not None


def test_a_run_is_kept_once_and_by_all_of_its_name() -> None:
    results = Results()
    first, again = outcome(1, {"4a": maps(4)}), outcome(1, {"4a": maps(4)})
    results.put(first)
    results.put(again)
    key = first.result.key
    assert results.get(key) is again
    for other in (
        replace(key, picture=2),
        replace(key, checkpoint="another"),
        replace(key, changes=(Change("4a"),)),
        replace(key, convention=CONVENTIONS["cifar100"]),
    ):
        assert results.get(other) is None


def test_runs_that_are_not_wanted_are_forgotten() -> None:
    results = Results()
    for number in range(4):
        results.put(outcome(number, {}))
    results.keep(lambda key: key.picture % 2 == 0)
    kept = [number for number in range(4) if results.get(outcome(number, {}).result.key) is not None]
    assert kept == [0, 2]


@pytest.mark.parametrize("path", [Path("a"), Path("b")])
def test_the_name_of_a_run_does_not_depend_on_where_the_file_lies(path: Path) -> None:
    from gnet_desktop.workspace.values import identity
    from tests.gui.made import make_checkpoint

    checkpoint = make_checkpoint()
    moved = replace(checkpoint, provenance=replace(checkpoint.provenance, path=path))
    assert identity(moved, "cpu") == identity(checkpoint, "cpu")


def test_another_reading_of_a_file_is_another_network() -> None:
    from gnet_desktop.workspace.values import identity
    from tests.gui.made import make_checkpoint

    checkpoint = make_checkpoint()
    read = replace(checkpoint.provenance, assumed={"epsilon": "torchvision"})
    others = [
        replace(checkpoint, provenance=read),
        replace(checkpoint, labels=replace(checkpoint.labels, names=checkpoint.labels.names[::-1])),
        replace(checkpoint, provenance=replace(checkpoint.provenance, sha256="1" * 64)),
    ]
    names = {identity(one, "cpu") for one in (checkpoint, *others)} | {identity(checkpoint, "cuda:0")}
    assert len(names) == 5
