"""The exploration as one page: whole, self-contained, safe, light, and repeatable."""

import base64
import io
import os
import re
import shlex
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from gnet_desktop.cli import main
from gnet_desktop.convention import CONVENTIONS, parse_convention, spelled
from gnet_desktop.gui.exports.report.command import command
from gnet_desktop.gui.exports.report.page import make_page
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.why.telling import question_of, tell
from gnet_desktop.inspection.tracing import Spot
from gnet_desktop.network.changes import Change, Kind, Values
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import BUNDLED, resource
from tests.gui.made import World, make_workspace, make_world, of_type, there

VOID = ("meta", "img", "br", "image", "rect", "path", "polygon", "line", "circle", "ellipse", "polyline")
UNIT = Unit("4a", "3x3", 2)
WRITTEN = "4a/3×3:2"


class Tags(HTMLParser):
    """What a page holds: sources, sections, pictures, words; unclosed elements raise."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.open == []

    @override
    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.handle_startendtag(tag, attributes)

    @override
    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        self.found.append((tag, has))
        self.sources += [value for name, value in has.items() if name in ("src", "href", "xlink:href")]

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        wanted = {name.rstrip("_"): value for name, value in wanted.items()}
        return [has for name, has in self.found if name == tag and wanted.items() <= has.items()]


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(2, heads=True)


@pytest.fixture(scope="module")
def seen(world: World) -> Exploration:
    """As the window shows it, with a unit chosen and one pinned."""
    workspace = make_workspace(world, lambda call: call())
    workspace.choose_unit(UNIT)
    workspace.toggle_in_tray(Unit("4b", "1x1", 0))
    panels = Panels.of(workspace)
    try:
        return Exploration.of(workspace, panels, there(workspace.result))
    finally:
        for panel in panels.values():
            panel.deleteLater()


@pytest.fixture(scope="module")
def page(seen: Exploration) -> str:
    return make_page(seen)


def test_the_page_is_sound_and_needs_nothing_else(page: str, seen: Exploration) -> None:
    tags = Tags(page)
    assert tags.sources
    assert all(source.startswith("data:") for source in tags.sources)
    assert not tags.all("script")
    assert not tags.all("link")
    assert "url(" not in page
    words = " ".join(tags.words)
    assert seen.result.checkpoint.provenance.sha256 in words
    assert seen.result.convention.name in words
    assert UNIT.name in words
    assert "4b/1×1:0" in words


def test_the_page_has_every_part_in_the_order_of_reading(page: str) -> None:
    parts = [has["id"] for has in Tags(page).all("section")]
    assert parts == ["heads", "network", "units", "branches", "with", "again"]


def test_every_map_of_the_module_is_there_once_and_none_is_cut(page: str, seen: Exploration) -> None:
    architecture = seen.result.checkpoint.architecture
    tags = Tags(page)
    shown = [has["alt"] for has in tags.all("img") if re.fullmatch(r"4a/[\w×]+:\d+", has.get("alt", ""))]
    silent = [has["title"] for has in tags.all("i") if "title" in has and ":" in has["title"]]
    expected = [
        f"4a/{branch.name.replace('x', '×')}:{channel}"
        for branch in architecture.module("4a").branches
        for channel in range(branch.outputs)
    ]
    assert sorted({*shown, *silent}) == sorted(expected)
    sizes = {
        Image.open(io.BytesIO(base64.b64decode(has["src"].partition(",")[2]))).size
        for has in tags.all("img")
        if "title" in has
    }
    assert sizes == {seen.result.record["4a"].shape[:0:-1]}
    assert [has["alt"] for has in tags.all("img", class_="chosen")] == [WRITTEN]


def test_a_map_is_ink_on_paper_dark_where_the_unit_is_strong(page: str, seen: Exploration) -> None:
    tile = next(has for has in Tags(page).all("img") if has.get("alt") == WRITTEN and "title" in has)
    image = Image.open(io.BytesIO(base64.b64decode(tile["src"].partition(",")[2]))).convert("L")
    grey, values = np.asarray(image, float), seen.result.record[UNIT.part][UNIT.channel]
    assert (grey[values == 0] > 225).all()
    assert grey[np.unravel_index(values.argmax(), values.shape)] == grey.min()


def test_answers_are_bars_as_long_as_they_are_probable(page: str, seen: Exploration) -> None:
    widths = [float(width) / 100 for width in re.findall(r'class="track"><i style="width:([\d.]+)%', page)]
    record = seen.result.record
    main = sorted(record.answers["main"].probabilities.tolist(), reverse=True)
    assert widths[:8] == pytest.approx(main[:8], abs=6e-5)
    aux1 = sorted(record.answers["aux1"].probabilities.tolist(), reverse=True)
    assert widths[8:13] == pytest.approx(aux1[:5], abs=6e-5)


def test_the_network_is_vectors_with_words_that_can_be_searched(page: str) -> None:
    network = page[page.index('id="network"') : page.index('id="units"')]
    assert len(re.findall(r"<(path|polyline|rect|polygon)", network)) > 50
    assert re.search(r"<text[^>]*>4a</text>", network.replace("\n", ""))


def test_the_page_is_light_when_the_window_is_dark(
    qapp: QApplication, seen: Exploration, world: World
) -> None:
    apply_theme(qapp, "dark")
    try:
        workspace = make_workspace(world, lambda call: call())
        panels = Panels.of(workspace)
        dark = Exploration.of(workspace, panels, there(workspace.result))
        for panel in panels.values():
            panel.deleteLater()
    finally:
        apply_theme(qapp, "light")
    assert b"#ffffff" in dark.network.lower()
    assert b"#171a20" not in dark.network.lower()


def test_changes_and_the_reference_are_told_with_how_much_each_answer_moved(seen: Exploration) -> None:
    answers = dict(seen.result.record.answers)
    moved = type(answers["main"]).from_logits(np.array(answers["main"].logits)[::-1].copy())
    record = replace(seen.result.record, answers={**answers, "main": moved}, altered=(7, 3))
    zeros = Values(np.zeros(192, np.float32), "zebra.jpg")
    changes = (Change("4a/5x5"), Change("4b/1x1", "other", values=zeros))
    changed = replace(seen.result, key=replace(seen.result.key, changes=changes), record=record)
    page = make_page(replace(seen, result=changed, reference=seen.result))
    words = re.sub(r"\s+", " ", " ".join(Tags(page).words))
    assert "4a/5×5 off · 7 values altered" in words
    assert "4b/1×1 from zebra.jpg" in words
    index, now = moved.top(1)[0]
    before = float(answers["main"].probabilities[index])
    difference = round(100 * (now - before), 1)
    assert f"{abs(difference):.1f}" in words
    assert re.search(rf'<u style="width:{100 * before:.2f}%', page)
    assert "--part 4a/5x5 " in command(replace(seen, result=changed))
    assert "left out: 4b/1x1." in words


def test_what_is_compared_stands_side_by_side_and_in_the_command(seen: Exploration, world: World) -> None:
    other = world.results[1]
    page = make_page(replace(seen, reference=other))
    tags = Tags(page)
    assert "compared" in [has["id"] for has in tags.all("section")]
    words = re.sub(r"\s+", " ", " ".join(tags.words))
    assert "This: 4a/3×3:2 over made 1, both on one scale" in words
    assert "The reference: 4a/3×3:2 over made 2, both on one scale" in words
    assert "--against 'made 2' --out" in command(replace(seen, reference=other))
    under = replace(seen.result, key=replace(seen.result.key, convention=CONVENTIONS["caffe"]))
    assert "--with-preprocess" in command(replace(seen, reference=under))
    same = replace(seen.result, key=seen.result.key.unchanged)
    assert command(replace(seen, reference=same)) == command(replace(seen, reference=None))
    copy = replace(other.checkpoint.provenance, path=Path("b.pth"))
    theirs = replace(
        seen.result,
        key=replace(seen.result.key, checkpoint="another"),
        checkpoint=replace(seen.result.checkpoint, provenance=copy),
    )
    assert f"--with {Path('b.pth').absolute()} --out" in command(replace(seen, reference=theirs))


@pytest.mark.parametrize(
    ("kind", "pictures", "words"),
    [
        ("usual", ("a b.jpg", "c.jpg"), "--part 4a --how usual --over 'a b.jpg' c.jpg --out"),
        ("other", ("zebra.jpg",), "--part 4a --how from=zebra.jpg --out"),
        ("other", (), "photo.jpg --checkpoint"),
    ],
)
def test_values_of_files_are_said_so_that_they_can_be_made_again(
    seen: Exploration, kind: Kind, pictures: tuple[str, ...], words: str
) -> None:
    change = Change("4a", kind, values=Values(np.zeros(512, np.float32), "theirs", pictures))
    result = replace(seen.result, key=replace(seen.result.key, changes=(change,)))
    result = replace(result, picture=replace(result.picture, source="photo.jpg"))
    said = command(replace(seen, result=result))
    assert words in said
    assert ("--part" in said) == bool(pictures)


def test_parts_that_are_changed_in_different_ways_are_said_one_by_one(seen: Exploration) -> None:
    values = Values(np.zeros(512, np.float32), "theirs", ("a.jpg",))
    changes = (Change("4a", "usual", values=values), Change("4b/1x1", "scaled", (3,), 0.5), Change("4c"))
    result = replace(seen.result, key=replace(seen.result.key, changes=changes))
    said = command(replace(seen, result=result))
    parts = "--part 4a --part 4b/1x1:3 --part 4c --how usual --how scale=0.5 --how off --over a.jpg --out"
    assert parts in said


def test_names_from_files_are_text_and_never_code(seen: Exploration) -> None:
    evil = "<script>alert('1')</script>\"'><img src=x onerror=alert(1)>"
    result = seen.result
    labels = replace(
        result.checkpoint.labels, names=(evil,) * len(result.checkpoint.labels.names), source=evil
    )
    provenance = result.checkpoint.provenance
    provenance = replace(provenance, path=provenance.path / evil, warnings=(evil,))
    bad = replace(
        result,
        picture=replace(result.picture, source=evil, notes=(evil,)),
        checkpoint=replace(result.checkpoint, labels=labels, provenance=provenance),
    )
    tags = Tags(make_page(replace(seen, result=bad)))
    assert not tags.all("script")
    assert all(has["src"].startswith("data:") for has in tags.all("img"))
    assert not any("onerror" in has for _, has in tags.found)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_convention_is_spelled_so_that_it_is_read_again(name: str) -> None:
    convention = CONVENTIONS[name]
    assert parse_convention(spelled(convention)) == convention.changed()


def test_the_command_names_all_that_was_chosen(seen: Exploration) -> None:
    changed = replace(seen.result, key=replace(seen.result.key, convention=CONVENTIONS["caffe"]))
    words = command(replace(seen, result=changed))
    assert re.search(r"--module 4a --unit 4a/3x3:2 --pin 4b/1x1:0 --preprocess \S*order=bgr", words)


def test_the_command_makes_the_same_page_again_with_its_names_and_pinned_units(
    bundled: Path, bundled_names: list[str], tmp_path: Path
) -> None:
    names, page, again = tmp_path / "my names.txt", tmp_path / "page.html", tmp_path / "again.html"
    names.write_text("".join(f"thing {number}\n" for number in range(len(bundled_names))))
    said = ["screenshot", str(resource("samples", "cat.jpg")), "--checkpoint", str(bundled)]
    said += ["--labels", str(names), "--module", "4a", "--unit", "4a/3x3:2", "--pin", "3b/1x1:7"]
    assert main([*said, "--pin", "5b/5x5:1", "--out", str(page)]) == 0
    [line] = re.findall(r"<code>(.*)</code>", page.read_text("utf-8"))
    told = shlex.split("".join(Tags(line).words))[1:-1]
    assert told[told.index("--labels") + 1] == str(names)
    assert [told[at + 1] for at, word in enumerate(told) if word == "--pin"] == ["3b/1x1:7", "5b/5x5:1"]
    assert main([*told, str(again)]) == 0
    assert again.read_text("utf-8") == page.read_text("utf-8")


def test_the_command_names_files_as_any_folder_and_any_machine_finds_them(
    seen: Exploration, world: World, bundled: Path
) -> None:
    own = replace(seen.result.checkpoint.provenance, path=bundled)
    result = replace(seen.result, checkpoint=replace(seen.result.checkpoint, provenance=own))
    files = {seen.result.key.picture: Path("my photos") / "a b.jpg", 2: Path("c.jpg")}
    said = shlex.split(command(replace(seen, result=result, reference=world.results[1], files=files)))
    assert said[:5] == [
        *("gnet-desktop", "screenshot", str(Path.cwd() / "my photos" / "a b.jpg")),
        *("--checkpoint", BUNDLED),
    ]
    assert said[said.index("--against") + 1] == str(Path.cwd() / "c.jpg")


def test_a_name_that_is_no_text_is_read_by_the_shell_as_the_file_is_called(
    seen: Exploration, tmp_path: Path
) -> None:
    name = b"h\xe9 'it'\nnow\\.jpg"
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    page = make_page(replace(seen, files={seen.result.key.picture: file}))
    page.encode()
    said = command(replace(seen, files={seen.result.key.picture: file}))
    word = said[len("gnet-desktop screenshot ") : said.index(" --checkpoint")]
    printed = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert printed.stdout == os.fsencode(file)


def test_a_picture_without_a_file_is_to_be_saved_before_the_command_runs(seen: Exploration) -> None:
    words = re.sub(r"\s+", " ", " ".join(Tags(make_page(seen)).words))
    assert "write its path in place of its name: made 1." in words
    there = replace(seen, files={seen.result.key.picture: Path("made 1")})
    assert "in place of its name" not in make_page(there)


def test_why_is_told_with_its_check_and_the_way_back(seen: Exploration, world: World) -> None:
    workspace = make_workspace(world, lambda call: call())
    asked = question_of(workspace, seen.result)
    found = tell(there(asked), seen.result, world.loaded)
    page = make_page(replace(seen, why=found))
    tags = Tags(page)
    assert [has["id"] for has in tags.all("section")][:2] == ["heads", "why"]
    words = " ".join(tags.words)
    answers = seen.result.record.answers["main"]
    index = int(answers.logits.argmax())
    _, bias = world.loaded.network.weights("fc")
    total = found.found.map.sum() + bias[index]
    assert total == pytest.approx(float(answers.logits[index]), rel=1e-3)
    assert f"Why class {index}, main" in words
    assert "explains 100.0 % of the logit" in words
    name = of_type(Spot, found.way[1].start).unit.name.replace("1x1", "1×1").replace("3x3", "3×3")
    assert f"{name} at " in words
    assert len(tags.all("tr")) >= len(found.way)
    assert words.count("grad-cam") == 1
    # on a phone a row stands in lines that are called by what stands above its columns elsewhere
    titles = re.findall(
        r"<th>([^<]*)</th>", page.partition('class="way"><thead>')[2].partition("</thead>")[0]
    )
    called = [has["data-is"] for has in tags.all("td") if "data-is" in has]
    assert titles == ["", *called[:4]]
    assert called == titles[1:] * len(found.way)
