"""What an index costs: time, memory and disk for folders of several sizes, each in its own process.

    python tests/bench/bench_folder.py PHOTOS WORK COUNT…

Folders of COUNT pictures are made in WORK by linking those of PHOTOS again and again; the
bundled checkpoint indexes each. A line of JSON a folder.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from gnet_desktop.file_kinds import PICTURE_ENDINGS


def linked(photos: Path, place: Path, count: int) -> Path:
    """A folder with so many pictures in class folders, linked, not copied."""
    files = sorted(file for file in photos.rglob("*") if file.suffix.lower() in PICTURE_ENDINGS)
    folder = place / f"pictures{count}"
    for number, file in enumerate(itertools.islice(itertools.cycle(files), count)):
        target = folder / file.parent.name / f"{number:06d}{file.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            os.link(file, target)
    return folder


def measure(folder: Path, out: Path) -> dict[str, float]:
    """Seconds, peak memory and bytes of an index that is made anew."""
    command = [sys.executable, "-m", "gnet_desktop", "index", str(folder), "--out", str(out)]
    began = time.monotonic()
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    sizes = {file.name: file.stat().st_size for file in out.iterdir()}
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
        "units_mib": round(sizes.get("units.npz", 0) / 2**20, 2),
        "answers_mib": round(sizes.get("answers.sqlite", 0) / 2**20, 2),
        "status": os.waitstatus_to_exitcode(status),
    }


def main() -> None:
    photos, work = Path(sys.argv[1]), Path(sys.argv[2])
    for count in map(int, sys.argv[3:]):
        folder = linked(photos, work, count)
        print(json.dumps({"pictures": count} | measure(folder, work / f"index{count}")), flush=True)


if __name__ == "__main__":
    main()
