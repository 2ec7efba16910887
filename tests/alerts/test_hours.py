"""Quiet hours and the hour of the digest are those of the practice's wall clock, summer time included."""

from datetime import UTC, date, datetime, time

import pytest

from app.alerts.hours import digest_of, is_quiet, local_day

NIGHT = (time(20), time(7))
SYDNEY = "Australia/Sydney"


@pytest.mark.parametrize(
    ("utc", "quiet"),
    [
        ("2026-01-15T08:59", False),  # 19:59, eleven hours ahead in summer
        ("2026-01-15T09:00", True),
        ("2026-01-15T19:59", True),
        ("2026-01-15T20:00", False),  # 07:00
        ("2026-07-15T09:59", False),  # 19:59, ten hours ahead in winter
        ("2026-07-15T10:00", True),
        ("2026-07-15T21:00", False),
        ("2026-10-03T19:59", True),  # the night the clocks go forward: 06:59
        ("2026-10-03T20:00", False),
    ],
)
def test_the_night_is_that_of_the_practice(utc: str, quiet: bool) -> None:
    assert is_quiet(datetime.fromisoformat(utc).replace(tzinfo=UTC), SYDNEY, *NIGHT) is quiet


def test_quiet_hours_may_lie_within_a_day() -> None:
    hours = (time(12), time(14))
    assert is_quiet(datetime(2026, 7, 15, 13, tzinfo=UTC), "UTC", *hours)
    assert not is_quiet(datetime(2026, 7, 15, 14, tzinfo=UTC), "UTC", *hours)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [(SYDNEY, (None, None)), (None, NIGHT), (SYDNEY, (time(7), time(7)))],
    ids=["turned off", "zone unknown", "no length"],
)
def test_without_quiet_hours_mails_go_at_any_time(zone: str | None, hours: tuple[time | None, time | None]) -> None:
    assert not any(is_quiet(datetime(2026, 7, 15, hour, tzinfo=UTC), zone, *hours) for hour in range(24))


def test_the_digest_is_due_from_half_past_seven_until_the_day_ends() -> None:
    due = datetime(2026, 7, 14, 21, 30, tzinfo=UTC)
    assert digest_of(datetime(2026, 7, 14, 21, 29, tzinfo=UTC), SYDNEY) is None
    assert digest_of(due, SYDNEY) == due
    assert digest_of(datetime(2026, 7, 15, 13, 59, tzinfo=UTC), SYDNEY) == due
    assert digest_of(datetime(2026, 7, 15, 14, 0, tzinfo=UTC), SYDNEY) is None
    assert local_day(due, SYDNEY) == date(2026, 7, 15)
    assert digest_of(datetime(2026, 7, 15, 8, tzinfo=UTC), None) == datetime(2026, 7, 15, 7, 30, tzinfo=UTC)
