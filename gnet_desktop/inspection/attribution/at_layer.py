"""Maps at a layer: what its units add to a class, and Grad-CAM (Selvaraju and others, 2017).

Behind 5b there is, in most families, only an average and one matrix: there both are the class
activation map (Zhou and others, 2016), and its cells and the bias sum to the logit exactly.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gnet_desktop.inspection.attribution.attribution import Attribution, Question, Target, check_target
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.changes import Change, behind
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

_EXACT = "Exact: behind this layer there is only an average and one matrix."
_FIRST_ORDER = "First-order: each value times the slope of the logit by it, with rectifiers as they are."
_NOT_COMPLETE = "Not complete by definition: the slopes are averaged over the cells."


def contributions(
    network: "GoogLeNet", record: Record, target: Target, at: str, changes: Sequence[Change] = ()
) -> Attribution:
    """What the values of ``at``, a layer of the trunk, add to the target: value × slope.

    ``sum`` against ``expected``: the logit less what it is with the layer at 0 (at 5b the
    bias). ``changes`` are those of the record's pass. Raises UsageError for a target that isn't there.
    """
    values, slopes, base = _slopes(network, record, target, at, changes)
    parts = values * slopes
    exact = is_linear_behind(network.architecture, target.head, at)
    return Attribution(
        "contributions",
        target,
        parts.sum(0),
        target.value(record),
        at=at,
        sum=float(parts.sum(dtype=np.float64)),
        expected=target.value(record) - base,
        exact=exact,
        units=parts.sum((1, 2)),
        note=_EXACT if exact else _FIRST_ORDER,
    )


def grad_cam(
    network: "GoogLeNet", record: Record, target: Target, at: str, changes: Sequence[Change] = ()
) -> Attribution:
    """Grad-CAM at ``at``: Σ_k α_k A_k with α_k the mean over the cells of ∂y/∂A_k, signed.

    The published map is its positive part. ``sum`` and ``expected`` as in `contributions`.
    """
    values, slopes, base = _slopes(network, record, target, at, changes)
    weights = slopes.mean((1, 2))
    parts = values * weights[:, None, None]
    exact = is_linear_behind(network.architecture, target.head, at)
    return Attribution(
        "grad-cam",
        target,
        parts.sum(0),
        target.value(record),
        at=at,
        sum=float(parts.sum(dtype=np.float64)),
        expected=target.value(record) - base,
        exact=exact,
        units=parts.sum((1, 2)),
        note=_EXACT if exact else _NOT_COMPLETE,
    )


def is_linear_behind(architecture: Architecture, head: str, at: str) -> bool:
    """Whether between a layer and the main head's logits nothing but an average and one matrix lies."""
    return (
        head == "main"
        and at == architecture.trunk[-1].name
        and architecture.global_pool.kind == "average"
        and len(architecture.classifier) == 1
        and architecture.classifier[0].activation == "none"
    )


def _slopes(
    network: "GoogLeNet", record: Record, target: Target, at: str, changes: Sequence[Change]
) -> tuple[Array, Array, float]:
    """The layer's values, the target's derivatives by them, and the target with the layer at 0."""
    import torch

    from gnet_desktop.inspection.gradients import target_gradient

    check_target(target, record)
    values = record[at]
    rest = behind(network.architecture, changes, at)
    slopes = target_gradient(network, values, at, target.name, target.of, rest)
    nothing = torch.zeros(1, *values.shape)
    base = float(target.of(network.outputs(nothing, (target.name,), after=at, changes=rest)[target.name])[0])
    return values, slopes, base


def contributions_of(asked: Question) -> Attribution:
    """`contributions`, as it is asked by name."""
    return contributions(asked.network, asked.record, asked.target, asked.at, asked.changes)


def grad_cam_of(asked: Question) -> Attribution:
    """`grad_cam`, as it is asked by name."""
    return grad_cam(asked.network, asked.record, asked.target, asked.at, asked.changes)
