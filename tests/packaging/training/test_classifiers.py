"""The last layers alone: what they read, how they learn, and what stays as it is."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from training import classifiers, photos, replica
from training.evaluation import heads_of


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
    torch.testing.assert_close(found, 2 * (own + 3 * held))


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
