"""What the heads say of each class, from shallow to deep, as values; nothing here paints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gnet_desktop.gui.answers.values import apart, class_name, comparable, of_same_classes
from gnet_desktop.inspection.answers import DEPTH, HeadAnswers, timeline, valid
from gnet_desktop.workspace.values import Result

Points = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A class's values at the heads that count, from shallow to deep; ``rank`` 0 is main's first answer.

    ``leads`` says that some head's first answer is this class; ``readout`` are the values at
    the modules, where they were read out; ``before`` those of the reference's heads.
    """

    name: str
    index: int
    points: Points
    rank: int
    leads: bool
    readout: Points = ()
    before: Points = ()

    def gap(self, head: str, *, logits: bool) -> float | None:
        """What lies between this run and the reference at a head, as it is written; None without one."""
        now, before = dict(self.points).get(head), dict(self.before).get(head)
        if now is None or before is None:
            return None
        return now - before if logits else 100 * apart(now / 100, before / 100)


def courses(
    result: Result, untrained: Sequence[str], *, logits: bool, reference: Result | None = None
) -> list[Course]:
    """The classes that the heads put first, main's in front; values in per cent or logits.

    With a ``reference`` of the same classes its values too, and what its heads put first.
    """
    answers, names = result.record.answers, result.checkpoint.labels.names
    sound = {head: one for head, one in answers.items() if valid(one)}
    counted = {head: one for head, one in sound.items() if head not in untrained}
    before = comparable(counted, of_same_classes(result, reference))
    firsts = _firsts(counted)
    indices = [line.index for line in timeline(sound, leave_out=untrained)]
    indices += [index for index in _firsts(before) if index not in indices]
    return [
        Course(
            class_name(names, index),
            index,
            _points(counted, index, logits=logits),
            rank,
            index in firsts,
            before=_points(before, index, logits=logits),
        )
        for rank, index in enumerate(indices)
    ]


def between(drawn: Iterable[Course], *, logits: bool) -> list[Course]:
    """The courses of the differences from the reference, at the heads that both have."""
    return [
        replace(
            one,
            points=tuple(
                (head, gap) for head, _ in one.points if (gap := one.gap(head, logits=logits)) is not None
            ),
            before=(),
            readout=(),
        )
        for one in drawn
    ]


def _firsts(answers: Mapping[str, HeadAnswers]) -> dict[int, None]:
    return dict.fromkeys(one.top(1)[0][0] for one in answers.values())


def _points(answers: Mapping[str, HeadAnswers], index: int, *, logits: bool) -> Points:
    """A class's values at the heads that have it, from shallow to deep."""
    return tuple(
        (
            head,
            float(answers[head].logits[index]) if logits else 100 * float(answers[head].probabilities[index]),
        )
        for head in DEPTH
        if head in answers and index < len(answers[head].logits)
    )
