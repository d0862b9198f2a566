"""How long the training learns at which rate and size."""

from datetime import UTC, datetime

import pytest
from training import (
    schedule,
)
from training.teaching import next_time, scaled


def test_the_rate_climbs_stays_and_falls_to_zero() -> None:
    plan = schedule.FULL
    assert plan.factor(plan.warm_up / 2) == pytest.approx(0.5)
    assert plan.factor(plan.falls_from) == 1
    assert plan.factor((plan.falls_from + plan.epochs) / 2) == pytest.approx(0.5)
    assert plan.factor(plan.epochs) == 0


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_views_only_grow_and_end_at_128(device: str) -> None:
    plan = schedule.PLANS[device]
    sides = [phase.side for phase in plan.phases]
    assert sides == sorted(sides)
    assert sides[-1] >= 128
    assert plan.phase(0).side == sides[0]
    assert plan.phase(1e9).side == sides[-1]


def test_a_shrunk_plan_keeps_its_proportions() -> None:
    short = scaled(schedule.FULL, 8)
    assert short.epochs == pytest.approx(8)
    assert short.falls_from / 8 == pytest.approx(schedule.FULL.falls_from / schedule.FULL.epochs)


def test_an_annealed_copy_goes_from_the_present_rate_to_zero() -> None:
    plan = schedule.annealing(20.0, 4, factor=0.8, sides=(96, 112))
    assert plan.rate * plan.factor(20.0) == pytest.approx(0.8 * schedule.FULL.rate)
    assert plan.factor(22.0) == pytest.approx(0.5)
    assert plan.factor(24.0) == 0
    assert [plan.phase(epoch).side for epoch in (20.0, 22.0, 23.0, 24.0)] == [96, 96, 112, 112]


def test_a_time_that_has_passed_means_tomorrow() -> None:
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert next_time("23:05", now) == datetime(2026, 3, 31, 23, 5, tzinfo=UTC)
    assert next_time("06:00", now) == datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
