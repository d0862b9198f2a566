"""A naming scheme as a table: which key of a file is which part of the network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gnet_desktop.network.architecture import MODULES

Path = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Endings:
    """What is appended to a layer's path for its weight, its bias and its norm's tensors.

    ``norm`` has the endings of scale, shift, mean and variance.
    """

    weight: str = ".weight"
    bias: str = ".bias"
    norm: tuple[str, str, str, str] = (".weight", ".bias", ".running_mean", ".running_var")


TORCH: Final = Endings()


@dataclass(frozen=True)
class Dialect:
    """The names that one kind of file uses.

    ``convolutions`` and ``linears`` map canonical layers to paths; a convolution's is a
    pair: its own path and its norm's (empty: no norm). ``pools`` are the paths of the
    pools in a pickled module. ``family`` is the `network.families` name; ``switches``
    are settings of it that the names already decide, ``unnormed`` those that a file without
    norms decides; ``relatives`` are families whose files
    have these names too, once their norms are folded into the convolutions. ``linear_transposed``
    says that fully connected weights lie as in, out.
    """

    name: str
    title: str
    family: str
    convolutions: Mapping[str, Path]
    linears: Mapping[str, str]
    pools: Mapping[str, str] = field(default_factory=dict)
    endings: Endings = TORCH
    switches: Mapping[str, str] = field(default_factory=dict)
    linear_transposed: bool = False
    relatives: tuple[str, ...] = ()
    unnormed: Mapping[str, str] = field(default_factory=dict)

    def tensors(self) -> Iterator[tuple[str, str]]:
        """(canonical tensor, key) of everything that a file in this dialect may hold."""
        scale, shift, mean, variance = self.endings.norm
        for layer, (path, norm) in self.convolutions.items():
            yield f"{layer}.weight", path + self.endings.weight
            yield f"{layer}.bias", path + self.endings.bias
            if norm:
                yield f"{layer}.norm.weight", norm + scale
                yield f"{layer}.norm.bias", norm + shift
                yield f"{layer}.norm.mean", norm + mean
                yield f"{layer}.norm.variance", norm + variance
        for layer, path in self.linears.items():
            yield f"{layer}.weight", path + self.endings.weight
            yield f"{layer}.bias", path + self.endings.bias

    @property
    def families(self) -> tuple[str, ...]:
        """All families whose files have these names."""
        return (self.family, *self.relatives)

    @property
    def trunk(self) -> tuple[str, ...]:
        """Names of the convolutions of stem and modules."""
        return tuple(layer for layer in self.convolutions if not layer.startswith("aux"))


def in_modules(module: str | Mapping[str, str], parts: Mapping[str, str | Path]) -> dict[str, Path]:
    """The paths of all convolutions in the nine modules.

    ``module`` is a pattern with ``{}`` for the module's name, or a table; a part is the
    path behind it, or a pair of paths for convolution and norm.
    """
    found = {}
    for name in MODULES:
        prefix = module.format(name) if isinstance(module, str) else module[name]
        for part, behind in parts.items():
            path, norm = (behind, "") if isinstance(behind, str) else behind
            found[f"{name}/{part}"] = (prefix + path, prefix + norm if norm else "")
    return found


def in_order(*groups: str) -> Mapping[str, str]:
    """A table of modules from patterns for stages 3, 4 and 5: ``layer_2.{}`` counts from 0."""
    found = {}
    for stage, pattern in zip("345", groups, strict=True):
        for number, name in enumerate(name for name in MODULES if name[0] == stage):
            found[name] = pattern.format(number)
    return MappingProxyType(found)


def plain(paths: Mapping[str, str]) -> dict[str, Path]:
    """Convolutions without norms."""
    return {layer: (path, "") for layer, path in paths.items()}


def heads(convolution: Path, hidden: str, classifier: str) -> tuple[dict[str, Path], dict[str, str]]:
    """Paths of both heads from patterns with ``{}`` for 1 and 2: convolutions, linears."""
    convolutions, linears = {}, {}
    for number in "12":
        path, norm = (pattern.format(number) for pattern in convolution)
        convolutions[f"aux{number}/conv"] = (path, norm)
        linears[f"aux{number}/fc1"] = hidden.format(number)
        linears[f"aux{number}/fc2"] = classifier.format(number)
    return convolutions, linears
