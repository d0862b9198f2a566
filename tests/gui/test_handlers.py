"""Handlers that ask for files and folders: where they begin, what they open, what they remember."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.card.dialog import CheckpointCard
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace import tasks
from tests.gui.answering import make_checkpoint
from tests.gui.made import of_type

Answer = Callable[[str, str], None]


@pytest.fixture
def window(qapp: object) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    yield one
    one.close()
    del dispatcher


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Where each dialog began; each answers with a folder ``chosen`` or a file ``names.txt`` in it."""
    chosen, began = tmp_path / "chosen", list[str]()
    chosen.mkdir()
    (chosen / "names.txt").write_text("a\nb\n")

    def file(parent: object, title: str, begin: str = "", *_: object) -> tuple[str, str]:
        began.append(begin)
        return str(chosen / "names.txt"), ""

    def folder(parent: object, title: str, begin: str = "", *_: object) -> str:
        began.append(begin)
        return str(chosen)

    monkeypatch.setattr(QFileDialog, "getOpenFileName", file)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    return began


@pytest.mark.parametrize("first", ["choose_labels", "choose_label_folder"])
def test_class_names_are_sought_where_they_were_found_last(
    window: Window, asked: list[str], tmp_path: Path, first: str
) -> None:
    opened: list[Path | None] = []
    window.workspace.open_checkpoint = lambda path, labels=None, assume=None: opened.append(labels)  # type: ignore[method-assign]
    window.workspace.use(tasks.LoadedNetwork(make_checkpoint(), None, "cpu"))  # type: ignore[arg-type]
    window.handlers.named(first)()
    window.handlers.opening.choose_labels()
    window.handlers.opening.choose_label_folder()
    assert asked[1:] == [str(tmp_path / "chosen")] * 2
    assert all(path is not None and path.is_relative_to(tmp_path / "chosen") for path in opened)
    assert len(opened) == 3


def test_the_card_asks_as_the_menu_does(window: Window, asked: list[str], tmp_path: Path) -> None:
    window.workspace.use(tasks.LoadedNetwork(make_checkpoint(), None, "cpu"))  # type: ignore[arg-type]
    window.workspace.open_checkpoint = lambda path, labels=None, assume=None: None  # type: ignore[method-assign]
    card = of_type(CheckpointCard, window.show_dialog("card"))
    assert isinstance(card, CheckpointCard)
    for action in card.labels_menu().actions()[:2]:
        action.trigger()
    assert window.session.folder("labels") == tmp_path / "chosen"
    assert asked[1] == str(tmp_path / "chosen")


def test_the_checkpoint_to_compare_with_is_asked_for_over_the_window_that_compares(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def ask(over: object, *_: object) -> tuple[str, str]:
        asked.append(over)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    window.workspace.use(tasks.LoadedNetwork(make_checkpoint(), None, "cpu"))  # type: ignore[arg-type]
    window.handlers.compare_checkpoints()
    assert asked == [window.show_dialog("compare")]


def test_two_conventions_have_one_window(window: Window) -> None:
    card = of_type(CheckpointCard, window.show_dialog("card"))
    card.try_both_wanted.emit()
    assert window.show_dialog("try_both") is window.show_dialog("try_both")
    assert sum(type(one).__name__ == "TryBoth" for one in window.children()) == 1
    assert not any(type(one).__name__ == "TryBoth" for one in card.children())
