"""Values that take seconds: told as they grow, stopped when nobody wants them, kept when they are there."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import Cancelled
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.attribution.attribution import Progress, report
from gnet_desktop.workspace.state import Workspace
from tests.workspace.workers import Asleep, Stepping


@pytest.fixture
def engine() -> Stepping:
    return Stepping()


@pytest.fixture
def workspace(qapp: QApplication, engine: Stepping) -> Iterator[Workspace]:
    one = Workspace(lambda call: call(), engine=engine, reader=Asleep())
    yield one
    one.close()


def square(number: int, seen: list[float]) -> Callable[[Progress], int]:
    def work(progress: Progress) -> int:
        for share in (0.5, 1.0):
            report(progress, share, np.full((1, 1), share, np.float32))
            seen.append(share)
        return number * number

    return work


def test_it_is_told_while_it_grows_and_when_it_is_there(
    workspace: Workspace, engine: Stepping, qtbot: QtBot
) -> None:
    told: list[tuple[float, bool]] = []
    squares: Growing[int, int] = Growing(
        workspace, "square", lambda: told.append((squares.share, squares.busy))
    )

    def slowly(progress: Progress) -> int:
        report(progress, 0.5, np.ones((2, 2), np.float32))
        qtbot.waitUntil(lambda: bool(told), timeout=5000)
        return 9

    assert squares.get(3, slowly) is None
    assert squares.busy
    engine.step()
    assert told == [(0.5, True), (0.5, False)]
    assert squares.get(3, slowly) == 9


def test_another_question_stops_the_one_before(workspace: Workspace, engine: Stepping) -> None:
    seen: list[float] = []
    squares: Growing[int, int] = Growing(workspace, "square", lambda: None)

    def interrupted(progress: Progress) -> int:
        report(progress, 0.5)
        squares.get(4, square(4, seen))
        with pytest.raises(Cancelled):
            report(progress, 1.0)
        raise Cancelled

    squares.get(3, interrupted)
    while engine.step():
        pass
    assert seen == [0.5, 1.0]
    assert squares.get(4, square(4, [])) == 16


def test_what_was_found_is_kept(workspace: Workspace, engine: Stepping) -> None:
    squares: Growing[int, int] = Growing(workspace, "square", lambda: None)
    for number in (3, 4):
        squares.get(number, square(number, []))
        engine.step()
    assert squares.get(3, lambda _: -1) == 9
    assert not squares.busy
    assert engine.idle


@pytest.mark.parametrize("how", ["stop", "end"])
def test_nobody_is_told_of_what_nobody_wants(workspace: Workspace, engine: Stepping, how: str) -> None:
    told: list[int] = []
    squares: Growing[int, int] = Growing(workspace, "square", lambda: told.append(1))
    squares.get(3, square(3, []))
    getattr(squares, how)()
    engine.step()
    assert told == []
    assert squares.part is None
