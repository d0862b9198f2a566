"""Answers of every head, the same however they are asked for; what cannot be answered is said."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gnet_desktop.errors import PictureError
from gnet_desktop.network.families import FAMILIES, build
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors, tiny
from tests.network.googlenet.networks import network_of, picture


def test_the_same_picture_twenty_times_gives_bit_equal_answers() -> None:
    network = network_of(build("torchvision", classes=10, aux_classes={"aux1": 10, "aux2": 10}))
    value = picture(network.architecture)
    first = network(value)
    for _ in range(19):
        again = network(value)
        for head in ("main", "aux1", "aux2"):
            assert np.array_equal(first.answers[head].probabilities, again.answers[head].probabilities)


def test_alone_or_among_sixteen_a_picture_gets_the_same_answer(small: GoogLeNet) -> None:
    batch = torch.cat([picture(small.architecture, 64, seed) for seed in range(17)])
    together = small.answers(batch)
    assert set(together) == {"main", "aux1", "aux2"}
    for index in (0, 9, 16):
        alone = small(batch[index : index + 1])
        for head, logits in together.items():
            assert logits.shape == (17, small.architecture.classes if head == "main" else logits.shape[1])
            np.testing.assert_allclose(logits[index], alone.answers[head].logits, atol=1e-5)


def test_training_mode_changes_nothing(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    before = small(value).answers["main"].logits
    small.train()
    after = small(value).answers["main"].logits
    small.eval()
    np.testing.assert_array_equal(before, after)


def test_each_detail_gives_the_same_answers_and_keeps_what_it_says(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    everything, branches, answers = (small(value, detail) for detail in ("all", "branches", "answers"))
    for record in (branches, answers):
        for head, said in everything.answers.items():
            assert np.array_equal(record.answers[head].logits, said.logits)
    assert not answers
    insides = {"3x3_reduce", "5x5_reduce", "pool"}
    dropped = {name for name in everything if name[0].isdigit() and name.partition("/")[2] in insides}
    assert list(branches) == [name for name in everything if name not in dropped]
    for name, array in branches.items():
        np.testing.assert_array_equal(array, everything[name])


def test_the_main_answer_is_bit_equal_with_and_without_heads() -> None:
    with_heads = build("caffe", classes=10, aux_classes={"aux1": 10, "aux2": 10})
    tensors = random_tensors(with_heads)
    value = picture(with_heads)
    without = GoogLeNet(replace(with_heads, heads=()), tensors)(value)
    record = GoogLeNet(with_heads, tensors)(value)
    assert set(without.answers) == {"main"}
    assert np.array_equal(record.answers["main"].logits, without.answers["main"].logits)
    assert np.array_equal(record["5b"], without["5b"])


def test_each_head_answers_under_its_own_name() -> None:
    architecture = tiny("caffe", heads=True)
    tensors = random_tensors(architecture)
    for number, name in enumerate(("fc", "aux1/fc2", "aux2/fc2"), 1):
        tensors[f"{name}.weight"] = torch.zeros_like(tensors[f"{name}.weight"])
        tensors[f"{name}.bias"] = torch.full_like(tensors[f"{name}.bias"], number)
    record = GoogLeNet(architecture, tensors)(picture(architecture))
    assert {head: set(said.logits.tolist()) for head, said in record.answers.items()} == {
        "main": {1.0},
        "aux1": {2.0},
        "aux2": {3.0},
    }
    assert [len(record.answers[head].logits) for head in ("main", "aux1", "aux2")] == [4, 5, 6]


def test_a_temperature_flattens_the_probabilities_and_leaves_the_logits() -> None:
    architecture = tiny("torchvision", heads=True)
    tensors = random_tensors(architecture)
    value = picture(architecture)
    plain = GoogLeNet(architecture, tensors)(value).answers
    cooled = GoogLeNet(architecture, tensors, {"main": 2.5})(value).answers
    assert np.array_equal(plain["main"].logits, cooled["main"].logits)
    scaled = np.exp(plain["main"].logits.astype(np.float64) / 2.5)
    np.testing.assert_allclose(cooled["main"].probabilities, scaled / scaled.sum(), rtol=1e-5)
    assert np.array_equal(plain["aux1"].probabilities, cooled["aux1"].probabilities)


def test_a_file_without_a_classifier_gives_features_and_no_main_answer() -> None:
    architecture = tiny("torchvision", classes=0)
    network = network_of(architecture)
    record = network(picture(architecture))
    assert record.answers == {}
    assert "logits" not in record
    assert record["global_pool"].shape == (architecture.module("5b").outputs,)
    assert network.answers(picture(architecture)) == {}


def test_hidden_layers_before_the_classifier_are_run_and_recorded() -> None:
    widths = replace(FAMILIES["torchvision"].widths, classifier=(12,))
    network = network_of(build("torchvision", widths, classes=3))
    record = network(picture(network.architecture, 64))
    hidden, bias = network.weights("fc_1")
    np.testing.assert_allclose(
        record["fc_1"], np.maximum(hidden @ record["global_pool"] + bias, 0), atol=1e-4
    )
    last, bias = network.weights("fc")
    np.testing.assert_allclose(record["logits"], last @ record["fc_1"] + bias, atol=1e-4)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_neither_crash_nor_vanish(bad: float) -> None:
    architecture = tiny("caffe")
    tensors = random_tensors(architecture)
    tensors["4a/5x5.weight"][0] = bad
    network = GoogLeNet(architecture, tensors)
    record = network(picture(architecture))
    assert not np.isfinite(record["4a/5x5"][0]).all()
    assert np.isfinite(record["4a/5x5"][1:]).all()
    assert not np.isfinite(network.linear(record, "4a/5x5")).all()
    assert not np.isfinite(record.answers["main"].logits).all()


def test_the_tensors_given_are_left_alone() -> None:
    architecture = tiny("torchvision", heads=True)
    tensors = random_tensors(architecture)
    copies = {name: value.clone() for name, value in tensors.items()}
    GoogLeNet(architecture, tensors)(picture(architecture))
    assert all(torch.equal(tensors[name], value) for name, value in copies.items())


def test_an_input_that_comes_as_another_layout_or_type_is_taken(small: GoogLeNet) -> None:
    value = picture(small.architecture, 64)
    expected = small(value).answers["main"].logits
    for other in (value.double(), value.contiguous(memory_format=torch.channels_last), value.flip(3).flip(3)):
        np.testing.assert_allclose(small(other).answers["main"].logits, expected, atol=1e-6)


def test_wrong_channels_are_refused_in_words(small: GoogLeNet) -> None:
    with pytest.raises(PictureError, match="reads 3 channels"):
        small(torch.zeros(1, 1, 224, 224))
    with pytest.raises(PictureError, match="reads 1 channel\\."):
        network_of(tiny("d2l", input_channels=1))(torch.zeros(1, 3, 96, 96))


def test_a_size_that_does_not_fit_is_refused_with_the_sizes_that_do() -> None:
    network = network_of(tiny("tutorial"))
    with pytest.raises(PictureError, match=r"225×224.*193 to 224"):
        network(torch.zeros(1, 3, 224, 225))
    with pytest.raises(PictureError, match="193 to 224"):
        network.answers(torch.zeros(2, 3, 192, 224))


def test_a_head_that_cannot_take_the_size_is_silent_and_says_why() -> None:
    network = network_of(tiny("wzmiaomiao", heads=True))
    record = network(picture(network.architecture, 300))
    assert set(record.answers) == {"main"}
    assert not any(name.startswith("aux") for name in record)
    assert record.notes == tuple(
        f"{head} needs sides of 223 to 270 pixels, so it gives no answer here." for head in ("aux1", "aux2")
    )
    assert set(network.answers(picture(network.architecture, 300))) == {"main"}


def test_a_record_is_of_one_picture(small: GoogLeNet) -> None:
    with pytest.raises(ValueError, match="one picture"):
        small(torch.zeros(2, 3, 64, 64))
