"""What the heads say."""

import numpy as np
import pytest

from gnet_desktop.inspection.answers import (
    answer_rows,
    entropy,
    looks_untrained,
    others,
    percent,
    timeline,
    valid,
    verdict,
)
from gnet_desktop.network.record import Answers


def says(*probabilities: float) -> Answers:
    values = np.array(probabilities, np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Answers(np.log(values), values)


MAIN, AUX2, AUX1 = says(0.70, 0.20, 0.06, 0.04), says(0.5, 0.1, 0.3, 0.1), says(0.1, 0.6, 0.05, 0.25)
ALL = {"aux1": AUX1, "aux2": AUX2, "main": MAIN}


def test_rows_are_mains_first_and_then_what_the_others_add() -> None:
    rows = answer_rows(ALL, top=2)
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert rows[1].probabilities == pytest.approx({"main": 0.2, "aux2": 0.1, "aux1": 0.6})
    assert rows[0].first_of == ("main", "aux2")
    assert rows[1].first_of == ("aux1",)
    assert rows[3].first_of == ()


def test_a_short_list_keeps_every_heads_first_answer() -> None:
    one_each = {"main": says(0.9, 0.06, 0.03, 0.01), "aux1": says(0.01, 0.02, 0.03, 0.94)}
    assert [row.index for row in answer_rows(one_each, top=3, limit=2)] == [0, 3]


def test_a_head_that_is_absent_is_absent_in_the_rows() -> None:
    rows = answer_rows({"main": MAIN}, top=3)
    assert [set(row.probabilities) for row in rows] == [{"main"}] * 3


def test_what_has_no_row_is_summed_for_each_head() -> None:
    rest = others(answer_rows(ALL, top=1), ALL)
    assert rest.count == 2
    assert rest.probabilities == pytest.approx({"main": 0.1, "aux2": 0.4, "aux1": 0.3})


def test_heads_are_told_by_their_names_and_not_by_their_order() -> None:
    constant = {head: says(*np.eye(3)[place] * 0.8 + 0.05) for place, head in enumerate(ALL)}
    found = verdict(constant)
    assert found is not None
    assert [(group.heads, group.index) for group in found.agreements] == [
        (("aux1",), 0), (("aux2",), 1), (("main",), 2)
    ]  # fmt: skip


def test_the_verdict_groups_neighbours_and_names_where_the_answer_changed() -> None:
    found = verdict(ALL)
    assert found is not None
    assert [(group.heads, group.index) for group in found.agreements] == [
        (("aux1",), 1),
        (("aux2", "main"), 0),
    ]
    assert found.agreements[-1].probability == pytest.approx(0.7)  # the deepest head's
    assert found.changed_by == "4d"
    assert not found.agree


def test_an_answer_that_only_main_gives_was_changed_by_the_last_module() -> None:
    found = verdict({"aux1": AUX1, "aux2": AUX1, "main": MAIN})
    assert found is not None
    assert found.changed_by == "5b"


@pytest.mark.parametrize("answers", [{"main": MAIN}, {"main": MAIN, "aux2": MAIN, "aux1": MAIN}])
def test_heads_that_agree_changed_nothing(answers: dict[str, Answers]) -> None:
    found = verdict(answers)
    assert found is not None
    assert found.agree
    assert found.changed_by is None


def test_untrained_heads_have_no_say() -> None:
    found = verdict(ALL, leave_out=["aux1"])
    assert found is not None
    assert found.agree
    assert timeline(ALL, leave_out=["aux1"])[0].points[0][0] == "aux2"


def test_broken_answers_are_invalid_and_shown_nowhere() -> None:
    broken = says(np.nan, 0.5)
    assert not valid(broken)
    assert valid(MAIN)
    assert answer_rows({"main": broken}) == []
    assert verdict({"main": broken}) is None
    assert others([], {"main": broken}).count == 0
    assert percent(float("nan")) == "–"


def test_the_timeline_runs_from_shallow_to_deep() -> None:
    lines = timeline(ALL, top=1)
    assert [line.index for line in lines] == [0, 1]
    assert [head for head, _ in lines[0].points] == ["aux1", "aux2", "main"]
    assert [value for _, value in lines[0].points] == pytest.approx([0.1, 0.5, 0.7])


@pytest.mark.parametrize(
    ("probability", "one", "none"),
    [
        (0.0, "0.0", "0"),
        (0.0004, "<0.1", "<1"),
        (0.001, "0.1", "<1"),
        (0.079, "7.9", "8"),
        (0.7912, "79.1", "79"),
        (0.9949, "99.5", "99"),
        (0.9951, "99.5", ">99"),
        (0.9994, "99.9", ">99"),
        (0.9996, ">99", ">99"),
        (1.0, "100.0", "100"),
    ],
)
def test_percentages_claim_neither_0_nor_100(probability: float, one: str, none: str) -> None:
    assert percent(probability) == one
    assert percent(probability, digits=0) == none


def test_entropy_runs_from_certain_to_even() -> None:
    assert entropy(np.array([1, 0, 0], np.float32)) == 0
    assert entropy(np.full(7, 1 / 7, np.float32)) == pytest.approx(1, abs=1e-6)
    assert entropy(np.array([0.5, 0.5, 0, 0], np.float32)) == pytest.approx(0.5)
    assert entropy(np.array([1.0], np.float32)) == 0


def test_near_even_answers_on_several_pictures_look_untrained() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 0.3, (4, 1000))
    even = [np.exp(one) / np.exp(one).sum() for one in logits]
    sure = np.full(1000, 1e-4)
    sure[5] = 1 - 999e-4
    assert looks_untrained(even[:2]) is None
    assert looks_untrained(even) is True
    assert looks_untrained([*even, sure]) is False
