"""Reading what was typed about a person, and about who may see them. Pure."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.accounts.connecting.time_zones import find_time_zone
from app.accounts.forms import FormError, clean_line, read_email
from app.accounts.models import Access
from app.clients.details import EDITABLE, Details
from app.clients.sharing import Grant, end_of
from app.cliniko.fields import EARLIEST_BIRTH
from app.cliniko.types import MOST_PHONE_NUMBERS

LONGEST = {"title": 60, "first_name": 255, "last_name": 255, "preferred_first_name": 255, "pronouns": 100}
LONGEST_PHONE = 255
LONGEST_GRANT = timedelta(days=3660)


def show_fields(details: Details) -> dict[str, str]:
    """Return the editable details as the form's fields hold them."""
    return {field: _show(details[field]) for field in EDITABLE}


def _show(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"{phone['type']}: {phone['number']}" if phone["type"] else phone["number"] for phone in value)
    return value.isoformat() if isinstance(value, date) else value or ""


def read_details(typed: Mapping[str, str], shown: Mapping[str, str], *, today: date) -> dict[str, Any]:
    """Return the details that were changed since the form was ``shown``, by field.

    What was left alone is not looked at: Cliniko may say what would be refused here. Raises FormError.
    """
    changed = {field for field in EDITABLE if _tidy(typed.get(field, "")) != _tidy(shown.get(field, ""))}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in EDITABLE:
        if field not in changed:
            continue
        try:
            values[field] = _reader(field, today)(typed.get(field, ""))
        except ValueError as error:
            errors[field] = str(error)
    if not (_tidy(typed.get("first_name", "")) or _tidy(typed.get("last_name", ""))):
        errors.setdefault("first_name", "Enter at least a first or a last name.")
    if errors:
        raise FormError(errors)
    return values


def _tidy(text: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _reader(field: str, today: date) -> Callable[[str], Any]:
    match field:
        case "date_of_birth":
            return lambda text: _read_birth(text, today)
        case "email":
            return lambda text: read_email(text) if text.strip() else ""
        case "phone_numbers":
            return _read_phones
        case "time_zone":
            return _read_zone
        case _:
            return lambda text: _read_line(text, LONGEST[field])


def _read_line(text: str, longest: int) -> str:
    line = clean_line(text)
    if len(line) > longest:
        raise ValueError(f"This is too long: use at most {longest} characters.")
    return line


def _read_birth(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Enter the date as year, month and day, such as 1961-03-27.") from None
    if not EARLIEST_BIRTH <= day <= today + timedelta(days=1):
        raise ValueError("This does not look like a date of birth. Check the year.")
    return day


def _read_phones(text: str) -> list[dict[str, str]]:
    """Return the numbers of a text, one a line, each with its kind before a colon if it has one."""
    phones = []
    for line in filter(None, (clean_line(line) for line in text.splitlines())):
        kind, colon, number = line.rpartition(": ")
        if max(len(kind), len(number)) > LONGEST_PHONE:
            raise ValueError("One of these lines is too long for a phone number.")
        phones.append({"type": kind if colon else "", "number": number})
    if len(phones) > MOST_PHONE_NUMBERS:
        raise ValueError(f"Enter at most {MOST_PHONE_NUMBERS} numbers, one on each line.")
    return phones


def _read_zone(text: str) -> str | None:
    name = clean_line(text)
    zone = find_time_zone(name) if name else None
    if name and zone is None:
        raise ValueError("Enter a region and city, such as Australia/Sydney, or leave this empty.")
    return zone


def read_colleague(typed: str) -> uuid.UUID:
    """Return the membership id that was chosen; raises FormError."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        raise FormError({"colleague": "Choose a colleague."}) from None


def read_grant(access: str, until: str, now: datetime, zone: str | None) -> Grant:
    """Return what a form lets somebody do, until the end of a day where the practice is; raises FormError."""
    if access not in set(Access):
        raise FormError({"access": "Choose what they may do."})
    if not until.strip():
        return Grant(Access(access))
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    try:
        day = date.fromisoformat(until.strip())
    except ValueError:
        raise FormError({"until": "Enter a date, such as 2027-01-31, or leave this empty."}) from None
    if not today <= day <= today + LONGEST_GRANT:
        raise FormError({"until": "Choose today or a later day within ten years, or leave this empty."})
    return Grant(Access(access), end_of(day, zone))
