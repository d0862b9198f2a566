"""The exploration as one page: whole, self-contained, safe, and repeatable."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gnet_desktop.convention import CONVENTIONS, parse_convention
from gnet_desktop.gui.exports.report import command, make_page, spelled
from gnet_desktop.network.naming import Unit
from tests.gui.made import make_world


@pytest.fixture(scope="module")
def result(qapp):
    return make_world(1).results[0]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.sources += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def test_the_page_is_sound_and_needs_nothing_else(result) -> None:
    page = make_page(result, {"photo": b"png"}, "4a", Unit("4a", "3x3", 2), (Unit("4b", "1x1", 0),))
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.sources
    assert all(source.startswith("data:") for source in tags.sources)
    assert result.checkpoint.provenance.sha256 in page
    assert "4a/3x3:2" in page
    assert "4b/1x1:0" in page


def test_names_from_files_are_text_and_never_code(result) -> None:
    evil = "<script>alert(1)</script>"
    labels = replace(result.checkpoint.labels, names=(evil,) * len(result.checkpoint.labels.names))
    bad = replace(result, checkpoint=replace(result.checkpoint, labels=labels))
    page = make_page(bad, {}, "4a", None, ())
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_convention_is_spelled_so_that_it_is_read_again(name: str) -> None:
    convention = CONVENTIONS[name]
    assert parse_convention(spelled(convention)) == convention.changed()


def test_the_command_names_all_that_was_chosen(result) -> None:
    changed = replace(result, key=replace(result.key, convention=CONVENTIONS["caffe"]))
    words = command(changed, "4a", Unit("4a", "5x5", 3))
    assert re.search(r"--module 4a --unit 4a/5x5:3 --preprocess \S*order=bgr", words)
