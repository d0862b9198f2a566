"""What an opened file is: a network's weights and all that is known about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from typing_extensions import override

from gnet_desktop.convention import Convention
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.record import Answers
from gnet_desktop.plain_json import parsed

if TYPE_CHECKING:
    import torch


WEIGHTS_CHOICE: Final = "weights"
"""What `Provenance.assumed` calls the choice between several sets of weights in one file."""

_SWAPPED: Final = ", in the other order"


NUMBERED: Final = "numbers only"
"""The source of class names that are none."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Class names in the order of the outputs, and where they come from.

    ``source`` is for people: ``ImageNet 2012, by count``, ``class_indices.json``.
    ``alternative`` is the other order that a folder of class folders allows.
    """

    names: tuple[str, ...]
    source: str
    alternative: tuple[str, ...] = ()

    def means_the_same(self, other: "Labels") -> bool:
        """Whether every output is the same class in both; where one has no names, by their number alone."""
        if NUMBERED in (self.source, other.source):
            return len(self.names) == len(other.names)
        return self.names == other.names

    def swapped(self) -> "Labels":
        """The same names in the other order; raises ValueError where there is only one."""
        if not self.alternative:
            raise ValueError("These names have one order only.")
        told = self.source.removesuffix(_SWAPPED)
        return Labels(self.alternative, told if told != self.source else told + _SWAPPED, self.names)


@dataclass(frozen=True, slots=True)
class HeadState:
    """Whether a head is in the file, and whether it was ever trained.

    ``trained`` is None where nothing in the file tells; ``why`` says in a sentence
    why we think so. ``temperature`` divides the logits (calibration; 1: none).
    """

    present: bool
    classes: int = 0
    trained: bool | None = None
    why: str = ""
    temperature: float = 1.0

    @property
    def words(self) -> str:
        """What a line of text says of it."""
        if not self.present:
            return "not in this file"
        told = {True: "trained", False: "untrained", None: "trained or not, the file does not say"}
        return told[self.trained]


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a network's settings from elsewhere than its family.

    ``layers`` are settings that the file itself tells, by layer (``pool4``: ``kernel``, 2),
    ``order`` the trunk's layers where it tells them; ``editions`` which edition of the
    family it is ({question: answer}, `families.Switch`).
    """

    layers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    editions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the weights came from and what was done to them on the way in.

    ``recognised_by`` is how the layout was found; ``wrappers`` the keys and
    prefixes that were taken off; ``converted`` the changes of precision or layout
    in words; ``stored`` is how many tensors the file holds, ``missing`` and ``left_over``
    the parts without a tensor and the tensors without a part, ``beside`` how many there
    are of each kind that is none of the network's (counters, copies); ``assumed`` what
    the file cannot tell (key → value), and ``open`` those of its keys that are in doubt
    and that nobody has settled; ``said`` what the file says of its layers beside its tensors,
    and its family's edition; ``sets`` the names of the file's sets of weights, the one in
    use first, if there are several; ``notes`` are worth knowing, ``warnings`` may mean that
    something is wrong.
    """

    path: Path
    size: int
    sha256: str
    container: str
    family: str
    family_title: str
    recognised_by: Literal["names", "structure"]
    wrappers: tuple[str, ...] = ()
    dtypes: Mapping[str, int] = field(default_factory=dict)
    converted: tuple[str, ...] = ()
    stored: int = 0
    missing: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    beside: Mapping[str, int] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    said: Said = field(default_factory=Said)
    sets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> dict[str, str]:
        """What is assumed but not open; as ``assume`` it leaves open what is."""
        return {key: value for key, value in self.assumed.items() if key not in self.open}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a person fitted on pictures whose classes are known, in place of what the file says.

    ``temperatures`` divide the logits, {head: temperature}; ``threshold`` is the probability
    of the first answer below which nothing fits (None: as the file has it); ``source`` says
    on what they were fitted.
    """

    temperatures: Mapping[str, float]
    threshold: float | None = None
    source: str = ""

    @classmethod
    def stored(cls, fields: Mapping[str, Any] | None) -> Self | None:
        """A calibration from its stored fields; None if they are not one."""
        if fields is None:
            return None
        try:
            temperatures = {str(head): float(value) for head, value in fields["temperatures"].items()}
            threshold = None if fields.get("threshold") is None else float(fields["threshold"])
            source = str(fields.get("source", ""))
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        sound = all(0 < value < 1000 for value in temperatures.values())
        return cls(temperatures, threshold, source) if sound and 0 <= (threshold or 0) <= 1 else None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A GoogLeNet from a file, complete and checked.

    ``tensors`` are float32 on the CPU under the names of `Architecture`'s layers
    (see `network.architecture`): exactly those that the architecture asks for.
    ``heads`` has ``main``, ``aux2`` and ``aux1``. ``calibration`` is a person's own, and
    goes before what the file says.
    """

    architecture: Architecture
    tensors: "Mapping[str, torch.Tensor]"
    labels: Labels
    convention: Convention
    convention_source: str
    heads: Mapping[str, HeadState]
    provenance: Provenance
    calibration: Calibration | None = None

    @property
    def temperatures(self) -> dict[str, float]:
        """What divides each head's logits: {head: temperature}."""
        own = {name: state.temperature for name, state in self.heads.items()}
        return own if self.calibration is None else own | dict(self.calibration.temperatures)

    @property
    def doubt_threshold(self) -> float | None:
        """Below this probability of its first answer the file says that nothing fits.

        A person's own, or from the metadata's ``nothing_fits`` (JSON with ``threshold``);
        None without one.
        """
        if self.calibration is not None and self.calibration.threshold is not None:
            return self.calibration.threshold
        try:
            threshold = parsed(self.provenance.metadata["nothing_fits"])["threshold"]
            return float(threshold)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def doubt(self, answers: Mapping[str, Answers]) -> str | None:
        """A sentence when none of the classes fits the picture well; None otherwise."""
        threshold, main = self.doubt_threshold, answers.get("main")
        if threshold is None or main is None or float(main.probabilities.max()) >= threshold:
            return None
        return f"None of the {self.architecture.classes} classes fits this picture well."

    @override
    def __repr__(self) -> str:
        return (
            f"<Checkpoint {self.provenance.path.name}: {self.provenance.family}, "
            f"{self.architecture.classes} classes, sha256 {self.provenance.sha256[:12]}>"
        )
