"""Who may ask while Cliniko is down for a key, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.connecting.outage import (
    PROBE_TAKES_AT_MOST,
    Outage,
    Turn,
    after_no_verdict,
    after_trouble,
    probing,
    turn,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("outage", "expected"),
    [
        (Outage(), Turn.GO),
        (Outage(0, None, NOW + HOUR), Turn.GO),  # nothing has failed: a time left over says nothing
        (Outage(1, NOW, NOW + HOUR), Turn.WAIT),
        (Outage(1, NOW, NOW), Turn.PROBE),
        (Outage(9, NOW, NOW - HOUR), Turn.PROBE),
        (Outage(9, NOW, None), Turn.PROBE),
    ],
)
def test_one_probe_goes_when_its_time_has_come_and_everything_else_waits(outage: Outage, expected: Turn) -> None:
    assert turn(outage, NOW) is expected


def test_gaps_between_probes_double_from_five_seconds_to_an_hour() -> None:
    outage, now, gaps = Outage(), NOW, []
    for _ in range(13):
        outage = after_trouble(outage, now, was_probe=outage.is_open, jitter=0.5)
        assert outage.held_until is not None
        gaps.append((outage.held_until - now).total_seconds())
        now = outage.held_until
    assert gaps[:5] == [5, 10, 20, 40, 80] and gaps[-2:] == [3600, 3600]
    assert (outage.failures, outage.failing_since) == (13, NOW)


def test_a_single_failure_is_no_outage_to_tell_of() -> None:
    once = after_trouble(Outage(), NOW, was_probe=False)
    twice = after_trouble(once, NOW + timedelta(seconds=9), was_probe=True)
    assert (once.is_open, once.is_told, twice.is_told) == (True, False, True)


def test_while_a_probe_is_on_its_way_nobody_else_asks_and_one_that_is_lost_holds_up_the_next_for_a_minute() -> None:
    asked = probing(Outage(3, NOW - HOUR, NOW), NOW)
    assert turn(asked, NOW + timedelta(seconds=59)) is Turn.WAIT
    assert turn(asked, NOW + PROBE_TAKES_AT_MOST) is Turn.PROBE
    assert asked.failures == 3


def test_a_late_failure_of_a_request_from_before_the_outage_adds_nothing() -> None:
    outage = Outage(4, NOW - HOUR, NOW + HOUR)
    assert after_trouble(outage, NOW, was_probe=False) == outage


def test_a_probe_that_says_nothing_of_cliniko_leaves_the_count_alone() -> None:
    outage = Outage(4, NOW - HOUR, NOW + timedelta(minutes=1))
    assert after_no_verdict(outage, again_at=NOW + HOUR) == Outage(4, NOW - HOUR, NOW + HOUR)
