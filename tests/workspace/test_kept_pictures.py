"""Kept pictures after the process was killed while it wrote, and on a disk that is full."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.convention import parse_convention
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.store import Kept
from gnet_desktop.inspection.visualisation.wanted import unit_wanted
from gnet_desktop.network.families import build

RECIPE = Recipe(steps=1, size=128)
SHA256 = "a" * 64


def made(channel: int) -> Made:
    random = np.random.default_rng(channel)
    pixels = random.integers(0, 255, (1, 128, 128, 3)).astype(np.uint8)
    wanted = unit_wanted(build("torchvision"), f"4a/3x3:{channel}")
    return Made(wanted, RECIPE, 1, pixels, (float(channel),), (0.5,))


def keep_many(folder: Path) -> None:
    """Keep pictures until somebody ends this."""
    kept, convention = Kept(folder), parse_convention("torchvision")
    print("ready", flush=True)
    for round_ in range(1000):
        for channel in range(12):
            kept.put(SHA256, convention, made(channel))
        print(round_, flush=True)


@pytest.mark.slow
def test_a_kill_leaves_whole_pictures_or_none(tmp_path: Path) -> None:
    convention, kept = parse_convention("torchvision"), Kept(tmp_path)
    for turn in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import *; keep_many(Path({str(tmp_path)!r}))"],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        for _ in range(1 + turn):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        for channel in range(12):
            found = kept.get(SHA256, convention, made(channel).wanted, RECIPE)
            assert found is None or np.array_equal(found.pictures, made(channel).pictures)
    for path in tmp_path.glob("*.png"):
        Image.open(path).load()
    kept.limit = 0
    kept.make_room()
    assert not list(tmp_path.iterdir()), "what a kill left half written is counted, and goes"


def test_where_a_file_cannot_be_written_to_its_end_nothing_is_kept_half_and_nothing_fails(
    tmp_path: Path,
) -> None:
    resource = pytest.importorskip("resource")
    convention, kept = parse_convention("torchvision"), Kept(tmp_path)
    assert kept.put(SHA256, convention, made(0))

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        assert not kept.put(SHA256, convention, made(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(list(tmp_path.iterdir())) == 1
    assert kept.get(SHA256, convention, made(0).wanted, RECIPE) is not None
    assert kept.get(SHA256, convention, made(1).wanted, RECIPE) is None
    assert kept.put(SHA256, convention, made(1))
