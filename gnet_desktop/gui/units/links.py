"""Which units a unit reads, and which units of the next module read it: by weights, without a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.inspection.contributions import expanded_weights, weights_onward
from gnet_desktop.inspection.sources import source_of
from gnet_desktop.network.naming import Unit

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

COUNT: Final = 5


@dataclass(frozen=True, slots=True)
class Links:
    """Units with the sum of the weights that lead from or to them, the largest size first.

    ``source`` and ``target`` are the modules or layers in which they lie; the last module has no target.
    """

    source: str
    inputs: tuple[tuple[Unit, float], ...]
    target: str
    outputs: tuple[tuple[Unit, float], ...]


def links_of(network: "GoogLeNet", unit: Unit, channel: int) -> Links:
    """The links of a unit of a module, ``channel`` in its output; on the engine's thread."""
    architecture = network.architecture
    modules = list(architecture.modules)
    own = architecture.module(unit.module)
    branch = own.branch(unit.branch)
    weights = {layer.name: network.weights(layer.name) for layer in branch.convolutions}
    source = source_of(architecture, unit.module)
    sums = expanded_weights(branch, weights, unit.channel).sum(axis=(1, 2))
    inputs = tuple((source.unit(architecture, one), float(sums[one])) for one in _largest(sums))
    place = modules.index(own) + 1
    if place == len(modules):
        return Links(source.name, inputs, "", ())
    found: list[tuple[Unit, float]] = []
    for reader in modules[place].branches:
        weights = {layer.name: network.weights(layer.name) for layer in reader.convolutions}
        onward = weights_onward(reader, weights, channel).sum(axis=(1, 2))
        found += [
            (Unit(modules[place].name, reader.name, one), float(onward[one])) for one in _largest(onward)
        ]
    found.sort(key=lambda one: -abs(one[1]))
    return Links(source.name, inputs, modules[place].name, tuple(found[:COUNT]))


def _largest(values: np.ndarray) -> list[int]:
    return [int(one) for one in np.argsort(-np.abs(values), kind="stable")[:COUNT]]
