"""Documents say where things are and what is asked of them: citations, commands, files, their length."""

import re
import subprocess
from pathlib import Path

import pytest

from gnet_desktop.parsers.table import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
CITED = re.compile(r"docs/([a-z-]+\.md)(?:#([a-z-]+))?")
OUTSIDE = re.compile(
    r"\b(?:DESIGN|METHODS|ARCHITECTURES|REPORTS|FIELD)(?:\.md| (?:part )?[0-9A-F])|\.\./shared/"
)


def tracked() -> list[Path]:
    """Texts of the repository; everything under the folder where git isn't there."""
    names = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "*.sh", "*.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split()
    found = [ROOT / name for name in names] or list((ROOT / "gnet_desktop").rglob("*.py"))
    return [path for path in found if path.is_file() and path != Path(__file__).resolve()]


def anchors(file: Path) -> set[str]:
    """What a heading is called in a link: lower case, words joined by hyphens."""
    headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings)
    return {re.sub(r"\s+", "-", heading) for heading in plain}


def test_every_citation_leads_to_a_heading_that_is_there() -> None:
    for path in tracked():
        for name, anchor in CITED.findall(path.read_text("utf-8")):
            cited = ROOT / "docs" / name
            assert cited.is_file(), f"{path.name} cites {name}"
            assert not anchor or anchor in anchors(cited), f"{path.name} cites {name}#{anchor}"


def test_nothing_outside_the_repository_is_cited() -> None:
    for path in tracked():
        assert not OUTSIDE.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_in_the_documents(command: str) -> None:
    for name in ("README.md", "docs/command-line.md"):
        assert re.search(rf"gnet-desktop {command}\b", (ROOT / name).read_text("utf-8")), name


def test_files_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(
        r"`((?:gui|network|checkpoints|inspection|folder|commands|parsers|tests)/[\w/.]*\w/?)`", text
    )
    assert len(named) > 15
    for name in named:
        if "NAME" not in name:
            assert (ROOT / name).exists() or (ROOT / "gnet_desktop" / name).exists(), name


def lengths() -> dict[str, int]:
    """{file of the program or of its tests: its lines}."""
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for folder in ("gnet_desktop", "tests")
        for path in (ROOT / folder).rglob("*.py")
    }


def test_no_file_is_longer_than_contributing_allows() -> None:
    said = re.search(r"longer than (\d+) lines", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert said
    most = int(said[1])
    found = lengths()
    assert len(found) > 600
    assert [name for name, lines in found.items() if lines > most] == []
