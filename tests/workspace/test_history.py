"""A value with the way back and forth."""

from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.workspace.history import History

STEPS = st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["back", "forth"])), max_size=12)


@given(STEPS)
def test_it_is_two_stacks(steps: list[int | str]) -> None:
    history: History[int] = History(0)
    before, now, after = list[int](), 0, list[int]()
    for step in steps:
        if isinstance(step, int):
            history.add(step)
            before, now, after = [*before, now], step, []
        elif step == "back":
            assert history.go(-1) == bool(before)
            if before:
                after, now = [now, *after], before.pop()
        else:
            assert history.go(1) == bool(after)
            if after:
                before, now, after = [*before, now], after[0], after[1:]
        assert (history.now, history.can_go_back, history.can_go_forward) == (now, bool(before), bool(after))


def test_revised_values_that_are_alike_are_one_step() -> None:
    history = History("a")
    for value in ("b1", "b2", "c", "d1", "d2"):
        history.add(value)
    history.go(-2)
    history.revise(lambda value: value[0])
    assert history.now == "c"
    walked = [history.now]
    while history.go(1):
        walked.append(history.now)
    assert walked == ["c", "d"]
    while history.go(-1):
        walked.append(history.now)
    assert walked[2:] == ["c", "b", "a"]
