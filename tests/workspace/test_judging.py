"""Whether a head was trained: what the file tells, else how it answers."""

import numpy as np
import pytest

from gnet_desktop.checkpoints.checkpoint import HeadState
from gnet_desktop.network.record import Answers, Record
from gnet_desktop.workspace.judging import JUDGED_BY, Judge
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
