"""The self-test: it passes here, its stored answers are torchvision's, and it notices what is missing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import store_answers
from PySide6.QtWidgets import QApplication

from gnet_desktop import selftest
from gnet_desktop.errors import PictureError
from gnet_desktop.resources import resource


@pytest.fixture(scope="module")
def installation() -> selftest.Installation:
    return selftest.Installation()


CHEAP = [check for _, check in selftest.CHECKS if check is not selftest.check_panels]


@pytest.mark.parametrize("check", CHEAP, ids=lambda check: check.__name__)
def test_each_check_passes_here(
    check: Callable[[selftest.Installation], str], installation: selftest.Installation, qapp: QApplication
) -> None:
    assert check(installation)


@pytest.mark.slow
def test_the_window_and_its_panels_are_painted(
    installation: selftest.Installation, qapp: QApplication
) -> None:
    assert "panels" in selftest.check_panels(installation)


def test_the_stored_answers_are_those_of_torchvisions_network() -> None:
    """Fails when samples or checkpoint changed: then run packaging/store_answers.py."""
    stored = json.loads(resource(selftest.STORED).read_text(encoding="utf-8"))
    computed = store_answers.answers()
    assert stored["checkpoint_sha256"] == computed["checkpoint_sha256"]
    assert stored["answers"].keys() == computed["answers"].keys()
    for name, heads in computed["answers"].items():
        for head, (index, probability) in heads.items():
            assert stored["answers"][name][head] == [index, pytest.approx(probability, abs=2e-3)]


def test_another_answer_is_noticed(
    installation: selftest.Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored = json.loads(resource(selftest.STORED).read_text(encoding="utf-8"))
    stored["answers"]["cat.jpg"]["aux1"][1] -= 0.05
    (tmp_path / "stored.json").write_text(json.dumps(stored))
    monkeypatch.setattr(
        selftest,
        "resource",
        lambda *parts: tmp_path / "stored.json" if parts == (selftest.STORED,) else resource(*parts),
    )
    with pytest.raises(selftest.Wrong, match=r"cat\.jpg, aux1"):
        selftest.check_answers(installation)


def test_failures_are_said_and_the_other_checks_still_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: selftest.Installation) -> str:
        raise PictureError("No decoder for WebP.")

    def missing(_: selftest.Installation) -> str:
        raise ImportError("libxcb-cursor.so.0")

    checks = (("formats", broken), ("window", missing), ("rest", lambda _: "fine"))
    monkeypatch.setattr(selftest, "CHECKS", checks)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert selftest.run() == 1
    said = capsys.readouterr()
    assert "FAILED formats: No decoder for WebP." in said.out
    assert "FAILED window: ImportError: libxcb-cursor.so.0" in said.out
    assert "ok     rest: fine" in said.out
    assert said.err == "self-test failed: formats, window\n"
