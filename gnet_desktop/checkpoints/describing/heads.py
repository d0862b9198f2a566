"""Is a head trained? Signs that its numbers are still those of its initialisation."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gnet_desktop.checkpoints.checkpoint import HeadState
from gnet_desktop.checkpoints.containers.stored import Floats
from gnet_desktop.network.architecture import HEADS, Architecture, Linear

OFFICIAL_HASH: Final = "1378be20"
"""First digits of the SHA-256 of torchvision's official file (docs/formats.md#torchvision)."""

UNTRAINED: Final = "untrained"
"""The metadata's key for heads that were known to be untrained when the file was written."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """An initialisation that cuts values off: none is larger, and among many one comes near."""

    words: str
    value: float


def _bounds(layer: Linear) -> tuple[_Bound, ...]:
    """torch's own default, and torchvision's truncated normal for this network."""
    return (
        _Bound("PyTorch's initial range", layer.inputs**-0.5),
        _Bound("torchvision's initial range", 0.02),
    )


def head_states(
    architecture: Architecture,
    tensors: Mapping[str, Floats],
    counts: Mapping[str, int],
    *,
    sha256: str,
    temperatures: Mapping[str, float],
    untrained: Collection[str] = (),
) -> dict[str, HeadState]:
    """State of ``main``, ``aux2`` and ``aux1``.

    ``untrained`` are heads of which the file itself says so.

    ``counts`` are batches that each convolution's norm has seen, where the file says.
    A 0 tells something only if others have counted: loading an old file sets all to 0.
    """
    layers = {"main": architecture.classifier} | {head.name: head.layers for head in architecture.heads}
    found = {}
    for name in HEADS:
        if not layers.get(name):
            found[name] = HeadState(False, why="The file has no tensors for it.")
            continue
        trained, why = _judge(name, layers[name], tensors, counts, sha256)
        if name in untrained:
            trained, why = False, "The file says that it was never trained."
        found[name] = HeadState(True, layers[name][-1].outputs, trained, why, temperatures.get(name, 1.0))
    return found


def _judge(
    name: str,
    layers: Iterable[Linear],
    tensors: Mapping[str, Floats],
    counts: Mapping[str, int],
    sha256: str,
) -> tuple[bool | None, str]:
    norm = f"{name}/conv.norm"
    if name != "main" and sha256.startswith(OFFICIAL_HASH):
        return False, "This is torchvision's official file, whose auxiliary heads were never trained."
    if counts.get(f"{name}/conv") == 0 and any(counts.values()):
        return False, "Its batch norm has counted no batch: it has never seen a picture."
    if f"{norm}.mean" in tensors and _is_initial_norm(tensors, norm):
        return False, "Its batch norm still has mean 0 and variance 1: it has never seen a picture."
    signs = [_sign(layer, tensors) for layer in layers]
    if all(sign for sign, _ in signs):
        return False, signs[-1][1]
    if f"{norm}.mean" in tensors:
        return True, "Its batch norm has seen pictures, and its weights have left their initial range."
    return True, "Its weights have left their initial range."


def _is_initial_norm(tensors: Mapping[str, Floats], norm: str) -> bool:
    return bool((tensors[f"{norm}.mean"] == 0).all() and (tensors[f"{norm}.variance"] == 1).all())


def _sign(layer: Linear, tensors: Mapping[str, Floats]) -> tuple[bool, str]:
    """Whether a layer looks just as it was initialised, and why."""
    weight, bias = tensors[f"{layer.name}.weight"], tensors.get(f"{layer.name}.bias")
    if bias is not None and len(bias) > 1 and (bias == bias[0]).all():
        return True, f"All biases of its last layer are {bias[0]:g}, as before training."
    if weight.size and not weight.any():
        return True, "All weights of its last layer are 0."
    largest = max(float(weight.max(initial=0.0)), -float(weight.min(initial=0.0)))  # takes no memory
    for bound in _bounds(layer):
        if 0.999 * bound.value <= largest <= bound.value * (1 + 1e-6):
            return (
                True,
                f"Its weights fill exactly {bound.words} (up to {bound.value:.4f}), as before training.",
            )
    return False, ""
