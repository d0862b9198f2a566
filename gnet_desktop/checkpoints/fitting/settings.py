"""What a file tells about its layers, put into an architecture.

Which biases and norms are there shows in the tensors; strides, paddings and pools may
stand beside them (in a pickled module, in Caffe's layers, in an ONNX graph).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import (
    Architecture,
    Convolution,
    Head,
    Linear,
    Module,
    Pool,
    ResponseNorm,
    TrunkLayer,
)

_LARGEST: Final = 64
"""No stride, window or padding of these networks comes near it."""

_LEAST: Final[Mapping[str, int]] = {"kernel": 1, "stride": 1, "size": 1}
"""What a setting is at least, where 0 would be nothing."""

_NORM_EPSILON: Final = 1e-5
_LARGEST_EPSILON: Final = 4096
"""One dialect gives a norm its number of channels as epsilon (docs/formats.md#re-implementations)."""

_TAKEN: Final[Mapping[type, Mapping[str, type]]] = {
    Convolution: {"stride": int, "padding": int, "activation": str},
    Pool: {"kernel": int, "stride": int, "padding": int, "ceil": bool},
    ResponseNorm: {"size": int, "alpha": float, "beta": float, "k": float},
}
"""Settings that beat the family's, and what they must be."""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"padding": ("same",), "activation": ("relu", "relu6", "none")}

Tensors = Mapping[str, Mapping[str, StoredTensor]]
Layer = Convolution | Pool | ResponseNorm


def apply_settings(
    architecture: Architecture,
    tensors: Tensors,
    facts: Mapping[str, Mapping[str, Any]],
    trunk: Sequence[str] = (),
) -> Architecture:
    """The architecture with the biases, norms and kernels that are there and the settings told.

    ``trunk`` are the names of its layers in order, where the file tells them.

    Raises CheckpointError for a setting that no GoogLeNet has.
    """
    groups: dict[str, set[str]] = {}
    for layer in architecture.convolutions():
        groups.setdefault(_group(layer.name), set()).update(tensors[layer.name])

    def changed(layer: Any) -> Any:
        if isinstance(layer, Convolution):
            layer = _as_present(layer, groups[_group(layer.name)], tensors)
        return _as_told(layer, facts.get(layer.name, {}))

    told = facts.get("global_pool", {})
    return replace(
        architecture,
        global_pool=replace(architecture.global_pool, kind=told.get("kind", architecture.global_pool.kind)),
        trunk=tuple(_changed_layer(layer, changed, facts) for layer in _in_order(architecture, trunk)),
        classifier=tuple(_linear(layer, tensors, facts) for layer in architecture.classifier),
        heads=tuple(
            replace(
                head,
                pool=_head_pool(head, facts),
                convolution=changed(head.convolution),
                layers=tuple(_linear(layer, tensors, facts) for layer in head.layers),
            )
            for head in architecture.heads
        ),
    )


def _in_order(architecture: Architecture, names: Sequence[str]) -> tuple[TrunkLayer, ...]:
    """The trunk as the file tells it; a pool or norm that the family lacks takes all from the file."""
    if not names:
        return architecture.trunk
    known = {layer.name: layer for layer in architecture.trunk}
    return tuple(known.get(name) or _fresh(name) for name in names)


def _fresh(name: str) -> TrunkLayer:
    return ResponseNorm(name, 5, 1e-4, 0.75, 1.0) if name.startswith("norm") else Pool(name, 3, 2)


def _head_pool(head: Head, facts: Mapping[str, Mapping[str, Any]]) -> Pool | int:
    """A fixed window takes the place of an adaptive pool if the file tells one."""
    told = facts.get(f"{head.name}/pool", {})
    if isinstance(head.pool, Pool) or "kernel" not in told:
        return head.pool if not isinstance(head.pool, Pool) else _told_pool(head.pool, told)
    return _told_pool(Pool(f"{head.name}/pool", 5, 3, kind="average"), told)


def _told_pool(pool: Pool, told: Mapping[str, Any]) -> Pool:
    found = _as_told(pool, told)
    assert isinstance(found, Pool)
    return found


def _group(layer: str) -> str:
    """Layers that have biases and norms alike: the stem's, all modules', each head's."""
    first = layer.partition("/")[0]
    if "/" not in layer:
        return "tail" if first == "conv4" else "stem"
    return first if first.startswith("aux") else "modules"


def _changed_layer(
    layer: TrunkLayer, changed: Callable[[Any], Any], facts: Mapping[str, Mapping[str, Any]]
) -> TrunkLayer:
    if not isinstance(layer, Module):
        found: TrunkLayer = changed(layer)
        return found
    branches = tuple(
        replace(branch, layers=tuple(changed(part) for part in branch.layers)) for branch in layer.branches
    )
    activation = facts.get(layer.name, {}).get("activation", layer.activation)
    return replace(layer, branches=branches, activation=activation)


def _as_present(layer: Convolution, present: set[str], tensors: Tensors) -> Convolution:
    """A layer has what any layer of its group has; what it then lacks is a hole."""
    norm = any(part.startswith("norm.") for part in present)
    epsilon = layer.norm_epsilon if layer.norm_epsilon is not None else _NORM_EPSILON
    layer = _with_kernel(layer, tensors[layer.name]["weight"].shape[-1])
    bias, normed = "bias" in present, epsilon if norm else None
    if (layer.bias, layer.norm_epsilon) == (bias, normed):
        return layer
    return replace(layer, bias=bias, norm_epsilon=normed)


def _with_kernel(layer: Convolution, kernel: int) -> Convolution:
    """Another kernel than the family's keeps the map's size."""
    if kernel == layer.kernel:
        return layer
    padding = kernel // 2 if isinstance(layer.padding, int) else layer.padding
    return replace(layer, kernel=kernel, padding=padding)


def _linear(layer: Linear, tensors: Tensors, facts: Mapping[str, Mapping[str, Any]]) -> Linear:
    told = facts.get(layer.name, {})
    return replace(
        layer,
        bias="bias" in tensors.get(layer.name, {}),
        activation=told.get("activation", layer.activation),
        scale=told.get("scale", layer.scale),
    )


def _as_told(layer: Layer, told: Mapping[str, Any]) -> Layer:
    if not told:
        return layer
    for name in ("dilation", "groups"):
        if told.get(name, 1) != 1:
            raise _strange(layer.name, name, told[name])
    changes: dict[str, Any] = {}
    for name, kind in _TAKEN[type(layer)].items():
        value = told.get(name)
        if value in _WORDS.get(name, ()):
            changes[name] = value
        elif isinstance(value, int | float) and kind is not str:
            if not _LEAST.get(name, 0) <= value <= _LARGEST:
                raise _strange(layer.name, name, value)
            changes[name] = kind(value)
    epsilon = told.get("epsilon")
    if isinstance(layer, Convolution) and layer.norm_epsilon is not None and isinstance(epsilon, int | float):
        if not 0 <= epsilon <= _LARGEST_EPSILON:
            raise _strange(layer.name, "epsilon", epsilon)
        changes["norm_epsilon"] = float(epsilon)
    found = replace(layer, **changes)
    if isinstance(found, Pool) and isinstance(found.padding, int) and 2 * found.padding > found.kernel:
        raise _strange(layer.name, "padding", found.padding)  # no pool of torch's is
    return found


def _strange(layer: str, name: str, value: Any) -> CheckpointError:
    return CheckpointError(
        "This is not a GoogLeNet that can be shown.",
        f"The file says that {layer} has a {name} of {value}.",
        "Open a checkpoint of a GoogLeNet.",
    )
