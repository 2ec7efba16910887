"""How dates and addresses are written on pages: the filters available in every template.

Dates and times are written as in the country of the practice (see `app.locales`). Times come in as time-zone-aware UTC.
A page that shows a clock time must say whose: use `datetime_in` with the practice's IANA zone, e.g.
`{{ delivery.created_at|datetime_in('Australia/Sydney') }}`.
"""

import datetime as dt
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app import locales
from app.clock import utc_now

PATIENT_WORDS = re.compile(r"(?<![\w-])(?:patient|client)(?=s?(?![\w-]))")

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


def write_date(value: dt.date | None) -> str:
    """Write a date as `22 Nov 2026`; an unknown date as nothing. Of a moment it is the practice's date."""
    return "" if value is None else locales.write_date(value)


def write_day_month(value: dt.date) -> str:
    """Write a date without its year: `22 Nov`."""
    return locales.write_day_month(value)


def write_iso_date(value: str) -> str:
    """Write a stored date such as 2026-11-22 as `22 Nov 2026`."""
    return locales.write_date(dt.date.fromisoformat(value))


def write_datetime_in(value: dt.datetime | None, zone: str) -> str:
    """Write a moment as `22 Nov 2026, 3:05 pm` in the IANA zone given; an unknown moment as nothing."""
    return "" if value is None else locales.write_moment(value, zone)


def write_ago(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Write how long ago a moment was (`5 minutes ago`); its date (UTC) when that is a week or more."""
    if value is None:
        return ""
    seconds = int(((now or utc_now()) - value).total_seconds())
    if seconds < MINUTE:
        return "just now"
    if seconds >= WEEK:
        return write_date(value)
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= unit:
            count = seconds // unit
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    raise AssertionError("unreachable: a minute or more has a unit")


def write_worded(text: str, word: str) -> str:
    """Write a sentence of ours with the practice's word wherever it says patient or client, in small letters only.

    Capitals may be somebody's name.
    """
    return PATIENT_WORDS.sub(word, text)


def with_query(url: str, **parameters: object) -> str:
    """Return the address with these query parameters set, replacing those of the same name."""
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in parameters]
    added = [(key, str(value)) for key, value in parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(kept + added)))
