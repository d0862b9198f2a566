"""A fully connected layer that was replaced by several: ``fc.0``, ``fc.1``, … (fine-tuning).

The last matrix is the classifier, those before it are hidden layers. What stands
between them shows only in a whole module, and there it shows in full. A batch norm is
folded into its neighbour.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from natsort import natsorted

from gnet_desktop.checkpoints.containers.source import MemorySource
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor
from gnet_desktop.checkpoints.recognition import keys
from gnet_desktop.errors import CheckpointError

HIDDEN: Final = ("relu", "none")
"""What may be assumed between fully connected layers."""

_ACTIVATIONS: Final[Mapping[str, str]] = {"ReLU": "relu", "ReLU6": "relu6"}
_SILENT: Final = frozenset(
    (
        *("", "Sequential", "Identity", "Flatten", "Unflatten", "Softmax", "LogSoftmax"),
        *("Linear", "LazyLinear", "NonDynamicallyQuantizableLinear", "Conv2d"),
        *("BatchNorm1d", "BatchNorm2d", "SyncBatchNorm", "AdaptiveAvgPool2d", "AvgPool2d"),
        *("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "FeatureAlphaDropout"),
    )
)
"""Modules that change nothing between matrices, are read by their tensors, or only scale the end."""

OTHER_ACTIVATIONS: Final = frozenset(
    (
        *("Tanh", "Sigmoid", "LeakyReLU", "ELU", "GELU", "SiLU", "PReLU", "Hardswish", "SELU", "Mish"),
        *("CELU", "RReLU", "Softplus", "Hardtanh", "Hardsigmoid", "LogSigmoid", "Softsign"),
    )
)
"""torch's modules that stand in the place of a rectifier, and are none."""

_SIGMOID: Final = "Sigmoid"
_SEQUENTIAL: Final = "Sequential"
_LARGEST: Final = 1 << 24
_EPSILON: Final = 1e-5

Matrix = dict[str, StoredTensor]


@dataclass
class Chain:
    """Matrices one behind the other.

    ``activations`` holds what follows each, None where the file doesn't tell; ``weights``
    are the file's own names of the matrices, ``names`` those of all that belongs to
    them. ``has_sigmoid``: a sigmoid follows the last one.
    """

    matrices: list[Matrix] = field(default_factory=list)
    activations: list[str | None] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    has_sigmoid: bool = False


@dataclass(frozen=True)
class _Step:
    """One entry of the Sequential: its number (-1 if it has none), its tensors, its class.

    ``is_leaf``: it has no entries of its own.
    """

    number: int
    names: Mapping[keys.Role, str]
    kind: str
    epsilon: float
    is_leaf: bool


def find_chain(contents: Contents, layers: keys.Layers, path: str) -> Chain:
    """The matrices under a path that is no layer itself; empty if there are none.

    Raises CheckpointError for anything between them that cannot be shown.
    """
    chain, steps = Chain(), list(_steps(contents, layers, path))
    if not any(_is_matrix(contents, step) for step in steps):
        return chain
    scaling: tuple[Floats, Floats] | None = None
    told = _class_of(contents, path) == _SEQUENTIAL
    last = -2
    for step in steps:
        chain.names |= set(step.names.values())
        if chain.has_sigmoid and step.names:
            raise unshown(_SIGMOID)
        if {"mean", "variance"} <= step.names.keys():
            norm = {str(role): contents.tensors[name] for role, name in step.names.items()}
            scaling = _scaling(norm, step.epsilon)
            if chain.matrices and not chain.activations[-1] and step.number in (last + 1, -1):
                chain.matrices[-1] = _scaled(chain.matrices[-1], *scaling, before=False)
                scaling = None
        elif _is_matrix(contents, step):
            matrix: Matrix = {
                str(role): contents.tensors[name].squeezed(2 if role == "weight" else 1)
                for role, name in step.names.items()
                if role in ("weight", "bias")
            }
            chain.matrices.append(_scaled(matrix, *scaling, before=True) if scaling else matrix)
            chain.activations.append(None)
            chain.weights.append(step.names["weight"])
            scaling, last = None, step.number
        elif step.names:
            raise unshown(step.kind or next(iter(step.names.values())))
        elif chain.matrices and step.kind == _SIGMOID:
            chain.has_sigmoid = True
        elif step.kind in _ACTIVATIONS and chain.matrices:
            chain.activations[-1] = _ACTIVATIONS[step.kind]
        elif step.kind not in _SILENT and step.is_leaf:
            raise unshown(step.kind)
    if told:
        chain.activations = [activation or "none" for activation in chain.activations]
    return chain


