"""When panels hear that what they show is old."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gnet_desktop.errors import PictureError
from gnet_desktop.workspace import state
from gnet_desktop.workspace.state import Workspace

Calls = queue.Queue[Callable[[], None]]


class _Result:
    """Stands for a pass; nobody looks into it here."""

    entry_id = 0


@pytest.fixture
def calls() -> Calls:
    return queue.Queue()


@pytest.fixture
def workspace(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(state, "LAG", 0.05)
    one = Workspace(calls.put)
    one.add_pictures([("a", b""), ("b", b""), ("c", b"")], show=False)
    while not one.idle:
        calls.get(timeout=5)
    one.result = _Result()  # type: ignore[assignment]
    for entry in list(one.pictures.values()):
        one.pictures[entry.id] = replace(entry, error=None)
    yield one
    one.close()


def heard(workspace: Workspace) -> list[bool]:
    """What `stale` was at each announcement."""
    found: list[bool] = []
    workspace.result_changed.subscribe(lambda: found.append(workspace.stale))
    return found


def drain(calls: Calls) -> None:
    while True:
        try:
            calls.get(timeout=0.3)()
        except queue.Empty:
            return


def test_a_lag_is_announced_once_and_not_at_once(workspace: Workspace, calls: Calls) -> None:
    ids, said = list(workspace.pictures), heard(workspace)
    workspace.choose_picture(ids[0])
    workspace.choose_picture(ids[1])
    assert workspace.stale
    assert said == []
    drain(calls)
    assert said == [True]


def test_a_pass_that_is_quick_is_not_preceded_by_a_lag(workspace: Workspace, calls: Calls) -> None:
    said = heard(workspace)
    workspace.choose_picture(next(iter(workspace.pictures)))
    workspace._show(_Result())  # type: ignore[arg-type]
    drain(calls)
    assert said == [False]


def test_a_picture_that_failed_leaves_no_old_answers(workspace: Workspace, calls: Calls) -> None:
    ids, said = list(workspace.pictures), heard(workspace)
    workspace.pictures[ids[2]] = replace(workspace.pictures[ids[2]], error=PictureError("It is damaged."))
    workspace.choose_picture(ids[2])
    assert (workspace.result, workspace.stale) == (None, False)
    assert said == [False]
