"""A network's settings in the words in which files tell them, as `fitting.settings` reads them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    Linear,
    Module,
    Pool,
    ResponseNorm,
)

Words = Mapping[str, Mapping[str, Any]]
"""Settings by layer, then by name."""


def settings_of(architecture: Architecture) -> dict[str, dict[str, Any]]:
    """What the tensors don't show of every layer."""
    found = {name: _settings(layer) for name, layer in _layers(architecture)}
    return found | {"global_pool": {"kind": architecture.global_pool.kind}}


def taken(architecture: Architecture, facts: Words) -> dict[str, dict[str, Any]]:
    """What of ``facts`` a network that was made with them has a place for, as it took it."""
    found = {}
    for layer, settings in settings_of(architecture).items():
        if told := {name: value for name, value in settings.items() if name in facts.get(layer, {})}:
            found[layer] = told
    return found


def _layers(
    architecture: Architecture,
) -> Iterator[tuple[str, Convolution | Pool | ResponseNorm | Module | Linear]]:
    """Every layer that has settings, by its name."""
    for layer in architecture.trunk:
        yield layer.name, layer
        if isinstance(layer, Module):
            yield from ((part.name, part) for branch in layer.branches for part in branch.layers)
    for head in architecture.heads:
        yield head.convolution.name, head.convolution
        if isinstance(head.pool, Pool):
            yield head.pool.name, head.pool
    yield from ((linear.name, linear) for linear in architecture.linears())


def _settings(layer: Convolution | Pool | ResponseNorm | Module | Linear) -> dict[str, Any]:
    found = {name: getattr(layer, name) for name in _SAID[type(layer)]}
    if isinstance(layer, Convolution) and layer.norm_epsilon is not None:
        found["epsilon"] = layer.norm_epsilon
    return found


_SAID: Final[Mapping[type, tuple[str, ...]]] = {
    Convolution: ("stride", "padding", "activation"),
    Pool: ("kernel", "stride", "padding", "ceil"),
    ResponseNorm: ("size", "alpha", "beta", "k"),
    Module: ("activation",),
    Linear: ("activation", "scale"),
}
