"""Packed kernels, folded norms, memory and the GPU: quicker, and the same numbers."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from gnet_desktop.network import googlenet, layers, weightless
from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    GlobalPool,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.families import build
from gnet_desktop.network.folding import folded
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.passing import Pass
from tests.network.cases import CASES, tiny
from tests.network.googlenet.networks import network_of, picture


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
    ("error", "ends"),
    [(torch.OutOfMemoryError("out of memory"), "cpu"), (RuntimeError("unspecified launch failure"), "cuda")],
)
def test_where_not_even_the_weights_fit_any_more_the_network_stays_on_the_cpu(
    small: GoogLeNet, monkeypatch: pytest.MonkeyPatch, error: RuntimeError, ends: str
) -> None:
    """Whatever else fails on the way back to the GPU is not hidden."""
    value = picture(small.architecture)
    run = GoogLeNet.travel
    moves: list[str] = []

    def moved(self: GoogLeNet, device: object) -> None:
        moves.append(str(device))
        if str(device) == "cuda":
            raise error

    def fails_once(self: GoogLeNet, *arguments: object) -> Pass:
        if not moves:
            raise torch.OutOfMemoryError("out of memory")
        return run(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(GoogLeNet, "device", property(lambda self: torch.device("cpu" if moves else "cuda")))
    monkeypatch.setattr(GoogLeNet, "to", moved)
    monkeypatch.setattr(GoogLeNet, "travel", fails_once)
    if ends == "cuda":
        with pytest.raises(RuntimeError, match="launch failure"):
            small(value)
    else:
        assert small(value).notes == ("The GPU ran out of memory, so this pass ran on the CPU.",)
    assert moves[-1] == ends


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
