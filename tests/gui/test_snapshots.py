"""How each panel looks, as approved: few pictures, each a state."""

import queue
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import PictureError
from gnet_desktop.gui.answers.panel import AnswersPanel
from gnet_desktop.gui.app import make_application
from gnet_desktop.gui.heads.window import HeadsView
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.gui.pictures.panel import PicturesPanel
from gnet_desktop.gui.shell.start_page import StartPage
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.inspection.colour_maps import OFFERED
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import ViewOptions
from tests.gui.made import World, make_workspace, make_world, of_type, there
from tests.gui.snapshots import Snapshots
from tests.workspace.workers import Posed

#: The Qt that painted the stored pictures; between releases the edges of letters differ.
PAINTED_WITH = [6, 11]

pytestmark = [
    pytest.mark.snapshot,
    pytest.mark.skipif(sys.platform != "linux", reason="stored pictures are those of Linux"),
    pytest.mark.skipif(
        QLibraryInfo.version().segments()[:2] != PAINTED_WITH, reason="another Qt draws its texts otherwise"
    ),
]

PANELS = {
    "start": (StartPage, 900, 560),
    "pictures": (PicturesPanel, 216, 300),
    "photo": (PhotoPanel, 480, 343),
    "answers": (AnswersPanel, 567, 343),
    "network": (NetworkPanel, 1047, 214),
    "lanes": (LanesPanel, 1047, 372),
    "unit": (UnitPanel, 335, 900),
    "heads": (HeadsView, 1340, 420),
}


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshots:
    build = Path(request.config.rootpath) / "build"
    return Snapshots(request.config.getoption("--update-snapshots"), build)


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    make_application()
    return make_world(1)


@pytest.fixture
def workspace(world: World) -> Iterator[Posed]:
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    one = make_workspace(world, calls.put)
    one.choose_unit(Unit("4a", "3x3", 5))
    yield one
    one.close()


def shown(panel: QWidget, width: int, height: int) -> QWidget:
    panel.resize(width, height)
    panel.setAutoFillBackground(True)
    panel.show()
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()  # a text cursor would blink in and out of the picture
    for _ in range(3):
        QApplication.processEvents()
    return panel


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_looks_as_approved(
    qtbot: QtBot, workspace: Posed, snapshot: Snapshots, name: str, theme: str
) -> None:
    app = QApplication.instance()
    apply_theme(of_type(QApplication, app), theme)
    make, width, height = PANELS[name]
    panel = make(workspace)
    qtbot.addWidget(panel)
    snapshot.check(shown(panel, width, height), f"{name}-{theme}")


@pytest.mark.parametrize("name", [name for name in OFFERED if name != ViewOptions().colour_map])
@pytest.mark.parametrize("panel", ["photo", "lanes", "unit"])
def test_maps_look_as_approved_under_every_colour_map(
    qtbot: QtBot, workspace: Posed, snapshot: Snapshots, panel: str, name: str
) -> None:
    apply_theme(of_type(QApplication, QApplication.instance()), "light")
    workspace.change_view(colour_map=name)
    make, width, height = PANELS[panel]
    widget = make(workspace)
    qtbot.addWidget(widget)
    snapshot.check(shown(widget, width, height * 2 // 3), f"{panel}-{name}")


def test_a_failed_picture_looks_as_approved(qtbot: QtBot, workspace: Posed, snapshot: Snapshots) -> None:
    apply_theme(of_type(QApplication, QApplication.instance()), "light")
    panel = PhotoPanel(workspace)
    qtbot.addWidget(panel)
    error = PictureError(
        "phone.heic is a HEIC photo, and no HEIC decoder is installed.",
        "",
        "Save it as JPEG and drop it again.",
    )
    workspace.lag()
    workspace.fail(there(workspace.current), error)
    snapshot.check(shown(panel, 480, 343), "failed-light")


def test_a_stale_result_looks_as_approved(qtbot: QtBot, workspace: Posed, snapshot: Snapshots) -> None:
    apply_theme(of_type(QApplication, QApplication.instance()), "light")
    panel = LanesPanel(workspace)
    qtbot.addWidget(panel)
    workspace.lag()
    snapshot.check(shown(panel, 1047, 200), "stale-light")
