"""Checks what a wheel holds and says about itself:  check_wheel.py FILE.whl"""

import re
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from project import APP_ID, BUDGETS, VERSION

NEEDED: Final = (
    "gnet_desktop/cli.py",
    "gnet_desktop/py.typed",
    "gnet_desktop/resources/checkpoints/everyday180.safetensors",
    "gnet_desktop/resources/icons/icon.svg",
    f"gnet_desktop-{VERSION}.data/data/share/applications/{APP_ID}.desktop",
    f"gnet_desktop-{VERSION}.data/data/share/applications/zz-gnet-desktop-pictures.desktop",
)
EXTRAS: Final = {"heic", "onnx", "test"}


def faults(path: Path) -> list[str]:
    """What is wrong with this wheel, as sentences."""
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        said = HeaderParser().parsestr(wheel.read(metadata).decode())
        scripts = wheel.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    found = [f"{name} is missing" for name in NEEDED if name not in names]
    found += [
        f"{name} does not belong in it"
        for name in names
        if not name.startswith(("gnet_desktop/", f"gnet_desktop-{VERSION}.")) or "__pycache__" in name
    ]
    if said["Version"] != VERSION:
        found.append(f"its version is {said['Version']}, not {VERSION}")
    if set(said.get_all("Provides-Extra", [])) != EXTRAS:
        found.append(f"its extras are {said.get_all('Provides-Extra')}, not {sorted(EXTRAS)}")
    found += [
        f"it has no {field}" for field in ("Classifier", "Project-URL", "Requires-Python") if not said[field]
    ]
    if any("+" in requirement for requirement in said.get_all("Requires-Dist", [])):
        found.append("a requirement names a local version")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", str(said.get_payload()))
    found += [f"PyPI can't show {each}" for each in pictures if not each.startswith("https://")]
    if not pictures:
        found.append("its description has no pictures")
    if "gnet-desktop = gnet_desktop.cli:main" not in scripts:
        found.append("it has no command gnet-desktop")
    if path.stat().st_size > BUDGETS["wheel"] * 1e6:
        found.append(f"it is larger than {BUDGETS['wheel']} MB")
    return found


if __name__ == "__main__":
    problems = faults(Path(sys.argv[1]))
    for problem in problems:
        print(f"wrong: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)
