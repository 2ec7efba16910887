"""How dates, times and phone numbers are written in a practice's country: English, in the order and clock used there.

What stands in CLDR is read once a country, by Babel; months are always words, for 03/04/2026 is two days. Phone numbers
are grouped by Google's libphonenumber. What is stored or sent is never written by this module.
"""

import datetime as dt
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import regex
from babel import Locale, localedata

DEFAULT_COUNTRY = "AU"
WORLD = "en_001"

# What libphonenumber would leave out of a number when it writes it, such as "(mum)", must not get lost.
_PHONE = regex.compile(r"\+?[0-9 ().\-/\u00a0]{5,40}")


@dataclass(frozen=True)
class Manner:
    """How a country writes dates and times: patterns for ``%`` with the parts by name, and its words for them."""

    tag: str  # for browsers: "en-AU"
    date: str  # 26 Nov 2026
    long_date: str  # 26 November 2026
    day_month: str  # 26 Nov
    long_day_month: str  # 26 November
    time: str  # 3:05 pm
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    halves: tuple[str, str]


@dataclass(frozen=True)
class Place:
    """Where a practice is: its country (ISO 3166) and its IANA time zone, "" while that is not known."""

    country: str = DEFAULT_COUNTRY
    zone: str = ""


NOWHERE = Place()

# For whom the present request is answered. Set where a request gets its practice; see `reading`.
_reading: ContextVar[Place] = ContextVar("reading", default=NOWHERE)


def locale_of(country: str) -> str:
    """Return the locale of a country (ISO 3166, two letters): as English is written there, else as internationally."""
    name = f"en_{country.upper()}"
    return name if len(country) == 2 and country.isalpha() and localedata.exists(name) else WORLD


@cache
def manner_of(country: str) -> Manner:
    """Return how a country writes dates and times; read once a process."""
    name = locale_of(country)
    locale = Locale.parse(name)
    months, halves = locale.months["format"], locale.day_periods["format"]["abbreviated"]
    weekdays = locale.days["format"]["wide"]
    return Manner(
        tag=name.replace("_", "-"),
        date=_pattern(locale.datetime_skeletons["yMMMd"].format),
        long_date=_pattern(locale.date_formats["long"].format),
        day_month=_pattern(locale.datetime_skeletons["MMMd"].format),
        long_day_month=_pattern(locale.datetime_skeletons["MMMMd"].format),
        time=_pattern(locale.time_formats["short"].format),
        months=tuple(months["wide"][number] for number in range(1, 13)),
        short_months=tuple(months["abbreviated"][number] for number in range(1, 13)),
        weekdays=tuple(weekdays[number] for number in range(7)),
        halves=(halves["am"], halves["pm"]),
    )


def _pattern(text: str) -> str:
    # CLDR parts time and am by a narrow space that not every font and no search knows.
    return text.replace("\u202f", " ")


def reading(country: str, zone: str | None) -> None:
    """Say for which practice's place everything is written from here on in this request."""
    _reading.set(Place(country, zone or ""))


def write_date(value: dt.date, country: str | None = None) -> str:
    """Write a date as `26 Nov 2026`, in the United States as `Nov 26, 2026`.

    Of a moment it is the date at the practice being answered, in UTC while its zone is not known.
    """
    manner = _manner(country)
    if isinstance(value, dt.datetime):
        value = value.astimezone(ZoneInfo(_reading.get().zone or "UTC"))
    return manner.date % _day_parts(value, manner)


def write_long_date(value: dt.date, country: str | None = None) -> str:
    """Write a date as `26 November 2026`, in the United States as `November 26, 2026`."""
    manner = _manner(country)
    return manner.long_date % _day_parts(value, manner)


def write_day_month(value: dt.date, country: str | None = None) -> str:
    """Write a date of which the year is known as `26 Nov`."""
    manner = _manner(country)
    return manner.day_month % _day_parts(value, manner)


def write_weekday(value: dt.date) -> str:
    """Write the day of the week of a date: `Thursday`."""
    return _manner(None).weekdays[value.weekday()]


def write_day(value: dt.date, country: str | None = None) -> str:
    """Write a date of these days as `Monday 23 November`, in the United States as `Monday, November 23`."""
    manner = _manner(country)
    gap = ", " if manner.long_day_month.startswith("%(M") else " "
    return manner.weekdays[value.weekday()] + gap + manner.long_day_month % _day_parts(value, manner)


def write_time(value: dt.datetime, zone: str, country: str | None = None) -> str:
    """Write the time of day of a moment in the IANA zone given: `3:05 pm`, in the United Kingdom `15:05`."""
    return _write_clock(value.astimezone(ZoneInfo(zone)), _manner(country))


def write_moment(value: dt.datetime, zone: str, country: str | None = None) -> str:
    """Write a moment in the IANA zone given: `26 Nov 2026, 3:05 pm`."""
    manner, local = _manner(country), value.astimezone(ZoneInfo(zone))
    return f"{manner.date % _day_parts(local, manner)}, {_write_clock(local, manner)}"


def write_moment_here(value: dt.datetime) -> str:
    """Write a moment by the clock of the practice being answered, and say whose that is: `..., 3:05 pm (UTC)`."""
    zone = _reading.get().zone or "UTC"
    return f"{write_moment(value, zone)} ({zone.replace('_', ' ')})"


def write_phone(number: str, country: str | None = None) -> str:
    """Write a phone number as the country does: without its code at home, with it abroad, as typed in doubt."""
    return _write_phone(number, country or _reading.get().country)


@lru_cache(maxsize=2048)
def _write_phone(number: str, country: str) -> str:
    import phonenumbers  # here, since few pages need it

    if not _PHONE.fullmatch(number.strip()):
        return number
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(found):
        return number
    is_home = phonenumbers.region_code_for_number(found) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(found, form)


def _manner(country: str | None) -> Manner:
    return manner_of(country or _reading.get().country)


def _day_parts(value: dt.date, manner: Manner) -> dict[str, str]:
    return {
        "y": str(value.year),
        "MMMM": manner.months[value.month - 1],
        "MMM": manner.short_months[value.month - 1],
        "d": str(value.day),
        "dd": f"{value.day:02d}",
    }


def _write_clock(local: dt.datetime, manner: Manner) -> str:
    return manner.time % {
        "H": str(local.hour),
        "HH": f"{local.hour:02d}",
        "h": str(local.hour % 12 or 12),
        "hh": f"{local.hour % 12 or 12:02d}",
        "mm": f"{local.minute:02d}",
        "a": manner.halves[local.hour >= 12],
    }
