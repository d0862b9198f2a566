"""Changes in every family, with heads and without: against hooks on the families' plain definitions.

A hook stands on the last layer before a rectifier and gives back what the rectifier shall say:
values that are never negative pass it as they are.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gnet_desktop.network.changes import Change, Kind, Values
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import CASES, Case
from tests.network.schemes import SCHEMES
from tests.oracles import ORACLES

FAMILIES = [
    *ORACLES,
    *(f"{name}, heads left out" for name, oracle in ORACLES.items() if oracle.heads),
]
BRANCHES = ("1x1", "3x3", "5x5", "pool_proj")
PARTS = {
    "a branch": ("4b", ("5x5",)),
    "a reduction": ("4a", ("3x3_reduce",)),
    "a module": ("4d", BRANCHES),
    "the last module": ("5b", BRANCHES),
}
USUAL = ("a branch", "a module")
"""The others are for long runs."""
KINDS: tuple[Kind, ...] = ("off", "mean", "usual", "scaled", "other")

Rule = Callable[[Tensor], Tensor]
Made = tuple[Case, nn.Module, Tensor, GoogLeNet, Record]


def _made(name: str, kept: dict[str, Made] = {}) -> Made:  # noqa: B006
    """A family's definition, a picture, and our network of the same weights; one is kept."""
    if name not in kept:
        kept.clear()
        family, _, without = name.partition(",")
        left_out = family in ("torchvision", "caffe") and without
        case = CASES[f"{family} without heads" if left_out else family]
        model, value = case.oracle(), case.picture()
        network = case.network(model)
        if without and not left_out:
            # the same file without the heads' tensors
            bare = Case(case.family, case.make, {**case.build, "aux_classes": {}}, case.scheme)
            network = bare.network(model)
        kept[name] = case, model, value, network, network(value)
    return kept[name]


def before_rectifier(case: Case, layer: str, modules: Container[str] = ()) -> str:
    """The name of a layer's norm where the definition has one, else of its convolution."""
    convolution, norm = (case.scheme or SCHEMES[case.family]).names(layer)
    return norm if norm in modules else convolution


def _same(value: Tensor) -> Tensor:
    return value


@contextmanager
def hooked(case: Case, model: Any, rules: Mapping[str, Rule]) -> Iterator[None]:
    """The layers of these names give what the rules make of what they would say."""
    if case.family == "lucid":
        # it calls no modules
        with pytest.MonkeyPatch.context() as patch:
            plain, names = model.layer, {before_rectifier(case, layer): one for layer, one in rules.items()}

            def layer(name: str, value: Tensor, stride: int = 1) -> Tensor:
                return names.get(name + "_pre_relu_conv", _same)(plain(name, value, stride))

            patch.setattr(model, "layer", layer)
            yield
        return
    with ExitStack() as stack:
        modules = dict(model.named_modules())
        activations = {one.name: one.activation for one in case.architecture().convolutions()}
        for name, rule in rules.items():
            found = modules[before_rectifier(case, name, modules)]
            rectifier = _rectifier(name, activations[name])
            handle = found.register_forward_hook(
                lambda layer, given, output, rule=rule, rectifier=rectifier: rule(rectifier(output))
            )
            stack.callback(handle.remove)
        yield


def _rectifier(layer: str, activation: str) -> Rule:
    """What a layer's values go through; where that comes after the branches are joined, through that."""
    if activation == "none" and layer.partition("/")[2] not in BRANCHES:
        return lambda value: value
    return F.relu6 if activation == "relu6" else F.relu


def rule_of(change: Change, slices: slice, own: Tensor) -> Rule:
    """What the definition says of one branch: its units are ``slices`` of the part's."""

    def changed(value: Tensor) -> Tensor:
        new = value.clone()
        places = list(range(value.shape[1]))
        if change.channels is not None:
            places = [channel - slices.start for channel in change.channels if channel in _range(slices)]
        for place in places:
            channel = slices.start + place
            if change.kind == "off":
                new[:, place] = 0
            elif change.kind == "mean":
                new[:, place] = value[:, place].mean()
            elif change.kind == "scaled":
                new[:, place] = change.factor * value[:, place]
            else:
                new[:, place] = own[channel]
        return new

    return changed


def _range(slices: slice) -> range:
    return range(slices.start, slices.stop)


def changes(part: str, record: Record) -> Iterator[Change]:
    """One of each kind of the whole part, and a unit off."""
    maps = record[part]
    usual = np.linspace(0.1, 0.9, len(maps), dtype=np.float32)
    values = {"usual": Values(usual), "other": Values(maps[::-1].copy())}
    for kind in KINDS:
        yield Change(part, kind, factor=0.6, values=values.get(kind))
    yield Change(part, "off", (int(maps.mean((1, 2)).argmax()),))


@pytest.mark.parametrize(
    "where", [pytest.param(one, marks=[] if one in USUAL else [pytest.mark.slow]) for one in PARTS]
)
@pytest.mark.parametrize("name", FAMILIES)
def test_changes_equal_hooks_on_the_familys_definition(name: str, where: str) -> None:
    """Of each part one kind after the other; families take turns with which."""
    case, model, value, network, record = _made(name)
    module, layers = PARTS[where]
    part = module if len(layers) > 1 else f"{module}/{layers[0]}"
    every = list(changes(part, record))
    turn = FAMILIES.index(name) + list(PARTS).index(where)
    for change in (every[turn % len(every)], every[(turn + 3) % len(every)]):
        own = torch.from_numpy(change.values.array if change.values is not None else record[part])
        rules, start = {}, 0
        for layer in layers:
            width = len(record[f"{module}/{layer}"])
            rule = rule_of(change, slice(start, start + width), own)
            rules[f"{module}/{layer}"] = rule
            start += width
        with hooked(case, model, rules):
            expected = case.outputs(model, value)
        found = network.resume(record, (change,))
        assert found.altered[0] > 0
        for head, answers in found.answers.items():
            logits = expected["logits" if head == "main" else head][0].numpy()
            size = max(1.0, float(np.abs(logits).max()))
            np.testing.assert_allclose(answers.logits / size, logits / size, atol=1e-4, err_msg=head)
        assert set(found.answers) == {"main"} or "heads left out" not in name


def test_a_wrong_rule_would_be_noticed() -> None:
    case, model, value, network, record = _made("caffe")
    with hooked(case, model, {"4b/5x5": lambda x: 0.9 * x}):
        expected = case.outputs(model, value)["logits"][0].numpy()
    found = network.resume(record, (Change("4b/5x5"),)).answers["main"].logits
    assert np.abs(found - expected).max() / np.abs(expected).max() > 1e-3
