"""Changes to a run, and the way back, with workers that work when they are told to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Change, Values
from gnet_desktop.workspace import tasks
from tests.workspace.desk import LATER, OFF, Desk, photo


def test_a_changed_run_goes_on_from_the_unchanged_one(looked: Desk, loaded: tasks.LoadedNetwork) -> None:
    workspace, before = looked.workspace, looked.workspace.result
    assert before is not None
    looked.reader.done.clear()
    workspace.add_change(OFF)
    looked.settle()
    result = workspace.result
    assert result is not None
    assert looked.passes() == ["pass this"]
    assert looked.reader.done == []  # nothing is read again
    assert result.key.changes == (OFF,)
    assert not result.record["4a/5x5"].any()
    assert result.record["3b"] is before.record["3b"]  # what lies before is the same memory
    read = tasks.read_and_prepare(photo(1)[1], "", loaded.checkpoint.convention)
    whole = loaded.network(read.prepared.tensor(), changes=(OFF,))
    assert np.allclose(result.record["5b"], whole["5b"], rtol=1e-5, atol=1e-5)


def test_the_unchanged_run_is_computed_first_where_it_is_not_there(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_change(OFF)
    workspace.add_pictures([photo(1)])
    desk.settle()
    assert desk.passes() == ["pass this", "pass this"]
    assert workspace.result is not None
    assert workspace.result.key.changes == (OFF,)
    assert workspace.reference_result is not None
    assert workspace.reference_result.key.changes == ()


def test_the_list_tells_what_the_unchanged_network_says(looked: Desk) -> None:
    workspace = looked.workspace
    before = {entry.id: entry.best for entry in workspace.pictures.values()}
    peaks = dict(workspace.peaks)
    workspace.add_change(replace(OFF, part="4a"))
    looked.settle()
    assert {entry.id: entry.best for entry in workspace.pictures.values()} == before
    assert all(workspace.peaks[picture] is peaks[picture] for picture in peaks)


def test_changes_are_undone_and_done_again(looked: Desk) -> None:
    workspace = looked.workspace
    workspace.add_change(OFF)
    workspace.toggle_change(LATER)
    workspace.toggle_change(OFF)
    assert workspace.changes == (LATER,)
    workspace.undo()
    assert workspace.changes == (OFF, LATER)
    workspace.undo()
    workspace.undo()
    assert workspace.changes == ()
    assert not workspace.can_undo
    workspace.redo()
    assert workspace.changes == (OFF,)
    workspace.reset_changes()
    assert not workspace.can_redo
    workspace.undo()
    assert workspace.changes == (OFF,)


def test_a_change_of_the_same_part_and_kind_takes_the_others_place(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_change(Change("4a", "scaled", factor=2.0))
    workspace.add_change(OFF)
    workspace.add_change(Change("4a", "scaled", factor=3.0))
    assert workspace.changes == (OFF, Change("4a", "scaled", factor=3.0))


_CHANGES = st.one_of(
    st.builds(
        Change, st.sampled_from(["conv2", "3b/3x3_reduce", "4a/5x5", "4e", "aux1/conv", "5b/pool_proj"])
    ),
    st.builds(Change, st.just("4c"), st.just("scaled"), factor=st.sampled_from([0.5, 2.0])),
    st.builds(Change, st.just("4a/1x1"), st.just("mean"), channels=st.just((3, 5))),
)


_STEPS = st.lists(st.one_of(_CHANGES, st.sampled_from(["undo", "redo", "reset"])), min_size=1, max_size=6)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS, st.booleans())
def test_any_changes_that_are_undone_or_reset_give_the_first_run_again(
    loaded: tasks.LoadedNetwork, steps: list[Change | str], reset: bool
) -> None:
    desk = Desk()
    workspace = desk.workspace
    workspace.use(loaded)
    workspace.add_pictures([photo(1)])
    desk.settle()
    first = workspace.result
    assert first is not None
    ways = {"undo": workspace.undo, "redo": workspace.redo, "reset": workspace.reset_changes}
    for step in steps:
        workspace.toggle_change(step) if isinstance(step, Change) else ways[step]()
        desk.settle()
    desk.workspace._looking._runs.keep(lambda key: bool(key.changes))  # so that it is computed once more
    if reset:
        workspace.reset_changes()
        desk.settle()
    while workspace.can_undo and not reset:
        workspace.undo()
        desk.settle()
    result = workspace.result
    assert result is not None
    assert result.key == first.key
    assert all(np.array_equal(result.record[name], first.record[name]) for name in first.record)
    assert all(
        np.array_equal(result.record.answers[head].logits, first.record.answers[head].logits)
        for head in ("main", "aux2", "aux1")
    )


def test_a_change_that_fails_is_taken_back_and_says_why(looked: Desk) -> None:
    workspace = looked.workspace
    wrong = Values(np.zeros((48, 3, 3), np.float32), "another size")
    workspace.add_change(Change("4a/5x5", "other", values=wrong))
    looked.settle()
    assert [type(error) for error in looked.errors] == [UsageError]
    assert workspace.changes == ()
    assert all(entry.error is None for entry in workspace.pictures.values())
    assert not workspace.stale


@pytest.mark.usefixtures("opening")
def test_changes_that_another_network_cannot_make_are_forgotten(looked: Desk) -> None:
    workspace = looked.workspace
    numbers = Values(np.zeros(48, np.float32), "zeros")
    for change in (OFF, Change("aux1/conv"), Change("4a/5x5", "usual", values=numbers)):
        workspace.add_change(change)
    workspace.open_checkpoint(Path("new"))
    looked.settle()
    assert workspace.changes == (OFF,)
    workspace.undo()
    assert workspace.changes == ()
    assert not workspace.can_undo
