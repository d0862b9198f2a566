"""The last layers alone: what they read, how they learn, and what stays as it is."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from training import classifiers, commands, export, photos, replica, shipping, state, teaching
from training.evaluation import heads_of
from training.photos import Photos
from training.source import Pictures, Source


def net_of(classes: int) -> torch.nn.Module:
    torch.manual_seed(3)
    return replica.network(classes).eval()


def layer(classes: int, width: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(classes)
    return torch.randn(classes, width, generator=generator), torch.randn(classes, generator=generator)


def test_what_the_last_layers_read_gives_the_whole_networks_answers() -> None:
    net, batch = net_of(4), torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        expected = heads_of(net, batch)
    read = classifiers.read_by_last_layers(net, batch)
    for head, one in classifiers.layers_of(net).items():
        torch.testing.assert_close(classifiers.said(one, read[head]), expected[head])


def test_features_are_the_same_for_the_same_seed_on_any_number_of_threads() -> None:
    net = net_of(3)
    pixels = np.random.default_rng(0).integers(0, 256, (70, 64, 64, 3), dtype=np.uint8)
    one, two = (
        classifiers.kept(net, pixels, np.arange(70) % 3, side=64, seed=5, workers=workers)
        for workers in (1, 2)
    )
    assert one.classes.tolist() == [index % 3 for index in range(70)]
    torch.testing.assert_close(one.read["main"], two.read["main"])
    assert one.read["main"].shape == (70, 1024)


def test_a_class_is_drawn_as_a_power_of_its_photos() -> None:
    classes = torch.tensor([0] * 32 + [1])
    chances = classifiers.chances(classes, 0.2)
    of_first, of_second = chances[classes == 0].sum(), chances[classes == 1].sum()
    assert float(of_first / of_second) == pytest.approx(2)  # 32 ** 0.2


def test_a_photos_label_says_nothing_of_classes_without_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "DROPOUT", 0.0)
    shares = classifiers.Shares(before=0)
    now, shown = layer(3), torch.tensor([True, False, True])
    read, classes = torch.randn(5, 8), torch.tensor([0, 2, 2, 0, 2])
    found = classifiers.loss_of(now, now, {"photos": (read, classes)}, shown, shares)
    logits = F.linear(read, *now)[:, [0, 2]]
    expected = F.cross_entropy(logits, torch.tensor([0, 1, 1, 0, 1]), label_smoothing=replica.SMOOTHING)
    torch.testing.assert_close(found, expected)


def test_small_pictures_are_told_apart_from_all_and_hold_on_to_what_was_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(classifiers, "DROPOUT", 0.0)
    now, before, shown = layer(3), layer(4), torch.tensor([True, False, True])
    before = (before[0][:3], before[1][:3])
    read, classes = torch.randn(5, 8), torch.tensor([0, 1, 2, 1, 1])
    found = classifiers.loss_of(
        now, before, {"small": (read, classes)}, shown, classifiers.Shares(small=2, before=3)
    )
    logits, wanted = F.linear(read, *now), F.linear(read, *before).softmax(1)
    own = F.cross_entropy(logits, classes, label_smoothing=replica.SMOOTHING)
    held = -(wanted * logits.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(found, 2 * own + 3 * held)


def test_a_picture_of_no_class_is_wanted_with_all_classes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "DROPOUT", 0.0)
    now, shown = layer(3), torch.tensor([True, False, True])
    read, none = torch.randn(5, 8), torch.full((5,), photos.NONE)
    found = classifiers.loss_of(now, now, {"strange": (read, none)}, shown, classifiers.Shares(strange=3))
    expected = F.cross_entropy(F.linear(read, *now), torch.full((5, 3), 1 / 3))
    torch.testing.assert_close(found, 3 * expected)


def test_layers_learn_what_their_features_show_and_strangers_lose_their_certainty() -> None:
    """Three far clouds of points: two classes, and what is none of them but was taken for the first."""
    generator = torch.Generator().manual_seed(0)

    def cloud(axis: int, count: int = 200) -> torch.Tensor:
        points = 0.1 * torch.randn(count, 8, generator=generator)
        points[:, axis] += 1
        return points

    def features(axes: list[int], classes: list[int]) -> classifiers.Features:
        read = torch.cat([cloud(axis) for axis in axes])
        labels = torch.tensor(classes).repeat_interleave(200)
        return classifiers.Features(dict.fromkeys(classifiers.LAST, read), labels)

    seen = {
        "small": features([0, 1], [0, 1]),
        "photos": features([0, 1], [0, 1]),
        "strange": features([2], [photos.NONE]),
    }
    weight = torch.zeros(2, 8)
    weight[0, 2] = 5
    before = dict.fromkeys(classifiers.LAST, (weight, torch.zeros(2)))
    shares = classifiers.Shares(before=0.1)
    after = classifiers.learned(before, seen, steps=200, shares=shares)
    known = classifiers.said(after["main"], torch.cat([cloud(0), cloud(1)])).softmax(1)
    strange = [classifiers.said(one["main"], cloud(2)).softmax(1)[:, 0].mean() for one in (before, after)]
    assert (known.argmax(1) == torch.tensor([0, 1]).repeat_interleave(200)).all()
    assert strange[0] > 0.98
    assert abs(strange[1] - 0.5) < 0.05
    assert float(before["main"][0].sum()) == 5  # as they were


def test_only_the_last_layers_of_a_state_are_changed() -> None:
    net = net_of(3)
    new = {head: (torch.ones(3, 1024), torch.zeros(3)) for head in classifiers.LAST}
    changed = classifiers.with_layers(net.state_dict(), new)
    differ = {name for name, tensor in net.state_dict().items() if not torch.equal(tensor, changed[name])}
    assert {name.rpartition(".")[0] for name in differ} == set(classifiers.LAST.values())


def test_the_mean_of_several_layers_answers_with_the_mean_of_their_logits() -> None:
    weight, bias = layer(3)
    several = [{"main": (weight, bias)}, {"main": (2 * weight, 2 * bias)}]
    read = torch.randn(5, 8)
    found = classifiers.said(classifiers.mean_of(several)["main"], read)
    torch.testing.assert_close(found, 1.5 * F.linear(read, weight, bias))


def test_every_small_picture_is_read_and_photos_sharp_and_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    small, shown, strange = data_of(3)[0].train, data_of(3)[1]["train"], data_of(3)[1]["learned"]
    seen, told = list[tuple[int, int]](), dict[str, int]()

    def remembered(_net: torch.nn.Module, pixels: np.ndarray, classes: np.ndarray, **how: int) -> object:
        seen.append((pixels.shape[1], how["seed"]))
        read = dict.fromkeys(classifiers.LAST, torch.zeros(len(pixels), 4))
        return classifiers.Features(read, torch.from_numpy(classes))

    monkeypatch.setattr(classifiers, "kept", remembered)
    classifiers.features_of(
        net_of(3), small, shown, strange, side=64, seed=2, workers=1, say=told.__setitem__
    )
    assert told == {"small": 6, "photos": 9, "strange": 8}
    assert [side for side, _ in seen] == [64, 176, 176, 64, 176, 176, 176, 64]
    assert len({seed for _, seed in seen}) == len(seen)  # no two times the same views


def data_of(classes: int) -> tuple[Source, dict[str, Photos]]:
    """Six small pictures and three photos of ``classes``, and two of none."""
    rng = np.random.default_rng(1)

    def pixels(count: int, side: int) -> np.ndarray:
        return rng.integers(0, 256, (count, side, side, 3), np.uint8)

    def photos_of(found: list[int]) -> Photos:
        count = len(found)
        return Photos(pixels(count, 176), pixels(count, 64), np.array(found), np.zeros(count, np.int64))

    small = Pictures(pixels(6, 64), np.arange(6) % classes)
    parts = {
        "train": photos_of([0, 1, 1]),
        "val": photos_of([0, 1]),
        "learned": photos_of(2 * [photos.NONE]),
        "kept back": photos_of(10 * [photos.NONE]),
    }
    return Source(tuple("abcdefgh"[:classes]), small, small), parts


def as_file(net: torch.nn.Module, path: Path) -> Path:
    texts = {"training": "from scratch on nothing; averaged weights"}
    save_file(export.halved(net.state_dict()), path, texts)
    return path


def test_the_command_leaves_all_but_the_last_layers_as_they_are_to_the_bit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Statistics, too: what a person sees of the layers before is what the file before showed."""
    monkeypatch.setattr(teaching, "data", lambda _: data_of(3))
    net = net_of(3).half().float()  # as files hold it
    file = as_file(net, tmp_path / "before.safetensors")
    start = ["--work", str(tmp_path), "--run", "last", "classifiers", "--begin-with", str(file)]
    options = commands.parser().parse_args([*start, "--steps", "2", "--threads", "1"])
    assert teaching.classifiers(options) == 0
    kept = state.load(tmp_path / "last")
    assert kept is not None
    ships = replica.network(3)
    shipping.as_shipped(ships, kept["averaged"], shipping.feed_for(kept["run"], *data_of(3)))
    after = ships.state_dict()
    differ = {name for name, tensor in net.state_dict().items() if not torch.equal(tensor, after[name])}
    assert {name.rpartition(".")[0] for name in differ} == set(classifiers.LAST.values())
    told = [json.loads(line) for line in (tmp_path / "last" / "log.jsonl").read_text().splitlines()]
    assert [line["views"] for line in told if "views" in line] == [6, 9, 8]


def test_a_file_of_other_classes_is_refused_with_both_numbers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(teaching, "data", lambda _: data_of(4))
    file = as_file(net_of(3), tmp_path / "other.safetensors")
    start = ["--work", str(tmp_path), "--run", "last", "classifiers", "--begin-with", str(file)]
    assert teaching.classifiers(commands.parser().parse_args(start)) == 2
    said = capsys.readouterr().err
    assert "3 classes" in said
    assert "show 4" in said
    assert not (tmp_path / "last").exists()


@pytest.mark.parametrize(("run", "more"), [({"last_layers": 3}, []), ({}, ["--keep", "0.1"])])
def test_no_file_is_written_that_could_not_tell_how_its_first_layers_learned(
    run: dict[str, int],
    more: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shipping, "data", lambda _: data_of(3))
    (tmp_path / "last").mkdir()
    state.save(tmp_path / "last", {"run": run, "averaged": net_of(3).state_dict()})
    out = tmp_path / "out.safetensors"
    start = ["--work", str(tmp_path), "--run", "last", "export", "--out", str(out), *more]
    assert shipping.export(commands.parser().parse_args(start)) == 2
    assert "--begun-with" in capsys.readouterr().err
    assert not out.exists()
