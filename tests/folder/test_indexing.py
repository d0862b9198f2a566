"""An index of real pictures: exact, shared out, stopped and gone on with."""

import json
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.cli import main
from gnet_desktop.folder import indexing, units
from gnet_desktop.folder.indexing import IndexingPass, index_folder, merge_indexes, opened_spectrum
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.folder.store import Store
from gnet_desktop.network.naming import parse_unit

COUNT = 14


@pytest.fixture(scope="module")
def through(bundled: Path) -> IndexingPass:
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.network.googlenet import GoogLeNet

    checkpoint = open_checkpoint(bundled)
    return IndexingPass(checkpoint, GoogLeNet.from_checkpoint(checkpoint), checkpoint.convention)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of soft noise in two class folders, and one that is broken."""
    root = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for index in range(COUNT):
        place = root / ("goldfish" if index % 2 else "no class")
        place.mkdir(exist_ok=True)
        small = random.integers(0, 255, (6, 9, 3), np.uint8)
        Image.fromarray(small).resize((180, 120 + index), Image.Resampling.BICUBIC).save(
            place / f"{index}.png"
        )
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(30))
    return root


def truth(path: str) -> int | None:
    return 0 if path.startswith("goldfish") else None


@pytest.fixture(scope="module")
def whole(through: IndexingPass, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    index_folder(folder, out, through, truth=truth)
    return out


def test_every_unit_is_what_a_plain_loop_over_the_pictures_finds(
    through: IndexingPass, folder: Path, whole: Path
) -> None:
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    found = opened_spectrum(whole)
    network: Any = through.network
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    records = {
        path: network(prepare(read_picture(folder / path), through.convention).tensor()) for path in paths
    }
    assert found.pictures == COUNT
    architecture = through.checkpoint.architecture
    for name in ("3a/1x1:5", "4a/5x5:11", "4e/pool_proj:3", "5b/3x3:200"):
        unit = parse_unit(name, architecture)
        row = units.row_of(architecture, unit)
        assert row is not None
        maps = {path: record[unit.part][unit.channel] for path, record in records.items()}
        expected = sorted(((-float(one.max()), path) for path, one in maps.items() if one.max() > 0))
        strongest = found.strongest(row)
        assert [path for path, _, _ in strongest] == [path for _, path in expected]
        for path, value, cell in strongest:
            assert value == pytest.approx(float(maps[path].max()), rel=1e-6)
            assert maps[path][cell] == maps[path].max()
        linear = [network.linear(record, unit.part)[unit.channel].min() for record in records.values()]
        assert found.lowest[row] == pytest.approx(min(linear), rel=1e-5)
    goldfish = [record for path, record in records.items() if path.startswith("goldfish")]
    place = list(found.classes).index(0)
    assert found.class_pictures[place] >= len(goldfish)


def test_shards_merged_are_the_whole_byte_by_byte(
    through: IndexingPass, folder: Path, whole: Path, tmp_path: Path
) -> None:
    parts = []
    for shard in (1, 2, 3):
        parts.append(tmp_path / str(shard))
        index_folder(folder, parts[-1], through, shard=(shard, 3), truth=truth)
    merge_indexes(parts[::-1], tmp_path / "merged")
    assert (tmp_path / "merged" / indexing.UNITS).read_bytes() == (whole / indexing.UNITS).read_bytes()
    stores = [Store(out / indexing.ANSWERS, through.recipe) for out in (tmp_path / "merged", whole)]
    assert [one.path for one in stores[0].answered()] == [one.path for one in stores[1].answered()]
    for store in stores:
        store.close()


def _note(seen: list[int], done: int, _total: int) -> None:
    seen.append(done)


def _below(seen: list[int], limit: int) -> bool:
    return seen[-1] < limit


def test_an_index_that_was_stopped_goes_on_and_equals_the_whole(
    through: IndexingPass, folder: Path, whole: Path, tmp_path: Path
) -> None:
    for limit in (3, 9, 100):
        seen: list[int] = []
        tell = partial(_note, seen)
        index_folder(
            folder, tmp_path, through, truth=truth, progress=tell, wanted=partial(_below, seen, limit)
        )
    assert (tmp_path / indexing.UNITS).read_bytes() == (whole / indexing.UNITS).read_bytes()


def test_a_second_run_reads_only_what_is_new(
    through: IndexingPass, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    index_folder(copy, tmp_path / "index", through)
    asked: list[str] = []
    passes = indexing._passes

    def noted(root: Path, stamps: Any, *rest: Any) -> Any:
        asked.extend(stamps)
        return passes(root, stamps, *rest)

    monkeypatch.setattr(indexing, "_passes", noted)
    Image.new("RGB", (150, 150), "red").save(copy / "red.png")
    found = index_folder(copy, tmp_path / "index", through)
    assert asked == ["red.png"]
    assert found.pictures == COUNT + 1
    (copy / "red.png").unlink()
    assert index_folder(copy, tmp_path / "index", through).pictures == COUNT


def test_top_prints_crops_in_the_pictures_own_pixels(
    folder: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "top.png"
    arguments = ["index", "top", "4a/5x5:11", "--from", str(whole), "--top", "4", "--format", "json"]
    assert main([*arguments, "--image", str(sheet), "--pictures", str(folder)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["value"] for row in rows] == sorted((row["value"] for row in rows), reverse=True)
    for row in rows:
        with Image.open(folder / row["picture"]) as picture:
            left, top, right, bottom = row["box"]
            assert 0 <= left < right <= picture.width
            assert 0 <= top < bottom <= picture.height
    assert sheet.stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments",
    [
        ["top", "4a/5x5:11"],
        ["top", "4a/5x5:9999", "--from", "INDEX"],
        ["top", "conv1:1", "--from", "INDEX"],
        ["top", "4a/5x5:1", "--from", "nowhere"],
        ["merge", "INDEX", "--out", "x"],
        ["FOLDER"],
    ],
)
def test_what_cannot_be_indexed_is_one_sentence_and_status_2(
    arguments: list[str], whole: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"INDEX": str(whole), "FOLDER": str(folder)}
    assert main(["index", *(names.get(one, one) for one in arguments)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_there(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "few").mkdir()
    shutil.copy(folder / "goldfish" / "1.png", tmp_path / "few")
    shutil.copy(folder / "broken.jpg", tmp_path / "few")
    assert main(["index", str(tmp_path / "few"), "--out", str(tmp_path / "index")]) == 1
    named, count = capsys.readouterr().err.splitlines()
    assert named.startswith("gnet-desktop: broken.jpg: ")
    assert count.startswith("1 picture, ")


@pytest.mark.slow
def test_killed_at_twenty_moments_nothing_is_lost_or_double(
    folder: Path, whole: Path, through: IndexingPass, tmp_path: Path
) -> None:
    out = tmp_path / "index"
    command = [
        sys.executable,
        "-m",
        "gnet_desktop",
        "index",
        str(folder),
        "--out",
        str(out),
        "--device",
        "cpu",
    ]
    random = np.random.default_rng(5)
    for _ in range(20):
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.5, 6))
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert subprocess.run(command, check=False).returncode == 1  # one picture is broken
    fresh = tmp_path / "fresh"
    assert main(["index", str(folder), "--out", str(fresh)]) == 1
    assert (out / indexing.UNITS).read_bytes() == (fresh / indexing.UNITS).read_bytes()
    assert Spectrum.loaded((out / indexing.UNITS).read_bytes()).pictures == COUNT
    torch.set_num_threads(1)
