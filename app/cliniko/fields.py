"""Reading single values out of Cliniko's JSON: forgiving about form, firm about what comes out.

Ids are strings in today's API and numbers in the older one; most texts may be null or "" alike
(docs.api.cliniko.com, OpenAPI reference; github.com/redguava/cliniko-api).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from app.cliniko.errors import MalformedAnswer
from app.cliniko.key import is_record_id

Record = Mapping[str, object]

EARLIEST_BIRTH = date(1880, 1, 1)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LINE_BREAKS = re.compile(r"[\t\r\n\v\f\x85]+")


def as_record(value: object) -> Record:
    """Return a JSON object as it is; raises MalformedAnswer for anything else."""
    if not isinstance(value, dict):
        raise MalformedAnswer
    return value


def read_part(record: Record, name: str) -> Record:
    """Return a JSON object inside another, or an empty one when it is missing or of another kind."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def read_id(record: Record) -> str:
    """Return the record's id as text of 1 to 19 digits; raises MalformedAnswer when there is none."""
    value = record.get("id")
    text = str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or not is_record_id(text):
        raise MalformedAnswer
    return text


def read_linked_id(record: Record, name: str) -> str | None:
    """Return the id at the end of `name.links.self`, or None when there is no such link or it ends otherwise."""
    link = read_part(read_part(record, name), "links").get("self")
    if not isinstance(link, str):
        return None
    try:
        last_segment = urlsplit(link).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return None
    return last_segment if is_record_id(last_segment) else None


def read_text(record: Record, name: str, *, limit: int = 255) -> str:
    """Return a text of at most `limit` characters, "" for null, missing or anything that is not text or a number."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    # Cut before cleaning too, which looks at each character.
    return clean_text(str(value)[: limit * 4])[:limit]


def clean_text(text: str) -> str:
    """Return the text in NFC, on one line, without control characters and lone surrogates.

    PostgreSQL stores no NUL, UTF-8 has no lone surrogates, and JSON can carry both.
    """
    one_line = LINE_BREAKS.sub(" ", text)
    kept = "".join(character for character in one_line if unicodedata.category(character) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept)


def read_time(record: Record, name: str) -> datetime | None:
    """Return a moment in UTC, or None for null, "" (the older API's null) and nonsense."""
    value = record.get(name)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_birth_date(record: Record, name: str, *, today: date) -> date | None:
    """Return a date of birth, or None for nonsense: before 1880, or later than tomorrow.

    Tomorrow counts, since `today` is UTC's and Auckland is ahead of it.
    """
    value = record.get(name)
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST_BIRTH <= day <= today + timedelta(days=1) else None


def read_flag(record: Record, name: str) -> bool | None:
    """Return true or false as sent, None for anything else."""
    value = record.get(name)
    return value if isinstance(value, bool) else None


def read_zone(record: Record, name: str) -> str | None:
    """Return an IANA time zone's name, or None when it is not one we know."""
    zone = read_text(record, name)
    return zone if zone in _known_zones() else None


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())