def _is_matrix(contents: Contents, step: _Step) -> bool:
    return "weight" in step.names and len(contents.tensors[step.names["weight"]].shape) > 1


def _class_of(contents: Contents, path: str) -> str:
    """The class of the module at a path, without its package; "" where the file doesn't tell."""
    kinds = (kind for name, kind in contents.classes.items() if keys.path(name) == path)
    return next(kinds, "").rpartition(".")[2]


def _steps(contents: Contents, layers: keys.Layers, path: str) -> Iterator[_Step]:
    """What stands under a path, in the order of its numbers, or else in the file's."""
    classes = {keys.path(name): kind.rpartition(".")[2] for name, kind in contents.classes.items()}
    facts = {keys.path(name): settings for name, settings in contents.facts.items()}
    inside = [name for name in dict.fromkeys((*classes, *layers)) if name.startswith(f"{path}.")]
    ordered = all(name.rpartition(".")[2].isdecimal() for name in inside)
    for name in natsorted(inside) if ordered else inside:
        number = name.rpartition(".")[2]
        epsilon = facts.get(name, {}).get("epsilon", _EPSILON)
        yield _Step(
            int(number) if number.isdecimal() else -1,
            layers.get(name, {}),
            classes.get(name, ""),
            float(epsilon),
            is_leaf=not any(other.startswith(f"{name}.") for other in inside),
        )


def unshown(kind: str) -> CheckpointError:
    """The refusal of a classifier with something between its layers that cannot be shown."""
    return CheckpointError(
        f"Its classifier has a {kind} between its layers.",
        "Only rectifiers can be shown here.",
        "Open a checkpoint with another classifier.",
    )


def with_norm(matrix: Matrix, norm: Mapping[str, StoredTensor], epsilon: float, *, before: bool) -> Matrix:
    """A matrix with a batch norm ``before`` it, or behind it, worked in.

    ``norm`` has ``mean`` and ``variance``, and perhaps ``weight`` and ``bias``. Raises
    CheckpointError where they don't fit.
    """
    return _scaled(matrix, *_scaling(norm, epsilon), before=before)


def _scaling(norm: Mapping[str, StoredTensor], epsilon: float) -> tuple[Floats, Floats]:
    """A batch norm as factor and shift of each value."""

    def read(role: str, usual: float, count: int) -> Floats:
        tensor = norm.get(role)
        if tensor is None:
            return np.full(count, usual, np.float32)
        if tensor.count > _LARGEST:
            raise CheckpointError("Its classifier is far too large.")
        tensor.check(role)
        return tensor.numbers().reshape(-1)

    mean = read("mean", 0.0, 0)
    scale, shift = read("weight", 1.0, len(mean)), read("bias", 0.0, len(mean))
    variance = read("variance", 1.0, len(mean))
    if not len(mean) == len(scale) == len(shift) == len(variance):
        raise CheckpointError(
            "Its classifier does not fit together.", "A norm in it has vectors of several lengths."
        )
    factor = scale / np.sqrt(variance.astype(np.float64) + epsilon)
    return factor.astype(np.float32), (shift - mean * factor).astype(np.float32)


def _scaled(matrix: Matrix, factor: Floats, shift: Floats, *, before: bool) -> Matrix:
    """A matrix with a norm ``before`` it, or behind it, worked in."""
    weight = matrix["weight"]
    if weight.count > _LARGEST or weight.shape[1 if before else 0] != len(factor):
        raise CheckpointError(
            "Its classifier does not fit together.", "A norm in it has another length than its layer."
        )
    weight.check("fc")
    numbers = weight.numbers().astype(np.float64)
    bias = np.zeros(weight.shape[0])
    if "bias" in matrix:
        matrix["bias"].check("fc")
        bias = matrix["bias"].numbers().astype(np.float64)
    if before:
        return _matrix(numbers * factor, bias + numbers @ shift, weight)
    return _matrix(numbers * factor[:, None], bias * factor + shift, weight)


def _matrix(
    weight: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    bias: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    like: StoredTensor,
) -> Matrix:
    return {
        role: replace(
            like,
            source=MemorySource(values.astype("<f4").tobytes()),
            dtype="float32",
            shape=values.shape,
            offset=0,
            strides=None,
            order="<",
        )
        for role, values in (("weight", weight), ("bias", bias))
    }
