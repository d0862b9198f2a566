"""The README where it is shown: in a checkout by relative names, on PyPI by public ones."""

import re

import pytest
from project import HOMEPAGE, ROOT, VERSION

hook = pytest.importorskip("readme_hook", reason="hatchling is not installed")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def targets(text: str) -> list[str]:
    return re.findall(r"\]\(([^)#]+)\)", text)


def test_pictures_and_links_of_the_readme_are_in_the_checkout() -> None:
    relative = [each for each in targets(README) if not each.startswith("http")]
    assert relative
    assert [each for each in relative if not (ROOT / each).exists()] == []


def test_on_pypi_every_picture_and_link_has_a_public_address() -> None:
    shown = targets(hook.for_pypi(README))
    assert len(shown) == len(targets(README))
    assert [each for each in shown if not each.startswith("https://")] == []
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", hook.for_pypi(README))
    assert {each.split("/packaging/")[0] for each in pictures} == {
        HOMEPAGE.replace("github.com", "raw.githubusercontent.com") + "/main"
    }


def test_the_hook_gives_the_wheel_that_readme() -> None:
    metadata: dict[str, object] = {}
    hook.ReadmeHook(str(ROOT), {}).update(metadata)
    assert metadata["readme"] == {"content-type": "text/markdown", "text": hook.for_pypi(README)}


def test_packages_are_named_by_this_version() -> None:
    named = re.findall(r"gnet[-_]desktop(?:-bundle)?[-_](\d+\.\d+\.\d+)[-_]", README)
    assert len(named) == 6
    assert set(named) == {VERSION}


def test_where_a_file_came_from_is_asked_of_this_repository() -> None:
    """gh refuses to verify anything without being told whose it should be."""
    for page in ("README.md", "packaging/README.md"):
        asked = re.findall(r"`gh attestation verify ([^`]*)`", (ROOT / page).read_text(encoding="utf-8"))
        assert asked == [f"FILE --repo {HOMEPAGE.removeprefix('https://github.com/')}"]
