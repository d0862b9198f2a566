"""Values that are worked out once and dropped when old."""

from collections.abc import Iterator

import pytest

from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from tests.workspace.workers import Asleep, Stepping


@pytest.fixture
def engine() -> Stepping:
    return Stepping()


@pytest.fixture
def workspace(engine: Stepping) -> Iterator[Workspace]:
    one = Workspace(lambda call: call(), engine=engine, reader=Asleep())
    yield one
    one.close()


def test_a_value_is_worked_out_once(workspace: Workspace, engine: Stepping) -> None:
    told: list[int | None] = []
    squares: Derived[int, int] = Derived(workspace, "square", lambda: told.append(squares.value))
    assert squares.get(3, lambda: 3 * 3) is None
    assert squares.get(3, lambda: 3 * 3) is None
    engine.step()
    assert engine.idle
    assert squares.get(3, lambda: -1) == 9
    assert told == [9]


def test_what_came_too_late_is_dropped(workspace: Workspace, engine: Stepping) -> None:
    told: list[int | None] = []
    squares: Derived[int, int] = Derived(workspace, "square", lambda: told.append(squares.value))
    squares.get(3, lambda: 3 * 3)
    late = engine.begin()
    squares.get(4, lambda: 4 * 4)
    late()
    assert squares.value is None
    engine.step()
    assert told == [16]


def test_two_values_do_not_stand_in_each_others_way(workspace: Workspace, engine: Stepping) -> None:
    one: Derived[int, int] = Derived(workspace, "one", lambda: None)
    two: Derived[int, int] = Derived(workspace, "two", lambda: None)
    one.get(3, lambda: 3)
    two.get(3, lambda: 4)
    while engine.step():
        pass
    assert (one.value, two.value) == (3, 4)


@pytest.mark.parametrize("end", ["forget", "end"])
def test_what_nobody_wants_any_more_is_told_to_nobody(
    workspace: Workspace, engine: Stepping, end: str
) -> None:
    told: list[int] = []
    squares: Derived[int, int] = Derived(workspace, "square", lambda: told.append(1))
    squares.get(3, lambda: 9)
    getattr(squares, end)()
    engine.step()
    assert told == []
    assert squares.get(3, lambda: 9) is None
    engine.step()
    assert told == ([1] if end == "forget" else [])
