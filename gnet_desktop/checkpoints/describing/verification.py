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
    """The differences of all modules, the logits and the heads from those of ``other``.

    ``from_file`` says in what the network is not the published one: there ``other`` does as
    the file says, too.
    """

    other: str
    input_size: tuple[int, int]
    differences: tuple[Difference, ...]
    from_file: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether no part is off by more than the tolerance."""
        return all(difference.relative <= TOLERANCE for difference in self.differences)


def verify(checkpoint: Checkpoint, tensor: "torch.Tensor") -> Verification:
    """Compare with an independent definition on a prepared picture (1, channels, height, width).

    Raises PictureError for a size that the network cannot take.
    """
    import torch

    from gnet_desktop.network.googlenet import GoogLeNet

    reference = reference_for(checkpoint)
    ours = GoogLeNet.from_checkpoint(checkpoint)(tensor)
    theirs = reference.run(checkpoint, tensor)
    differences = tuple(
        Difference(part, _off(torch.from_numpy(ours[part]), value[0]), float(value[0].abs().max()))
        for part, value in theirs.items()
        if part in ours
    )
    return Verification(reference.name, (tensor.shape[2], tensor.shape[3]), differences, reference.from_file)


def _off(ours: "torch.Tensor", theirs: "torch.Tensor") -> float:
    """The largest difference; maps of two sizes are off by all that they have, 1 at least."""
    if ours.shape != theirs.shape:
        return max(1.0, float(theirs.abs().max()))
    return float((ours - theirs).abs().max())


def verification_to_json(verification: Verification) -> dict[str, Any]:
    """The differences, ready for json.dumps."""
    return {
        "other": verification.other,
        "input_size": verification.input_size,
        "agrees": verification.agrees,
        "from_file": list(verification.from_file),
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
    if verification.from_file:
        lines.append(f"As this file has it, not as published: {'; '.join(verification.from_file)}.")
    return "\n".join(lines)
