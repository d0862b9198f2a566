"""Writes the licences of everything in the bundle into one file:

    notices.py build/manifest.json build/THIRD_PARTY_NOTICES.txt

Runs in the environment that the bundle was built from. Each file in the bundle is
traced to the Python distribution or the system package it came from; a component
without a licence text is an error, so that none is forgotten.
"""

import json
import re
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Final, cast

from project import ROOT

LICENCES: Final = ROOT / "packaging" / "licences"
LICENCE_NAME: Final = re.compile(r"(^|[_.-])(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT)", re.IGNORECASE)
RULE: Final = "=" * 100

#: What the program itself brings: the typeface and the sample pictures.
OWN_PARTS: Final = (
    ("Inter, the typeface", ROOT / "resources" / "fonts" / "OFL.txt"),
    ("Sample pictures", ROOT / "resources" / "samples" / "CREDITS.md"),
)

HEADER: Final = """GNet Desktop is under the MIT licence (LICENSE.txt). This bundle contains the components
below, each under its own licence.

Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They are separate shared
libraries in _internal/PySide6 and may be replaced by versions of your own; taking them apart to debug such
changes is allowed. Their sources: https://download.qt.io/official_releases/QtForPython/ and
https://download.qt.io/official_releases/qt/ in the version named below. Licence texts, below under
PySide6_Essentials: LGPL-3.0, GPL-3.0, to which it refers, and those of the parts of other people in Qt.
"""

#: Wheels that carry no licence text: where theirs is.
TEXTS_ELSEWHERE: Final = {
    "pyside6-essentials": ("LGPL-3.0.txt", "GPL-3.0.txt", "qt-third-party.txt"),
    "shiboken6": ("LGPL-3.0.txt", "GPL-3.0.txt"),
}

#: What Python holds of other people (libmpdec, the Mersenne Twister, dtoa): only its manual has their texts.
IN_PYTHON: Final = LICENCES / "python-incorporated.txt"


@dataclass(frozen=True, slots=True)
class Component:
    """Something in the bundle that other people made."""

    name: str
    version: str
    licence: str  #: as its makers say it, mostly an SPDX expression; empty where they don't
    texts: tuple[str, ...]
    purl: str = ""  #: where it comes from, as a package URL


def components(manifest: Path) -> list[Component]:
    """Everything that the manifest's files came from, by name."""
    contents = json.loads(manifest.read_text(encoding="utf-8"))
    found = {
        *_distributions(contents),
        *_system_packages(Path(source) for _, source in contents["files"]),
    }
    return [python_itself(), *sorted(found, key=lambda each: each.name.lower())]


def _distributions(contents: dict[str, list[tuple[str, str]]]) -> Iterator[Component]:
    owners = metadata.packages_distributions()
    site = Path(sysconfig.get_path("purelib"))
    tops = {name.partition(".")[0] for name, _ in contents["modules"]}
    for _, source in contents["files"]:
        if Path(source).is_relative_to(site):
            tops.add(Path(source).relative_to(site).parts[0].removesuffix(".libs"))
    for name in {owner for top in tops for owner in owners.get(top, ())} - {"gnet-desktop"}:
        yield _from_distribution(metadata.distribution(name))


def _from_distribution(distribution: metadata.Distribution) -> Component:
    name = distribution.metadata["Name"]
    key = re.sub(r"[-_.]+", "-", name).lower()
    texts = [
        Path(str(distribution.locate_file(file))).read_text(encoding="utf-8", errors="replace")
        for file in distribution.files or ()
        if LICENCE_NAME.search(file.name) and ".dist-info" in str(file)
    ]
    texts += [(LICENCES / file).read_text(encoding="utf-8") for file in TEXTS_ELSEWHERE.get(key, ())]
    said = cast(Message, distribution.metadata)  # which is one, though its protocol has no `get`
    licence = said.get("License-Expression") or (said.get("License") or "").partition("\n")[0]
    purl = f"pkg:pypi/{key}@{distribution.version}"
    return Component(name, distribution.version, licence, tuple(dict.fromkeys(texts)), purl)


def _system_packages(files: Iterable[Path]) -> Iterator[Component]:
    """Debian packages that own copied libraries; nothing where there is no dpkg."""
    copied = [file.resolve() for file in files if str(file).startswith(("/lib/", "/usr/lib/"))]
    by_package = defaultdict(list)
    for file in copied:
        by_package[_owner(file)].append(file.name)
    for package, names in by_package.items():
        if package == "":
            raise SystemExit(f"no package owns {', '.join(names)}; its licence is unknown")
        version = _dpkg("-s", package).partition("\nVersion: ")[2].partition("\n")[0]
        text = Path("/usr/share/doc") / package / "copyright"
        texts = (text.read_text(encoding="utf-8", errors="replace"),) if text.exists() else ()
        named = f"{package} ({', '.join(sorted(set(names)))})"
        yield Component(named, version, "", texts, f"pkg:deb/debian/{package}@{version}")


def _owner(file: Path) -> str:
    # dpkg may know it under /lib, of which /usr/lib is the real place today.
    for path in (str(file), str(file).removeprefix("/usr")):
        said = _dpkg("-S", path)
        if said:
            return said.partition(":")[0]
    return ""


def _dpkg(*arguments: str) -> str:
    return subprocess.run(["dpkg", *arguments], capture_output=True, text=True).stdout


def python_itself() -> Component:
    places = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"]
    texts = tuple(place.read_text(encoding="utf-8") for place in places if place.exists())[:1]
    if texts:
        texts = (*texts, IN_PYTHON.read_text(encoding="utf-8"))
    version = sys.version.partition(" ")[0]
    return Component("Python", version, "PSF-2.0", texts, f"pkg:generic/python@{version}")


def own_parts() -> str:
    """The texts of what lies in the resources, which every package has."""
    return "\n".join(
        f"\n{RULE}\n{name}\n{RULE}\n\n{file.read_text(encoding='utf-8')}" for name, file in OWN_PARTS
    )


def written(found: list[Component]) -> str:
    """The notices as text; raises SystemExit for a component without a licence."""
    bare = [each.name for each in found if not each.texts]
    if bare:
        raise SystemExit(f"no licence text was found for: {', '.join(bare)}")
    parts = [HEADER, "Components:\n", *(f"  {each.name} {each.version}  {each.licence}" for each in found)]
    for each in found:
        parts += [f"\n{RULE}\n{each.name} {each.version}\n{RULE}\n", *each.texts]
    return "\n".join([*parts, own_parts()])


def write(listed: list[Component], out: Path) -> Path:
    """Write the notices for these components; the file's path."""
    out.write_text(written(listed), encoding="utf-8")
    print(f"licences of {len(listed)} components")
    return out


if __name__ == "__main__":
    write(components(Path(sys.argv[1])), Path(sys.argv[2]))
