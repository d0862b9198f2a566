"""A GoogLeNet recognised by its structure, whatever its tensors are called.

In a module four 1×1 convolutions read the module's input; a 3×3 reads one of them, and
a 5×5 (or a 3×3, or two) reads another. Which convolutions belong to one module shows in
their paths, or in the order of the file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import isqrt
from typing import Final

from gnet_desktop.checkpoints.containers.stored import Contents, shape_text
from gnet_desktop.checkpoints.recognition.grouping import find_chain, indistinct, no_googlenet
from gnet_desktop.checkpoints.recognition.layering import Layer, gather, shared
from gnet_desktop.network.architecture import AUXILIARY, MODULES

_MOST_CONVOLUTIONS: Final = 500
_MOST_TENSORS: Final = 5_000


@dataclass
class Structure:
    """The file's own names by canonical layer and tensor in it.

    ``doubts`` are layers that only the file's order told apart; an order that is right
    wherever it can be checked is trusted.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def find_structure(contents: Contents) -> Structure:
    """The GoogLeNet in a file of unknown names.

    Raises CheckpointError with the first thing that does not fit.
    """
    count = sum(len(tensor.shape) == 4 for tensor in contents.tensors.values())
    if count > _MOST_CONVOLUTIONS or len(contents.tensors) > _MOST_TENSORS:
        raise no_googlenet(f"It has {count:,} convolutions; a GoogLeNet has about 60.")
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
        found.doubts += [
            f"the norm of {name}/{part} and others"
            for part, layer in module.parts.items()
            if layer.is_doubtful
        ]
    if found.doubts and not in_order:
        raise indistinct(found.doubts[0])
    _keep_stem(found, rest, modules[0].inputs)
    ends = {name: module.outputs for name, module in zip(MODULES, modules, strict=True)}
    last = ends[MODULES[-1]]
    end = next((layer.outputs for layer in rest if layer.kernel == 3 and layer.inputs == last), last)
    matrices = _matrices(layers, end)
    for head, source in AUXILIARY.items():
        _keep_head(found, head, rest, matrices, ends[source])
    _keep_classifier(found, rest, matrices, last)
    return found


def _matrices(layers: list[Layer], inputs: int) -> list[Layer]:
    """Fully connected layers, turned where more of them then read the last map's channels."""
    found = [layer for layer in layers if not layer.kernel]
    as_is, turned = (sum(layer.shape[side] == inputs for layer in found) for side in (1, 0))
    if turned > as_is:
        return [replace(layer, shape=layer.shape[::-1]) for layer in found]
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
            layer for layer in rest if layer.kernel == 3 and layer.outputs == channels and layer is not first
        ]
        middle, last = _between(first, lasts, rest)
        chain = {"conv1": first, **({"conv2": middle} if middle else {}), "conv3": last}
    for name, layer in chain.items():
        found.names[name] = layer.names
        rest.remove(layer)


def _between(first: Layer, lasts: list[Layer], rest: Iterable[Layer]) -> tuple[Layer | None, Layer]:
    """conv2, if there is one, and conv3."""
    for last in lasts:
        for middle in rest:
            fits = middle.inputs == first.outputs and middle.outputs == last.inputs
            if fits and middle is not last and middle is not first:
                return middle, last
        if last.inputs == first.outputs:
            return None, last
    shape = shape_text(first.shape)
    raise no_googlenet(f"Nothing leads from its first convolution ({shape}) to its modules.")


def _keep_head(found: Structure, head: str, rest: list[Layer], matrices: list[Layer], channels: int) -> None:
    """A 1×1 that reads a module's output, and two matrices behind it."""
    for convolution in [layer for layer in rest if layer.kernel == 1 and layer.inputs == channels]:
        pair = next(_behind(convolution, matrices), None)
        if pair is None:
            continue
        for part, layer in zip(("conv", "fc1", "fc2"), (convolution, *pair), strict=True):
            found.names[f"{head}/{part}"] = layer.names
        rest.remove(convolution)
        for layer in pair:
            matrices.remove(layer)
        return


def _behind(convolution: Layer, matrices: list[Layer]) -> Iterator[tuple[Layer, Layer]]:
    """Pairs of matrices that can follow a head's convolution, the nearest first.

    The first reads a square map of the convolution's channels, the second the first.
    """
    for hidden in _nearest(convolution, matrices):
        cells, left = divmod(hidden.inputs, convolution.outputs)
        if left == 0 and cells > 1 and isqrt(cells) ** 2 == cells:
            for last in _nearest(hidden, matrices):
                if last.inputs == hidden.outputs:
                    yield hidden, last


def _nearest(layer: Layer, others: list[Layer]) -> list[Layer]:
    """Layers in order: those next to one by their path first, then those behind it in the file."""
    return sorted(
        (other for other in others if other is not layer),
        key=lambda other: (
            -shared(layer.path, other.path),
            other.place < layer.place,
            abs(other.place - layer.place),
        ),
    )


def _keep_classifier(found: Structure, rest: list[Layer], matrices: list[Layer], channels: int) -> None:
    """Perhaps a 3×3 behind 5b, then matrices one behind the other."""
    further = next((layer for layer in rest if layer.kernel == 3 and layer.inputs == channels), None)
    if further is not None:
        found.names["conv4"] = further.names
        channels = further.outputs
    chain: list[Layer] = []
    left = sorted(matrices, key=lambda layer: layer.place)
    while (layer := next((layer for layer in left if layer.inputs == channels), None)) and len(chain) < 4:
        chain.append(layer)
        left.remove(layer)
        channels = layer.outputs
    final = [
        layer for layer in rest if layer.kernel == 1 and layer.inputs == channels and layer is not further
    ]
    chain += final[:1] if not chain else []
    for number, layer in enumerate(chain[:-1], 1):
        found.names[f"fc_{number}"] = layer.names
    if chain:
        found.names["fc"] = chain[-1].names
