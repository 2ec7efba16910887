"""What opens the door: a date of birth in whatever way people write it, or the code of the sheet."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programs.home.answers import WAITS, example_dates, fits, is_answer, read_dates
from app.waits import word_wait

TODAY = date(2026, 11, 25)
BORN = date(1961, 3, 7)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def opens(typed: str, *, born: date | None = BORN, code: str = "012345", country: str = "AU") -> bool:
    return fits(typed, born=born, code=code, country=country, today=TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        *("7/3/1961", "07/03/1961", "7.3.1961", "07-03-1961", " 7 3 1961 ", "7/3/61", "07031961", "19610307"),
        "070361",
        *("1961-03-07", "1961/3/7", "7 March 1961", "7th of March 1961", "March 7, 1961", "7 Mar 61", "7.MAR.1961"),
        *("1961 March 7", "٧/٣/١٩٦١", "७/३/१९६१", "07 / 03 / 1961"),
    ],
)
def test_a_date_of_birth_opens_however_it_is_written(typed: str) -> None:
    assert opens(typed)
    assert is_answer(typed, "AU", TODAY)


@pytest.mark.parametrize("typed", ["3/7/1961", "8/3/1961", "7/3/1962", "7/3", "1961", "March 1961", "7 3 1961 1"])
def test_no_other_date_opens(typed: str) -> None:
    assert not opens(typed)


def test_the_month_comes_first_where_people_write_it_so() -> None:
    assert opens("3/7/1961", country="US")
    assert not opens("7/3/1961", country="US")
    assert opens("27/3/1961", born=date(1961, 3, 27), country="US")  # can mean nothing else
    assert "3/27/1961" in example_dates("US") and "27/3/1961" in example_dates("AU")


@pytest.mark.parametrize("typed", ["012345", "012 345", "01-23-45", " 0 1 2 3 4 5 ", "٠١٢٣٤٥"])
def test_the_code_opens_however_it_is_grouped_whether_a_date_of_birth_is_known_or_not(typed: str) -> None:
    assert opens(typed)
    assert opens(typed, born=None)
    assert is_answer(typed, "AU", TODAY)


@pytest.mark.parametrize("typed", ["012346", "12345", "0123456", "O12345", "012345" + " " * 40])
def test_no_other_code_opens(typed: str) -> None:
    assert not opens(typed)


def test_a_code_that_cannot_be_read_any_more_is_opened_by_nothing() -> None:
    assert not opens("", born=None, code="")
    assert not opens("000000", born=None, code="")


@pytest.mark.parametrize("typed", ["", "open", "I forgot", "7/3", "31/2/1961", "99/99/9999", "1/1/2999", "x" * 5000])
def test_a_slip_that_is_no_answer_at_all_is_not_counted(typed: str) -> None:
    assert not is_answer(typed, "AU", TODAY)


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY), st.sampled_from(["AU", "US"]))
def test_every_date_can_be_written_as_the_example_shows(born: date, country: str) -> None:
    day_first = f"{born.day}/{born.month}/{born.year}"
    month_first = f"{born.month}/{born.day}/{born.year}"
    assert opens(month_first if country == "US" else day_first, born=born, country=country)


@given(st.text(max_size=60))
def test_nothing_typed_breaks_the_reading_or_stands_for_many_dates(typed: str) -> None:
    assert len(set(read_dates(typed, "AU", TODAY))) <= 3


def test_the_fifth_wrong_answer_shuts_the_door_for_a_minute_and_each_further_one_for_twice_as_long() -> None:
    waits = [WAITS.after(failures, NOW) for failures in range(1, 60)]
    assert waits[:4] == [None] * 4
    spans = [until - NOW for until in waits[4:] if until]
    assert spans[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert len(spans) == 55 and max(spans) == spans[-1] == timedelta(days=1)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (7140, "119 minutes"),
        (7141, "2 hours"),
        (86400, "24 hours"),
    ],
)
def test_how_long_to_wait_is_said_in_round_words(seconds: int, words: str) -> None:
    assert word_wait(NOW + timedelta(seconds=seconds), NOW) == words
