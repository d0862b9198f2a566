"""Pairs of a family's independent definition and the architecture that claims to be it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import (
    FAMILIES,
    PAPER_WIDTHS,
    HeadWidths,
    ModuleWidths,
    Widths,
    build,
)
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.schemes import SCHEMES, Scheme, canonical
from tests.oracles import ORACLES
from tests.oracles.common import Outputs

CLASSES = 7


@dataclass(frozen=True)
class Case:
    """``make`` are arguments of the oracle, ``build`` those of `families.build`."""

    family: str
    make: Mapping[str, Any] = field(default_factory=dict)
    build: Mapping[str, Any] = field(default_factory=dict)
    scheme: Scheme | None = None

    def oracle(self, seed: int = 0) -> Any:
        return ORACLES[self.family].make(seed, classes=CLASSES, **self.make)

    def outputs(self, model: nn.Module, value: Tensor) -> Outputs:
        with torch.inference_mode():
            return ORACLES[self.family].outputs(model, value)

    def architecture(self) -> Architecture:
        oracle = ORACLES[self.family]
        heads = oracle.heads and self.make.get("heads", True)
        return build(
            self.family,
            **{
                "classes": CLASSES,
                "aux_classes": {"aux1": CLASSES, "aux2": CLASSES} if heads else {},
                "input_channels": self.make.get("channels", oracle.channels),
                **self.build,
            },
        )

    def network(self, model: nn.Module) -> GoogLeNet:
        architecture = self.architecture()
        scheme = self.scheme or SCHEMES[self.family]
        return GoogLeNet(architecture, canonical(scheme, architecture, model.state_dict()))

    def picture(self, height: int | None = None, width: int | None = None, *, seed: int = 1) -> Tensor:
        oracle = ORACLES[self.family]
        channels = self.make.get("channels", oracle.channels)
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(1, channels, height or oracle.size, width or oracle.size, generator=generator)


def _narrow() -> Widths:
    modules = {**PAPER_WIDTHS.modules, "4c": replace(PAPER_WIDTHS.modules["4c"], five=48)}
    return replace(FAMILIES["tutorial"].widths, modules=modules)


_STACKED = replace(SCHEMES["wzmiaomiao"], parts={**SCHEMES["wzmiaomiao"].parts, "5x5": "branch3.2"})

CASES = {
    **{name: Case(name) for name in ORACLES},
    "torchvision without heads": Case("torchvision", {"heads": False}),
    "caffe without heads": Case("caffe", {"heads": False}),
    "tutorial with 48 in 4c": Case("tutorial", {"narrow": True}, {"widths": _narrow()}),
    "wzmiaomiao with 3×3": Case("wzmiaomiao", {"kernel": 3}, {"five": 3}),
    "wzmiaomiao with two 3×3": Case("wzmiaomiao", {"stacked": True}, {"five": "3+3"}, _STACKED),
    "weiaicunzai repaired": Case("weiaicunzai", {"epsilon": False}, {"epsilon": "repaired"}),
    "d2l early": Case("d2l", {"early": True}, {"edition": "early"}),
    "d2l newer, three channels": Case("d2l", {"newer": True, "channels": 3}, {}, SCHEMES["d2l newer"]),
    "lucid as lucent": Case("lucid", {"norm": "lucent"}, {"response_norm": "lucent"}),
}

TINY = Widths(
    modules={name: ModuleWidths(3, 2, 4, 2, 3, 2) for name in PAPER_WIDTHS.modules},
    trunk={"conv1": 4, "conv2": 4, "conv3": 5, "conv4": 6},
)


def tiny(family: str, *, heads: bool = False, **arguments: Any) -> Architecture:
    """A family's network with a handful of channels, for tests of structure."""
    recipe = FAMILIES[family]
    cells = next(iter(recipe.widths.heads.values())).cells if recipe.widths.heads else 4
    head = HeadWidths(convolution=3, hidden=5, cells=cells)
    trunk = {name: TINY.trunk[name] for name in recipe.widths.trunk}
    widths = replace(TINY, trunk=trunk, heads={"aux1": head, "aux2": head})
    aux = {"aux1": 5, "aux2": 6} if heads else {}
    return build(family, widths, **{"classes": 4, "aux_classes": aux, **arguments})


def random_tensors(architecture: Architecture, seed: int = 0) -> dict[str, Tensor]:
    """Tensors for any architecture: small random weights, plausible norm statistics."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, shape in tensor_shapes(architecture).items():
        value = torch.randn(shape, generator=generator)
        if name.endswith(".variance"):
            value = value.abs() + 0.5
        elif len(shape) > 1:
            value = value * (2 / value[0].numel()) ** 0.5
        tensors[name] = value
    return tensors
