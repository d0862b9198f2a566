"""What a unit or a direction reads, and which units of the next module read it: by weights alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.contributions import expanded_weights, weights_onward
from gnet_desktop.inspection.sources import source_of
from gnet_desktop.network.architecture import Branch, Module
from gnet_desktop.network.naming import Unit

if TYPE_CHECKING:
    from gnet_desktop.inspection.visualisation.wanted import Wanted
    from gnet_desktop.network.googlenet import GoogLeNet

COUNT: Final = 5

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Links:
    """Units with the sum of the weights that lead from or to them, the largest size first.

    ``source`` and ``target`` are the modules or layers in which they lie; the last module has no target.
    """

    source: str
    inputs: tuple[tuple[Unit, float], ...]
    target: str
    outputs: tuple[tuple[Unit, float], ...]


def links_of(network: "GoogLeNet", wanted: "Wanted") -> Links:
    """The links of a unit or direction in a module or a branch of one; on the engine's thread."""
    architecture = network.architecture
    modules = list(architecture.modules)
    name, _, only = wanted.part.partition("/")
    own = architecture.module(name)
    direction = _in_module(own, only, np.asarray(wanted.direction.array, np.float64))
    source = source_of(architecture, name)
    sums = np.zeros(own.inputs)
    for branch, values in _by_branch(own, direction):
        sums += expanded_weights(branch, _weights(network, branch), values).sum(axis=(1, 2))
    inputs = tuple((source.unit(architecture, one), float(sums[one])) for one in _largest(sums))
    place = modules.index(own) + 1
    if place == len(modules):
        return Links(source.name, inputs, "", ())
    return Links(source.name, inputs, modules[place].name, _readers(network, modules[place], direction))


def _readers(network: "GoogLeNet", module: Module, direction: Doubles) -> tuple[tuple[Unit, float], ...]:
    found: list[tuple[Unit, float]] = []
    for reader in module.branches:
        onward = weights_onward(reader, _weights(network, reader), direction).sum(axis=(1, 2))
        found += [(Unit(module.name, reader.name, one), float(onward[one])) for one in _largest(onward)]
    found.sort(key=lambda one: -abs(one[1]))
    return tuple(found[:COUNT])


def _in_module(module: Module, branch: str, direction: Doubles) -> Doubles:
    """A direction in a branch as one in the module's output."""
    if not branch:
        return direction
    whole, start = np.zeros(module.outputs), module.offset(branch)
    whole[start : start + len(direction)] = direction
    return whole


def _by_branch(module: Module, direction: Doubles) -> Iterator[tuple[Branch, Doubles]]:
    """The branches in which a direction has anything, each with its part of it."""
    for branch in module.branches:
        start = module.offset(branch.name)
        values = direction[start : start + branch.outputs]
        if values.any():
            yield branch, values


def _weights(network: "GoogLeNet", branch: Branch) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {layer.name: network.weights(layer.name) for layer in branch.convolutions}


def _largest(values: Doubles) -> Sequence[int]:
    return [int(one) for one in np.argsort(-np.abs(values), kind="stable")[:COUNT]]
