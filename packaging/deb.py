"""Builds a Debian package with nothing but dpkg-deb:

    deb.py bundle OUT    of dist/gnet-desktop, for Debian 12 and later
    deb.py thin OUT      on Debian 13's own Python, torch and PySide6

Both hold the menu entry, icons, metainfo, file types, man page and completions. The same input gives the
same bytes (SOURCE_DATE_EPOCH, or the last commit's time).
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Final

from finish_bundle import files, is_elf, needed_glibc
from notices import own_parts
from project import (
    APP_ID,
    BUDGETS,
    COMMAND,
    DESCRIPTION,
    HOMEPAGE,
    MAINTAINER,
    NAME,
    ROOT,
    SUMMARY,
    VERSION,
    epoch,
)

DESKTOP: Final = ROOT / "packaging" / "desktop"
BUILT: Final = ROOT / "build"

#: Read by libraries in the bundle, though none is linked to them.
DATA_PACKAGES: Final = ("libx11-data", "fontconfig-config", "xkb-data", "hicolor-icon-theme")

THIN_DEPENDS: Final = (
    "python3 (>= 3.11)", "python3-torch (>= 2.6)", "python3-numpy", "python3-pil (>= 11)",
    "python3-platformdirs", "python3-natsort", "python3-typing-extensions",
    "python3-pyside6.qtcore (>= 6.8)", "python3-pyside6.qtgui",
    "python3-pyside6.qtwidgets", "python3-pyside6.qtsvg", "python3-pyside6.qtsvgwidgets", "qt6-svg-plugins",
    "qt6-image-formats-plugins", "qt6-wayland", "hicolor-icon-theme",
)  # fmt: skip
BUNDLE_OVERRIDES: Final = (
    ("It brings its own libraries, as built and tested by their makers.",
     ("embedded-library", "unstripped-binary-or-object", "shared-library-lacks-prerequisites",
      "library-not-linked-against-libc", "custom-library-search-path", "hardening-no-pie")),
    ("Licences of everything inside are kept in full, so that the file serves every system.",
     ("copyright-file-contains-full-gpl-license", "copyright-file-contains-full-apache-2-license",
      "old-fsf-address-in-copyright-file")),
)  # fmt: skip
FETCHING: Final = "ca-certificates"  #: for 'models fetch', which checks the server
CJK_FONTS: Final = "fonts-noto-cjk"  #: file names and class names in Chinese, Japanese, Korean
FONTS: Final = "fonts-inter | fonts-dejavu-core | fonts-noto-core"

THIN_LAUNCHER: Final = f"""#!/usr/bin/python3
import sys

sys.path.insert(0, "/usr/share/{COMMAND}")

from gnet_desktop.cli import main

sys.exit(main())
"""
#: dpkg knows nothing of the byte code that Python would write beside the modules.
POSTINST: Final = f"""#!/bin/sh
set -e
if [ "$1" = configure ] && command -v py3compile >/dev/null; then
    py3compile -p {COMMAND} /usr/share/{COMMAND}
fi
"""
PRERM: Final = f"""#!/bin/sh
set -e
if command -v py3clean >/dev/null; then
    py3clean -p {COMMAND} /usr/share/{COMMAND}
