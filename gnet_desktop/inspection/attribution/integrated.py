"""Integrated gradients (Sundararajan and others, 2017): the slope along the way from a baseline.

(x − x′) · ∫₀¹ ∂y/∂x (x′ + t (x − x′)) dt, summed over the colour channels. The integral is
taken at Gauss–Legendre nodes, doubled until the map's sum is the change of the target to
within a hundredth: the error doesn't fall steadily with more nodes, so it decides.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.inspection.attribution.attribution import (
    Attribution,
    Progress,
    Question,
    Target,
    check_target,
    report,
    unwatched,
)
from gnet_desktop.inspection.attribution.batching import batch_size, in_batches
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

NODES: Final = 32
MOST_NODES: Final = 256
TOLERANCE: Final = 0.01


def integrated_gradients(
    network: "GoogLeNet",
    record: Record,
    target: Target,
    baseline: Array,
    *,
    nodes: int = NODES,
    most_nodes: int = MOST_NODES,
    tolerance: float = TOLERANCE,
    progress: Progress = unwatched,
    changes: Sequence[Change] = (),
) -> Attribution:
    """The signed map on the input's pixels, (height, width).

    ``baseline`` is an input of the same shape, (channels, height, width). ``nodes`` are
    doubled up to ``most_nodes`` until the error is below ``tolerance`` of the change.
    Raises Cancelled once ``progress`` says no.
    """
    check_target(target, record)
    assert record.input is not None
    change = target.value(record) - _value(network, baseline, target, changes)
    while True:
        parts = _integral(network, record.input, baseline, target, nodes, progress, changes)
        total = float(parts.sum(dtype=np.float64))
        if abs(total - change) <= tolerance * abs(change) or 2 * nodes > most_nodes:
            break
        nodes *= 2
    return Attribution(
        "integrated-gradients",
        target,
        parts,
        target.value(record),
        sum=total,
        expected=change,
        note="Complete where the sum is the logit's change from the baseline; what is left is the error.",
        settings={"nodes": nodes},
    )


def _value(network: "GoogLeNet", picture: Array, target: Target, changes: Sequence[Change]) -> float:
    import torch

    found = network.outputs(torch.from_numpy(picture)[None], (target.name,), changes=changes)
    return float(target.of(found[target.name])[0])


def _integral(
    network: "GoogLeNet",
    picture: Array,
    baseline: Array,
    target: Target,
    nodes: int,
    progress: Progress,
    changes: Sequence[Change],
) -> Array:
    import torch

    points, weights = np.polynomial.legendre.leggauss(nodes)
    way = picture - baseline
    slopes = np.zeros(picture.shape, np.float64)
    done = 0
    for part in in_batches(nodes, batch_size(picture.shape, derivatives=True)):
        steps = ((points[part] + 1) / 2).astype(np.float32)
        batch = torch.from_numpy(baseline + steps[:, None, None, None] * way).requires_grad_()
        found = network.outputs(batch, (target.name,), changes=changes, differentiable=True)
        value = target.of(found[target.name]).sum()
        (gradient,) = torch.autograd.grad(value, batch)
        slopes += np.einsum("n,nchw->chw", weights[part] / 2, gradient.cpu().numpy())
        done += len(steps)
        report(progress, done / nodes, ((way * slopes).sum(0) * nodes / done).astype(np.float32))
    return np.asarray((way * slopes).sum(0), np.float32)


def integrated_gradients_of(asked: Question) -> Attribution:
    """`integrated_gradients`, as it is asked by name."""
    watched, changes = asked.progress, asked.changes
    return integrated_gradients(
        asked.network, asked.record, asked.target, asked.beside(), progress=watched, changes=changes
    )
