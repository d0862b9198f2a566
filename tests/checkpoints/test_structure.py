"""Files whose names are unknown but whose structure is a GoogLeNet."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.families import PAPER_WIDTHS, HeadWidths, ModuleWidths, Widths, build
from tests.checkpoints.samples import assert_same_numbers, sample
from tests.network.cases import random_tensors
from tests.oracles import ORACLES


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every word of a path becomes another word; the endings stay."""

    def word(text: str) -> str:
        return f"w{random.Random(text).randrange(10**6)}"

    def name(key: str) -> str:
        *path, ending = re.split(r"[./]", key)
        return ".".join([*map(word, path), ending])

    return {name(key): tensor for key, tensor in state.items()}


def numbered(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """No names at all: only the order is left."""
    kept = [tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")]
    return {f"tensor_{index}": tensor for index, tensor in enumerate(kept)}


def shuffled(state: dict[str, Tensor]) -> dict[str, Tensor]:
    items = list(renamed(state).items())
    random.Random(0).shuffle(items)
    return dict(items)


@pytest.mark.parametrize("rename", [renamed, numbered])
@pytest.mark.parametrize("family", ORACLES)
def test_unknown_names_in_the_usual_order(
    family: str, rename: Callable[[Mapping[str, torch.Tensor]], dict[str, torch.Tensor]], tmp_path: Path
) -> None:
    expected = sample(family)
    torch.save(rename(expected.state), path := tmp_path / "weights.pth")
    found = open_checkpoint(path, assume={"family": family})
    assert found.provenance.recognised_by == "structure"
    assert found.provenance.assumed["family"] == family
    assert found.provenance.left_over == ()
    assert_same_numbers(found, expected)


@pytest.mark.parametrize(
    "family", ["torchvision", "gluoncv", "tutorial", "wzmiaomiao", "aladdinpersson", "slim"]
)
def test_unknown_names_in_any_order_where_paths_tell(family: str, tmp_path: Path) -> None:
    expected = sample(family)
    torch.save(shuffled(expected.state), path := tmp_path / "weights.pth")
    found = open_checkpoint(path, assume={"family": family})
    assert not any("order" in line for line in found.provenance.warnings)
    assert_same_numbers(found, expected)


def test_names_sorted_by_the_container(tmp_path: Path) -> None:
    expected = sample("wzmiaomiao")
    save_file(renamed(expected.state), path := tmp_path / "weights.safetensors")
    assert_same_numbers(open_checkpoint(path), expected)


@pytest.mark.parametrize("family", ["caffe", "d2l", "shanglianlm", "kuangliu"])
def test_where_neither_names_nor_order_tell_the_file_is_refused(family: str, tmp_path: Path) -> None:
    """3b's 1×1 and the 1×1 before its 3×3 have the same shape: a guess would be wrong half the time."""
    torch.save(shuffled(sample(family).state), path := tmp_path / "weights.pth")
    with pytest.raises(CheckpointError, match="neither its names nor its order tell"):
        open_checkpoint(path)


def test_what_only_the_order_tells_is_said(tmp_path: Path) -> None:
    torch.save(numbered(sample("caffe").state), path := tmp_path / "weights.pth")
    warnings = open_checkpoint(path).provenance.warnings
    assert "Only the file's order tells 3b/1x1 and 3b/3x3_reduce apart." in warnings


def test_other_widths_than_the_papers(tmp_path: Path) -> None:
    """Half of all channels, under unknown names: the structure alone."""
    trunk = {name: width // 2 for name, width in PAPER_WIDTHS.trunk.items()}
    modules = {
        name: ModuleWidths(*(width // 2 for width in astuple(row)))
        for name, row in PAPER_WIDTHS.modules.items()
    }
    heads = {name: HeadWidths(convolution=64, hidden=512) for name in ("aux1", "aux2")}
    architecture = build(
        "wzmiaomiao", Widths(modules, trunk, heads), classes=5, aux_classes={"aux1": 5, "aux2": 5}
    )
    tensors = random_tensors(architecture)
    names = {layer.name: f"part{index}" for index, layer in enumerate([*architecture.convolutions()])}
    names |= {layer.name: f"part{index + 100}" for index, layer in enumerate(architecture.linears())}
    order = sorted(tensors, key=lambda name: int(names[name.partition(".")[0]][4:]))
    state = {f"{names[name.partition('.')[0]]}.{name.partition('.')[2]}": tensors[name] for name in order}
    torch.save(state, path := tmp_path / "weights.pth")
    found = open_checkpoint(path, assume={"family": "wzmiaomiao"})
    for name, tensor in tensors.items():
        assert torch.equal(found.tensors[name], tensor), name


# Other stems under the names of networks that have one convolution


def _with_stem(name: str, stem: list[tuple[int, int, int]]) -> dict[str, Tensor]:
    """A CIFAR network's modules behind a stem of convolutions (inputs, outputs, kernel) with norms."""
    layers: list[nn.Module] = []
    for inputs, outputs, kernel in stem:
        layers += [nn.Conv2d(inputs, outputs, kernel), nn.BatchNorm2d(outputs), nn.ReLU()]
    state = {
        key: value for key, value in sample("kuangliu").state.items() if not key.startswith("pre_layers")
    }
    return {f"{name}.{key}": value for key, value in nn.Sequential(*layers).state_dict().items()} | state


@pytest.mark.parametrize("name", ["pre_layers", "prelayer", "stem"])
@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ([(3, 64, 7), (64, 192, 3)], {"conv1": 7, "conv3": 3}),
        ([(3, 64, 3), (64, 192, 3)], {"conv1": 3, "conv3": 3}),
        ([(3, 64, 7), (64, 64, 1), (64, 192, 3)], {"conv1": 7, "conv2": 1, "conv3": 3}),
        ([(3, 64, 7), (64, 192, 5)], {"conv1": 7, "conv3": 5}),
    ],
)
def test_a_stem_of_two_or_three_convolutions_opens_by_structure(
    stem: list[tuple[int, int, int]], found: dict[str, int], name: str, tmp_path: Path
) -> None:
    state = _with_stem(name, stem)
    torch.save({"net": state}, path := tmp_path / "ckpt.pth")
    opened = open_checkpoint(path)
    kernels = {layer: opened.tensors[f"{layer}.weight"] for layer in found}
    assert {layer: kernel.shape[-1] for layer, kernel in kernels.items()} == found
    for place, kernel in enumerate(kernels.values()):
        assert torch.equal(kernel, state[f"{name}.{3 * place}.weight"])
    assert torch.equal(opened.tensors["5b/pool_proj.weight"], state["b5.b4.1.weight"])
    assert not opened.provenance.left_over
    assert "family" in opened.provenance.open


@pytest.mark.parametrize("name", ["pre_layers", "stem"])
@pytest.mark.parametrize(
    "stem",
    [
        [(3, 32, 3), (32, 32, 3), (32, 64, 3), (64, 192, 3)],
        [(3, 64, 3)],
        [(3, 192, 3), (192, 192, 3)],
        [(3, 64, 7), (64, 128, 3), (128, 160, 3)],
    ],
)
def test_a_stem_that_cannot_be_shown_is_named_for_what_it_is(
    stem: list[tuple[int, int, int]], name: str, tmp_path: Path
) -> None:
    torch.save(_with_stem(name, stem), path := tmp_path / "ckpt.pth")
    inputs, outputs, kernel = stem[0]
    shape = f"{outputs}×{inputs}×{kernel}×{kernel}"
    words = rf"GoogLeNet with another stem.*192 channels of 3a; it has {name}\.0(\.weight)? \({shape}\)"
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(path)
