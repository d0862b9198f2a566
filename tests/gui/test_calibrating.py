"""Temperatures and a threshold that a person fitted stay with their checkpoint."""

import queue
from typing import Any

import numpy as np
import pytest
import torch

from gnet_desktop.checkpoints.checkpoint import Calibration
from gnet_desktop.gui.conventions.calibrating import CalibrationMemory
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace.values import identity
from tests.gui.made import Calls, World, make_workspace, make_world, there

FITTED = Calibration({"main": 2.0}, 0.95, "some photos")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


def test_a_kept_calibration_comes_back_with_its_checkpoint(world: World) -> None:
    session = Session(None)
    calls: Calls = queue.Queue()
    first = make_workspace(world, calls.put)
    CalibrationMemory(first, session)
    first.checkpoint_changed.emit()
    first.calibrate(FITTED)
    first.close()

    second = make_workspace(world, calls.put)
    CalibrationMemory(second, session)
    second.checkpoint_changed.emit()
    assert there(second.checkpoint).calibration == FITTED
    second.calibrate(None)
    sha256 = there(second.checkpoint).provenance.sha256
    second.close()
    assert session.calibration_of(sha256) is None


def test_a_calibrated_network_gives_softer_answers_in_the_same_order(world: World) -> None:
    workspace = make_workspace(world, lambda call: call())
    before = workspace.network
    workspace.calibrate(FITTED)
    after = workspace.network
    picture = np.array(world.results[0].record.input)
    plain, soft = (
        there(one).network(torch.from_numpy(picture)[None]).answers["main"] for one in (before, after)
    )
    np.testing.assert_allclose(plain.logits, soft.logits, rtol=1e-6)
    powers = np.exp(plain.logits.astype(np.float64) / 2)
    np.testing.assert_allclose(soft.probabilities, powers / powers.sum(), rtol=1e-5)
    assert there(before).network.temperatures["main"] == 1.0
    workspace.close()


def test_runs_of_other_temperatures_have_other_names_and_the_threshold_says_that_nothing_fits(
    world: World,
) -> None:
    workspace = make_workspace(world, lambda call: call())
    plain = workspace.network
    workspace.calibrate(FITTED)
    calibrated = workspace.network
    assert identity(there(plain).checkpoint, "cpu") != identity(there(calibrated).checkpoint, "cpu")
    assert (there(plain).checkpoint.doubt_threshold, there(calibrated).checkpoint.doubt_threshold) == (
        None,
        0.95,
    )
    assert there(calibrated).checkpoint.doubt(world.results[0].record.answers) is not None
    workspace.close()


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"temperatures": 3},
        {"temperatures": {"main": "x"}},
        {"temperatures": {"main": 0}},
        {"temperatures": {"main": float("nan")}},
        {"temperatures": {}, "threshold": 2},
    ],
)
def test_what_is_no_calibration_is_left_alone(stored: Any) -> None:
    assert Calibration.stored(stored) is None


def test_a_calibration_survives_its_file() -> None:
    import json
    from dataclasses import asdict

    assert Calibration.stored(json.loads(json.dumps(asdict(FITTED)))) == FITTED
