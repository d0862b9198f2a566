"""The start page: what its samples say of themselves."""

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.start_page import StartPage
from gnet_desktop.gui.system.session import Session
from tests.gui.made import there


def test_a_sample_that_the_bundled_network_has_no_class_for_says_so(
    qapp: QApplication, qtbot: QtBot, bundled: Path, bundled_names: list[str], bvlc: Path
) -> None:
    window, _ = make_window(Session(None))
    qtbot.addWidget(window)
    samples = there(window.findChild(StartPage)).samples

    def said() -> dict[str, bool]:
        return {
            path.stem: one.accessibleName().endswith("none of its classes") for path, one in samples.items()
        }

    assert not any(said().values())
    window.workspace.open_checkpoint(bundled)
    qtbot.waitUntil(lambda: window.workspace.checkpoint is not None, timeout=60_000)
    assert said() == {path.stem: path.stem not in bundled_names for path in samples}
    assert {name for name, unknown in said().items() if unknown} == {"moose", "rocket"}
    window.workspace.open_checkpoint(bvlc)
    qtbot.waitUntil(lambda: there(window.workspace.checkpoint).provenance.path == bvlc, timeout=60_000)
    assert not any(said().values())
