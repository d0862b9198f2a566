"""Sentences over the window leave when they are no news; a drop and a paste are told apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCursor, QDragEnterEvent, QDragLeaveEvent, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import UsageError
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.notices import notice_of
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.system.tips import QuietTips
from tests.gui.made import there

FAULT = UsageError("That cannot be opened.", "It is empty.", "Choose another.")


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1300, 800)
    one.show()
    one.activateWindow()
    qtbot.waitUntil(one.isActiveWindow)
    yield one
    one.close()
    del dispatcher


def picture(folder: Path, name: str = "one.png") -> Path:
    Image.new("RGB", (40, 30), (200, 0, 0)).save(folder / name)
    return folder / name


def test_escape_takes_an_error_away(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.take_pictures([picture(tmp_path)])
    for panel in ("photo", "answers", "lanes", "pictures"):
        window.show_error(FAULT)
        assert window.notice.text == str(FAULT)
        window.panels[panel].setFocus(Qt.FocusReason.OtherFocusReason)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        assert window.notice.text == "", panel


def test_an_error_leaves_when_something_else_is_opened(window: Window, tmp_path: Path) -> None:
    window.show_error(FAULT)
    window.take_pictures([picture(tmp_path)])
    assert window.notice.text == ""
    window.show_error(FAULT)
    window.open_checkpoint(tmp_path / "none.pth")
    assert window.notice.text == ""


def test_an_error_stays_while_the_bundled_checkpoint_stands_in(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure of the first checkpoint is still to be read when another is opened in its place."""
    window.show_error(FAULT)
    window.workspace.checkpoint_changed.emit()
    assert window.notice.text == str(FAULT)


def test_news_is_not_taken_away_by_what_follows(window: Window, tmp_path: Path) -> None:
    window.show_news("one.png was written.")
    window.take_pictures([picture(tmp_path)])
    assert window.notice.text == "one.png was written."


def test_a_paste_is_not_called_a_drop(window: Window, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("nothing that is a path")
    window.panels.photo.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.notice.text.startswith("Nothing on the clipboard can be opened.")
    assert "drop" not in window.notice.text.casefold()


def test_what_is_exported_is_said_with_its_folder_where_it_was_shown(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = window.show_dialog("heads")
    qtbot.waitUntil(heads.isActiveWindow)
    exporting = window.handlers.exporting
    monkeypatch.setattr(exporting._asking, "target", lambda *_, **__: tmp_path / "heads.png")
    exporting.export_shown()
    words = f"heads.png was written to {tmp_path}."
    assert (notice_of(heads).text, window.notice.text) == (words, words)
    assert notice_of(heads).isVisible()
    assert notice_of(window) is window.notice
    heads.close()


def test_a_resting_pointer_brings_no_tip_after_a_key_until_it_moves(window: Window, qtbot: QtBot) -> None:
    quiet, here = QuietTips(window), QCursor.pos()
    there(QApplication.instance()).installEventFilter(quiet)
    button = window.bar.search
    button.setToolTip("a tip")

    def rest(place: QPoint) -> bool:
        QApplication.sendEvent(button, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), place))
        return QToolTip.isVisible()

    assert rest(here)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    assert not rest(here)
    assert rest(here + QPoint(3, 0))
    QToolTip.hideText()
    there(QApplication.instance()).removeEventFilter(quiet)


# The card of a drop


def hover(window: Window, data: QMimeData) -> None:
    enter = QDragEnterEvent(
        QPointF(300, 300).toPoint(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, enter)


def test_the_card_counts_the_pictures_of_a_folder(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for number in range(3):
        picture(tmp_path, f"{number}.png")
    picture(tmp_path / "inner", "deep.png")
    (tmp_path / "notes.txt").write_text("no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    hover(window, data)
    assert window.dropping.card.title == f"Add {tmp_path.name}"
    qtbot.waitUntil(lambda: window.dropping.card.note.startswith("4 pictures."))
    two = QMimeData()
    two.setUrls([QUrl.fromLocalFile(str(tmp_path / "inner")), QUrl.fromLocalFile(str(tmp_path / "1.png"))])
    hover(window, two)
    qtbot.waitUntil(lambda: window.dropping.card.title == "Add 2 pictures")
    QApplication.sendEvent(window, QDragLeaveEvent())


def test_the_card_counts_no_file_that_is_no_picture(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "more").write_text("no picture either")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(one)) for one in (picture(tmp_path), tmp_path / "notes.txt")])
    hover(window, data)
    qtbot.waitUntil(lambda: window.dropping.card.title == "Add 1 picture")
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("more", "notes.txt")])
    hover(window, data)
    qtbot.waitUntil(lambda: window.dropping.card.title == "Nothing here can be opened")
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    hover(window, data)
    qtbot.waitUntil(lambda: window.dropping.card.note == "notes.txt doesn't look like a picture.")
    assert window.dropping.card.title == "Nothing here can be opened"
    assert window.dropping.card.halves is None
    QApplication.sendEvent(window, QDragLeaveEvent())


def test_the_card_says_of_a_folder_without_pictures_that_it_has_none(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    hover(window, data)
    qtbot.waitUntil(lambda: window.dropping.card.title == "Nothing here can be opened")
    assert window.dropping.card.note == f"There is no picture in {tmp_path.name}."
    QApplication.sendEvent(window, QDragLeaveEvent())


def test_the_card_tells_a_text_from_a_link(window: Window) -> None:
    data = QMimeData()
    data.setText("some words")
    hover(window, data)
    assert window.dropping.card.title == "Nothing here can be opened"
    link = QMimeData()
    link.setUrls([QUrl("https://example.org/cat.jpg")])
    hover(window, link)
    assert window.dropping.card.title == "Only a link was sent"
    QApplication.sendEvent(window, QDragLeaveEvent())
