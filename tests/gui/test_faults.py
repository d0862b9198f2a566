"""An exception nobody foresaw is shown once, with a report, and the window goes on."""

import sys

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.system.faults import catch_faults
from gnet_desktop.workspace.values import Bug


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook that prints tracebacks says nothing here."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)


def test_an_exception_in_a_slot_becomes_a_report(qapp: QApplication, qtbot: QtBot, quiet: None) -> None:
    shown: list[Bug] = []
    end = catch_faults(shown.append)

    def fail() -> None:
        raise ZeroDivisionError("in a slot")

    try:
        QTimer.singleShot(0, fail)
        qtbot.waitUntil(lambda: bool(shown), timeout=2000)
    finally:
        end()
    assert "ZeroDivisionError: in a slot" in shown[0].title
    assert "in fail" in shown[0].report


def test_the_same_fault_is_shown_once(quiet: None) -> None:
    shown: list[Bug] = []
    end = catch_faults(shown.append)
    for error in (ValueError("one"), ValueError("one"), ValueError("two")):
        sys.excepthook(type(error), error, None)
    assert [bug.title.split(": ", 1)[1] for bug in shown] == ["ValueError: one", "ValueError: two"]
    end()
    sys.excepthook(KeyError, KeyError("later"), None)
    assert len(shown) == 2


def test_an_interrupt_is_no_fault(quiet: None) -> None:
    shown: list[Bug] = []
    end = catch_faults(shown.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    end()
    assert shown == []
