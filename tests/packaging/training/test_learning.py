"""The training's steps: states that survive, replicas, photos beside small pictures, the upper part alone."""

import contextlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from training import (
    augmentation,
    mixture,
    photos,
    replica,
    schedule,
    source,
    state,
    teacher,
    upper,
)
from training.evaluation import heads_of
from training.teaching import scaled
from training.training import Trainer, train
from typing_extensions import override

from tests.packaging.training.small import CPU, as_any, two_classes


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


def heads_saying(logits: torch.Tensor) -> Any:
    """A network all of whose heads answer the same."""
    return lambda _batch: (logits, logits, logits)


def group(classes: list[int], **more: torch.Tensor) -> mixture.Group:
    return mixture.Group(torch.zeros(len(classes), 1, 1, 3), torch.tensor(classes), **more)


def test_a_loss_of_mixed_batches_is_smoothed_cross_entropy_of_both_classes() -> None:
    logits = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    own, other = torch.tensor([0, 1, 2, 3]), torch.tensor([4, 4, 0, 1])
    expected = torch.zeros(4)
    for row in range(4):
        wanted = torch.full((5,), replica.SMOOTHING / 5)
        wanted[own[row]] += 0.7 * (1 - replica.SMOOTHING)
        wanted[other[row]] += 0.3 * (1 - replica.SMOOTHING)
        expected[row] = -(wanted * logits[row].log_softmax(0)).sum()
    both = 0.7 * replica.targets(group([0, 1, 2, 3]), 5) + 0.3 * replica.targets(group([4, 4, 0, 1]), 5)
    found = replica.loss_of(heads_saying(logits), torch.zeros(4), [replica.Wanted(both)])
    assert float(found.detach()) == pytest.approx(1.6 * float(expected.detach().mean()), rel=1e-5)


def test_a_teacher_is_followed_among_the_classes_that_it_knows() -> None:
    logits = torch.randn(2, 5, generator=torch.Generator().manual_seed(4))
    said = torch.tensor([[0.25, 0.75, 0.0], [0.0, 0.5, 0.5]])
    wanted = replica.Wanted(replica.targets(group([0, 4]), 5), None, said)
    found = replica.loss_of(heads_saying(logits), torch.zeros(2), [wanted])
    own = torch.nn.functional.cross_entropy(
        logits, torch.tensor([0, 4]), label_smoothing=replica.SMOOTHING, reduction="none"
    )
    taught = -(said * logits[:, :3].log_softmax(1)).sum(1)
    expected = (1 - replica.TAUGHT) * own + replica.TAUGHT * taught
    assert float(found) == pytest.approx(1.6 * float(expected.detach().mean()), rel=1e-5)


def test_pictures_that_are_told_apart_from_some_classes_say_nothing_of_the_others() -> None:
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(2), requires_grad=True)
    among = torch.tensor([False, True, False, True, True])
    wanted_here = replica.Wanted(replica.targets(group([3, 1, 4], among=among), 5), among)
    found = replica.loss_of(heads_saying(logits), torch.zeros(3), [wanted_here])
    expected = torch.zeros(3)
    for row, place in enumerate((1, 0, 2)):  # of their classes among the three
        wanted = torch.full((3,), replica.SMOOTHING / 3)
        wanted[place] += 1 - replica.SMOOTHING
        expected[row] = -(wanted * logits[row, [1, 3, 4]].log_softmax(0)).sum()
    assert float(found.detach()) == pytest.approx(1.6 * float(expected.detach().mean()), rel=1e-5)
    found.backward()
    assert logits.grad is not None
    assert (logits.grad[:, ~among] == 0).all()
    assert (logits.grad[:, among] != 0).all()


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
        seen += [pixels.numpy().tobytes() for [part] in one.parts() for pixels in part.pixels]
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


def some_photos(classes: list[int], folders: list[int]) -> photos.Photos:
    """Photos whose every pixel is their own number."""
    numbers = np.arange(len(classes), dtype=np.uint8)[:, None, None, None]
    large, small = (np.broadcast_to(numbers, (len(classes), side, side, 3)).copy() for side in (176, 64))
    return photos.Photos(large, small, np.array(classes), np.array(folders))


