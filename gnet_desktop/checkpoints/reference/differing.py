"""In what a file's network is not the published one, by its weights and by what the file says."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reference.published import MODULES, PARTS, Published, published

if TYPE_CHECKING:
    from torch import Tensor

_MOST_NAMED: Final = 3
_WORDS: Final = {"ceil": "rounding up"}
_FOLDED: Final = "its batch norms are worked into its convolutions"


def differences(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Each difference in words; what a reading of the published definition takes from the file."""
    said, weights = checkpoint.provenance.said, checkpoint.tensors
    network = published(checkpoint.architecture.family, said.editions)
    shapes = {name.removesuffix(".weight"): tuple(tensor.shape) for name, tensor in weights.items()}
    return (
        *_stem(network, shapes, said.order),
        *_widths(network, shapes),
        *_kernels(network, shapes),
        *_norms(network, weights),
        *_settings(network, shapes, said.layers),
    )


def _stem(network: Published, shapes: Mapping[str, tuple[int, ...]], order: tuple[str, ...]) -> Iterator[str]:
    """Layers of the trunk that one of them has and the other hasn't; layers before the classifier."""
    theirs = [name for name in network.order if not name.startswith("conv") or name in shapes]
    its = order or tuple(theirs)
    if more := [name for name in its if name not in network.order]:
        yield f"it also has {_listed(more)}"
    if less := [name for name in network.order if name not in its]:
        yield f"it has no {_listed(less)}"
    if hidden := sum(name.startswith("fc_") for name in shapes if "." not in name):
        yield f"it has {hidden} more {'layers' if hidden > 1 else 'layer'} before its classifier"


def _widths(network: Published, shapes: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    other = [
        module
        for module in MODULES
        if tuple(shapes[f"{module}/{part}"][0] for part in PARTS) != network.widths[module]
    ]
    if other:
        yield f"its own widths in {'all modules' if len(other) == len(MODULES) else _listed(other)}"


def _kernels(network: Published, shapes: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    parts = [f"3a/{part}" for part in ("5x5_a", "5x5") if f"3a/{part}" in shapes]
    if (five := tuple(shapes[part][-1] for part in parts)) != network.five:
        yield f"in its 5×5 branches {_kernels_text(five)}, published {_kernels_text(network.five)}"
    kernel = shapes["conv1"][-1]
    if (usual := network.layers["conv1"]["kernel"]) != kernel:
        yield f"conv1 {_kernels_text((kernel,))}, published {_kernels_text((usual,))}"


def _norms(network: Published, weights: "Mapping[str, Tensor]") -> Iterator[str]:
    normed = "3a/1x1.norm.mean" in weights
    if network.epsilon is None and normed:
        yield "it has batch norms, the published network has none"
    elif network.epsilon is not None and not normed:
        yield _FOLDED if "3a/1x1.bias" in weights else "it has no batch norms"


def _settings(
    network: Published, shapes: Mapping[str, tuple[int, ...]], told: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Settings that the file tells otherwise, the layers of one kind together."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for layer, settings in told.items():
        usual = network.settings(layer, shapes.get(layer, ()))
        for name, value in settings.items():
            if not _is_same(value, usual.get(name)) and (name != "epsilon" or network.epsilon is not None):
                found.setdefault((name, _text(value), _text(usual.get(name))), []).append(layer)
    for (name, value, published_value), layers in found.items():
        yield f"{_WORDS.get(name, name)} of {_listed(layers)} {value}, published {published_value}"


def _is_same(one: Any, other: Any) -> bool:
    """Numbers that agree in float32 are the same."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other))
    return bool(one == other)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "another", True: "on", False: "off"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _kernels_text(kernels: tuple[int, ...]) -> str:
    return " and ".join(f"{kernel}×{kernel}" for kernel in kernels)
