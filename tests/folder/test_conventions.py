"""Which convention fits: candidates, samples, and the figures of each."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.folder.answering import AnsweringPass
from gnet_desktop.folder.conventions import candidates, sample_of, try_all, try_convention
from gnet_desktop.folder.scanning import scan
from gnet_desktop.folder.truth import Truth, from_folders, match
from gnet_desktop.network.record import Described


class RedOrBlue:
    """Says class 0 where the first channel is the larger one: right only where the order is RGB."""

    def described(self, batch: torch.Tensor) -> Described:
        means = batch.mean((2, 3)).numpy().astype(np.float32)
        return Described({"main": means[:, (0, 2)]}, means)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("colours")
    for name, colour in (("red", (200, 40, 40)), ("blue", (40, 40, 200)), ("other", (9, 9, 9))):
        (root / name).mkdir()
        for number in range(5):
            Image.new("RGB", (40, 30), colour).save(root / name / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return match(from_folders(scan(folder)), ("red", "blue"), "class folders")


def test_the_own_convention_comes_first_and_the_others_have_its_input_size() -> None:
    own = CONVENTIONS["caffe"].changed(size=292, crop=256)
    found = candidates(own)
    assert found[0] == own
    assert {one.side for one in found} == {256}
    assert len({one.name for one in found}) == len(found) > 5
    swapped = next(one for one in found if one.name.startswith("torchvision"))
    assert (swapped.size, swapped.crop, swapped.order) == (293, 256, "rgb")  # 256 · 256 / 224


def test_a_convention_that_is_the_own_one_by_another_name_is_tried_once() -> None:
    own = CONVENTIONS["torchvision"].changed(name="the file's own")
    assert [one.name for one in candidates(own) if "torchvision" in one.name] == []


def test_a_sample_is_of_judged_pictures_from_the_whole_folder(folder: Path, truth: Truth) -> None:
    found = scan(folder)
    assert set(sample_of(found, truth, 100)) == {path for path in found if not path.startswith("other/")}
    few = sample_of(found, truth, 4)
    assert [path.partition("/")[0] for path in few] == ["blue", "blue", "red", "red"]


def test_the_convention_with_the_right_order_of_colours_wins(folder: Path, truth: Truth) -> None:
    pictures = sample_of(scan(folder), truth, 10)
    own = CONVENTIONS["caffe"].changed(size=32, crop=24, mean=(0.0, 0.0, 0.0))
    seen: list[int] = []
    rgb, bgr = own.changed(order="rgb", name="rgb"), own.changed(order="bgr", name="bgr")
    best, worst = try_all(folder, pictures, RedOrBlue(), (bgr, rgb), truth, seen=lambda: seen.append(1))
    assert (best.convention.name, worst.convention.name) == ("rgb", "bgr")
    assert (best.figures.top1.count, worst.figures.top1.count, best.figures.top1.total) == (10, 0, 10)
    assert len(seen) == 20


def test_pictures_that_cannot_be_read_do_not_count(folder: Path, truth: Truth, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "some")
    (tmp_path / "some" / "red" / "0.png").write_bytes(b"\x89PNG\r\n")
    pictures = sample_of(scan(tmp_path / "some"), truth, 10)
    tried = try_convention(
        tmp_path / "some", pictures, AnsweringPass(RedOrBlue(), CONVENTIONS["inception"]), truth
    )
    assert tried.figures.top1.total == 9
