"""Whatever a drop carries: what is there counts, links are called what they are, class names are taken."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.shell.drop import describe, read_mime
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.workspace.arrivals import sort_arrivals
from tests.gui.made import there, wait_until
from tests.gui.whole_window import current, drop, files, opened, window

__all__ = ["opened", "window"]  # fixtures


def png(colour: tuple[int, int, int] = (200, 30, 10)) -> bytes:
    Image.new("RGB", (30, 20), colour).save(data := io.BytesIO(), "PNG")
    return data.getvalue()


def with_links(*links: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(link) for link in links])
    return data


def test_picture_data_stands_for_a_file_that_is_gone(window: Window, tmp_path: Path) -> None:
    data = with_links(QUrl.fromLocalFile(str(tmp_path / "gone.png")).toString())
    data.setData("image/png", png())
    drop(window, data)
    wait_until(lambda: current(window))
    (entry,) = window.workspace.pictures.values()
    assert isinstance(entry.source, bytes)


def test_a_file_that_is_there_counts_more_than_picture_data(tmp_path: Path, qapp: object) -> None:
    (path := tmp_path / "there.png").write_bytes(png())
    data = with_links(QUrl.fromLocalFile(str(path)).toString())
    data.setData("image/png", png((0, 0, 0)))
    assert read_mime(data).files.pictures == (path,)


def test_a_file_that_is_gone_and_nothing_else_is_said_to_be_gone(window: Window, tmp_path: Path) -> None:
    drop(window, files(tmp_path / "gone.png"))
    wait_until(lambda: any(entry.error for entry in window.workspace.pictures.values()))
    (entry,) = window.workspace.pictures.values()
    assert "is not there" in str(entry.error)


def test_a_name_that_is_too_long_is_a_sentence_and_no_fault(window: Window) -> None:
    faults: list[object] = []
    window.workspace.bug.subscribe(faults.append)
    drop(window, files(Path("/tmp") / ("x" * 300 + ".jpg")))
    wait_until(lambda: any(entry.error for entry in window.workspace.pictures.values()))
    (entry,) = window.workspace.pictures.values()
    assert "longer than the system allows" in str(entry.error)
    assert faults == []


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://example.org/a.jpg", "Nothing is downloaded without asking."),
        ("smb://server/share/a.jpg", "Only the file manager can follow it."),
        ("mtp://phone/DCIM/a.jpg", "Only the file manager can follow it."),
        ("trash:///a.jpg", "It leads into the wastebasket."),
    ],
)
def test_a_link_is_called_what_it_is(link: str, says: str, window: Window) -> None:
    data = with_links(link)
    assert describe(read_mime(data))[0] == "Only a link was sent"
    drop(window, data)
    assert window.notice.text.startswith(f"Only a link was sent: {link}.")
    assert says in window.notice.text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "about:blank", "words: and more"])
def test_what_leads_nowhere_is_no_link(link: str, qapp: object) -> None:
    data = QMimeData()
    data.setText(link)
    assert read_mime(data).link == ""


def test_an_address_that_is_a_picture_opens(window: Window) -> None:
    data = QMimeData()
    data.setText("data:image/png;base64," + base64.b64encode(png()).decode())
    drop(window, data)
    wait_until(lambda: current(window))
    assert [entry.name for entry in window.workspace.pictures.values()] == ["dropped picture"]


def test_a_pasted_picture_is_called_so(window: Window) -> None:
    data = QMimeData()
    data.setData("image/png", png())
    QApplication.clipboard().setMimeData(data)
    window.take_clipboard()
    assert [entry.name for entry in window.workspace.pictures.values()] == ["pasted picture"]


def test_a_picture_that_is_only_half_there_says_so_above_it(
    window: Window, shared: Path, tmp_path: Path
) -> None:
    data = (shared / "images" / "pizza.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(data[: len(data) // 2])
    drop(window, files(tmp_path / "half.jpg"))
    wait_until(lambda: current(window))
    header = window.panels.photo.header
    assert header.note.endswith("incomplete")
    assert "about" in header.toolTip()


def names(count: int) -> str:
    return "\n".join(f"thing {number}" for number in range(count))


def test_class_names_are_taken_for_the_checkpoint(window: Window, tmp_path: Path) -> None:
    workspace = window.workspace
    wait_until(lambda: workspace.checkpoint is not None)
    assert workspace.checkpoint is not None
    before, count = workspace.checkpoint.labels.names, len(workspace.checkpoint.labels.names)
    (tmp_path / "labels.txt").write_text(names(count))
    data = files(tmp_path / "labels.txt")
    assert describe(read_mime(data))[0] == "Use labels.txt"
    drop(window, data)
    wait_until(lambda: there(workspace.checkpoint).labels.names != before, 30)
    assert workspace.checkpoint.labels.names[3] == "thing 3"
    assert not workspace.pictures


def test_class_names_of_another_number_say_how_many_there_are(window: Window, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text(names(7))
    wait_until(lambda: window.workspace.checkpoint is not None)
    drop(window, files(tmp_path / "labels.txt"))
    wait_until(lambda: "7 names" in window.notice.text)


def test_what_is_called_like_names_but_holds_none_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"error": {"code": 404}}))
    (tmp_path / "b.txt").write_bytes(png())
    (tmp_path / "c.txt").write_text("one line only")
    found = sort_arrivals(sorted(tmp_path.iterdir()))
    assert found.labels == ()
    assert len(found.pictures) == 3
