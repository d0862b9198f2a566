"""The facts that every package repeats: names, texts, version and size budgets."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
APP_ID: Final = "io.github.gnet_desktop.gnet_desktop"
NAME: Final = "GNet Desktop"
COMMAND: Final = "gnet-desktop"
SUMMARY: Final = "Look inside GoogLeNet on your pictures"
DESCRIPTION: Final = (
    "GNet Desktop opens any GoogLeNet (Inception v1) checkpoint, classifies",
    "the pictures dropped on it, and shows the feature maps of all four",
    "branches of every inception module together with the answers of the two",
    "auxiliary heads. A small trained checkpoint is included.",
)
HOMEPAGE: Final = "https://github.com/gnet-desktop/gnet-desktop"
MAINTAINER: Final = "GNet Desktop developers <gnet-desktop@users.noreply.github.com>"
VERSION: Final = re.search(  # type: ignore[index]
    r'__version__ = "([^"]+)"', (ROOT / "gnet_desktop" / "__init__.py").read_text(encoding="utf-8")
)[1]

#: The newest GNU C library that the Linux bundle may ask for: Debian 12's.
GLIBC: Final = (2, 36)

#: Largest sizes in MB (10^6 bytes); the build fails above them.
BUDGETS: Final = {
    "cpu folder": 700,
    "cpu deb": 220,
    "cuda folder": 7000,
    "thin deb": 32,
    "wheel": 32,
}


def epoch() -> int:
    """The time that packages carry, in seconds: SOURCE_DATE_EPOCH, or the last commit's."""
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if not said:
        git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        said = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "0"
    return int(said)
