"""Independent definitions of known networks, to compare this program's numbers with.

None of them uses the network that answers: layers, strides, paddings and constants are
written down once more, plainly. ``plain`` ships with the program; ``installed`` is
torchvision's own code, where that is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reference import installed, plain
from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.families import FAMILIES, build

if TYPE_CHECKING:
    from torch import Tensor

_COUNTS: Final = ("inputs", "outputs", "classes", "input_channels", "family")
"""What of an architecture a file may have otherwise: a definition takes it from the weights."""


class Run(Protocol):
    """Module outputs, ``logits`` and heads for a (1, channels, height, width) input, by name."""

    def __call__(self, checkpoint: Checkpoint, value: "Tensor", /) -> Mapping[str, "Tensor"]:
        """Compute them with other code than this program's."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An independent definition; ``name`` is what it is called in a sentence."""

    name: str
    run: Run


def reference_for(checkpoint: Checkpoint) -> Reference:
    """The most independent definition of a checkpoint's network; UsageError where there is none."""
    refusal = why_not(checkpoint.architecture)
    if refusal is not None:
        raise refusal
    version = installed.version() if installed.fits(checkpoint.architecture) else ""
    if version:
        return Reference(f"torchvision {version}", installed.run)
    title = FAMILIES[checkpoint.architecture.family].title
    return Reference(f"a plain definition of {title}'s network", plain.run)


def why_not(architecture: Architecture) -> UsageError | None:
    """Why an architecture can be compared with nothing; None where it can."""
    if architecture.family in plain.FACTS and _same_but_counts(architecture, _usual(architecture)):
        return None
    known = " and ".join(f"{FAMILIES[name].title}'s" for name in plain.FACTS)
    return UsageError(
        "This network cannot be compared.",
        f"Independent definitions ship for {known} networks, and this is another one"
        f" ({architecture.family}).",
        "Everything else on the card holds for it.",
    )


def _usual(architecture: Architecture) -> Architecture:
    return build(
        architecture.family,
        classes=architecture.classes,
        aux_classes={head.name: head.classes for head in architecture.heads},
    )


def _same_but_counts(one: Any, other: Any) -> bool:
    """Whether two values of an architecture differ in numbers of channels and classes at most."""
    if is_dataclass(one) and type(one) is type(other):
        names = [field.name for field in fields(one) if field.name not in _COUNTS]
        return all(_same_but_counts(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return all(map(_same_but_counts, one, other))
    return bool(one == other)