def test_large_classes_and_collections_weigh_by_a_power_of_their_size() -> None:
    # class 0: 16 photos of folder 0 and 4 of folder 1; class 1: 5 of folder 2
    found = some_photos([0] * 20 + [1] * 5, [0] * 16 + [1] * 4 + [2] * 5)
    weights = mixture.balanced(found)
    assert float(weights[:20].sum() / weights[20:].sum()) == pytest.approx((20 / 5) ** 0.35)
    assert float(weights[:16].sum() / weights[16:20].sum()) == pytest.approx((16 / 4) ** 0.5)


def test_a_step_mixes_small_pictures_with_photos_sharp_and_reduced() -> None:
    pixels = np.full((40, 64, 64, 3), 255, np.uint8)
    small = source.Pictures(pixels, np.zeros(40, np.int64))
    feed = mixture.Mixture.of(small, some_photos([1] * 30, [0] * 30))
    of_small, reduced, sharp = feed.groups(3, 0, 32)
    assert of_small.pixels.shape == (16, 64, 64, 3)
    assert (of_small.pixels == 255).all()
    assert of_small.among is None
    assert reduced.pixels.shape == (10, 64, 64, 3)
    assert sharp.pixels.shape == (6, 176, 176, 3)
    for shown in (reduced, sharp):
        assert (shown.classes == 1).all()
        assert shown.among is not None
        assert shown.among.tolist() == [False, True]  # no photo shows class 0: they say nothing of that
    again = feed.groups(3, 0, 32)
    assert torch.equal(again[2].pixels, sharp.pixels)
    assert not torch.equal(feed.groups(3, 1, 32)[2].pixels, sharp.pixels)


def test_pictures_of_no_class_come_beside_the_others_and_are_told_apart_from_all_classes() -> None:
    small = source.Pictures(np.zeros((80, 64, 64, 3), np.uint8), np.zeros(80, np.int64))
    strange = some_photos([photos.NONE] * 30, [photos.NONE] * 30)
    feed = mixture.Mixture.of(small, some_photos([1] * 80, [0] * 80), strange=strange)
    plain = mixture.Mixture.of(small, some_photos([1] * 80, [0] * 80)).groups(3, 0, 128)
    *known, reduced, sharp = feed.groups(3, 0, 128)
    assert all(torch.equal(a.pixels, b.pixels) for a, b in zip(known, plain, strict=True))
    assert (reduced.pixels.shape, sharp.pixels.shape) == ((4, 64, 64, 3), (6, 176, 176, 3))
    for one in (reduced, sharp):
        assert (one.classes == photos.NONE).all()
        assert one.among is None
        assert torch.allclose(replica.targets(one, 7), torch.full((len(one.classes), 7), 1 / 7))


def test_some_views_stand_small_in_a_scene_of_no_class_with_soft_edges() -> None:
    dice = augmentation.Dice(5, torch.device("cpu"))
    known, scenes = torch.full((400, 3, 60, 60), 1.0), torch.full((2, 3, 60, 60), -1.0)
    found = augmentation.in_scenes(dice, known, scenes, replace(augmentation.PLAIN, scenes=0.25))
    changed = found[(found != 1).flatten(1).any(1)]
    assert 60 < len(changed) < 140
    assert (known == 1).all()  # what was given stays
    low, high = augmentation.INSET
    shares = ((changed[:, 0] + 1) / 2).mean((1, 2))  # of the picture that shows the view
    assert (shares < high**2).all()
    assert (shares > 0.6 * low**2).all()
    assert float(changed.max()) == pytest.approx(1, abs=1e-5)
    assert float(changed.min()) == -1
    assert ((changed > -0.9) & (changed < 0.9)).any()
    assert augmentation.in_scenes(dice, known, scenes, augmentation.PLAIN) is known


