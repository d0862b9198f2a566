"""This program's numbers beside those of torchvision's own network, on one picture."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.errors import MachineError, UsageError
from gnet_desktop.network.architecture import AUXILIARY, Architecture
from gnet_desktop.network.families import PAPER_WIDTHS, build

if TYPE_CHECKING:
    import torch

TOLERANCE: Final = 1e-4
"""Largest difference, relative to the part's largest value, that is called agreement."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``largest`` absolute difference in a part, and the ``scale``: its largest value."""

    part: str
    largest: float
    scale: float

    @property
    def relative(self) -> float:
        """The difference as a share of the scale (of 1 for smaller scales)."""
        return self.largest / max(self.scale, 1.0)


@dataclass(frozen=True, slots=True)
class Verification:
    """The differences of all modules, the logits and the heads from those of ``other``."""

    other: str
    input_size: tuple[int, int]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether no part is off by more than the tolerance."""
        return all(difference.relative <= TOLERANCE for difference in self.differences)


def verify(checkpoint: Checkpoint, tensor: "torch.Tensor") -> Verification:
    """Compare with torchvision's own network on a prepared picture (1, 3, height, width).

    Raises UsageError where torchvision has no such network, MachineError without it.
    """
    import torch

    from gnet_desktop.network.googlenet import GoogLeNet

    _check_family(checkpoint.architecture)
    other, version = _torchvision_network(checkpoint)
    ours = GoogLeNet.from_checkpoint(checkpoint)(tensor)
    with torch.inference_mode():
        theirs = _outputs(other, tensor, [head.name for head in checkpoint.architecture.heads])
    differences = tuple(
        Difference(part, float((torch.from_numpy(ours[part]) - value).abs().max()), float(value.abs().max()))
        for part, value in theirs.items()
        if part in ours
    )
    return Verification(f"torchvision {version}", (tensor.shape[2], tensor.shape[3]), differences)


def _check_family(architecture: Architecture) -> None:
    usual = build(
        "torchvision",
        PAPER_WIDTHS,
        classes=architecture.classes,
        aux_classes={head.name: head.classes for head in architecture.heads},
    )
    if replace(architecture, family="torchvision") != usual:
        raise UsageError(
            "This network cannot be compared with torchvision's.",
            f"Only torchvision's own architecture can, and this is another one ({architecture.family}).",
            "Open a checkpoint of torchvision's GoogLeNet.",
        )


def _torchvision_network(checkpoint: Checkpoint) -> "tuple[Any, str]":
    import torch

    try:
        import torchvision
        from torchvision.models import GoogLeNet
    except ImportError as error:
        raise MachineError(
            "The comparison needs torchvision.",
            "It is not installed.",
            "Install it: pip install torchvision.",
        ) from error
    architecture = checkpoint.architecture
    with torch.device("meta"):  # nothing is initialised only to be overwritten
        network = GoogLeNet(
            num_classes=architecture.classes, aux_logits=True, transform_input=False, init_weights=False
        )
    network.to_empty(device="cpu")
    network.load_state_dict(_state(checkpoint), strict=False)
    return network.eval(), torchvision.__version__


def _state(checkpoint: Checkpoint) -> "dict[str, torch.Tensor]":
    """The tensors under torchvision's names."""
    from gnet_desktop.checkpoints.dialects.torchvision import DIALECTS

    names = dict(DIALECTS[0].tensors())
    return {names[name]: tensor for name, tensor in checkpoint.tensors.items()}


def _outputs(network: Any, tensor: "torch.Tensor", heads: list[str]) -> "dict[str, torch.Tensor]":
    """What torchvision's modules give: seen by hooks on that network, which is thrown away."""
    found: dict[str, Any] = {}
    for name, module in network.named_children():
        if name.startswith("inception"):
            module.register_forward_hook(
                lambda _module, _inputs, output, name=name: found.update(
                    {name.removeprefix("inception"): output[0]}
                )
            )
    found["logits"] = network(tensor)[0]
    for head, source in AUXILIARY.items():
        if head in heads:
            found[head] = getattr(network, head)(found[source][None])[0]
    return found


def verification_to_json(verification: Verification) -> dict[str, Any]:
    """The differences, ready for json.dumps."""
    return {
        "other": verification.other,
        "input_size": verification.input_size,
        "agrees": verification.agrees,
        "differences": [asdict(difference) for difference in verification.differences],
    }


def verification_to_text(verification: Verification) -> str:
    """The differences as lines for a terminal."""
    height, width = verification.input_size
    said = "agree" if verification.agrees else "differ by more than rounding"
    lines = [f"This program and {verification.other} {said} on this picture ({width}×{height})."]
    lines += [
        f"  {difference.part:<8} largest difference {difference.largest:.2e} of {difference.scale:.3g}"
        for difference in verification.differences
    ]
    return "\n".join(lines)
