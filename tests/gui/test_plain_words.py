"""Names from outside are shown letter by letter: in labels, tips, titles, menus, pages."""

import ast
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel

import gnet_desktop
from gnet_desktop.errors import GNetError
from gnet_desktop.gui.actions.recent import Recent
from gnet_desktop.gui.controls.plain import Label, menu_words, tip, window_title
from gnet_desktop.gui.photo.failure import FailedPicture
from gnet_desktop.gui.pictures.panel import PicturesPanel
from gnet_desktop.gui.shell.notices import Notice
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace.state import Workspace
from tests.gui.made import wait_until
from tests.gui.whole_window import opened, window

__all__ = ["opened", "window"]  # fixtures

ODD = ["<b>bold<i> & broken.jpg", "a&b <img src=x>.jpg", "&amp;.jpg"]
SHAPED = "line\nbreak \x1b[31mred\u202egpj.exe.jpg"
PLAIN = "line\ufffdbreak \ufffd[31mred\ufffdgpj.exe.jpg"


def pixels(widget: QLabel) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).copy()


@pytest.mark.parametrize("name", ODD)
def test_a_label_shows_markup_as_letters(name: str, qapp: object) -> None:
    label, plain = Label(name), QLabel()
    plain.setTextFormat(Qt.TextFormat.PlainText)
    plain.setText(name)
    assert label.sizeHint() == plain.sizeHint()
    assert np.array_equal(pixels(label), pixels(plain))


@pytest.mark.parametrize("name", ODD)
def test_a_tip_shows_markup_as_letters(name: str, qapp: object) -> None:
    document = QTextDocument()
    document.setHtml(tip(name))
    assert document.toPlainText() == name


def test_a_tip_without_markup_is_left_as_it_is() -> None:
    assert tip("plain words\nin two lines") == "plain words\nin two lines"


def test_a_menu_and_a_title_show_their_signs_as_letters() -> None:
    assert menu_words("salt & pepper") == "salt && pepper"
    assert window_title("a[*].jpg") == "a[*][*].jpg"


@pytest.fixture
def odd_pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("<b>bold<i> & broken.jpg", SHAPED)]
    for path in paths:
        path.write_bytes(b"no picture")
    return paths


def test_a_name_is_plain_from_the_moment_it_is_in_the_list(odd_pictures: list[Path], qapp: object) -> None:
    workspace = Workspace(lambda call: None)
    panel = PicturesPanel(workspace)
    workspace.add_pictures(odd_pictures)
    first, second = workspace.pictures.values()
    assert first.name == "<b>bold<i> & broken.jpg"
    assert second.name == PLAIN
    rows = [panel.model.index(row) for row in range(2)]
    assert rows[1].data() == PLAIN
    assert "<b>" not in rows[0].data(Qt.ItemDataRole.ToolTipRole)
    assert workspace.close()


def test_failure_card_and_notice_show_a_name_as_it_is(window: Window, odd_pictures: list[Path]) -> None:
    workspace = window.workspace
    workspace.add_pictures(odd_pictures[:1])
    wait_until(lambda: any(entry.error for entry in workspace.pictures.values()), 10)
    card = window.panels.photo.failed
    assert isinstance(card, FailedPicture)
    assert card.what.text().startswith("<b>bold<i> & broken.jpg is")
    assert card.what.textFormat() == Qt.TextFormat.PlainText
    notice = window.notice
    assert isinstance(notice, Notice)
    notice.show_error(GNetError("<b>x</b> & y.jpg\nis gone."))
    assert notice.text == "<b>x</b> & y.jpg\ufffdis gone."
    assert notice.label.textFormat() == Qt.TextFormat.PlainText
    assert "\n" not in window.windowTitle()


def test_recent_files_keep_their_signs(tmp_path: Path, qapp: QApplication) -> None:
    path = tmp_path / "salt & <b>pepper.jpg"
    Image.new("RGB", (4, 4)).save(path)
    session = Session(None)
    session.add_recent("pictures", path)
    recent = Recent(session, lambda _: None, lambda _: None)
    recent.fill()
    (action,) = [one for one in recent.actions() if one.text().startswith("salt")]
    assert action.text() == "salt && <b>pepper.jpg"
    assert "<b>" not in action.toolTip()


GUI = Path(gnet_desktop.__file__).parent / "gui"
OURS = ("tr", "translate", "tip", "explained")


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    return [
        (file, node)
        for file in GUI.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and called(node) == name
    ]


def test_every_label_is_one_that_shows_letters() -> None:
    assert [file.name for file, _ in calls("QLabel")] == []
    assert calls("Label")


WORDS_OF_OUR_OWN = {
    "panel.py", "strip.py", "header.py", "top_bar.py", "common.py", "recent.py", "body.py",
    "docks.py",
    "spoken.py",  # passes on what it is given
}  # fmt: skip
"""Files whose tips, where they don't go through `tip`, have words of the program only."""


def test_every_tip_with_words_from_outside_goes_through_tip() -> None:
    for file, call in calls("setToolTip"):
        inside = {called(node) for node in ast.walk(call.args[0]) if isinstance(node, ast.Call)}
        assert inside & set(OURS) or file.name in WORDS_OF_OUR_OWN, (file.name, ast.unparse(call))
