"""This program's numbers beside those of an independent definition, on one picture."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reference import reference_for

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
    """Compare with an independent definition on a prepared picture (1, channels, height, width).

    Raises UsageError where there is none of this network (`reference.why_not`).
    """
    import torch

    from gnet_desktop.network.googlenet import GoogLeNet

    reference = reference_for(checkpoint)
    ours = GoogLeNet.from_checkpoint(checkpoint)(tensor)
    theirs = reference.run(checkpoint, tensor)
    differences = tuple(
        Difference(
            part, float((torch.from_numpy(ours[part]) - value[0]).abs().max()), float(value[0].abs().max())
        )
        for part, value in theirs.items()
        if part in ours
    )
    return Verification(reference.name, (tensor.shape[2], tensor.shape[3]), differences)


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
