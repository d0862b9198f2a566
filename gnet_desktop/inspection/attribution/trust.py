"""How far to trust a map: what happens to the answer when its pixels go, and to it when the weights do.

Deletion and insertion are those of Petsiuk and others (2018); the randomisation check is that of
Adebayo and others (2018): a map that survives shuffled weights shows the picture, not the network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.attribution.attribution import (
    Attribution,
    Progress,
    Target,
    report,
    unwatched,
)
from gnet_desktop.inspection.attribution.batching import batch_size, in_batches
from gnet_desktop.network.architecture import MODULES, Architecture
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

STEPS: Final = 28
"""Steps from the whole picture to none: 1,792 pixels each at 224 × 224."""
RANDOM_ORDERS: Final = 3
SHUFFLED_MODULES: Final = 4
"""How many modules are shuffled, evenly from the answer to the picture, after the last matrix."""
BLUR: Final = 5 / 224
"""Sigma of the blurred picture that insertion begins with, as a share of the shorter side."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The target's probability, (steps + 1,), while pixels go or come; ``area`` under it, 0…1."""

    probabilities: NDArray[np.float64]

    @property
    def area(self) -> float:
        """By the trapezoid rule over the share of pixels."""
        # written out: NumPy's own has another name before 2.0
        return float((self.probabilities[1:] + self.probabilities[:-1]).mean() / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """Curves in the map's order, and the mean of those in random order.

    A map is worth something where ``deletion`` lies below its random curve and
    ``insertion`` above.
    """

    deletion: Curve
    insertion: Curve
    random_deletion: Curve
    random_insertion: Curve


@dataclass(frozen=True, slots=True, eq=False)
class Trusted:
    """All that is found on how far to trust one map: the curves, and `randomisation`'s correlations."""

    trust: Trust
    ranks: dict[str, float]


def trust(
    network: "GoogLeNet",
    record: Record,
    target: Target,
    importance: Array,
    mean: Array,
    *,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress = unwatched,
    changes: Sequence[Change] = (),
) -> Trust:
    """Deletion and insertion of an importance on the input's pixels, (height, width).

    ``mean`` is the input that removed pixels take; ``changes`` are those of the record's pass.
    Raises Cancelled once ``progress`` says no.
    """
    assert record.input is not None
    picture = record.input
    soft = blurred(picture, BLUR * min(picture.shape[1:]))
    random = np.random.default_rng(seed)
    orders = [order_of(importance), *(random.permutation(importance.size) for _ in range(RANDOM_ORDERS))]
    curves: dict[str, list[NDArray[np.float64]]] = {"deletion": [], "insertion": []}
    for number, order in enumerate(orders):
        for name, start, end in (("deletion", picture, mean), ("insertion", soft, picture)):
            curves[name].append(_curve(network, target, (start, end), order, steps, changes))
            report(progress, (2 * number + (name == "insertion") + 1) / (2 * len(orders)))
    return Trust(
        Curve(curves["deletion"][0]),
        Curve(curves["insertion"][0]),
        Curve(np.mean(curves["deletion"][1:], 0)),
        Curve(np.mean(curves["insertion"][1:], 0)),
    )


def order_of(importance: Array) -> NDArray[np.int64]:
    """Pixels from the most important on, of equal ones the first; (height · width,)."""
    return np.argsort(-importance.ravel(), kind="stable")


def _curve(
    network: "GoogLeNet",
    target: Target,
    way: tuple[Array, Array],
    order: NDArray[np.int64],
    steps: int,
    changes: Sequence[Change],
) -> NDArray[np.float64]:
    """The class's probability while pixels in ``order`` go from one input to the other."""
    import torch

    start, end = way
    bounds = np.linspace(0, order.size, steps + 1).round().astype(int)
    temperature = network.temperatures.get(target.head, 1.0)
    found: list[float] = []
    for part in in_batches(steps + 1, batch_size(start.shape)):
        batch = np.repeat(start[None], len(bounds[part]), 0).reshape(len(bounds[part]), start.shape[0], -1)
        for one, bound in zip(batch, bounds[part], strict=True):
            one[:, order[:bound]] = end.reshape(start.shape[0], -1)[:, order[:bound]]
        pictures = torch.from_numpy(batch.reshape(-1, *start.shape))
        logits = network.outputs(pictures, (target.name,), changes=changes)
        found += torch.softmax(logits[target.name] / temperature, 1)[:, target.index].tolist()
    return np.array(found)


def blurred(picture: Array, sigma: float) -> Array:
    """A picture (channels, height, width) under a Gaussian of ``sigma`` pixels, its edges repeated."""
    reach = max(1, int(np.ceil(3 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (1, 2):
        width = [(0, 0)] * 3
        width[axis] = (reach, reach)
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(picture, width, mode="edge"), 2 * reach + 1, axis=axis
        )
        picture = np.einsum("chwk,k->chw", windows, kernel).astype(np.float32)
    return picture


def randomisation(
    network: "GoogLeNet",
    original: Attribution,
    layers: Sequence[str],
    make: Callable[["GoogLeNet"], Attribution],
    *,
    seed: int = 0,
    progress: Progress = unwatched,
) -> dict[str, float]:
    """{layer: Spearman correlation of the map with the original} once its weights, and those of
    all layers named before it, are shuffled.

    ``layers`` go from the answer towards the picture: ``fc``, ``5b``, … ``make`` makes the map anew
    with another network.
    """
    found = {}
    for number, layer in enumerate(layers, 1):
        shuffled = network.shuffled(layers[:number], seed)
        found[layer] = spearman(original.map, make(shuffled).map)
        report(progress, number / len(layers))
    return found


def layers_before(architecture: Architecture, head: str) -> list[str]:
    """The trunk's layers that a head reads through, the deepest first."""
    names = [layer.name for layer in architecture.trunk]
    aside = architecture.head(head)
    last = names.index(aside.source if aside is not None else names[-1])
    return names[last::-1]


def shuffled_layers(architecture: Architecture, head: str) -> list[str]:
    """What is shuffled step by step: the last matrix of the head, then modules towards the picture."""
    aside = architecture.head(head)
    last = (aside.layers if aside is not None else architecture.classifier)[-1].name
    modules = [name for name in layers_before(architecture, head) if name in MODULES]
    step = max(1, (len(modules) - 1) // (SHUFFLED_MODULES - 1))
    return [last, *modules[::step][:SHUFFLED_MODULES]]


def spearman(left: Array, right: Array) -> float:
    """Rank correlation of two maps, −1…1; NaN where one of them is the same everywhere."""
    ranks = [_ranks(values.ravel()) for values in (left, right)]
    centred = [values - values.mean() for values in ranks]
    size = float(np.linalg.norm(centred[0]) * np.linalg.norm(centred[1]))
    return float(centred[0] @ centred[1]) / size if size else float("nan")


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Ranks from 0; equal values share their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts + 1) / 2)[places]
    return ranks
