"""The unit panel's strongest crops of an indexed folder, with real events."""

from typing import cast

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.folder import strongest
from gnet_desktop.folder.indexing import IndexingPass, index_folder
from gnet_desktop.folder.strongest import Strong
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.units.indexed import Crop, Indexed, IndexState
from tests.gui.made import World, make_workspace, make_world, of_type, there

UNIT = Unit("3a", "3x3", 4)


class Ready:
    """An index that is there, with its crops."""

    def __init__(self, index: strongest.Index) -> None:
        self.changed, self.cropped = Signal(), Signal()
        self.state = IndexState(there(index.pictures), "done", 3, 3, index)
        self._index = index

    def crops(self, unit: Unit) -> list[Crop]:
        found = strongest.crops(self._index, unit, 6, 32)
        return [Crop(np.asarray(image), strong) for strong, image in found]


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture(scope="module")
def index(world: World, tmp_path_factory: pytest.TempPathFactory) -> strongest.Index:
    folder, out = (tmp_path_factory.mktemp(name) for name in ("pictures", "index"))
    random = np.random.default_rng(4)
    for number in range(3):
        small = random.integers(0, 255, (9, 9, 3), np.uint8)
        Image.fromarray(small).resize((300, 200), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    checkpoint = world.loaded.checkpoint
    index_folder(folder, out, IndexingPass(checkpoint, world.loaded.network, checkpoint.convention))
    return strongest.opened(out, checkpoint)


def test_crops_stand_in_the_panel_and_a_click_opens_the_picture_at_the_place(
    world: World, index: strongest.Index, qtbot: QtBot
) -> None:
    workspace = make_workspace(world, lambda call: call())
    panel = UnitPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    panel.show()
    workspace.choose_unit(UNIT)
    section = panel.body.indexed
    assert section.isHidden()  # no folder was indexed
    section.watch(cast(Indexed, Ready(index)))
    found = strongest.strongest(index, UNIT)
    assert not section.isHidden()
    shown = [of_type(Strong, piece.value).picture for piece in section.pieces]
    assert shown == [one.picture for one in found]
    assert "3 pictures" in section.note
    panel.grab()
    place = section.pieces[1].box.center().toPoint()
    QTest.mouseClick(section, Qt.MouseButton.LeftButton, pos=place)
    expected = found[1]
    assert workspace.pictures[there(workspace.current)].source == there(index.pictures) / expected.picture
    assert workspace.selection.unit == UNIT
    left, top, right, bottom = expected.field
    assert workspace.pins == (((left + right) / 2, (top + bottom) / 2),)
    workspace.close()
