"""The training of the bundled checkpoint: its parts, on a few small pictures."""

import contextlib
import io
import json
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typing_extensions import override

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

from training import (  # noqa: E402
    augmentation,
    bvlc_heads,
    bvlc_views,
    calibration,
    export,
    mixture,
    photos,
    replica,
    schedule,
    source,
    state,
    strangers,
    upper,
)
from training.commands import next_time, scaled  # noqa: E402
from training.evaluation import accuracy, heads_of  # noqa: E402
from training.training import Trainer, train  # noqa: E402

CPU = torch.device("cpu")
RNG = np.random.default_rng(5)


def jpeg(side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (side, side, 3), np.uint8)).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def tar_of(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def two_classes(path: Path, *, train: int = 1, val: int = 1) -> Path:
    files = {"classes.json": json.dumps({"classes": [{"name": "a"}, {"name": "b"}]}).encode()}
    for part, count in (("train", train), ("val", val)):
        files |= {f"{part}/{c:03}/x_{i}.jpg": jpeg() for c in (0, 1) for i in range(count)}
    return tar_of(path, files)


def photo() -> np.ndarray:
    """64×64, smooth, so that rounding to bytes between Pillow's two passes costs at most a step or two."""
    y, x = np.mgrid[:64, :64] / 64
    return (127 + 100 * np.stack([np.sin(5 * x + y), np.cos(7 * y), np.sin(9 * x * y)], 2)).astype(np.uint8)


# --- reading


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


# --- views


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


# --- plan


def test_the_rate_climbs_stays_and_falls_to_zero() -> None:
    plan = schedule.FULL
    assert plan.factor(plan.warm_up / 2) == pytest.approx(0.5)
    assert plan.factor(plan.falls_from) == 1
    assert plan.factor((plan.falls_from + plan.epochs) / 2) == pytest.approx(0.5)
    assert plan.factor(plan.epochs) == 0


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_views_only_grow_and_end_at_128(device: str) -> None:
    plan = schedule.PLANS[device]
    sides = [phase.side for phase in plan.phases]
    assert sides == sorted(sides)
    assert sides[-1] >= 128
    assert plan.phase(0).side == sides[0]
    assert plan.phase(1e9).side == sides[-1]


def test_a_shrunk_plan_keeps_its_proportions() -> None:
    short = scaled(schedule.FULL, 8)
    assert short.epochs == pytest.approx(8)
    assert short.falls_from / 8 == pytest.approx(schedule.FULL.falls_from / schedule.FULL.epochs)


def test_an_annealed_copy_goes_from_the_present_rate_to_zero() -> None:
    plan = schedule.annealing(20.0, 4, factor=0.8, sides=(96, 112))
    assert plan.rate * plan.factor(20.0) == pytest.approx(0.8 * schedule.FULL.rate)
    assert plan.factor(22.0) == pytest.approx(0.5)
    assert plan.factor(24.0) == 0
    assert [plan.phase(epoch).side for epoch in (20.0, 22.0, 23.0, 24.0)] == [96, 96, 112, 112]


def test_a_time_that_has_passed_means_tomorrow() -> None:
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert next_time("23:05", now) == datetime(2026, 3, 31, 23, 5, tzinfo=UTC)
    assert next_time("06:00", now) == datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


# --- state and training


def test_a_damaged_write_leaves_the_state_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.save(tmp_path, {"step": 1})
    state.save(tmp_path, {"step": 2})

    def broken(_state: object, handle: io.BufferedWriter) -> None:
        handle.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="disk full"):
        state.save(tmp_path, {"step": 3})
    assert state.load(tmp_path) == {"step": 2}
    (tmp_path / state.STATE).unlink()  # a stop between the two renames
    assert state.load(tmp_path) == {"step": 1}


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with state.alone(tmp_path), pytest.raises(BlockingIOError), state.alone(tmp_path):
        pass


