"""How a network behaves as an object, whatever its dialect."""

import gc
import weakref
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from gnet_desktop.errors import PictureError
from gnet_desktop.network import googlenet, layers, weightless
from gnet_desktop.network.architecture import (
    MODULES,
    Architecture,
    Convolution,
    GlobalPool,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.families import FAMILIES, ModuleWidths, Widths, build
from gnet_desktop.network.folding import folded
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.passing import Pass
from gnet_desktop.network.sizes import allowed_sizes
from tests.network.cases import CASES, random_tensors, tiny

SIZES = {"kuangliu": 32, "weiaicunzai": 32, "weiaicunzai_later": 40, "d2l": 96}


def network_of(architecture: Architecture, seed: int = 0) -> GoogLeNet:
    return GoogLeNet(architecture, random_tensors(architecture, seed))


def picture(architecture: Architecture, side: int = 224, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, architecture.input_channels, side, side, generator=generator)


@pytest.fixture(scope="module")
def small() -> GoogLeNet:
    """torchvision's network with both heads and a handful of channels."""
    return network_of(tiny("torchvision", heads=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_record_has_exactly_the_names_and_shapes_of_the_arithmetic(family: str) -> None:
    architecture = tiny(family, heads=True)
    side = SIZES.get(family, 224)
    record = network_of(architecture)(picture(architecture, side))
    expected = shapes(architecture, (side, side))
    assert list(record) == list(expected)
    assert {name: value.shape for name, value in record.items()} == expected
    assert all(value.dtype == np.float32 for value in record.values())


@st.composite
def architectures(draw: st.DrawFn) -> tuple[Architecture, int, int]:
    """A family's network of random widths, with a height and a width that it takes."""
    family = draw(st.sampled_from(sorted(FAMILIES)))
    few = st.integers(1, 4)
    modules = {
        name: replace(ModuleWidths(*[draw(few) for _ in range(6)]), five_a=draw(st.integers(0, 3)))
        for name in MODULES
    }
    trunk = {name: draw(few) for name in FAMILIES[family].widths.trunk}
    five = draw(st.sampled_from(get_args(Literal[3, 5, "3+3"])))
    architecture = build(family, Widths(modules, trunk), five=five, classes=draw(st.integers(0, 3)))
    allowed = allowed_sizes(architecture)["main"]
    side = st.integers(max(allowed.low, 8), min(allowed.high or 256, 256))
    return architecture, draw(side), draw(side)


@given(architectures())
@settings(max_examples=40, deadline=None)
def test_shapes_of_any_network_at_any_allowed_size(case: tuple[Architecture, int, int]) -> None:
    architecture, height, width = case
    value = torch.randn(1, architecture.input_channels, height, width)
    record = network_of(architecture)(value)
    assert {name: array.shape for name, array in record.items()} == shapes(architecture, (height, width))


def test_every_branch_of_every_module_is_there_once_and_is_a_view_into_its_module(small: GoogLeNet) -> None:
    record = small(picture(small.architecture))
    for module in small.architecture.modules:
        for branch in module.branches:
            part = record[f"{module.name}/{branch.name}"]
            start = module.offset(branch.name)
            assert np.shares_memory(part, record[module.name])
            np.testing.assert_array_equal(part, record[module.name][start : start + branch.outputs])


def test_a_record_survives_the_passes_after_it(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    first = small(value)
    kept = {name: array.copy() for name, array in first.items()}
    assert first.input is not None
    before = first.input.copy()
    value.zero_()
    for seed in range(3):
        small(picture(small.architecture, seed=seed + 5))
    np.testing.assert_array_equal(first.input, before)
    for name, array in kept.items():
        np.testing.assert_array_equal(first[name], array)


def test_activations_are_rectified_and_their_linear_values_keep_their_negatives() -> None:
    network = network_of(build("torchvision", classes=10, aux_classes={"aux1": 10, "aux2": 10}))
    record = network(picture(network.architecture))
    for layer in network.architecture.convolutions():
        before = network.linear(record, f"{layer.name}/linear")
        assert before.min() < 0, layer.name
        assert record[layer.name].min() >= 0, layer.name
        np.testing.assert_allclose(record[layer.name], np.maximum(before, 0), atol=1e-6)


def test_linear_values_of_a_layer_that_rectifies_only_after_the_concatenation() -> None:
    network = network_of(tiny("paddle"))
    record = network(picture(network.architecture))
    before = network.linear(record, "4a/5x5")
    assert before.min() < 0
    np.testing.assert_allclose(record["4a/5x5"], np.maximum(before, 0), atol=1e-6)
    assert record["4a/5x5_reduce"].min() < 0


def test_linear_values_need_nothing_but_the_input(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    expected = small.linear(small(value), "4c/3x3")
    np.testing.assert_array_equal(small.linear(small(value, "answers"), "4c/3x3"), expected)
    np.testing.assert_array_equal(small.linear(small(value, "branches"), "4c/3x3"), expected)
    np.testing.assert_array_equal(small.linear(value, "4c/3x3"), expected)


@pytest.mark.parametrize("name", ["4f/5x5", "4a/7x7", "pool1", "3a/pool", "nothing", "fc/linear/linear"])
def test_a_name_without_weights_has_no_linear_values(small: GoogLeNet, name: str) -> None:
    with pytest.raises(KeyError):
        small.linear(picture(small.architecture), name)


@pytest.mark.parametrize("name", ["conv1", "3a/1x1", "4a/5x5_reduce", "4e/5x5", "5b/pool_proj", "aux2/conv"])
def test_the_weights_shown_are_the_ones_that_work(small: GoogLeNet, name: str) -> None:
    record = small(picture(small.architecture))
    layer = next(layer for layer in small.architecture.convolutions() if layer.name == name)
    weight, bias = (torch.from_numpy(value) for value in small.weights(name))
    assert weight.shape == (layer.outputs, layer.inputs, layer.kernel, layer.kernel)
    source = small._sources[name]
    inputs = torch.from_numpy(record.input if source == "input" else record[source])[None]
    expected = F.conv2d(inputs, weight, bias, layer.stride, layer.padding)
    np.testing.assert_allclose(small.linear(record, name), expected[0], atol=1e-5)


def test_the_weights_of_fully_connected_layers_too(small: GoogLeNet) -> None:
    weight, bias = small.weights("aux1/fc2")
    record = small(picture(small.architecture))
    np.testing.assert_allclose(weight @ record["aux1/fc1"] + bias, record["aux1"], atol=1e-5)
    with pytest.raises(KeyError):
        small.weights("4a/pool")


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


def test_without_packed_kernels_the_numbers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["torchvision"]
    model = case.oracle()
    value = case.picture()
    packed = case.network(model)(value)
    monkeypatch.setattr(googlenet, "can_pack", lambda: False)
    plain = case.network(model)(value)
    for name, array in packed.items():
        np.testing.assert_allclose(array, plain[name], rtol=1e-4, atol=1e-4)


def test_packed_kernels_are_not_used_where_they_compute_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layers, "_packed_convolution", lambda value, *_: value.new_zeros(1, 4, 3, 3))
    assert not layers.can_pack()

    def missing(*_: object) -> torch.Tensor:
        raise AttributeError("no such operator")

    monkeypatch.setattr(layers, "_packed_convolution", missing)
    assert not layers.can_pack()


def test_sizes_may_alternate(small: GoogLeNet) -> None:
    values = [picture(small.architecture, side) for side in (64, 96, 64, 127)]
    first = [small(value).answers["main"].logits for value in values]
    for value, logits in zip(values, first, strict=True):
        np.testing.assert_array_equal(small(value).answers["main"].logits, logits)
    np.testing.assert_array_equal(first[0], first[2])


def _used(architecture: Architecture, seed: int) -> weakref.ref[GoogLeNet]:
    network = network_of(architecture, seed)
    for _ in range(20):
        network(picture(architecture, 32))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
    return weakref.ref(network)


def test_passes_leave_no_hooks_and_no_networks_behind() -> None:
    architecture = tiny("torchvision", heads=True)
    alive = []
    for seed in range(5):
        alive.append(_used(architecture, seed))
    gc.collect()
    assert [reference() for reference in alive] == [None] * 5


def test_batch_norm_is_folded_without_losing_digits() -> None:
    layer = Convolution("conv1", 3, 4, 3, bias=True, norm_epsilon=1e-5)
    generator = torch.Generator().manual_seed(0)
    tensors = {
        "conv1.weight": torch.randn(4, 3, 3, 3, generator=generator),
        "conv1.bias": torch.randn(4, generator=generator),
        "conv1.norm.weight": torch.randn(4, generator=generator),
        "conv1.norm.bias": torch.randn(4, generator=generator),
        "conv1.norm.mean": torch.randn(4, generator=generator) * 100,
        "conv1.norm.variance": torch.tensor([0.0, 1e-7, 1.0, 1e6]),
    }
    value = torch.randn(1, 3, 9, 9, generator=generator)
    exact = {name: tensor.double() for name, tensor in tensors.items()}
    expected = F.batch_norm(
        F.conv2d(value.double(), exact["conv1.weight"], exact["conv1.bias"]),
        exact["conv1.norm.mean"],
        exact["conv1.norm.variance"],
        exact["conv1.norm.weight"],
        exact["conv1.norm.bias"],
        eps=1e-5,
    )
    weight, bias = folded(layer, tensors)
    assert (weight.dtype, bias.dtype) == (torch.float32, torch.float32)
    found = F.conv2d(value.double(), weight.double(), bias.double())
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-2)


@pytest.mark.parametrize("size", [3, 5, 9, 11])
@pytest.mark.parametrize("beta", [0.5, 0.6, 0.75])
def test_response_norm_follows_its_definition(size: int, beta: float) -> None:
    layer = ResponseNorm("norm1", size, alpha=0.3, beta=beta, k=1.5)
    value = torch.randn(2, 7, 4, 5, generator=torch.Generator().manual_seed(size))
    expected = torch.empty_like(value)
    for channel in range(7):
        near = value[:, max(0, channel - size // 2) : channel + size // 2 + 1]
        total = (near**2).sum(1)
        expected[:, channel] = value[:, channel] / (1.5 + 0.3 / size * total) ** beta
    found = weightless.response_norm(layer, value.contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_a_gpu_out_of_memory_falls_back_to_the_cpu_with_a_note(
    small: GoogLeNet, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    """Without a GPU: the first run pretends to be on one and to fail there."""
    value = picture(small.architecture)
    expected = small(value)
    run = GoogLeNet.travel
    moves: list[str] = []

    def fails_once(self: GoogLeNet, *arguments: object) -> Pass:
        if not moves:
            raise error
        return run(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(GoogLeNet, "device", property(lambda self: torch.device("cpu" if moves else "cuda")))
    monkeypatch.setattr(GoogLeNet, "to", lambda self, device: moves.append(str(device)))
    monkeypatch.setattr(GoogLeNet, "travel", fails_once)
    record = small(value)
    assert record.device == "cpu"
    assert record.notes == ("The GPU ran out of memory, so this pass ran on the CPU.",)
    assert moves == ["cpu", "cuda"]
    assert np.array_equal(record.answers["main"].logits, expected.answers["main"].logits)


@pytest.mark.parametrize(
    ("device", "error"),
    [("cpu", torch.OutOfMemoryError("out of memory")), ("cuda", RuntimeError("unspecified launch failure"))],
)
def test_other_failures_are_not_hidden(
    small: GoogLeNet, monkeypatch: pytest.MonkeyPatch, device: str, error: RuntimeError
) -> None:
    def fails(*_: object) -> Pass:
        raise error

    monkeypatch.setattr(GoogLeNet, "device", property(lambda self: torch.device(device)))
    monkeypatch.setattr(GoogLeNet, "travel", fails)
    with pytest.raises(type(error), match=str(error)):
        small(picture(small.architecture))


needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@needs_cuda
def test_a_gpu_gives_the_numbers_of_the_cpu() -> None:
    case = CASES["caffe"]
    model = case.oracle()
    value = case.picture()
    expected = case.network(model)(value)
    network = case.network(model).to("cuda")
    record = network(value)
    assert record.device.startswith("cuda")
    assert record.answers["main"].top(5) == pytest.approx(expected.answers["main"].top(5), abs=1e-4)
    for name, array in record.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(
        network.linear(record, "4a/5x5"), case.network(model).linear(expected, "4a/5x5"), atol=1e-3
    )


@needs_cuda
def test_records_do_not_stay_on_the_gpu() -> None:
    network = network_of(build("torchvision", classes=10)).to("cuda")
    records = [network(picture(network.architecture)) for _ in range(2)]
    before = torch.cuda.memory_allocated()
    records += [network(picture(network.architecture)) for _ in range(48)]
    assert torch.cuda.memory_allocated() - before < 50 * 2**20
    assert len(records) == 50


def test_a_pool_of_an_unknown_kind_is_never_taken_for_an_average() -> None:
    value = torch.rand(1, 2, 6, 6)
    with pytest.raises(KeyError, match="median"):
        weightless.pool(Pool("pool1", 3, 2, kind="median"), value)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="median"):
        weightless.global_pool(GlobalPool("median", None), value)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", ["torchvision", "caffe", "kuangliu"])
def test_a_branch_alone_is_that_branch_of_the_whole_module(family: str) -> None:
    """Nothing else of the last module is computed then; a head that reads the module needs all of it."""
    network = network_of(tiny(family, heads=True))
    value = picture(network.architecture, 96)
    layer: Any = network.get_submodule("_layers.4a")
    whole = network.outputs(value, ("4a",))["4a"]
    names = []
    for branch in network.architecture.module("4a").branches:
        name = f"4a/{branch.name}"
        span = slice(offset := network.architecture.module("4a").offset(branch.name), offset + branch.outputs)
        for differentiable in (False, True):
            found = network.outputs(value, (name, f"{name}/linear"), differentiable=differentiable)
            torch.testing.assert_close(found[name].detach(), whole[:, span], rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(found[f"{name}/linear"].relu(), found[name], rtol=0, atol=0)
        names.append(name)
    later = network.outputs(whole, names[:1], after="4a")
    assert torch.equal(later[names[0]], whole[:, : later[names[0]].shape[1]])
    computed: list[str] = []
    handles = [
        other.register_forward_hook(lambda *_, name=name: computed.append(name))
        for name, other in layer.others.items()
    ]
    network.outputs(value, ("4a/3x3",))
    for handle in handles:
        handle.remove()
    assert computed == ["4a/3x3"]
