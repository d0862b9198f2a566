"""The examples of docs/clusters.md, run as they stand there with two processes on this machine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.folder.indexing import UNITS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "clusters.md"


def example(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``photos``, their index in one run, and ``bin/gnet-desktop``."""
    root = tmp_path_factory.mktemp("cluster")
    random = np.random.default_rng(2)
    (root / "photos").mkdir()
    for number in range(7):
        small = random.integers(0, 255, (6, 8, 3), np.uint8)
        Image.fromarray(small).resize((160, 120)).save(root / "photos" / f"{number}.png")
    (root / "bin").mkdir()
    program = root / "bin" / "gnet-desktop"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gnet_desktop "$@"\n')
    program.chmod(0o755)
    subprocess.run(["gnet-desktop", "index", "photos", "--out", "alone"], **where(root))
    return root


def where(root: Path, **more: str) -> dict[str, Any]:
    paths = os.pathsep.join([str(root / "bin"), os.environ["PATH"]])
    return {"cwd": root, "check": True, "env": {**os.environ, "PATH": paths, **more}}


def in_own_folder(place: Path, tmp_path: Path) -> Path:
    for name in ("photos", "bin", "alone"):
        shutil.copytree(place / name, tmp_path / name)
    return tmp_path


def assert_whole(place: Path) -> None:
    assert (place / "whole" / UNITS).read_bytes() == (place / "alone" / UNITS).read_bytes()
    assert (place / "shard2" / UNITS).read_bytes() != (place / "alone" / UNITS).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("parallel") is None, reason="GNU parallel is not installed")
def test_gnu_parallel(place: Path, tmp_path: Path) -> None:
    here = in_own_folder(place, tmp_path)
    subprocess.run(["bash", "-e", "-c", example("sh")], **where(here))
    assert_whole(here)


@pytest.mark.slow
def test_a_slurm_array(place: Path, tmp_path: Path) -> None:
    """Its script with what Slurm sets, both tasks at once."""
    here = in_own_folder(place, tmp_path)
    (here / "job.sh").write_text(example("bash"))
    tasks = []
    for task in ("1", "2"):
        told = where(here, SLURM_ARRAY_TASK_ID=task, SLURM_ARRAY_TASK_COUNT="2")
        told.pop("check")
        tasks.append(subprocess.Popen(["bash", "-e", "job.sh"], **told))
    assert [task.wait() for task in tasks] == [0, 0]
    subprocess.run(["gnet-desktop", "index", "merge", "shard1", "shard2", "--out", "whole"], **where(here))
    assert_whole(here)


@pytest.mark.slow
def test_dask(place: Path, tmp_path: Path) -> None:
    pytest.importorskip("dask.distributed", reason="Dask is not installed")
    here = in_own_folder(place, tmp_path)
    (here / "run.py").write_text(example("python"))
    subprocess.run([sys.executable, "run.py"], **where(here))
    assert_whole(here)
