"""How far a file is read is told as often as the eye can follow, not with each of its hundreds of tensors."""

from pathlib import Path

import pytest

from gnet_desktop.workspace import opening
from gnet_desktop.workspace.state import Workspace
from tests.checkpoints.tiny import saved, small_state
from tests.workspace.workers import Stepping


def told_while_opening(path: Path) -> list[tuple[str, float]]:
    engine, reader, opener = Stepping(), Stepping(), Stepping()
    workspace = Workspace(lambda call: call(), engine=engine, reader=reader, opener=opener)
    told: list[tuple[str, float]] = []

    def hear() -> None:
        if workspace.loading is not None:
            told.append((workspace.loading.stage, workspace.loading.share))

    workspace.loading_changed.subscribe(hear)
    workspace.open_checkpoint(path)
    while opener.step() or engine.step():
        pass
    workspace.close()
    return told


def test_every_stage_is_told_and_few_steps_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(saved(dict(small_state())))
    monkeypatch.setattr(opening, "_PAUSE", 60.0)
    told = told_while_opening(path)
    assert [stage for stage, _ in told[1:]] == [
        "Recognising the file",
        "Checking the file",
        "Reading the weights",
        "Building the network",
        "Building the network",
    ]
    monkeypatch.setattr(opening, "_PAUSE", 0.0)
    assert len(told_while_opening(path)) > len(small_state())


def test_the_building_is_told_before_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(saved(dict(small_state())))
    engine, opener = Stepping(), Stepping()
    workspace = Workspace(lambda call: call(), engine=engine, reader=Stepping(), opener=opener)
    workspace.open_checkpoint(path)
    while opener.step():
        pass
    # the engine may have much to do before, and imports torch first
    assert workspace.loading is not None
    assert workspace.loading.stage == "Building the network"
    workspace.close()
