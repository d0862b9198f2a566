"""Pictures and their runs, memory, failures and the end, with workers that work when they are told to."""

from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.workspace import runs, tasks
from gnet_desktop.workspace.results import Results
from tests.workspace.desk import OFF, Desk, photo

# Pictures


def test_every_picture_is_answered_and_the_first_one_is_shown(looked: Desk) -> None:
    workspace = looked.workspace
    assert workspace.result is not None
    assert workspace.result.key == workspace.key
    assert not workspace.stale
    assert set(workspace.peaks) == set(workspace.pictures)
    assert all(entry.best and entry.thumbnail is not None for entry in workspace.pictures.values())


def test_a_run_is_the_networks_own_pass(looked: Desk, loaded: tasks.LoadedNetwork) -> None:
    result = looked.workspace.result
    assert result is not None
    read = tasks.read_and_prepare(photo(1)[1], "", loaded.checkpoint.convention)
    again = loaded.network(read.prepared.tensor())
    assert np.array_equal(result.record["4a"], again["4a"])


def test_the_next_picture_is_there_before_it_is_chosen(looked: Desk) -> None:
    looked.workspace.step_picture(1)
    assert not looked.workspace.stale
    assert looked.heard == ["current", "result"]
    looked.settle()
    assert looked.passes() == ["pass next"]  # the one after it: what is answered in the background isn't kept


def test_a_picture_that_is_kept_is_never_told_of_as_old(looked: Desk) -> None:
    """Panels would paint it grey and at once in colour again."""
    workspace, told = looked.workspace, list[tuple[bool, bool]]()

    def note() -> None:
        result = workspace.result
        told.append((workspace.stale, result is not None and result.key == workspace.key))

    for signal in (workspace.current_changed, workspace.result_changed, workspace.checkpoint_changed):
        signal.subscribe(note)
    workspace.step_picture(1)
    looked.settle()
    workspace.step_picture(-1)
    first, other = workspace.convention, CONVENTIONS["inception"].changed(size=146, crop=128)
    workspace.set_convention(other)
    looked.settle()
    told.clear()
    assert first is not None
    workspace.set_convention(first)
    workspace.step_picture(1)
    workspace.step_picture(-1)
    assert told == [(False, True)] * 6


def test_what_is_shown_stays_until_the_next_is_there_and_is_marked(desk: Desk) -> None:
    workspace = desk.workspace
    first = workspace.add_pictures([photo(1)])[0]
    desk.settle()
    second = workspace.add_pictures([photo(2)])[0]
    assert workspace.stale
    assert workspace.result is not None
    assert workspace.result.key.picture == first
    desk.settle()
    assert not workspace.stale
    assert workspace.result.key.picture == second


def test_a_picture_that_was_left_while_it_was_read_is_answered_in_the_background(desk: Desk) -> None:
    workspace = desk.workspace
    ids = workspace.add_pictures([photo(number) for number in range(1, 6)])
    deliver = desk.reader.begin()  # the first is being decoded
    workspace.choose_picture(ids[3])
    deliver()
    desk.engine.step()
    assert desk.passes() == ["pass others"]
    assert workspace.result is None
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.key.picture == ids[3]
    assert set(workspace.peaks) == set(ids)


def test_a_picture_that_was_read_ahead_is_not_read_again(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_pictures([photo(1), photo(2)])
    desk.reader.step()
    deliver = desk.reader.begin()
    workspace.step_picture(1)
    deliver()
    assert desk.engine.step()
    assert not workspace.stale
    desk.settle()
    assert desk.reader.done.count("read this") + desk.reader.done.count("read next") == 2


def test_a_picture_that_cannot_be_read_says_so_and_may_be_tried_again(looked: Desk, tmp_path: Path) -> None:
    workspace, path = looked.workspace, tmp_path / "later.png"
    workspace.add_pictures([path])
    looked.settle()
    entry = workspace.pictures[workspace.current or 0]
    assert entry.error is not None
    assert (workspace.result, workspace.stale, looked.errors) == (None, False, [])
    path.write_bytes(photo(4)[1])
    workspace.retry_picture(entry.id)
    looked.settle()
    assert workspace.result is not None
    assert workspace.pictures[entry.id].error is None


def test_removing_a_picture_shows_its_neighbour(looked: Desk) -> None:
    workspace = looked.workspace
    first, second, third = workspace.pictures
    workspace.choose_picture(second)
    looked.settle()
    workspace.remove_picture(second)
    looked.settle()
    assert workspace.current == third
    assert set(workspace.peaks) == {first, third}
    workspace.remove_picture(third)
    assert workspace.current == first
    workspace.remove_picture(first)
    assert (workspace.current, workspace.result, workspace.key) == (None, None, None)


def test_a_pass_of_a_picture_that_was_removed_is_dropped(desk: Desk) -> None:
    workspace = desk.workspace
    picture = workspace.add_pictures([photo(1)])[0]
    while not desk.reader.idle:
        desk.reader.step()
    deliver = desk.engine.begin()
    workspace.remove_picture(picture)
    deliver()
    assert (workspace.result, dict(workspace.peaks)) == (None, {})


def test_what_the_workspace_holds_cannot_be_written_to(desk: Desk) -> None:
    for name in (
        "checkpoint",
        "convention",
        "device",
        "current",
        "result",
        "stale",
        "changes",
        "view",
        "key",
    ):
        with pytest.raises(AttributeError):
            setattr(desk.workspace, name, None)
    with pytest.raises(TypeError):
        desk.workspace.pictures[1] = None  # type: ignore[index]


# Memory


@pytest.mark.usefixtures("desk")
def test_where_no_two_runs_fit_into_memory_nothing_is_computed_for_ever(
    loaded: tasks.LoadedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "Results", lambda: Results(budget=1))
    desk = Desk()
    workspace = desk.workspace
    workspace.use(loaded)
    workspace.add_pictures([photo(1), photo(2), photo(3)])
    desk.settle()
    assert len(desk.passes()) <= 5
    workspace.add_change(OFF)
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.key.changes == (OFF,)
    assert workspace.reference_result is not None
    assert not workspace.stale
    assert len(desk.passes()) <= 4
    workspace.step_picture(1)
    desk.settle()
    assert not workspace.stale
    assert workspace.reference_result.key.picture == workspace.current
    workspace.close()


# Other work, failures, the end


def test_work_that_fails_is_told(desk: Desk) -> None:
    found: list[int] = []
    desk.workspace.compute("sum", lambda: 6 * 7, found.append)
    desk.workspace.compute("fault", lambda: 1 // 0, found.append)
    desk.settle()
    assert found == [42]
    assert [type(error).__name__ for error in desk.errors] == ["Bug"]


def test_closing_tells_of_a_worker_that_hangs(desk: Desk) -> None:
    assert desk.workspace.idle
    desk.reader.hangs = True
    assert not desk.workspace.close()
