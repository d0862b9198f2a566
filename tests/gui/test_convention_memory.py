"""A convention that was corrected stays with its checkpoint."""

import queue
from dataclasses import asdict

import pytest

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.conventions.memory import ConventionMemory, restored
from gnet_desktop.gui.system.session import Session
from tests.gui.made import make_workspace, make_world


@pytest.fixture(scope="module")
def world():
    return make_world(1)


def test_a_chosen_convention_comes_back_with_its_checkpoint(world) -> None:
    session, calls = Session(None), queue.Queue()
    first = make_workspace(world, calls.put)
    ConventionMemory(first, session)
    first.checkpoint_changed.emit()
    first.set_convention(CONVENTIONS["inception"])
    first.close()

    second = make_workspace(world, calls.put)
    ConventionMemory(second, session)
    second.checkpoint_changed.emit()
    assert second.convention == CONVENTIONS["inception"]
    second.set_convention(second.checkpoint.convention)
    second.close()

    assert session.convention_of(second.checkpoint.provenance.sha256) is None


def test_what_is_no_convention_is_left_alone() -> None:
    good = asdict(CONVENTIONS["caffe"])
    assert restored(good) == CONVENTIONS["caffe"]
    assert restored(None) is None
    assert restored({"name": "x"}) is None
    assert restored({**good, "mean": ["a"]}) is None
    assert restored({**good, "mean": [1.0]}) is None
    assert restored({**good, "unknown": 1}) is None
