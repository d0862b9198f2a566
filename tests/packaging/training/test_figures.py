"""What the training leaves: heads for a published network, figures, and the file that ships."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from training import (
    augmentation,
    bvlc_heads,
    bvlc_views,
    calibration,
    export,
    mixture,
    photos,
    replica,
    reporting,
    source,
    strangers,
)
from training.evaluation import accuracy, heads_of
from typing_extensions import override

from tests.packaging.training.small import as_any


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


@pytest.mark.parametrize("most", [1.0, 5.0, 12.0])
def test_a_threshold_in_whole_per_cent_never_hides_more_than_promised(most: float) -> None:
    best = 0.5 + 0.5 * torch.rand(300, generator=torch.Generator().manual_seed(4))
    known = torch.stack([best, 1 - best], 1)
    right = torch.arange(300) % 3 > 0
    found = calibration.threshold(known, right, known, measure="max_probability", most_lost_right=most)

    def hidden(value: float) -> float:
        return 100 * sum(one < value for one in best[right].tolist()) / 200

    assert hidden(found.value) <= most < hidden(found.value + 0.01)


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


def test_no_kind_of_stranger_that_is_learned_is_measured_on() -> None:
    assert set(strangers.LEARNED) | set(strangers.KEPT_BACK) == set(strangers.MAKERS)
    assert not set(strangers.LEARNED) & set(strangers.KEPT_BACK)
    learned, kept_back = (set(photos.STRANGE[kind]) for kind in ("learned", "kept back"))
    assert not learned & kept_back
    assert not (learned | kept_back) & set(photos.FOLDERS)


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
    assert (tmp_path / "x.safetensors").stat().st_mode & 0o444 == 0o444
    with safe_open(tmp_path / "x.safetensors", "pt") as file:
        said = file.metadata()
        assert len(file.keys()) == 305  # docs/formats.md#torchvision: with both heads, without counters
        assert file.get_tensor("fc.bias").dtype == torch.float16
    assert json.loads(said["labels"]) == ["cat", "dog"]
    assert json.loads(said["temperatures"]) == {"main": 1.25, "aux1": 1.25, "aux2": 1.25}
    assert json.loads(said["nothing_fits"]) == {"measure": "max_probability", "threshold": 0.31}
    assert json.loads(said["input"])["crop"] == 144


def test_weights_between_two_networks_keep_the_rows_of_new_classes() -> None:
    old = {"fc.weight": torch.full((2, 3), 4.0), "norm.num_batches_tracked": torch.tensor(9)}
    new = {"fc.weight": torch.zeros(5, 3), "norm.num_batches_tracked": torch.tensor(1)}
    found = export.between(old, new, 0.25)
    assert found["fc.weight"].tolist() == [[1.0] * 3] * 2 + [[0.0] * 3] * 3
    assert int(found["norm.num_batches_tracked"]) == 1
    assert float(new["fc.weight"].max()) == 0


def test_classes_are_levelled_by_what_showed_them_in_every_head() -> None:
    """Of four classes the third and fourth are new, and only the first had small pictures and photos."""
    torch.manual_seed(4)  # by chance a logit is nearly zero, and its rounding larger than it
    net = replica.network(4).eval()
    with torch.no_grad():
        for name in export.OUTPUTS:
            net.get_parameter(f"{name}.bias").copy_(torch.arange(4) - 1.5)
    levelled = replica.network(4).eval()
    levelled.load_state_dict(export.levelled(net.state_dict(), [0], new=2, stretch=1.25, by=0.5))
    picture = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(6))
    with torch.inference_mode():
        before, after = heads_of(net, picture), heads_of(levelled, picture)
    for head, logits in before.items():
        a, b, c, d = logits[0].tolist()
        expected = [a, b - 0.5, 1.25 * c - 0.5, 1.25 * d - 0.5]
        assert after[head][0].tolist() == pytest.approx(expected, rel=1e-5)


def test_a_file_whose_run_began_with_another_says_how_both_were_trained() -> None:
    head = {"val_top1": 70.0, "val_top5": 90.0, "photos_top1": 60.0, "photos_top5": 80.0}
    heads = {name: head | {"ece_after": 1.0, "temperature": 1.25} for name in ("main", "aux1", "aux2")}
    figures = {"heads": heads, "nothing_fits": {"max_probability": {"value": 0.31}}}
    first = export.metadata(("cat", "dog"), figures, epochs=80, seconds=7200)["training"]
    second = export.metadata(
        ("cat", "dog", "plane"),
        figures,
        epochs=9,
        seconds=3600,
        photos=1_234,
        strange=56,
        begun_with=first,
        teacher="everyday2",
    )["training"]
    assert second.startswith(
        f"{first.partition('; averaged')[0]}; then 9 epochs on these and 1,234 photos, with 56 pictures "
        "of no class, mixed, 1.0 hours, beside what everyday2 answers;"
    )
    assert second.count("averaged weights") == 1
    third = export.metadata(
        ("cat", "dog", "plane"),
        figures,
        epochs=9,
        seconds=480,
        photos=1_234,
        strange=1_056,
        last_layers=3,
        begun_with=second,
        kept=0.1,
    )["training"]
    assert third.startswith(
        f"{second.partition('; averaged')[0]}; then its last layers alone on these and 1,056 pictures of no "
        "class, 8 minutes, the mean of 3 times, and 10 % of the weights before;"
    )


@pytest.mark.parametrize(("names", "expected"), [(("cat", "dog"), [1, -1]), (("dog", "strawberry"), [0, 1])])
def test_a_shared_photo_of_a_later_class_counts_where_there_is_that_class(
    names: tuple[str, ...], expected: list[int], tmp_path: Path
) -> None:
    for name in ("dog.jpg", "strawberry.jpg"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    described = {"dog.jpg": {"everyday100": "dog"}, "strawberry.jpg": {"everyday100": None}}
    (tmp_path / "labels.json").write_text(json.dumps(described))
    assert reporting.shared_photos(tmp_path, names)[1].tolist() == expected
