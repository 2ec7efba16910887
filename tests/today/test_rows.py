"""Which appointment is next, how long ago a program was, and which day an address means."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.today.days import FURTHEST, address_of, call_day, read_day_text, today_in
from app.today.reading import Appointment, Reading, bounds
from app.today.rows import make_lines, write_since

NINE = datetime(2026, 11, 25, 22, tzinfo=UTC)  # in Sydney, on the 26th
TODAY = date(2026, 11, 26)


def appointment(minutes: int = 0, *, length: int | None = 30, missed: bool = False) -> Appointment:
    starts_at = NINE + timedelta(minutes=minutes)
    ends_at = starts_at + timedelta(minutes=length) if length is not None else None
    return Appointment(
        starts_at,
        ends_at,
        "7",
        "Ada",
        "",
        "",
        is_telehealth=False,
        is_group=False,
        did_not_arrive=missed,
        has_arrived=False,
    )


@pytest.mark.parametrize(
    ("at", "marked"),
    [
        (-600, [0]),
        (-1, [0]),
        (10, [0]),
        (29, [0]),
        (30, [2]),
        (59, [2]),
        (60, [2]),
        (90, [3, 4]),
        (119, [3, 4]),
        (120, []),
    ],
)
def test_the_next_appointment_or_the_one_under_way_is_marked(at: int, marked: list[int]) -> None:
    day = [appointment(), appointment(30, missed=True), appointment(60), appointment(90), appointment(90, length=None)]
    now = NINE + timedelta(minutes=at)
    lines = make_lines(day, {}, now, is_today=True)
    assert [place for place, line in enumerate(lines) if line.is_next] == marked
    assert not any(line.is_next for line in make_lines(day, {}, now, is_today=False))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        *((-1, "today"), (0, "today"), (1, "yesterday"), (2, "2 days ago"), (13, "13 days ago"), (14, "2 weeks ago")),
        *((60, "8 weeks ago"), (61, "2 months ago"), (364, "12 months ago"), (365, "1 year ago"), (800, "2 years ago")),
    ],
)
def test_how_long_ago_a_program_was(days: int, words: str) -> None:
    assert write_since(NINE - timedelta(days=days), TODAY, "Australia/Sydney") == words


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "26/11/2026", "0001-01-01", "9999-12-31", "2026-12-28"])
def test_anything_but_a_day_near_by_means_today(text: str) -> None:
    assert read_day_text(text, TODAY) == TODAY


def test_a_day_has_its_address_and_its_name() -> None:
    day = TODAY + FURTHEST
    assert read_day_text(day.isoformat(), TODAY) == day and address_of(day, TODAY) == "/today?day=2026-12-27"
    assert address_of(TODAY, TODAY) == "/today"
    assert [call_day(TODAY + timedelta(days=each), TODAY) for each in (-2, -1, 0, 1)] == [
        "",
        "Yesterday",
        "Today",
        "Tomorrow",
    ]
    assert today_in("Australia/Sydney", NINE) == TODAY and today_in("UTC", NINE) == date(2026, 11, 25)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 4), 23), (date(2026, 4, 5), 25), (TODAY, 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    begins, ends = (each.astimezone(UTC) for each in bounds(day, ZoneInfo("Australia/Sydney")))
    assert ends - begins == timedelta(hours=hours)


def test_a_reading_comes_back_as_it_was() -> None:
    reading = Reading("5", is_practitioner=True, appointments=(appointment(), appointment(60, length=None)))
    assert Reading.from_text(reading.to_text()) == reading
    assert "Ada" not in repr(reading)