def test_a_loss_of_mixed_batches_is_smoothed_cross_entropy_of_both_classes() -> None:
    logits = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    own, other = torch.tensor([0, 1, 2, 3]), torch.tensor([4, 4, 0, 1])
    expected = torch.zeros(4)
    for row in range(4):
        wanted = torch.full((5,), replica.SMOOTHING / 5)
        wanted[own[row]] += 0.7 * (1 - replica.SMOOTHING)
        wanted[other[row]] += 0.3 * (1 - replica.SMOOTHING)
        expected[row] = -(wanted * logits[row].log_softmax(0)).sum()
    net: Any = lambda _batch: (logits, logits, logits)  # noqa: E731
    found = replica.loss_of(net, torch.zeros(4), (own, other), 0.7)
    assert float(found) == pytest.approx(1.6 * float(expected.mean()), rel=1e-5)


def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small network with torchvision's two extra outputs in place of GoogLeNet."""

    class Tiny(torch.nn.Module):
        def __init__(self, classes: int) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 8, 5, stride=4)
            self.norm = torch.nn.BatchNorm2d(8)
            self.dropout = torch.nn.Dropout(0.2)
            self.fc = torch.nn.Linear(8, classes)

        @override
        def forward(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
            values = self.norm(self.conv(batch)).relu().mean((2, 3))
            return tuple(self.fc(self.dropout(values)) for _ in range(3))

    monkeypatch.setattr("training.training.network", Tiny)
    monkeypatch.setattr("training.training.BATCH", {"cpu": 8, "cuda": 8})


def as_any(net: torch.nn.Module) -> Any:
    """A network whose layers are asked for by their names, which no type tells."""
    return net


def trainer(folder: Path, *, workers: int = 2) -> Trainer:
    data = source.prepared(folder / "d.tar", folder / "pictures")
    return Trainer(data, schedule.FULL, folder, CPU, seed=1, workers=workers)


def in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train without bfloat16, whose kernels don't give the same sums twice."""
    loss_of = replica.loss_of
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())
    monkeypatch.setattr(replica, "loss_of", lambda net, batch, *rest: loss_of(net, batch.float(), *rest))


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny(monkeypatch)
    in_float32(monkeypatch)
    two_classes(tmp_path / "d.tar", train=16)
    whole, first, second = (trainer(tmp_path) for _ in range(3))
    for _ in range(6):
        whole.one_step(schedule.FULL)
    for _ in range(3):
        first.one_step(schedule.FULL)
    state.save(tmp_path, first.state())
    kept = state.load(tmp_path)
    assert kept is not None
    second.restore(kept)
    for _ in range(3):
        second.one_step(schedule.FULL)
    for name, value in whole.net.state_dict().items():
        assert torch.equal(value, second.net.state_dict()[name]), name
    for name, value in whole.averaged.state_dict().items():
        assert torch.equal(value, second.averaged.state_dict()[name]), name


def test_replicas_learn_the_mean_gradient_of_the_whole_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny(monkeypatch)
    two_classes(tmp_path / "d.tar", train=4)
    both = trainer(tmp_path)
    first, second = (as_any(replica.net) for replica in both.replicas)
    assert second.fc.weight.data_ptr() == first.fc.weight.data_ptr()
    both.one_step(schedule.FULL)
    assert torch.equal(second.fc.weight, first.fc.weight)  # the step reached both
    assert second.norm.running_mean.data_ptr() != first.norm.running_mean.data_ptr()


def test_an_epoch_shows_every_picture_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny(monkeypatch)
    two_classes(tmp_path / "d.tar", train=16)
    one = trainer(tmp_path, workers=1)
    seen = []
    for step in range(one.per_epoch):
        one.run.step = step
        seen += [pixels.numpy().tobytes() for [(batch, _)] in one.parts() for pixels in batch]
    assert len(set(seen)) == 32


