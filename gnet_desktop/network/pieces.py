"""Pieces that the recipes of `families` share: the paper's stem, its pools, a head's pool."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gnet_desktop.network.architecture import Activation, Convolution, Padding, Pool, ResponseNorm
from gnet_desktop.network.recipes import Choice, Switch, Template

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def convolution(name: str, kernel: int, **fields: Any) -> Convolution:
    """A convolution of the trunk; how many channels it has is told later."""
    return Convolution(name, 0, 0, kernel, **fields)


def stem(
    pool: Mapping[str, Any],
    *,
    norm: Mapping[str, Any] | None = None,
    padding: Padding = 3,
    activation: Activation = "relu",
    last: Activation | None = None,
) -> tuple[Template, ...]:
    """The paper's stem with a family's pools and response norms.

    ``padding`` is conv1's, ``last`` conv3's activation where it is another.
    """
    norms = [ResponseNorm(name, **norm) for name in ("norm1", "norm2")] if norm else []
    return (
        convolution("conv1", 7, stride=2, padding=padding, activation=activation),
        Pool("pool1", 3, 2, **pool),
        *norms[:1],
        convolution("conv2", 1, activation=activation),
        convolution("conv3", 3, padding=1, activation=last or activation),
        *norms[1:],
        Pool("pool2", 3, 2, **pool),
    )


def pools(pool: Mapping[str, Any], last: Mapping[str, Any] = NOTHING) -> Mapping[str, Pool]:
    """The pools after 3b and 4e; ``last`` says what is different in the second."""
    second = {"kernel": 3, "stride": 2, **pool, **last}
    return MappingProxyType({"3b": Pool("pool3", 3, 2, **pool), "4e": Pool("pool4", **second)})


def average(*, ceil: bool = False) -> Pool:
    """The pool of the paper's heads."""
    return Pool("pool", 5, 3, ceil=ceil, kind="average")


def switch(question: str, **choices: Choice) -> Switch:
    """A question that a file leaves open, with its answers by name."""
    return Switch(question, MappingProxyType(choices))
