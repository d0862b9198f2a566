"""What a file shows of its network that has no place in the known ones, and would be lost in silence."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from gnet_desktop.checkpoints.containers.graph import Graph
from gnet_desktop.checkpoints.containers.stored import Contents, shape_text
from gnet_desktop.checkpoints.dialects.dialect import Dialect
from gnet_desktop.checkpoints.recognition import keys
from gnet_desktop.checkpoints.recognition.matching import Match
from gnet_desktop.checkpoints.recognition.sequential import OTHER_ACTIVATIONS
from gnet_desktop.checkpoints.recognition.structure import other_stem
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES, Architecture
from gnet_desktop.network.families import FAMILIES


def check_left_over(contents: Contents, found: Match, left_over: tuple[str, ...]) -> None:
    """A layer inside a module, or of the stem, that no part is: without it every number would be wrong.

    Raises CheckpointError naming it.
    """
    _check_stem(contents, found, left_over)
    inside = tuple(f"{found.prefix}{path}." for path in _module_paths(found.dialect) if path)
    for name in left_over:
        shape = contents.tensors[name].shape
        computes = len(shape) == 4 or name.endswith(("weight", "gamma"))
        if computes and keys.path(name).startswith(inside) and not _OBSERVERS.search(name):
            raise CheckpointError(
                "This network has more than a GoogLeNet's parts.",
                f"{name} ({shape_text(shape)}) stands inside a module, and nothing is known of it.",
                "Open a checkpoint of a GoogLeNet.",
            )


def _check_stem(contents: Contents, found: Match, left_over: tuple[str, ...]) -> None:
    """A further convolution of the stem has its channels from one of these, and gives what another reads."""
    dialect = found.dialect
    stem = [layer for layer in dialect.trunk if "/" not in layer and layer in found.names]
    roots = tuple(
        f"{found.prefix}{keys.path(dialect.convolutions[layer][0]).partition('.')[0]}." for layer in stem
    )
    shapes = [contents.tensors[found.names[layer]["weight"]].shape for layer in stem]
    widths = {side for shape in shapes for side in shape[:2]}
    more = [
        name
        for name in left_over
        if len(shape := contents.tensors[name].shape) == 4
        and {*shape[:2]} <= widths
        and keys.path(name).startswith(roots)
    ]
    if more:
        names = [*(found.names[layer]["weight"] for layer in stem), *more]
        own = [name for name in contents.tensors if name in names]
        channels = contents.tensors[found.names["3a/1x1"]["weight"]].shape[1]
        raise other_stem([(name, contents.tensors[name].shape) for name in own], channels)


_OBSERVERS: Final = re.compile(r"post_process|fake_quant|observer")
"""What watches values while a network is being quantised changes none of them afterwards."""


def check_classes(contents: Contents, found: Match) -> None:
    """Raise CheckpointError for a module that leaves no tensors but computes what is not shown here."""
    inside = tuple(f"{found.prefix}{path}." for path in _module_paths(found.dialect) if path)
    usual = FAMILIES[found.dialect.family].activation
    for path, name in contents.classes.items():
        word = name.rpartition(".")[2]
        other = word in OTHER_ACTIVATIONS or word in _OTHER_NORMS or (word == "ReLU6" and usual != "relu6")
        if other and keys.path(path).startswith(inside):
            raise CheckpointError(
                "This is not a GoogLeNet that can be shown.",
                f"It has a {word} inside a module ({path}).",
                "Open a checkpoint of a GoogLeNet with rectifiers.",
            )


_OTHER_NORMS: Final = frozenset(("InstanceNorm2d", "GroupNorm", "LayerNorm", "LocalResponseNorm"))


_OTHER_RECTIFIERS: Final = frozenset(
    ("LeakyRelu", "Elu", "Selu", "PRelu", "Celu", "HardSwish", "Mish", "Gelu", "Tanh", "Softplus", "Sigmoid")
)


def check_rectifiers(graph: Graph) -> None:
    """Raise CheckpointError where a graph that could not be followed has other rectifiers than known ones."""
    kinds = {node.kind for node in graph.nodes} & _OTHER_RECTIFIERS
    if kinds:
        raise CheckpointError(
            "This is not a GoogLeNet that can be shown.",
            f"Its graph has {', '.join(sorted(kinds))} in place of a rectifier.",
            "Open a checkpoint of a GoogLeNet with rectifiers.",
        )


def unused_norms(contents: Contents, architecture: Architecture, left_over: Iterable[str]) -> list[str]:
    """Statistics of batch norms that fit convolutions of the trunk but are no norm's of the family's."""
    bare = {layer.outputs for layer in architecture.convolutions() if layer.norm_epsilon is None}
    return [
        name
        for name in left_over
        if (parts := keys.split(name)) is not None
        and parts[1] == "mean"
        and contents.tensors[name].count in bare
    ]


def _module_paths(dialect: Dialect) -> Iterator[str]:
    """What the paths of all parts of a module have in common."""
    for module in MODULES:
        paths = [
            keys.path(path).split(".")
            for layer, (path, _) in dialect.convolutions.items()
            if layer.startswith(f"{module}/")
        ]
        common = takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))
        yield ".".join(steps[0] for steps in common)
