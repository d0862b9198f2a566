"""What an opened file doesn't tell: questions, what was taken for an answer, and what is in doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gnet_desktop.checkpoints.checkpoint import WEIGHTS_CHOICE, Checkpoint
from gnet_desktop.checkpoints.recognition.matching import TOP, is_copy
from gnet_desktop.network.families import FAMILIES

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the file doesn't tell: what was taken, and what could be chosen.

    ``choices`` are (value, words); give ``{key: value}`` as ``assume`` to open the file
    with another one. ``open``: neither the file nor a person has settled it, so that the
    answers hang on it.
    """

    key: str
    value: str
    question: str
    choices: Choices
    open: bool = False

    @property
    def chosen(self) -> str:
        """What was taken, in words."""
        return dict(self.choices).get(self.value, self.value)

    @property
    def statement(self) -> str:
        """``input transform off``: in a few words what was taken."""
        return f"{_NAMES.get(self.key, self.key.replace('_', ' '))} {self.chosen}"

    @property
    def text(self) -> str:
        """The question with its answer, and the others, as a line."""
        others = ", ".join(value for value, _ in self.choices if value != self.value)
        doubt = "in doubt; " if self.open else ""
        return f"{self.question} {self.chosen} ({doubt}{self.key}={self.value}; or {others})"


def assumptions(checkpoint: Checkpoint) -> tuple[Assumption, ...]:
    """All that the file of a checkpoint doesn't tell."""
    return tuple(_assumptions(checkpoint))


def in_doubt(checkpoint: Checkpoint) -> tuple[str, ...]:
    """What was only assumed, and is still open, in a few words each."""
    return tuple(one.statement for one in _assumptions(checkpoint) if one.open)


def _assumptions(checkpoint: Checkpoint) -> Iterator[Assumption]:
    switches = FAMILIES[checkpoint.architecture.family].switches
    for key, value in checkpoint.provenance.assumed.items():
        if key in switches:
            choices = tuple((name, choice.words) for name, choice in switches[key].choices.items())
            question = switches[key].question
        elif key == WEIGHTS_CHOICE:
            choices = tuple((name, _set_words(name)) for name in sorted(checkpoint.provenance.sets))
            question = "It holds several sets of weights. Which are used?"
        else:
            question, choices = _QUESTIONS[key]
        yield Assumption(key, value, question, choices, key in checkpoint.provenance.open)


def _set_words(name: str) -> str:
    where = "under no prefix" if name == TOP else name
    return f"{where} (a smoothed copy)" if is_copy(name) else where


_ON_OFF: Final = (("on", "on"), ("off", "off"))
_QUESTIONS: Final[Mapping[str, tuple[str, Choices]]] = {
    "family": (
        "Which network is it? Its tensors fit several.",
        tuple((name, family.title) for name, family in FAMILIES.items()),
    ),
    "transform_input": ("Does it rescale its input from ImageNet's statistics to −1…1?", _ON_OFF),
    "hidden": (
        "What stands between its fully connected layers?",
        (("relu", "a rectifier"), ("none", "nothing")),
    ),
    "one_output": (
        "It has one output. Whose probability is its sigmoid?",
        (("second", "that of class 1, as with binary cross-entropy"), ("first", "that of class 0")),
    ),
    "conv1_stride": ("By how many pixels does conv1 step?", (("1", "1"), ("2", "2"))),
}
_NAMES: Final[Mapping[str, str]] = {
    "family": "network",
    "transform_input": "input transform",
    "hidden": "between its fully connected layers",
    "one_output": "the sigmoid of its one output is",
    "conv1_stride": "step of conv1",
    "response_norm": "response norms:",
    "epsilon": "epsilon of its norms:",
    "edition": "edition:",
}
"""Keys in words that fit before what was chosen, where they are not their own."""
