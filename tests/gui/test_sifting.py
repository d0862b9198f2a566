"""The list of pictures sifted by words, answers and doubts; doubt is seen; how far the answers are."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import PictureError
from gnet_desktop.gui.pictures.model import ENTRY
from gnet_desktop.gui.pictures.panel import PicturesPanel
from gnet_desktop.gui.pictures.sieve import MANY
from gnet_desktop.workspace.sifting import EVERYTHING, Sieve
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tally import SUSPICIOUS
from tests.workspace.workers import Posed

NAMES = ("cat1.jpg", "cat2.jpg", "lunch1.jpg", "lunch2.jpg", "odd.png", "half.jpg", "new1.png", "new2.png")


@pytest.fixture
def panel(qtbot: QtBot) -> PicturesPanel:
    workspace = Posed()
    workspace.add_pictures([(name, b"") for name in NAMES])
    workspace.know(1, best=("tabby", 0.9))
    workspace.know(2, best=("tabby", 0.4), doubts=frozenset({"heads disagree"}))
    workspace.know(3, best=("pizza", 0.9))
    workspace.know(4, best=("pizza", 0.8))
    workspace.know(5, best=("comb <i>", 0.1), doubts=frozenset({"nothing fits", "heads disagree"}))
    workspace.know(6, error=PictureError("It is broken."))
    panel = PicturesPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(230, 700)
    panel.show()
    return panel


def shown(panel: PicturesPanel) -> list[str]:
    model = panel.model
    return [model.index(row).data() for row in range(model.rowCount())]


def entry(menu: QMenu, words: str) -> QAction:
    return next(one for one in menu.actions() if one.text().startswith(words))


def choose(panel: PicturesPanel, *path: str) -> None:
    """Choose an entry of the menu by the beginnings of its words."""
    menu = panel.sieve.menu()
    *above, last = path
    for words in above:
        menu = next(one for one in menu.findChildren(QMenu) if one.title().startswith(words))
    entry(menu, last).trigger()


def test_words_that_are_typed_leave_what_has_them_in_name_or_answer(panel: PicturesPanel) -> None:
    QTest.keyClicks(panel.sieve.field, "lunch")
    assert shown(panel) == ["lunch1.jpg", "lunch2.jpg"]
    assert panel.header.note == "2 of 8"
    panel.sieve.field.clear()
    QTest.keyClicks(panel.sieve.field, "TABBY")
    assert shown(panel) == ["cat1.jpg", "cat2.jpg"]
    QTest.keyClicks(panel.sieve.field, "zzz")
    assert shown(panel) == []
    assert panel.nothing.isVisible()
    panel.sieve.field.clear()
    assert shown(panel) == list(NAMES)
    assert panel.header.note == "8"


@pytest.mark.parametrize(
    ("path", "left", "says"),
    [
        (["In doubt  (2)"], ["cat2.jpg", "odd.png"], "Only: in doubt"),
        (["No class fits  (1)"], ["odd.png"], "Only: no class fits"),
        (["Heads disagree  (2)"], ["cat2.jpg", "odd.png"], "Only: heads disagree"),
        (["Not opened  (1)"], ["half.jpg"], "Only: not opened"),
        (["Only this answer", "pizza  (2)"], ["lunch1.jpg", "lunch2.jpg"], "Only: pizza"),
    ],
)
def test_the_menu_counts_what_each_choice_shows(
    path: list[str], left: list[str], says: str, panel: PicturesPanel
) -> None:
    choose(panel, *path)
    assert shown(panel) == left
    assert panel.sieve.chosen.text() == says
    assert panel.sieve.all.isVisible()
    QTest.mouseClick(panel.sieve.all, Qt.MouseButton.LeftButton)
    assert shown(panel) == list(NAMES)
    assert not panel.sieve.all.isVisible()


def test_page_down_goes_through_what_is_shown(panel: PicturesPanel) -> None:
    workspace: Workspace = panel._workspace
    choose(panel, "In doubt")
    workspace.step_picture(1)
    assert workspace.pictures[workspace.current or 0].name == "cat2.jpg"
    workspace.step_picture(1)
    assert panel.list.currentIndex().data(ENTRY).name == "odd.png"
    workspace.choose_picture(1)
    assert not panel.list.currentIndex().isValid()


def test_enter_goes_to_what_is_left_and_esc_shows_all(panel: PicturesPanel) -> None:
    panel.activateWindow()
    panel.begin_search()
    QTest.keyClicks(panel.sieve.field, "lunch")
    QTest.keyClick(panel.sieve.field, Qt.Key.Key_Return)
    assert panel.list.hasFocus()
    assert shown(panel) == ["lunch1.jpg", "lunch2.jpg"]
    panel.begin_search()
    QTest.keyClick(panel.sieve.field, Qt.Key.Key_Escape)
    assert panel.list.hasFocus()
    assert shown(panel) == list(NAMES)


def test_an_answer_that_comes_is_sifted(panel: PicturesPanel) -> None:
    workspace = posed(panel)
    choose(panel, "Only this answer", "pizza")
    workspace.know(7, best=("pizza", 0.3))
    assert shown(panel) == ["lunch1.jpg", "lunch2.jpg", "new1.png"]
    workspace.know(3, best=("pear", 0.3))
    assert shown(panel) == ["lunch2.jpg", "new1.png"]


def test_a_short_list_has_no_field_until_it_is_wanted(panel: PicturesPanel) -> None:
    assert panel.sieve.isVisible()
    panel._workspace.remove_picture(8)
    assert len(panel._workspace.pictures) == MANY - 1
    assert not panel.sieve.isVisible()
    panel.begin_search()
    assert panel.sieve.isVisible()
    QTest.keyClicks(panel.sieve.field, "cat")
    assert shown(panel) == ["cat1.jpg", "cat2.jpg"]


def posed(panel: PicturesPanel) -> Posed:
    workspace = panel._workspace
    assert isinstance(workspace, Posed)
    return workspace


def row_image(panel: PicturesPanel, row: int) -> QImage:
    QApplication.processEvents()
    port, place = panel.list.viewport(), panel.list.visualRect(panel.model.index(row))
    return port.grab(place).toImage()


@pytest.mark.parametrize("doubt", ["nothing fits", "heads disagree"])
def test_a_doubtful_answer_looks_and_sounds_doubtful(doubt: str, panel: PicturesPanel) -> None:
    sure = row_image(panel, 2)
    posed(panel).know(3, doubts=frozenset({doubt}))
    assert row_image(panel, 2) != sure
    words = {"nothing fits": "none of the classes fits well", "heads disagree": "the heads disagree"}[doubt]
    spoken = panel.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"lunch1.jpg, pizza 90.0 %, {words}"


def test_one_answer_for_everything_is_warned_of(
    panel: PicturesPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = posed(panel)
    assert not panel.alike.isVisible()
    for number in range(1, SUSPICIOUS + 1):
        workspace.know(number, best=("comb <i>", 0.5), error=None)
    assert panel.alike.isVisible()
    assert panel.alike.text.startswith(f"All {SUSPICIOUS} pictures answered so far are comb <i>.")
    assert "convention" in panel.alike.text
    monkeypatch.setattr(type(workspace), "trained", lambda _self, head: head != "main")
    workspace.know(2, best=("comb <i>", 0.5))
    assert panel.alike.text.endswith("are comb <i>. The main head looks untrained.")
    workspace.know(1, best=("tabby", 0.5))
    assert not panel.alike.isVisible()


def test_the_background_says_how_far_it_is(
    panel: PicturesPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = posed(panel)
    monkeypatch.setattr(type(workspace), "network", property(lambda self: object()))
    workspace.leave_open(1, 7, 8)
    panel.progress.refresh_soon()
    qtbot.waitUntil(panel.progress.isVisible)
    assert panel.progress.words == "Answering: 5 of 8"
    workspace.leave_open(1)  # the one that is looked at is no work of the background
    panel.progress.refresh_soon()
    qtbot.waitUntil(panel.progress.isHidden)


def test_a_sieve_in_use_is_a_value() -> None:
    assert replace(EVERYTHING, text="cat") == Sieve("cat") == EVERYTHING.changed(text="cat")
