"""Independent definitions of known networks, to compare this program's numbers with.

None of them uses the network that answers: layers, strides, paddings and constants are
written down once more, plainly. `published` is the table of them, ``plain`` computes with
it; ``installed`` is torchvision's own code, where that is there. What a file's network has
otherwise than the published one is the file's own, and `Reference.from_file` says what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reference import installed, plain
from gnet_desktop.checkpoints.reference.differing import differences
from gnet_desktop.network.families import FAMILIES

if TYPE_CHECKING:
    from torch import Tensor


class Run(Protocol):
    """Module outputs, ``logits`` and heads for a (1, channels, height, width) input, by name."""

    def __call__(self, checkpoint: Checkpoint, value: "Tensor", /) -> Mapping[str, "Tensor"]:
        """Compute them with other code than this program's."""


@dataclass(frozen=True, slots=True)
class IndependentDefinition:
    """An independent definition; ``name`` is what it is called in a sentence.

    ``from_file`` are the differences between the published network and this one: there it
    does as the file says.
    """

    name: str
    run: Run
    from_file: tuple[str, ...] = ()


def reference_for(checkpoint: Checkpoint) -> IndependentDefinition:
    """The most independent definition of a checkpoint's network."""
    version = installed.version() if installed.fits(checkpoint.architecture) else ""
    if version:
        return IndependentDefinition(f"torchvision {version}", installed.run)
    title = FAMILIES[checkpoint.architecture.family].title
    return IndependentDefinition(
        f"a plain reading of the published definition ({title})", plain.run, differences(checkpoint)
    )
