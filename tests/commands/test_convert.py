"""What converting says on the command line."""

from pathlib import Path

import pytest
import torch

from gnet_desktop.cli import main
from gnet_desktop.commands import convert
from tests.checkpoints.samples import sample


def test_a_person_who_waits_is_told_how_far_a_conversion_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(sample("caffe").state, path := tmp_path / "original.pth")

    def told(*, watched: bool) -> str:
        monkeypatch.setattr(convert, "progress_wanted", lambda: watched)
        line = ["convert", str(path), "--to", "onnx", "--out", str(tmp_path / f"{watched}.onnx")]
        assert main(line) == 0
        return capsys.readouterr().err

    monkeypatch.setattr(convert, "_QUIET", 600.0)
    assert "%" not in told(watched=True)
    monkeypatch.setattr(convert, "_QUIET", 0.0)
    assert "%" not in told(watched=False)
    lines = told(watched=True).split("\r")
    shares = [int(line.partition(" %")[0]) for line in lines if "%" in line]
    assert len(shares) > 1
    assert shares == sorted(shares)
    assert not lines[-1].strip()  # and the line is taken away
