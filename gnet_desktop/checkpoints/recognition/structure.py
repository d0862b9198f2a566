"""A GoogLeNet recognised by its structure, whatever its tensors are called.

In a module four 1×1 convolutions read the module's input; a 3×3 reads one of them, and
a 5×5 (or a 3×3, or two) reads another. Which convolutions belong to one module shows in
their paths, or in the order of the file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from gnet_desktop.checkpoints.containers.stored import Contents, shape_text
from gnet_desktop.checkpoints.recognition.grouping import find_chain, indistinct, no_googlenet
from gnet_desktop.checkpoints.recognition.layering import Layer, gather
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.shown import listed, whole

_MOST_CONVOLUTIONS: Final = 500
_MOST_TENSORS: Final = 5_000
_LONGEST_STEM: Final = 8
"""Convolutions at a file's start that are named where they are no stem that is known."""


@dataclass
class Structure:
    """The file's own names by canonical layer and tensor in it.

    ``doubts`` are layers that only the file's order told apart, ``loose`` those to which
    only the order gave their norm; an order that is right wherever it can be checked is
    trusted.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)

    def warnings(self) -> Iterator[str]:
        """What only the file's order tells, in sentences."""
        yield from (f"Only the file's order tells {pair} apart." for pair in self.doubts)
        if self.loose:
            which = (
                f"{self.loose[0]} and {len(self.loose) - 1} others" if len(self.loose) > 1 else self.loose[0]
            )
            yield f"Only the file's order tells whose the batch norms are ({which})."


def find_structure(contents: Contents) -> Structure:
    """Stem, modules and what follows them in a file of unknown names, without heads.

    Raises CheckpointError with the first thing that does not fit.
    """
    count = sum(len(tensor.shape) == 4 for tensor in contents.tensors.values())
    if count > _MOST_CONVOLUTIONS or len(contents.tensors) > _MOST_TENSORS:
        raise no_googlenet(f"It has {whole(count)} convolutions; a GoogLeNet has about 60.")
    layers = gather(contents.tensors)
    kernels = [layer for layer in layers if layer.kernel]
    modules, in_order = find_chain(kernels)
    used = {layer for module in modules for layer in module.layers}
    rest = [layer for layer in kernels if layer.place not in used]
    found = Structure()
    for name, module in zip(MODULES, modules, strict=True):
        found.names |= {f"{name}/{part}": layer.names for part, layer in module.parts.items()}
        found.doubts += [
            f"{name}/{first} and {name}/{second}" for first, second in map(str.split, module.doubts)
        ]
        found.loose += [f"{name}/{part}" for part, layer in module.parts.items() if layer.is_doubtful]
    if (found.doubts or found.loose) and not in_order:
        raise indistinct(*found.doubts[:1] or [f"the norm of {found.loose[0]} and others"])
    _keep_stem(found, rest, modules[0].inputs)
    _keep_tail(found, rest, modules[-1].outputs)
    return found


# Before and behind


def _keep_stem(found: Structure, rest: list[Layer], channels: int) -> None:
    """Convolutions that lead from the picture to 3a: one, or a wide one and a 3×3, or three."""
    firsts = [layer for layer in rest if layer.inputs in (1, 3)]
    if not firsts:
        raise no_googlenet("None of its convolutions reads a picture.")
    first = firsts[0]
    if first.outputs == channels:
        chain = {"conv1": first}
    else:
        lasts = [
            layer
            for layer in rest
            if layer.kernel > 1 and layer.kernel % 2 and layer.outputs == channels and layer is not first
        ]
        middle, last = _between(first, lasts, rest, channels)
        chain = {"conv1": first, **({"conv2": middle} if middle else {}), "conv3": last}
    for name, layer in chain.items():
        found.names[name] = layer.names
        rest.remove(layer)
    widths = {layer.outputs for layer in chain.values()}
    if more := [layer for layer in rest if {layer.inputs, layer.outputs} <= widths]:
        raise other_stem(_in_order([*chain.values(), *more]), channels)


class OtherStem(CheckpointError):
    """Nine modules, and before them something that has no place here."""


def other_stem(layers: Iterable[tuple[str, tuple[int, ...]]], channels: int) -> OtherStem:
    """The refusal of a network of which only the stem is another.

    ``layers`` are some of its convolutions as (path, shape), ``channels`` those that 3a reads.
    """
    shapes = listed(f"{path} ({shape_text(shape)})" for path, shape in layers)
    return OtherStem(
        "This is a GoogLeNet with another stem.",
        "Its nine modules are there. Before them can be shown one, two or three convolutions that lead "
        f"from the picture to the {channels} channels of 3a; it has {shapes}.",
        "Open a checkpoint with such a stem.",
    )


def _between(
    first: Layer, lasts: list[Layer], rest: Iterable[Layer], channels: int
) -> tuple[Layer | None, Layer]:
    """conv2, if there is one, and conv3."""
    for last in lasts:
        for middle in rest:
            fits = middle.inputs == first.outputs and middle.outputs == last.inputs
            if fits and middle is not last and middle is not first:
                return middle, last
        if last.inputs == first.outputs:
            return None, last
    steps = [layer for layer in rest if layer.inputs <= channels and layer.place <= _LONGEST_STEM]
    raise other_stem(_in_order(steps or [first]), channels)


def _in_order(layers: Iterable[Layer]) -> list[tuple[str, tuple[int, ...]]]:
    return [(layer.path, layer.shape) for layer in sorted(layers, key=lambda layer: layer.place)]


def _keep_tail(found: Structure, rest: list[Layer], channels: int) -> None:
    """Perhaps a 3×3 behind 5b."""
    if further := next((layer for layer in rest if layer.kernel == 3 and layer.inputs == channels), None):
        found.names["conv4"] = further.names
