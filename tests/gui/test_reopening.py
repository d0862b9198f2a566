"""What was open comes back at the next start, and what is gone is named."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import begin, make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import bundled_checkpoint
from tests.gui.made import there, wait_until

Start = Callable[[], Window]


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.png" for name in ("eins", "zwei 📷", "drei")]
    for path in paths:
        Image.new("RGB", (8, 8), "teal").save(path)
    return paths


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Starts a program that remembers, closes the one before."""
    windows: list[Window] = []
    held = []

    def close() -> None:
        while windows:
            windows.pop().close()

    def make() -> Window:
        close()
        window, dispatcher = make_window(Session(tmp_path / "session.json"))
        qtbot.addWidget(window)
        windows.append(window)
        held.append(dispatcher)
        return window

    yield make
    close()


def names(window: Window) -> list[str]:
    return [entry.name for entry in window.workspace.pictures.values()]


def test_pictures_the_current_one_and_the_unit_come_back(start: Start, pictures: list[Path]) -> None:
    first = start()
    ids = first.workspace.add_pictures([*pictures, ("pasted", b"")])
    first.workspace.choose_picture(ids[1])
    first.workspace.choose_unit(Unit("3b", "5x5", 7))
    second = start()
    begin(second, [], None, "cpu")
    assert names(second) == ["eins.png", "zwei 📷.png", "drei.png"]
    assert second.workspace.pictures[there(second.workspace.current)].name == "zwei 📷.png"
    assert second.workspace.selection.unit == Unit("3b", "5x5", 7)
    assert second.pages.currentIndex() == 1


def test_files_that_are_given_are_opened_alone(start: Start, pictures: list[Path]) -> None:
    start().workspace.add_pictures(pictures[:2])
    second = start()
    begin(second, [pictures[2]], None, "cpu")
    assert names(second) == ["drei.png"]


def test_a_folder_that_comes_with_its_page_is_answered_there(start: Start, pictures: list[Path]) -> None:
    folder = pictures[0].parent / "photos"
    folder.mkdir()
    window = start()
    begin(window, [folder, pictures[2]], None, "cpu", page="folder")
    wait_until(lambda: window.folder_page.run.state is not None)
    assert window.page == "folder"
    assert there(window.folder_page.run.state).folder == folder
    assert names(window) == ["drei.png"]


def test_a_folder_that_comes_with_the_page_of_units_is_indexed(start: Start, pictures: list[Path]) -> None:
    folder = pictures[0].parent
    window = start()
    begin(window, [folder], None, "cpu", page="units")
    wait_until(lambda: window.units_page.indexed.state is not None)
    assert window.page == "units"
    assert there(window.units_page.indexed.state).folder == folder
    assert names(window) == []


def test_the_folder_that_was_indexed_stands_beside_the_unit_again(start: Start, pictures: list[Path]) -> None:
    folder = pictures[0].parent / "photos"
    folder.mkdir()
    for number in range(3):
        Image.effect_noise((90, 60), 60 + number).convert("RGB").save(folder / f"{number}.png")
    first = start()
    begin(first, [folder, pictures[2]], None, "cpu", page="units")
    wait_until(lambda: first.units_page.indexed.state and first.units_page.indexed.state.state == "done")
    first.show_page("explore")
    first.workspace.add_pictures(pictures[:1])
    second = start()
    begin(second, [], None, "cpu")
    second.workspace.choose_unit(Unit("3a", "1x1", 0))
    wait_until(lambda: "units" in second.pages.made and second.units_page.indexed.state)
    assert second.page == "explore"
    assert there(second.units_page.indexed.state).folder == folder
    wait_until(lambda: not second.panels.unit.body.indexed.isHidden())


def test_what_is_gone_is_named_and_the_others_open(start: Start, pictures: list[Path]) -> None:
    start().workspace.add_pictures(pictures)
    pictures[0].unlink()
    second = start()
    begin(second, [], None, "cpu")
    assert names(second) == ["zwei 📷.png", "drei.png"]
    assert "eins.png is gone" in second.notice.text


def test_a_first_checkpoint_that_cannot_be_opened_gives_way_to_the_bundled_one(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    (broken := tmp_path / "broken.pth").write_bytes(b"\x80\x02 nothing")
    window = start()
    said: list[str] = []
    window.workspace.failed.subscribe(lambda error: said.append(str(error)))
    begin(window, [broken], None, "cpu")
    qtbot.waitUntil(lambda: window.workspace.checkpoint is not None, timeout=60_000)
    assert there(window.workspace.checkpoint).provenance.path == bundled_checkpoint()
    assert len(said) == 1
    assert "broken.pth" in said[0]


def test_an_empty_list_stays_empty(start: Start, pictures: list[Path]) -> None:
    first = start()
    first.workspace.add_pictures(pictures)
    first.workspace.remove_all_pictures()
    second = start()
    begin(second, [], None, "cpu")
    assert names(second) == []
    assert second.pages.currentIndex() == 0


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("pictures", [1, None, ""]),
        ("pictures", "x"),
        ("unit", ["4a", "x"]),
        ("unit", ["nowhere", 3]),
        ("picture", "\0"),
    ],
)
def test_senseless_memories_are_passed_over(
    start: Start, pictures: list[Path], name: str, stored: object
) -> None:
    first = start()
    first.workspace.add_pictures(pictures)
    first.remember()
    second = start()
    second.session.set(name, stored)
    begin(second, [], None, "cpu")
    assert names(second) == ([] if name == "pictures" else ["eins.png", "zwei 📷.png", "drei.png"])


def test_pinned_units_come_back_if_the_checkpoint_has_them(start: Start, qtbot: QtBot) -> None:
    first = start()
    units = (Unit("4a", "5x5", 11), Unit("5b", "1x1", 3))
    for unit in (*units, Unit("5b", "1x1", 900)):
        first.workspace.toggle_in_tray(unit)
    second = start()
    begin(second, [], None, "cpu")
    assert second.workspace.tray[:2] == units
    qtbot.waitUntil(lambda: second.workspace.checkpoint is not None, timeout=20000)
    assert second.workspace.tray == units


@pytest.mark.parametrize("stored", [5, [5], [["4a/5x5"]], [["4a/5x5", -1]], [[1, 2]], [["4a/5x5", True]]])
def test_a_senseless_tray_is_passed_over(start: Start, stored: object) -> None:
    window = start()
    window.session.set("tray", stored)
    begin(window, [], None, "cpu")
    assert window.workspace.tray == ()
