"""A convention that was corrected stays with its checkpoint."""

import json
import queue
from dataclasses import replace

import numpy as np
import pytest

from gnet_desktop.convention import CONVENTIONS, MeanPlaces
from gnet_desktop.gui.conventions.memory import ConventionMemory, restored
from gnet_desktop.gui.system.session import Session
from tests.gui.made import Calls, World, make_workspace, make_world, there


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


def test_a_chosen_convention_comes_back_with_its_checkpoint(world: World) -> None:
    session = Session(None)
    calls: Calls = queue.Queue()
    first = make_workspace(world, calls.put)
    ConventionMemory(first, session)
    first.checkpoint_changed.emit()
    first.set_convention(CONVENTIONS["inception"])
    first.close()

    second = make_workspace(world, calls.put)
    ConventionMemory(second, session)
    second.checkpoint_changed.emit()
    assert second.convention == CONVENTIONS["inception"]
    second.set_convention(there(second.checkpoint).convention)
    second.close()

    assert session.convention_of(there(second.checkpoint).provenance.sha256) is None


def test_what_is_no_convention_is_left_alone() -> None:
    good = CONVENTIONS["caffe"].facts()
    assert restored(good) == CONVENTIONS["caffe"]
    assert restored(None) is None
    assert restored({"name": "x"}) is None
    assert restored({**good, "mean": ["a"]}) is None
    assert restored({**good, "mean": [1.0]}) is None
    assert restored({**good, "unknown": 1}) is None


def test_a_mean_pictures_places_come_back_only_with_their_own_checkpoint() -> None:
    places = MeanPlaces("1" * 64, np.ones((3, 256, 256), np.float32))
    chosen = replace(CONVENTIONS["caffe"], places=places, std=(2.0, 2.0, 2.0))
    stored = json.loads(json.dumps(chosen.facts()))
    assert restored(stored, places) == chosen
    assert restored(stored, replace(places, digest="2" * 64)) is None
    assert restored(stored) is None