fi
"""


@dataclass(frozen=True, slots=True)
class Package:
    """What differs between the packages."""

    name: str
    architecture: str
    depends: tuple[str, ...]
    fields: dict[str, str]
    extra_description: str
    budget: str
    compression: tuple[str, ...]


def put(path: Path, data: str | bytes, *, executable: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    path.chmod(0o755 if executable else 0o644)


def put_gzip(path: Path, data: bytes) -> None:
    put(path, gzip.compress(data, 9, mtime=0))


# --- what both packages hold --------------------------------------------------------------------------


def add_desktop(tree: Path) -> None:
    """Menu entry, metainfo, file types and icons."""
    share = tree / "usr" / "share"
    for entry in DESKTOP.glob("*.desktop"):
        put(share / "applications" / entry.name, entry.read_bytes())
    put(share / "metainfo" / f"{APP_ID}.metainfo.xml", (DESKTOP / f"{APP_ID}.metainfo.xml").read_bytes())
    put(share / "mime" / "packages" / f"{APP_ID}.xml", (DESKTOP / f"{APP_ID}.xml").read_bytes())
    icons = share / "icons" / "hicolor"
    sources = ROOT / "resources" / "icons"
    put(icons / "scalable" / "apps" / f"{APP_ID}.svg", (sources / "icon.svg").read_bytes())
    put(icons / "symbolic" / "apps" / f"{APP_ID}-symbolic.svg", (DESKTOP / "symbolic.svg").read_bytes())
    for png in (BUILT / "icons").glob("*.png"):
        put(icons / f"{png.stem}x{png.stem}" / "apps" / f"{APP_ID}.png", png.read_bytes())


def add_documents(tree: Path, package: str, notices: str) -> None:
    """Man page, completions, copyright and changelog."""
    share = tree / "usr" / "share"
    made = BUILT / "documents"
    put_gzip(share / "man" / "man1" / f"{COMMAND}.1.gz", (made / f"{COMMAND}.1").read_bytes())
    put(share / "bash-completion" / "completions" / COMMAND, (made / f"{COMMAND}.bash").read_bytes())
    put(share / "zsh" / "vendor-completions" / f"_{COMMAND}", (made / f"_{COMMAND}").read_bytes())
    put(
        share / "fish" / "vendor_completions.d" / f"{COMMAND}.fish",
        (made / f"{COMMAND}.fish").read_bytes(),
    )
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    put(share / "doc" / package / "copyright", f"{NAME}: {HOMEPAGE}\n\n{licence}\n{notices}")
    entry = f"{package} ({VERSION}) unstable; urgency=medium\n\n  * Release {VERSION}.\n\n"
    signed = f"{entry} -- {MAINTAINER}  {formatdate(epoch())}\n"
    put_gzip(share / "doc" / package / "changelog.gz", signed.encode())


# --- the bundle ---------------------------------------------------------------------------------------


def unresolved(folder: Path) -> set[str]:
    """Names of the shared libraries that the bundle expects from the system."""
    elves = [each for each in files(folder) if is_elf(each)]
    inside = {each.name for each in folder.rglob("*")}
    needed: set[str] = set()
    for elf in elves:
        said = subprocess.run(["objdump", "-p", str(elf)], capture_output=True, text=True).stdout
        needed |= set(re.findall(r"^\s+NEEDED\s+(\S+)", said, re.MULTILINE))
    return needed - inside


def owners(libraries: Iterable[str]) -> set[str]:
    """Debian packages that hold these libraries on this machine, less the C library's."""
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    places = dict(re.findall(r"^\s+(\S+) .* => (\S+)$", cache, re.MULTILINE))
    found = set()
    for library in libraries:
        for path in (places.get(library, ""), os.path.realpath(places.get(library, ""))):
            asked = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True).stdout
            if asked:
                found.add(asked.partition(":")[0])
                break
        else:
            raise SystemExit(f"no package on this machine holds {library}, which the bundle needs")
    return found - {"libc6"}


def overrides(package: str) -> str:
    """What lintian need not say of a package that brings its libraries with it, and why."""
    return "".join(
        f"# {why}\n" + "".join(f"{package}: {tag}\n" for tag in tags) for why, tags in BUNDLE_OVERRIDES
    )


