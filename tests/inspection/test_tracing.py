"""The way from a class back to the picture: every step against plain torch on torchvision's network."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.attribution.attribution import Target
from gnet_desktop.inspection.tracing import Spot, Step, step_back, way_back
from gnet_desktop.network.changes import Change
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.naming import Unit, unit_of
from gnet_desktop.network.record import Record
from tests.network.cases import CASES, random_tensors, tiny
from tests.oracles import ORACLES

Pair = tuple[GoogLeNet, Any, torch.Tensor, Record]
"""A network, torchvision's own, a picture, and the pass over it."""


@pytest.fixture(scope="module")
def pair() -> Pair:
    """In float64: in float32 some rectifiers and maxima near a tie fall to the other side."""
    case = CASES["torchvision"]
    model = case.oracle().eval()
    network = case.network(model).double()
    model, value = model.double(), case.picture().double()
    return network, model, value, network(value)


def passed(family: str) -> tuple[GoogLeNet, Record]:
    architecture = tiny(family, heads=True) if family == "torchvision" else tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, seed=5))
    generator, side = torch.Generator().manual_seed(0), ORACLES[family].size
    return network, network(torch.randn(1, architecture.input_channels, side, side, generator=generator))


def total(step: Step) -> float:
    return sum(one.value for one in step.inflows) + step.rest + step.bias


@pytest.mark.parametrize(("head", "place"), [("main", "5b"), ("aux1", "4a")])
def test_a_class_is_split_over_what_its_head_reads(pair: Pair, head: str, place: str) -> None:
    """torchvision's own layers behind the module; each unit's part is value times slope."""
    network, model, value, record = pair
    seen: dict[str, torch.Tensor] = {}
    layer = getattr(model, f"inception{place}")
    hook = layer.register_forward_hook(lambda layer, given, output: seen.update(read=output))
    with torch.no_grad():
        model(value)
    hook.remove()
    read = seen["read"].detach().requires_grad_()
    logits = model.fc(model.avgpool(read).flatten(1)) if head == "main" else model.aux1(read)
    (gradient,) = torch.autograd.grad(logits[0, 2], read)
    sums = (gradient * read)[0].sum((1, 2)).detach().numpy()
    step = step_back(network, record, Target(head, 2), count=10_000)
    found = {one.spot.unit: one.value for one in step.inflows}
    module = network.architecture.module(place)
    for branch in module.branches:
        for channel in range(branch.outputs):
            mine = found.get(Unit(place, branch.name, channel), 0.0)
            assert abs(mine - sums[module.offset(branch.name) + channel]) <= 1e-6 * np.abs(sums).max()
    assert step.value == pytest.approx(logits[0, 2].item(), rel=1e-5)
    assert total(step) == pytest.approx(step.value, rel=1e-9)


