"""What an attribution is, and of what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import Cancelled, UsageError
from gnet_desktop.inspection.attribution.methods import PLACES, Method
from gnet_desktop.network.record import LOGITS, Array, Record

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.network.changes import Change
    from gnet_desktop.network.googlenet import GoogLeNet

Progress = Callable[[float, "Array | None"], bool]
"""Told the share that is done, 0…1, and the map so far (or None); says whether to go on."""


def unwatched(_share: float, _so_far: "Array | None") -> bool:
    """A `Progress` that nobody watches."""
    return True


def report(progress: Progress, share: float, so_far: "Array | None" = None) -> None:
    """Tell how far it is; raises Cancelled where the answer is not to go on."""
    if not progress(share, so_far):
        raise Cancelled


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: a head's logit of a class, perhaps less that of another class."""

    head: str
    index: int
    against: int | None = None

    @property
    def name(self) -> str:
        """Under which name the head's logits are found."""
        return LOGITS[self.head]

    def of(self, logits: "Tensor") -> "Tensor":
        """The target's value for each row of (pictures, classes)."""
        value = logits[:, self.index]
        return value if self.against is None else value - logits[:, self.against]

    def value(self, record: Record) -> float:
        """The target's value in a pass."""
        logits = record.answers[self.head].logits
        return float(logits[self.index]) - (0.0 if self.against is None else float(logits[self.against]))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What speaks for a target in a pass, with all that one of the methods may need.

    ``at`` is the layer of those in `AT_LAYER`; ``beside`` gives the input that the others compare
    with, (channels, height, width); ``window`` is in pixels, None for the usual one. ``changes``
    are those of the record's pass.
    """

    network: "GoogLeNet"
    record: Record
    target: Target
    at: str
    beside: Callable[[], Array]
    window: int | None
    progress: Progress
    changes: "Sequence[Change]" = ()


def check_target(target: Target, record: Record) -> None:
    """Raise UsageError if the pass has no such head, or the head no such class."""
    if target.head not in record.answers:
        raise UsageError(
            f"This pass has no answer of {target.head}.",
            "The head is absent, or takes no picture of this size.",
            f"Choose {' or '.join(record.answers) or 'another checkpoint'}.",
        )
    count = len(record.answers[target.head].logits)
    for index in (target.index, target.against):
        if index is not None and not 0 <= index < count:
            raise UsageError(f"There is no class {index}.", f"{target.head} tells {count} apart.")


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A map of what speaks for (positive) and against (negative) a target.

    ``map`` is float32 (rows, columns): on the cells of the part ``at``, or on the
    input's pixels where that is None. ``logit`` is the target's value. ``sum`` is what the
    map adds up to and ``expected`` what it should, where the method promises that; their
    ratio says how much is explained. ``exact`` tells whether nothing was approximated.
    ``units`` is what each unit of ``at`` adds, (channels,). ``note`` is one sentence about
    how far to trust it; ``settings`` is what it was made with.
    """

    method: Method
    target: Target
    map: Array
    logit: float
    at: str | None = None
    sum: float | None = None
    expected: float | None = None
    exact: bool = False
    units: Array | None = None
    note: str = ""
    settings: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def explained(self) -> float | None:
        """The share that the map explains, 1 for all; None where the method promises no sum."""
        if self.sum is None or not self.expected:
            return None
        return self.sum / self.expected

    @property
    def one_sided(self) -> bool:
        """Whether only what speaks for the target is shown unless all is asked for: Grad-CAM's definition.

        Of two classes, what speaks against the one speaks for the other, and both are shown.
        """
        return self.method == "grad-cam" and self.target.against is None

    @property
    def error(self) -> float | None:
        """How far the sum is from what it should be, as a share of that, 0…; None likewise."""
        explained = self.explained
        return None if explained is None else abs(1 - explained)


def blank(values: NDArray[np.float32]) -> bool:
    """Whether nothing in a map speaks for the class: then it is said in words, not stretched."""
    return not bool((values > 0).any())


def share_words(explained: float) -> str:
    """A share that a sum explains, in per cent: ``100.0``, ``−213.6``.

    It is rounded like any measured number: what a probability never is, all, a sum may well be.
    """
    return f"{100 * explained:.1f}".replace("-", "−")


def work_out(method: Method, asked: Question) -> Attribution:
    """The map by a method; raises UsageError for a target that isn't there, Cancelled when told to stop."""
    module, _, function = PLACES[method].partition(":")
    work: Callable[[Question], Attribution] = getattr(import_module(f"{__package__}.{module}"), function)
    return work(asked)
