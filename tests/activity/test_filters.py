"""What an address narrows the page of activity to."""

import uuid
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.activity.filters import Filter, Place, read_filter, read_place

SYDNEY = ZoneInfo("Australia/Sydney")


def test_days_are_those_of_the_practice_and_both_count() -> None:
    chosen = read_filter("", "", "", "2026-10-03", "2026-10-04")  # the clocks go forward on the 4th
    assert chosen.begins_at(SYDNEY) == datetime(2026, 10, 2, 14, tzinfo=UTC)
    assert chosen.ends_at(SYDNEY) == datetime(2026, 10, 4, 13, tzinfo=UTC)


@pytest.mark.parametrize("day", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-25T00:00"])
def test_what_is_no_day_leaves_the_choice_open(day: str) -> None:
    assert read_filter("x", "nothing", "12", day, day).is_open


def test_choices_go_on_in_addresses() -> None:
    client = uuid.uuid4()
    chosen = read_filter("nobody", "client", str(client), "2026-11-01", "")
    assert chosen == Filter("nobody", "client", client, date(2026, 11, 1))
    query = chosen.as_query(kind="")
    assert query == {"who": "nobody", "client": str(client), "from": "2026-11-01"}


def test_the_place_where_a_page_begins_goes_through_an_address() -> None:
    place = Place(datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC), 42)
    assert read_place(str(place)) == place


@pytest.mark.parametrize("text", ["", "-", "1-", "-1", "x-1", "1-x", "²-1", "9" * 17 + "-1", "1-" + "9" * 19])
def test_what_is_no_place_is_the_beginning(text: str) -> None:
    assert read_place(text) is None