def test_a_unit_is_split_through_the_pool_to_the_cell_that_won(
    pair: Pair,
) -> None:
    """4a reads 3b through a pool; torchvision's own layers, and the winners of torch's pool."""
    network, model, value, record = pair
    maps: dict[str, torch.Tensor] = {}
    hook = model.inception3b.register_forward_hook(lambda layer, given, output: maps.update(out=output))
    with torch.no_grad():
        model(value)
    hook.remove()
    before = maps["out"].detach()
    pool = model.maxpool3
    pooled, places = functional.max_pool2d(
        before, pool.kernel_size, pool.stride, pool.padding, ceil_mode=pool.ceil_mode, return_indices=True
    )
    pooled = pooled.requires_grad_()
    branch = model.inception4a.branch2
    linear = branch[1].bn(branch[1].conv(branch[0](pooled)))
    one = linear[0, 3, 5, 6]
    (gradient,) = torch.autograd.grad(one, pooled)
    parts = (gradient * pooled)[0].detach()
    step = step_back(network, record, Spot(Unit("4a", "3x3", 3), (6, 5)), count=10_000)
    assert step.value == pytest.approx(one.item(), rel=1e-6)
    assert total(step) == pytest.approx(step.value, rel=1e-9)
    module = network.architecture.module("3b")
    sums = parts.sum((1, 2))
    for inflow in step.inflows[:20]:
        channel = module.offset(inflow.spot.unit.branch) + inflow.spot.unit.channel
        assert inflow.value == pytest.approx(float(sums[channel]), rel=1e-6)
        signed = parts[channel] * sums[channel].sign()
        row, column = divmod(int(signed.argmax()), signed.shape[1])
        won = int(places[0, channel, row, column])
        assert inflow.spot.cell == (won % before.shape[3], won // before.shape[3])


def test_the_first_layer_ends_at_the_pixels(
    pair: Pair,
) -> None:
    network, _, value, record = pair
    weight, bias = (torch.from_numpy(part.copy()) for part in network.weights("conv1"))
    padded = functional.pad(value, (3, 3, 3, 3))
    window = padded[0, :, 2 * 9 : 2 * 9 + 7, 2 * 30 : 2 * 30 + 7]
    products = (window * weight[11]).sum((1, 2))
    step = step_back(network, record, Spot(Unit("conv1", "", 11), (30, 9)))
    assert step.in_picture
    found = {one.spot.unit.channel: one.value for one in step.inflows}
    assert found == pytest.approx({colour: float(products[colour]) for colour in range(3)}, rel=1e-6)
    assert step.bias == pytest.approx(float(bias[11]), rel=1e-6, abs=1e-9)
    assert all(0 <= one.spot.cell[0] - (2 * 30 - 3) < 7 for one in step.inflows)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_way_goes_on_where_the_step_before_pointed_until_the_picture(family: str) -> None:
    network, record = passed(family)
    activations = {one.name: one.activation for one in network.architecture.convolutions()}
    classes = [head for head in record.answers if head != "main"] or ["main"]
    for head in {classes[0], "main"} & set(record.answers):
        index = record.answers[head].top(1)[0][0]
        steps = way_back(network, record, Target(head, index))
        for step in steps:
            sizes = sum(abs(one.value) for one in step.inflows) + abs(step.rest) + abs(step.bias)
            assert abs(total(step) - step.value) <= 1e-6 * max(1.0, sizes)
        for before, after in pairwise(steps):
            assert after.start in [one.spot for one in before.inflows if one.value > 0]
            unit, (column, row) = after.start.unit, after.start.cell
            assert unit.part in record
            value = record[unit.part][unit.channel, row, column]
            assert value > 0
            if activations[unit.part] == "relu":
                assert value == pytest.approx(after.value, rel=1e-3, abs=1e-4)
        assert steps[-1].in_picture or not any(one.value > 0 for one in steps[-1].inflows)


def test_what_was_changed_is_followed_as_it_was(
    pair: Pair,
) -> None:
    network, _, value, _ = pair
    changes = (Change("4b/3x3_reduce"),)
    record = network(value, changes=changes)
    step = step_back(network, record, Spot(Unit("4b", "3x3", 1), (3, 3)), changes)
    assert not step.inflows
    assert step.value == pytest.approx(step.bias)


def test_a_pool_hands_on_the_cell_that_won(
    pair: Pair,
) -> None:
    network, _, _, record = pair
    step = step_back(network, record, Spot(unit_of("pool3", 2), (4, 4)))
    column, row = step.inflows[0].spot.cell
    assert record["3b"][2, row, column] == record["pool3"][2, 4, 4] == step.value
    inside = step_back(network, record, Spot(unit_of("4a/pool", 2), (4, 4)))
    column, row = inside.inflows[0].spot.cell
    assert record["3b"][2, row, column] == record["4a/pool"][2, 4, 4]


@pytest.mark.parametrize(
    "start",
    [
        Spot(Unit("4a", "1x1", 99_999), (0, 0)),
        Spot(Unit("4a", "1x1", 0), (99, 0)),
        Spot(Unit("4a", "7x7", 0), (0, 0)),
        Target("main", 10_000),
    ],
)
def test_what_does_not_exist_is_refused(pair: Pair, start: Spot | Target) -> None:
    network, _, _, record = pair
    with pytest.raises(UsageError):
        step_back(network, record, start)
