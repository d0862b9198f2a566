"""What a part of the network reads, as units: through the pools and norms that lie between."""

from dataclasses import dataclass
from typing import Final

from gnet_desktop.network.architecture import Architecture, Convolution, Module
from gnet_desktop.network.naming import Unit, unit_in_module, unit_of

PICTURE: Final = "input"
"""The part that the first layer reads; its units are the colour channels."""


@dataclass(frozen=True, slots=True)
class LayerInput:
    """What a module or a layer reads: the record's ``part``, and the units that its channels are.

    ``module`` is the module before, or None behind the stem; then the channels are
    those of ``layer``, the stem's last convolution. A pool or a norm may lie between.
    """

    part: str
    module: Module | None
    layer: str

    @property
    def name(self) -> str:
        """``3b``, or the stem's layer."""
        return self.module.name if self.module else self.layer

    def unit(self, architecture: Architecture, channel: int) -> Unit:
        """The unit that is an input channel."""
        if self.module:
            return unit_in_module(architecture, self.module.name, channel)
        return unit_of(self.layer, channel)

    def widths(self, channels: int) -> dict[str, int]:
        """Channels by branch of the module before; all under the layer's name behind the stem."""
        if self.module:
            return {branch.name: branch.outputs for branch in self.module.branches}
        return {self.layer: channels}


def source_of(architecture: Architecture, name: str) -> LayerInput:
    """What a module, or a layer of the stem, reads."""
    before = PICTURE
    for one in architecture.trunk:
        if one.name == name:
            break
        before = one.name
    return source_at(architecture, before)


def source_at(architecture: Architecture, part: str) -> LayerInput:
    """What reads a layer of the trunk, or the picture, has before it."""
    layer, module = PICTURE, None
    for one in architecture.trunk if part != PICTURE else ():
        if isinstance(one, Module):
            module = one
        elif isinstance(one, Convolution):
            layer, module = one.name, None  # one family convolves once more behind 5b
        if one.name == part:
            break
    return LayerInput(part, module, layer)