def test_only_known_views_lend_detail_and_only_they_stand_in_scenes() -> None:
    groups = [
        mixture.Group(torch.zeros(20, side, side, 3), torch.full((20,), one))
        for side, one in ((64, 0), (176, 1), (64, photos.NONE), (176, photos.NONE))
    ]
    parts = [torch.full((20, 3, 24, 24), value) for value in (0.0, 1.0, 2.0, 3.0)]
    dice = augmentation.Dice(5, torch.device("cpu"))
    found = replica.with_others(dice, groups, parts, replace(augmentation.PLAIN, borrowed=1.0, scenes=0.5))
    assert all(set(part.unique().tolist()) & {2.0, 3.0} for part in found[:2])  # of the two that are no class
    assert torch.equal(found[2], parts[2])
    assert torch.equal(found[3], parts[3])
    (alone,) = replica.with_others(dice, groups[:1], parts[:1], replace(augmentation.PLAIN, scenes=0.5))
    assert torch.equal(alone, parts[0])


def test_what_a_teacher_says_stays_beside_its_pictures() -> None:
    small = source.Pictures(np.zeros((40, 64, 64, 3), np.uint8), np.arange(40) % 2)
    said = mixture.Taught(torch.eye(2)[np.arange(40) % 2].half(), torch.full((30, 2), 0.5).half())
    feed = mixture.Mixture.of(small, some_photos([2] * 30, [0] * 30), taught=said)
    of_small, reduced, sharp = feed.groups(3, 0, 32)
    assert of_small.taught is not None
    assert torch.equal(of_small.taught.argmax(1), of_small.classes)
    halves = of_small.split(2)
    assert [len(half.classes) for half in halves] == [8, 8]
    kept = torch.cat([half.taught for half in halves if half.taught is not None])
    assert torch.equal(kept, of_small.taught)
    for photo in (reduced, sharp):
        assert photo.taught is not None
        assert (photo.taught == 0.5).all()


def test_a_teacher_is_corrected_by_half_where_it_knows_the_class() -> None:
    said = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    assert teacher.corrected(said, np.array([1, 2])).tolist() == [[0.25, 0.75], [0.25, 0.75]]


def test_borrowed_detail_is_what_blurring_takes_away_and_only_some_views_get_it() -> None:
    dice = augmentation.Dice(5, torch.device("cpu"))
    soft = torch.zeros(400, 3, 8, 8)
    board = (torch.arange(8)[:, None] + torch.arange(8)) % 2 * 2.0 - 1
    flat = torch.full((3, 8, 8), 0.7)
    plan = replace(augmentation.PLAIN, borrowed=0.25)
    found = augmentation.with_borrowed_detail(dice, soft, board.expand(2, 3, 8, 8), plan)
    changed = found.abs().amax((1, 2, 3)) > 0
    assert 60 < int(changed.sum()) < 140
    assert (found[:, :, 3, 3].sign() * board[3, 3] >= 0).all()  # detail keeps its sign
    none = augmentation.with_borrowed_detail(dice, soft, flat[None], plan)
    assert none.abs().max() < 1e-6  # what is smooth has none to lend
    assert augmentation.with_borrowed_detail(dice, soft, flat[None], augmentation.PLAIN) is soft


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


def test_parts_are_worked_out_in_order_on_a_copy_for_each_thread() -> None:
    net = torch.nn.Linear(2, 2)
    found = replica.on_copies(net, lambda own, part: (part, id(own), own.training), range(40), 2)
    assert [part for part, _, _ in found] == list(range(40))
    assert id(net) not in {place for _, place, _ in found}
    assert len({place for _, place, _ in found}) <= 2
    assert not any(training for _, _, training in found)


def test_a_fault_in_one_part_is_raised_and_keeps_no_thread_waiting() -> None:
    """A thread that waited for the network that was in use then would wait without end."""

    def work(_: torch.nn.Module, part: int) -> int:
        if part == 0:
            raise ValueError("no such picture")
        return part

    with pytest.raises(ValueError, match="no such picture"):
        replica.on_copies(torch.nn.Linear(2, 2), work, range(5), 1)