def build_bundle(tree: Path) -> Package:
    source = ROOT / "dist" / COMMAND
    target = tree / "usr" / "lib" / COMMAND
    target.parent.mkdir(parents=True)
    # Hard links: the folder is as large as everything else together, and is only read.
    shutil.copytree(source, target, symlinks=True, copy_function=os.link)
    put(tree / "usr/share/lintian/overrides" / f"{COMMAND}-bundle", overrides(f"{COMMAND}-bundle"))
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / COMMAND).symlink_to(f"../lib/{COMMAND}/{COMMAND}")
    add_desktop(tree)
    notices = target / "_internal" / "THIRD_PARTY_NOTICES.txt"
    add_documents(tree, f"{COMMAND}-bundle", notices.read_text(encoding="utf-8"))
    libc = f"libc6 (>= {'.'.join(map(str, needed_glibc(source)))})"
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip()
    return Package(
        name=f"{COMMAND}-bundle",
        architecture=machine,
        depends=(libc, *sorted({*owners(unresolved(source)), *DATA_PACKAGES})),
        fields={
            "Provides": COMMAND,
            "Conflicts": COMMAND,
            "Replaces": COMMAND,
            "Recommends": f"{FETCHING}, {FONTS}",
            "Suggests": CJK_FONTS,
        },
        extra_description="This package brings its own Python, Qt and torch (for the processor only).",
        budget="cpu deb",
        # 6 takes 2.6 times as long as 2 for a tenth less.
        compression=("-Zxz", f"-z{os.environ.get('GNET_XZ', '2')}"),
    )


# --- the thin package ---------------------------------------------------------------------------------


def build_thin(tree: Path) -> Package:
    home = tree / "usr" / "share" / COMMAND
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "gnet_desktop", home / "gnet_desktop", ignore=ignored)
    shutil.copytree(ROOT / "resources", home / "gnet_desktop" / "resources", ignore=ignored)
    put(tree / "usr" / "bin" / COMMAND, THIN_LAUNCHER, executable=True)
    add_desktop(tree)
    add_documents(tree, COMMAND, own_parts())
    put(tree / "DEBIAN" / "postinst", POSTINST, executable=True)
    put(tree / "DEBIAN" / "prerm", PRERM, executable=True)
    return Package(
        name=COMMAND,
        architecture="all",
        depends=THIN_DEPENDS,
        fields={
            "Recommends": f"{FETCHING}, {FONTS}",
            "Suggests": f"python3-torchvision, {CJK_FONTS}",
        },
        extra_description="This package uses Debian's own Python, PySide6 and torch.",
        budget="thin deb",
        compression=("-Zxz",),
    )


# --- putting it together ------------------------------------------------------------------------------


def control(package: Package, size: int) -> str:
    fields = {
        "Package": package.name,
        "Version": VERSION,
        "Architecture": package.architecture,
        "Maintainer": MAINTAINER,
        "Installed-Size": str(size),
        "Depends": ", ".join(package.depends),
        **package.fields,
        "Section": "science",
        "Priority": "optional",
        "Homepage": HOMEPAGE,
    }
    description = [SUMMARY, *DESCRIPTION, package.extra_description]
    lines = [f"{key}: {value}" for key, value in fields.items()]
    return "\n".join([*lines, "Description: " + "\n ".join(description), ""])


def finish(tree: Path, package: Package, out: Path) -> Path:
    """Write control files, set times and rights, and pack."""
    installed = [each for each in files(tree) if "DEBIAN" not in each.relative_to(tree).parts]
    sums = "".join(
        f"{hashlib.md5(each.read_bytes()).hexdigest()}  {each.relative_to(tree)}\n" for each in installed
    )
    size = sum(each.stat().st_size + 1023 for each in installed) // 1024
    put(tree / "DEBIAN" / "md5sums", sums)
    put(tree / "DEBIAN" / "control", control(package, size))
    for each in (*sorted(tree.rglob("*"), reverse=True), tree):  # the folder itself is an entry, too
        if each.is_dir():
            each.chmod(0o755)
        os.utime(each, (epoch(), epoch()), follow_symlinks=False)
    deb = out / f"{package.name}_{VERSION}_{package.architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", *package.compression, "--build", str(tree), str(deb)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return deb


def main(kind: str, out: Path) -> int:
    tree = BUILT / "stage"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    package = {"bundle": build_bundle, "thin": build_thin}[kind](tree)
    deb = finish(tree, package, out)
    shutil.rmtree(tree)
    size = deb.stat().st_size / 1e6
    print(f"{deb}: {size:.1f} MB, depends on {', '.join(package.depends)}")
    if size > BUDGETS[package.budget]:
        print(f"wrong: more than the {BUDGETS[package.budget]} MB allowed", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
