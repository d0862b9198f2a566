"""What is remembered, and what happens when that is damaged."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import begin, make_application, make_window
from gnet_desktop.gui.system.session import RECENT, Session
from gnet_desktop.workspace.values import ViewOptions


def test_values_come_back_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "session.json"
    first = Session(file)
    first.set_view(ViewOptions(tile=96, theme="dark", filter="0-3", overlay_opacity=0.5))
    first.set_folder("pictures", tmp_path)
    first.add_recent("checkpoints", tmp_path / "사진 📷.pth")
    first.save()
    second = Session(file)
    assert second.view() == ViewOptions(tile=96, theme="dark", overlay_opacity=0.5)
    assert second.folder("pictures") == tmp_path
    assert second.recent("checkpoints") == [tmp_path / "사진 📷.pth"]
    assert [path.name for path in file.parent.iterdir()] == ["session.json"]


def test_paths_mean_the_same_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    session = Session(None)
    session.add_recent("pictures", Path("pictures/a.png"))
    session.set_folder("pictures", Path("pictures/a.png"))
    monkeypatch.chdir("/")
    assert session.recent("pictures") == [tmp_path / "pictures" / "a.png"]
    assert session.folder("pictures") == tmp_path / "pictures"


def test_folders_are_kept_apart_and_fall_back_to_what_is_there(tmp_path: Path) -> None:
    session = Session(None)
    gone = tmp_path / "a" / "b"
    session.set("folders", {"labels": str(gone), "exports": str(tmp_path)})
    assert session.folder("labels") == tmp_path
    assert session.folder("exports") == tmp_path
    assert session.folder("checkpoints") == Path.home()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "session.json"
    file.write_bytes(content)
    assert Session(file).view() == ViewOptions()
    assert (tmp_path / "session.json.damaged").read_bytes() == content


@pytest.mark.parametrize(
    "stored", [{"tile": "large"}, {"unknown": 1}, {"theme": None}, {"overlay": 1}, {"clip": True}]
)
def test_a_wrong_option_is_left_at_its_default(stored: dict[str, object]) -> None:
    session = Session(None)
    session.set("view", stored)
    assert session.view() == ViewOptions()


def test_recent_files_are_few_and_each_once(tmp_path: Path) -> None:
    session = Session(None)
    for number in range(20):
        session.add_recent("checkpoints", tmp_path / f"{number % 12}.pth")
    names = [path.name for path in session.recent("checkpoints")]
    assert names[0] == "7.pth"
    assert len(names) == len(set(names)) == RECENT


def test_a_name_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    file, odd = tmp_path / "session.json", Path(os.fsdecode(b"/tmp/caf\xe9.pth"))
    first = Session(file)
    first.add_recent("checkpoints", odd)
    first.save()
    assert Session(file).recent("checkpoints") == [odd]


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    session = Session(tmp_path / "file" / "session.json")
    session.save()
    assert str(session.unkept()).startswith("Settings will not be kept. A file is in its place.")


def test_a_folder_that_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    assert Session(tmp_path / "new" / "session.json").unkept() is None
    assert list((tmp_path / "new").iterdir()) == []
    assert Session(None).unkept() is None


def test_the_window_says_that_it_will_not_remember(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    make_application()
    (tmp_path / "file").write_text("")
    window, dispatcher = make_window(Session(tmp_path / "file" / "session.json"))
    begin(window, [tmp_path / "gone.jpg"], None, "cpu")
    assert window.notice.text.startswith("Settings will not be kept.")
    window.close()
    del dispatcher


def test_a_window_that_was_off_every_screen_comes_back(qapp: QApplication, tmp_path: Path) -> None:
    make_application()
    file = tmp_path / "session.json"
    first, dispatcher = make_window(Session(file))
    first.move(90_000, 90_000)
    first.close()
    assert json.loads(file.read_text())["geometry"]
    second, other = make_window(Session(file))
    second.show()
    area = second.screen().availableGeometry()
    assert area.intersects(second.frameGeometry())
    second.close()
    del dispatcher, other


def test_a_session_that_remembers_nothing_leaves_nothing() -> None:
    session = Session(None)
    folder = session.cache / "folders"
    folder.mkdir()
    session.end()
    assert not folder.parent.exists()
    session.end()


def test_of_two_running_copies_neither_forgets_what_the_other_opened(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    before = Session(file)
    before.add_recent("pictures", tmp_path / "old.png")
    before.save()
    one, other = Session(file), Session(file)
    one.add_recent("pictures", tmp_path / "one.png")
    one.set_convention("1" * 64, {"name": "one"})
    one.set("module", "3a")
    other.add_recent("pictures", tmp_path / "other.png")
    other.add_recent("checkpoints", tmp_path / "other.pth")
    other.set_convention("2" * 64, {"name": "other"})
    one.save()
    other.save()
    read = Session(file)
    assert [path.name for path in read.recent("pictures")] == ["other.png", "one.png", "old.png"]
    assert [path.name for path in read.recent("checkpoints")] == ["other.pth"]
    assert read.convention_of("1" * 64) == {"name": "one"}
    assert read.convention_of("2" * 64) == {"name": "other"}
    one.save()  # once more, as at its end
    assert [path.name for path in Session(file).recent("pictures")] == ["one.png", "other.png", "old.png"]


def test_a_convention_that_was_taken_back_stays_so(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    first = Session(file)
    first.set_convention("1" * 64, {"name": "one"})
    first.save()
    second = Session(file)
    second.set_convention("1" * 64, None)
    second.save()
    assert Session(file).convention_of("1" * 64) is None


def test_a_file_that_was_damaged_meanwhile_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    session = Session(file)
    session.add_recent("pictures", tmp_path / "one.png")
    file.write_text("{ broken")
    session.save()
    assert [path.name for path in Session(file).recent("pictures")] == ["one.png"]
