"""What the program says of itself and of those whose work it uses."""

import re
import tomllib
from pathlib import Path

from gnet_desktop.gui.actions import help as pages

ROOT = Path(__file__).resolve().parents[2]


def test_it_names_what_it_requires_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!-]", each)[0].lower() for each in project["dependencies"]}
    said = pages.about_html().lower()
    spoken = {"torch": "pytorch", "pyside6": "pyside6"}
    optional = {"torchvision"}
    assert [name for name in names - optional if spoken.get(name, name) not in said] == []
    assert "safetensors (" not in said


def test_the_licence_texts_have_a_place(tmp_path: Path) -> None:
    """In a bundle the file that holds them all, as a link; otherwise where the GNU project keeps them."""
    notices = tmp_path / "with blanks" / "THIRD_PARTY_NOTICES.txt"
    assert "https://www.gnu.org/licenses/lgpl-3.0.html" in pages._licence_texts(notices)
    assert "https://www.gnu.org/licenses/gpl-3.0.html" in pages.about_html()
    notices.parent.mkdir()
    notices.touch()
    assert notices.as_uri() in pages._licence_texts(notices)
