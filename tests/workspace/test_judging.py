"""Whether a head was trained: what the file tells, else how it answers."""

from dataclasses import replace

import numpy as np
import pytest

from gnet_desktop.checkpoints.checkpoint import HeadState
from gnet_desktop.network.record import Answers, Record
from gnet_desktop.workspace.judging import JUDGED_BY, Judge
from gnet_desktop.workspace.values import Result, RunKey
from tests.gui.answering import CATS, make_checkpoint

FLAT = np.full(len(CATS), 1 / len(CATS), np.float32)
SURE = np.array([0.93] + [0.01] * 7, np.float32)


def record(probabilities: np.ndarray) -> Record:
    answers = {head: Answers(np.log(probabilities), probabilities) for head in ("main", "aux2")}
    return Record({}, answers, (224, 224), 1.0)


def heard(*probabilities: np.ndarray) -> Judge:
    judge = Judge()
    for number, one in enumerate(probabilities):
        judge.hear(number, record(one))
    return judge


@pytest.mark.parametrize("told", [True, False])
def test_what_the_file_tells_counts_whatever_the_answers(told: bool) -> None:
    checkpoint = make_checkpoint(trained=told)
    assert heard(*[FLAT] * JUDGED_BY).trained(checkpoint, "aux2") is told


def test_a_head_that_says_the_same_of_everything_was_not_trained() -> None:
    checkpoint = make_checkpoint(trained=None)
    assert heard(*[FLAT] * JUDGED_BY).trained(checkpoint, "aux2") is False


def test_a_head_that_tells_pictures_apart_was_trained() -> None:
    checkpoint = make_checkpoint(trained=None)
    answers = [np.roll(SURE, number) for number in range(JUDGED_BY)]
    assert heard(*answers).trained(checkpoint, "aux2") is True


def test_nothing_is_said_before_enough_was_heard() -> None:
    checkpoint = make_checkpoint(trained=None)
    judge = Judge()
    assert judge.trained(checkpoint, "aux2") is None
    assert judge.trained(None, "aux2") is None
    assert judge.trained(make_checkpoint(heads=()), "aux2") is HeadState(False).trained


def test_another_network_is_judged_anew() -> None:
    judge = heard(*[FLAT] * JUDGED_BY)
    judge.forget()
    assert judge.trained(make_checkpoint(trained=None), "aux2") is None


def said(**first: int) -> Result:
    """A picture on which each head is sure of a class."""
    answers = {
        head: Answers(np.log(np.roll(SURE, index)), np.roll(SURE, index)) for head, index in first.items()
    }
    known = make_checkpoint(trained=True)
    key = RunKey("made", known.convention, 1)
    return Result(key, None, None, None, Record({}, answers, (224, 224), 1.0), known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "doubts"),
    [
        ({"main": 1, "aux2": 1, "aux1": 1}, set()),
        ({"main": 1, "aux2": 1, "aux1": 3}, {"heads disagree"}),
        ({"main": 1, "aux2": 3, "aux1": 1}, {"heads disagree"}),
        ({"main": 1}, set()),
    ],
)
def test_heads_that_are_trained_disagree_where_their_first_answers_differ(
    first: dict[str, int], doubts: set[str]
) -> None:
    assert Judge().doubts(said(**first)) == doubts


def test_an_untrained_head_has_no_say_in_it() -> None:
    result = said(main=1, aux2=3)
    untrained = replace(result.checkpoint, heads=make_checkpoint(trained=False).heads)
    assert Judge().doubts(replace(result, checkpoint=untrained)) == frozenset()


def test_a_file_that_says_when_none_of_its_classes_fits_is_believed() -> None:
    told = make_checkpoint(trained=True, metadata={"nothing_fits": '{"threshold": 0.95}'})
    assert Judge().doubts(replace(said(main=1), checkpoint=told)) == {"nothing fits"}
