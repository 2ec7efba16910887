"""Dates, times and phone numbers as a practice's country writes them."""

import contextvars
import datetime as dt
import timeit

import pytest

from app import locales
from app.countries import COUNTRIES

DAY = dt.date(2026, 4, 3)
MOMENT = dt.datetime(2026, 11, 26, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("country", "short", "long", "day_month", "day", "time"),
    [
        ("AU", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "4:05 am"),
        ("NZ", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "4:05 am"),
        ("SG", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "4:05 am"),
        ("GB", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "04:05"),
        ("IE", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "04:05"),
        ("ZA", "03 Apr 2026", "03 April 2026", "03 Apr", "Friday 3 April", "04:05"),
        ("US", "Apr 3, 2026", "April 3, 2026", "Apr 3", "Friday, April 3", "4:05 AM"),
        ("CA", "Apr 3, 2026", "April 3, 2026", "Apr 3", "Friday, April 3", "4:05 a.m."),
        ("TH", "3 Apr 2026", "3 April 2026", "3 Apr", "Friday 3 April", "4:05 am"),  # no English of its own
    ],
)
def test_each_country_reads_dates_in_its_own_order_and_times_by_its_own_clock(
    country, short, long, day_month, day, time
):
    assert locales.write_date(DAY, country) == short
    assert locales.write_long_date(DAY, country) == long
    assert locales.write_day_month(DAY, country) == day_month
    assert locales.write_day(DAY, country) == day
    assert locales.write_time(MOMENT, "UTC", country) == time


def test_no_country_is_shown_a_month_as_a_number():
    for country, name in COUNTRIES:
        for write in (locales.write_date, locales.write_long_date, locales.write_day_month, locales.write_day):
            assert "Apr" in write(DAY, country), name
            assert not {"/", "%", "-"} & set(write(DAY, country)), name
        assert locales.write_time(MOMENT, "UTC", country).lstrip("0").replace(".", ":").startswith("4:05"), name


@pytest.mark.parametrize(
    ("utc", "zone", "written"),
    [
        ((2026, 11, 22, 12, 59), "Australia/Sydney", "22 Nov 2026, 11:59 pm"),  # one minute to midnight
        ((2026, 11, 22, 13, 0), "Australia/Sydney", "23 Nov 2026, 12:00 am"),
        ((2026, 12, 31, 11, 0), "Pacific/Auckland", "1 Jan 2027, 12:00 am"),
        ((2026, 10, 3, 15, 59), "Australia/Sydney", "4 Oct 2026, 1:59 am"),  # clocks go from 2 to 3
        ((2026, 10, 3, 16, 0), "Australia/Sydney", "4 Oct 2026, 3:00 am"),
        ((2026, 4, 4, 15, 30), "Australia/Sydney", "5 Apr 2026, 2:30 am"),  # 2:30 comes twice
        ((2026, 4, 4, 16, 30), "Australia/Sydney", "5 Apr 2026, 2:30 am"),
        ((2026, 11, 22, 1, 30), "Australia/Adelaide", "22 Nov 2026, 12:00 pm"),
    ],
)
def test_a_moment_is_written_by_the_practices_own_clock(utc, zone, written):
    assert locales.write_moment(dt.datetime(*utc, tzinfo=dt.UTC), zone, "AU") == written


def test_the_date_of_a_moment_is_the_practices_own():
    late = dt.datetime(2026, 11, 22, 20, 0, tzinfo=dt.UTC)

    def read_in(country, zone):
        locales.reading(country, zone)
        return locales.write_date(late), locales.write_moment_here(late)

    def read(*place):
        return contextvars.copy_context().run(read_in, *place)

    assert read("AU", "Australia/Sydney") == ("23 Nov 2026", "23 Nov 2026, 7:00 am (Australia/Sydney)")
    assert read("US", "America/New_York") == ("Nov 22, 2026", "Nov 22, 2026, 3:00 PM (America/New York)")
    assert read("GB", None) == ("22 Nov 2026", "22 Nov 2026, 20:00 (UTC)")


@pytest.mark.parametrize(
    ("typed", "country", "written"),
    [
        ("0491570006", "AU", "0491 570 006"),
        ("+61 491 570 006", "AU", "0491 570 006"),
        ("0061491570006", "NZ", "+61 491 570 006"),
        ("+61491570006", "NZ", "+61 491 570 006"),
        ("(02)9876-5432", "AU", "(02) 9876 5432"),
        ("02079460018", "GB", "020 7946 0018"),
        ("0211234567", "NZ", "021 123 4567"),
        ("2125550123", "US", "(212) 555-0123"),
        ("+1 212 555 0123", "CA", "+1 212-555-0123"),
        ("0821234567", "ZA", "082 123 4567"),
        ("61234567", "SG", "6123 4567"),
        ("0851234567", "IE", "085 123 4567"),
        ("0491 570 006 (mum)", "AU", "0491 570 006 (mum)"),
        ("9876", "AU", "9876"),
        ("9876 5432 ask for Jo", "AU", "9876 5432 ask for Jo"),
        ("٠٤٩١٥٧٠٠٠٦", "AU", "٠٤٩١٥٧٠٠٠٦"),
        ("", "AU", ""),
    ],
)
def test_a_phone_number_is_grouped_as_at_home_and_otherwise_left_as_typed(typed, country, written):
    assert locales.write_phone(typed, country) == written


def test_writing_the_dates_of_a_long_list_costs_less_than_a_fifth_of_a_millisecond():
    locales.write_date(DAY, "AU")
    seconds = min(timeit.repeat(lambda: locales.write_date(DAY, "AU"), number=50, repeat=20))
    assert seconds < 0.0002
