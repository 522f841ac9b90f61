from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.clock import Clock, StepClock, SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_system_clock_tells_aware_time_in_utc() -> None:
    clock: Clock = SystemClock()
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_step_clock_stands_still_between_steps() -> None:
    clock = StepClock([NOON, NOON + timedelta(hours=8)])
    assert [clock.now(), clock.now()] == [NOON, NOON]
    assert clock.step()
    assert clock.now() == NOON + timedelta(hours=8)


def test_a_step_clock_stays_at_its_last_time() -> None:
    clock = StepClock([NOON])
    assert not clock.step()
    assert clock.now() == NOON


def test_a_step_clock_takes_times_of_any_zone() -> None:
    tokyo = datetime(2026, 3, 1, 21, tzinfo=timezone(timedelta(hours=9)))
    assert StepClock([tokyo]).now().isoformat() == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize("times", [[], [NOON.replace(tzinfo=None)]], ids=["none", "naive"])
def test_a_step_clock_refuses(times: list[datetime]) -> None:
    with pytest.raises(ValueError, match=r"at least one time|no time zone"):
        StepClock(times)
