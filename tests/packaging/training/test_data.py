"""What the training reads: pixels from the archive, and the views that are made of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from training import (
    augmentation,
    photos,
    source,
    strangers,
)

from tests.packaging.training.small import CPU, jpeg, tar_of, two_classes


def photo() -> np.ndarray:
    """64×64, smooth, so that rounding to bytes between Pillow's two passes costs at most a step or two."""
    y, x = np.mgrid[:64, :64] / 64
    return (127 + 100 * np.stack([np.sin(5 * x + y), np.cos(7 * y), np.sin(9 * x * y)], 2)).astype(np.uint8)


def test_the_tar_becomes_pixels_and_classes(tmp_path: Path) -> None:
    read = source.prepared(two_classes(tmp_path / "d.tar", train=2), tmp_path / "out")
    assert read.names == ("a", "b")
    assert read.train.pixels.shape == (4, 64, 64, 3)
    assert read.train.classes.tolist() == [0, 0, 1, 1]
    assert len(read.val) == 2


def test_a_tar_is_decoded_only_once(tmp_path: Path) -> None:
    tar = two_classes(tmp_path / "d.tar")
    source.prepared(tar, tmp_path / "out")
    tar.unlink()
    assert len(source.prepared(tar, tmp_path / "out").train) == 2


def test_names_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    tar = tar_of(
        tmp_path / "d.tar", {"../../evil/000/x.jpg": b"not a picture", "/train/000/x.jpg": b"neither"}
    )
    with pytest.raises(ValueError, match="at least one array"):
        source.unpack(tar, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_picture_of_another_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"train/000/x.jpg is 32×32, not 64×64"):
        source.decoded(jpeg(32), name="train/000/x.jpg")


def test_photos_are_found_by_what_their_folders_show(tmp_path: Path) -> None:
    root, names = tmp_path / "photos", photos.all_names(("apple", "goldfish"))
    learned, kept_back = (photos.STRANGE[kind][0] for kind in ("learned", "kept back"))
    levels = {("train", "grocery/Apple"): 30, ("val", "grocery/Apple"): 60, ("val", "caltech101/cup"): 90}
    levels |= {("train", learned): 120, ("val", learned): 150, ("train", kept_back): 180}
    levels[("train", "caltech101/of no use")] = 210
    for (part, folder), level in levels.items():
        collection, _, leaf = folder.partition("/")
        file = root / collection / part / leaf / "x.png"
        file.parent.mkdir(parents=True)
        Image.new("RGB", (200, 180), (level, level, level)).save(file)
    photos.unpack(root, tmp_path / "known", names)
    photos.unpack_strange(root, tmp_path / "strange")

    def found(folder: str, part: str) -> list[tuple[int, int, int]]:
        all_of = photos.opened(tmp_path / folder, part)
        assert all_of.large.shape[1:] == (176, 176, 3)
        assert all_of.small.shape[1:] == (64, 64, 3)
        levels = zip(all_of.large[:, 9, 9, 0].tolist(), all_of.small[:, 9, 9, 0].tolist(), strict=True)
        return [(*level, one) for level, one in zip(levels, all_of.classes.tolist(), strict=True)]

    assert found("known", "train") == [(30, 30, 0)]
    assert found("known", "val") == [(90, 90, names.index("cup")), (60, 60, 0)]
    assert found("strange", "kept back") == [(180, 180, photos.NONE)]
    made = photos.MADE * len(strangers.LEARNED)
    assert found("strange", "learned")[:-made] == [(120, 120, photos.NONE), (150, 150, photos.NONE)]


@pytest.mark.parametrize(("low", "high", "side"), [(0, 64, 128), (8, 40, 96), (3.5, 60.25, 64), (0, 64, 24)])
def test_a_crop_is_resized_as_pillow_does(low: float, high: float, side: int) -> None:
    picture = photo()
    box = (low, low, high, high)
    expected = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC, box=box)
    matrix = augmentation.resampling(
        torch.tensor([float(low)]), torch.tensor([float(high)]), side=side, source=64
    )
    values = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    found = augmentation.resized(values, matrix, matrix)[0].permute(1, 2, 0).clamp(0, 255)
    difference = np.abs(found.numpy() - np.asarray(expected, np.float32))
    assert difference.max() < 2


def test_preparing_equals_resize_and_centre_crop_of_pillow() -> None:
    picture = photo()
    expected = Image.fromarray(picture).resize((136, 136), Image.Resampling.BICUBIC).crop((4, 4, 132, 132))
    found = augmentation.straight(torch.from_numpy(picture)[None], resize=136, crop=128)[0]
    mean, std = torch.tensor(augmentation.MEAN), torch.tensor(augmentation.STD)
    values = found.permute(1, 2, 0) * std + mean
    assert np.abs(values.numpy() * 255 - np.asarray(expected)).max() < 2


def test_sharpening_blur_keeps_a_flat_line_and_its_ends() -> None:
    blur = augmentation.smoothing(5, CPU)
    assert torch.allclose(torch.ones(5) @ blur.T, torch.ones(5))
    assert torch.allclose(torch.tensor([4.0, 0, 0, 0, 0]) @ blur.T, torch.tensor([3.0, 1, 0, 0, 0]))


def test_views_repeat_for_a_seed_and_differ_between_seeds() -> None:
    pictures = torch.from_numpy(photo())[None].repeat(4, 1, 1, 1)

    def view(seed: int) -> torch.Tensor:
        return augmentation.views(
            augmentation.Dice(seed, CPU), pictures, side=32, strength=augmentation.Strength(blocky=0.5)
        )

    assert view(1).shape == (4, 3, 32, 32)
    assert torch.equal(view(1), view(1))
    assert not torch.allclose(view(1), view(2))
    assert not torch.allclose(view(1)[0], view(1)[1])


def test_a_flat_picture_stays_flat_under_any_geometry() -> None:
    grey = torch.full((64, 64, 64, 3), 128, dtype=torch.uint8)
    strength = augmentation.Strength(light=0, noise=0, grey=0, largest_area=1.5, blocky=0.3)
    found = augmentation.views(augmentation.Dice(3, CPU), grey, side=40, strength=strength)
    expected = (128 / 255 - torch.tensor(augmentation.MEAN)) / torch.tensor(augmentation.STD)
    assert torch.allclose(found, expected.view(1, 3, 1, 1).expand_as(found), atol=1e-4)


def test_boxes_have_the_areas_asked_for() -> None:
    strength = augmentation.Strength(smallest_area=0.25, largest_area=1.2)
    left, right, top, bottom = augmentation.boxes(augmentation.Dice(1, CPU), 2000, strength, 64)
    area = (right - left) * (bottom - top) / 64**2
    assert 0.249 < float(area.min()) < 0.26
    assert 1.15 < float(area.max()) < 1.201
    inside = (right - left) <= 64
    assert float(left[inside].min()) >= 0
    assert float(right[inside].max()) <= 64 + 1e-3


def test_cutmix_says_how_much_of_the_own_picture_is_left() -> None:
    batch = torch.arange(8.0).view(8, 1, 1, 1).expand(8, 3, 32, 32)
    strength = augmentation.Strength(cutmix=1)
    found, order, own = augmentation.mixed(augmentation.Dice(4, CPU), batch, strength)
    for index in range(8):
        if order[index] != index:
            assert float((found[index] == index).float().mean()) == pytest.approx(own)
            assert float((found[index] == float(order[index])).float().mean()) == pytest.approx(1 - own)