@pytest.mark.parametrize("device", ["cpu", "cuda"])  # the plan of a GPU runs anywhere, if slowly
def test_a_plan_runs_to_its_end_and_saves(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny(monkeypatch)
    monkeypatch.setattr("training.training.measured", lambda _trainer, **_size: {"main_top1": 50.0})
    two_classes(tmp_path / "d.tar", train=8)
    short = scaled(schedule.PLANS[device], 4)
    assert train(trainer(tmp_path), plan_now=lambda _: short, save_every=1e9, measure=(136, 128))
    saved = state.load(tmp_path)
    assert saved is not None
    assert saved["run"]["step"] == 8
    assert saved["run"]["history"][-1]["main_top1"] == 50.0


# --- photos beside the small pictures


def some_photos(classes: list[int], folders: list[int]) -> photos.Photos:
    """Photos whose every pixel is their own number."""
    numbers = np.arange(len(classes), dtype=np.uint8)[:, None, None, None]
    large, small = (np.broadcast_to(numbers, (len(classes), side, side, 3)).copy() for side in (176, 64))
    return photos.Photos(large, small, np.array(classes), np.array(folders))


def test_large_classes_and_collections_weigh_by_the_root_of_their_size() -> None:
    # class 0: 16 photos of folder 0 and 4 of folder 1; class 1: 5 of folder 2
    found = some_photos([0] * 20 + [1] * 5, [0] * 16 + [1] * 4 + [2] * 5)
    weights = mixture.balanced(found)
    assert float(weights[:20].sum() / weights[20:].sum()) == pytest.approx((20 / 5) ** 0.5)
    assert float(weights[:16].sum() / weights[16:20].sum()) == pytest.approx((16 / 4) ** 0.5)


def test_a_step_mixes_small_pictures_with_photos_sharp_and_reduced() -> None:
    pixels = np.full((40, 64, 64, 3), 255, np.uint8)
    small = source.Pictures(pixels, np.zeros(40, np.int64))
    feed = mixture.Mixture.of(small, some_photos([1] * 30, [0] * 30))
    (soft, soft_classes), (sharp, sharp_classes) = feed.groups(3, 0, 32)
    assert soft.shape == (22, 64, 64, 3)
    assert sharp.shape == (10, 176, 176, 3)
    assert soft_classes.sum() == 6  # photos among the small ones
    assert ((soft[:, 0, 0, 0] == 255) == (soft_classes == 0)).all()
    assert sharp_classes.tolist() == [1] * 10
    again = feed.groups(3, 0, 32)
    assert torch.equal(again[1][0], sharp)
    assert not torch.equal(feed.groups(3, 1, 32)[1][0], sharp)


def test_a_new_network_begins_with_the_weights_of_the_old_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny(monkeypatch)
    two_classes(tmp_path / "d.tar", train=4)
    one = trainer(tmp_path)
    old = {"conv.weight": torch.ones(8, 3, 5, 5), "fc.weight": torch.full((1, 8), 3.0)}
    net = as_any(one.net)
    before = net.fc.weight[1].clone()
    one.start_from(old)
    assert (net.conv.weight == 1).all()
    assert (as_any(one.replicas[1].net).fc.weight[0] == 3).all()
    assert torch.equal(net.fc.weight[1], before)
    assert (as_any(one.averaged).fc.weight[0] == 3).all()


def test_the_upper_part_answers_from_what_was_kept_as_the_whole_network_does(tmp_path: Path) -> None:
    net = replica.network(3).eval()
    batch = torch.randn(4, 3, 96, 96, generator=torch.Generator().manual_seed(4))
    kept = upper.seen(net, batch)
    with torch.inference_mode():
        found, expected = upper.answers(net, kept), heads_of(net, batch)
    for head in ("main", "aux1", "aux2"):  # what was kept is rounded to eleven bits, after bfloat16's eight
        scale = float(expected[head].abs().max())
        assert float((found[head] - expected[head]).abs().max()) < 0.06 * scale, head


def test_only_the_upper_part_learns_from_shards_that_were_kept(tmp_path: Path) -> None:
    old = replica.network(2)
    weights = {name: value for name, value in old.state_dict().items() if value.ndim}
    feed = mixture.Mixture.of(
        source.Pictures(np.zeros((40, 64, 64, 3), np.uint8), np.zeros(40, np.int64)),
        some_photos([2] * 60, [0] * 60),
    )
    upper.cache(old, feed, tmp_path / "kept", seed=1, shards=1, side=64, workers=1, steps=1)
    shards = upper.Shards(tmp_path / "kept")
    replicas = upper.begun(weights, 3, 2)
    net, steps = as_any(replicas[0].net), iter((0.0, 0.5, 1.0))
    assert (net.fc.weight[2] == 0).all()
    assert torch.equal(net.fc.weight[:2], weights["fc.weight"])
    done = upper.train(
        replicas, shards, seed=1, rate=0.02, gone=lambda: next(steps), say=lambda *_values: None
    )
    assert done == 2
    assert len(shards.parts["classes"][0]) == upper.BATCH
    assert torch.equal(net.conv1.conv.weight, weights["conv1.conv.weight"])
    assert torch.equal(net.inception4e.branch1.conv.weight, weights["inception4e.branch1.conv.weight"])
    assert not torch.equal(net.inception5a.branch1.conv.weight, weights["inception5a.branch1.conv.weight"])
    assert torch.equal(as_any(replicas[1].net).fc.weight, net.fc.weight)
    assert (net.fc.weight[2] != 0).any()


# --- heads for a published network


def test_a_trained_head_says_the_same_in_the_program() -> None:
    """Its form is the published one, so its tensors fit the program's layers."""
    from gnet_desktop.network.architecture import Pool
    from gnet_desktop.network.families import build
    from gnet_desktop.network.weightless import pool

    head = bvlc_heads.Head(512, classes=9).eval()
    maps = torch.rand(2, 512, 14, 14, generator=torch.Generator().manual_seed(5))
    recipe = build("caffe", aux_classes={"aux1": 9}).head("aux1")
    assert recipe is not None
    assert isinstance(recipe.pool, Pool)
    pooled = torch.nn.functional.avg_pool2d(maps, 5, 3, ceil_mode=True)
    assert torch.equal(pooled, pool(recipe.pool, maps))
    named = bvlc_heads.tensors_of(torch.nn.ModuleDict({"aux1": head}))
    assert set(named) == {
        f"aux1/{part}.{kind}" for part in ("conv", "fc1", "fc2") for kind in ("weight", "bias")
    }
    values = pooled.clone()
    with torch.inference_mode():
        values = torch.nn.functional.conv2d(
            values, named["aux1/conv.weight"].float(), named["aux1/conv.bias"].float()
        )
        for part in ("fc1", "fc2"):
            values = (
                values.relu().flatten(1) @ named[f"aux1/{part}.weight"].float().T + named[f"aux1/{part}.bias"]
            )
        assert torch.allclose(values, head(pooled), rtol=0.02, atol=0.02)


def test_first_shards_are_kept_back_from_learning(tmp_path: Path) -> None:
    names = ("00-000000", "00-001024", "01-000000", "small-000000", "small-001024", "small-002048.part")
    for name in names:
        (tmp_path / f"{name}.npz").touch()
    learn, back = bvlc_views.parted(tmp_path)
    assert [file.stem for file in learn] == ["00-001024", "small-001024"]
    assert [file.stem for file in back] == ["00-000000", "01-000000", "small-000000"]


def test_agreement_and_right_answers_are_counted() -> None:
    class Says(torch.nn.Module):
        @override
        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return values

    order = -0.01 * torch.arange(8)  # no two answers alike
    logits = torch.eye(8)[[0, 1, 2, 3]] + order
    read = {"logits": logits, "aux1": torch.eye(8)[[0, 1, 5, 6]] + order, "aux2": logits}
    heads = torch.nn.ModuleDict({"aux1": Says(), "aux2": Says()})
    found = bvlc_heads.measure(heads, read, torch.tensor([0, 7, 2, 3]))
    assert found["main"] == {"agrees": 100.0, "top1": 75.0, "top5": 75.0}
    assert (found["aux1"]["agrees"], found["aux1"]["top1"]) == (50.0, 25.0)


# --- figures


def test_a_fitted_temperature_finds_the_one_that_was_applied() -> None:
    generator = torch.Generator().manual_seed(2)
    logits = 2 * torch.randn(6_000, 6, generator=generator)
    classes = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    assert calibration.fitted_temperature(logits * 3, classes) == pytest.approx(3, rel=0.05)
    assert calibration.calibration_error(logits.softmax(1), classes) < 2
    assert calibration.calibration_error((logits * 3).softmax(1), classes) > 10


def test_calibration_error_of_a_hand_made_case() -> None:
    probabilities = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    classes = torch.tensor([0, 1, 0, 0])
    assert calibration.calibration_error(probabilities, classes) == pytest.approx(50 * 0.4 + 50 * 0.4)


def test_the_threshold_hides_few_right_answers_and_most_strangers() -> None:
    def row(best: float) -> list[float]:
        return [best, 1 - best]

    known = torch.tensor([row(0.55 + 0.004 * step) for step in range(100)])
    outside = torch.tensor([row(0.5), row(0.52), row(0.56), row(0.9)])
    right = torch.ones(100, dtype=torch.bool)
    found = calibration.threshold(known, right, outside, measure="max_probability", most_lost_right=5)
    assert found.value == pytest.approx(0.57)
    assert found.lost_right == pytest.approx(5, abs=1)
    assert found.strangers == 75


def test_area_under_the_curve_counts_pairs() -> None:
    assert calibration.area_under_curve(torch.tensor([0.9, 0.5]), torch.tensor([0.1, 0.5])) == 87.5


def test_accuracy_counts_the_first_answers() -> None:
    logits = torch.tensor([[3.0, 2, 1], [1, 2, 3], [3, 1, 2]])
    classes = torch.tensor([0, 1, 1])
    assert accuracy(logits, classes, 1) == pytest.approx(33.33)
    assert accuracy(logits, classes, 2) == pytest.approx(66.67)


def test_every_stranger_is_a_picture_that_repeats_for_its_seed() -> None:
    first, again = strangers.strangers(2), strangers.strangers(2)
    assert set(first) == set(strangers.MAKERS)
    for kind, images in first.items():
        assert [image.tobytes() for image in images] == [image.tobytes() for image in again[kind]], kind
        assert images[0].tobytes() != images[1].tobytes(), kind
        assert all(image.mode == "RGB" and min(image.size) >= 128 for image in images), kind


# --- the file that ships


def test_heads_are_those_that_torchvision_answers_while_training() -> None:
    net = as_any(replica.network(7).eval())
    batch = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    found = heads_of(net, batch)
    with torch.inference_mode():
        fed = net.maxpool2(net.conv3(net.conv2(net.maxpool1(net.conv1(batch)))))
        fed = net.inception4a(net.maxpool3(net.inception3b(net.inception3a(fed))))
        assert torch.allclose(found["aux1"], net.aux1(fed), atol=1e-5)
        fed = net.inception4d(net.inception4c(net.inception4b(fed)))
        assert torch.allclose(found["aux2"], net.aux2(fed), atol=1e-5)
    assert torch.equal(found["main"], net(batch))


def test_reestimated_statistics_are_the_mean_over_the_batches() -> None:
    norm = torch.nn.BatchNorm2d(3)
    net = torch.nn.Sequential(norm)
    pictures = source.Pictures(np.full((64, 64, 64, 3), 128, np.uint8), np.zeros(64, np.int64))
    export.reestimate(net, mixture.Shuffled.of(pictures), side=32, batches=2, size=32)
    expected = (128 / 255 - torch.tensor(augmentation.MEAN)) / torch.tensor(augmentation.STD)
    assert norm.running_mean is not None
    assert torch.allclose(norm.running_mean, expected, atol=1e-4)
    assert not net.training


def test_a_weight_too_large_for_float16_is_refused() -> None:
    with pytest.raises(OverflowError, match="bias"):
        export.halved({"fc.bias": torch.tensor([1e6])})


def test_the_file_tells_all_that_a_reader_needs(tmp_path: Path) -> None:
    from safetensors import safe_open

    head = {"val_top1": 70.0, "val_top5": 90.0, "photos_top1": 60.0, "photos_top5": 80.0}
    heads = {name: head | {"ece_after": 1.0, "temperature": 1.25} for name in ("main", "aux1", "aux2")}
    figures = {"heads": heads, "nothing_fits": {"max_probability": {"value": 0.31}}}
    texts = export.metadata(("cat", "dog"), figures, epochs=80, seconds=7200)
    net = replica.network(2)
    size = export.write(tmp_path / "x.safetensors", export.halved(net.state_dict()), texts)
    assert size < export.LARGEST
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]
    with safe_open(tmp_path / "x.safetensors", "pt") as file:
        said = file.metadata()
        assert len(file.keys()) == 305  # docs/formats.md#torchvision: with both heads, without counters
        assert file.get_tensor("fc.bias").dtype == torch.float16
    assert json.loads(said["labels"]) == ["cat", "dog"]
    assert json.loads(said["temperatures"]) == {"main": 1.25, "aux1": 1.25, "aux2": 1.25}
    assert json.loads(said["nothing_fits"]) == {"measure": "max_probability", "threshold": 0.31}
    assert json.loads(said["input"])["crop"] == 144
