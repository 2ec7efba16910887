"""The details of a person: Cliniko's, ours, and how the two differ. Pure.

A detail is a field by name and its value as the client's row holds it. Values are written as JSON-able data where they
are kept for showing: dates and times as ISO texts, everything else as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.cliniko.types import Patient
from app.locales import write_date, write_phone

# What a person may edit here, with its words; the other details are Cliniko's alone.
EDITABLE = {
    "title": "Title",
    "first_name": "First name",
    "last_name": "Last name",
    "preferred_first_name": "Preferred first name",
    "date_of_birth": "Date of birth",
    "email": "Email",
    "phone_numbers": "Phone numbers",
    "pronouns": "Pronouns",
    "time_zone": "Time zone",
}
WORDS = EDITABLE | {"accepted_privacy_policy": "Privacy policy", "archived_at": "Archived"}
NAMES = ("first_name", "preferred_first_name", "last_name")

Details = Mapping[str, Any]


def details_of(patient: Patient) -> dict[str, Any]:
    """Return what Cliniko says of a patient, within the bounds of a client's columns."""
    return {
        "title": patient.title[:60],
        "first_name": patient.first_name[:255],
        "last_name": patient.last_name[:255],
        "preferred_first_name": patient.preferred_first_name[:255],
        "date_of_birth": patient.date_of_birth,
        "email": patient.email[:254],
        "phone_numbers": [{"type": phone.type, "number": phone.number} for phone in patient.phone_numbers],
        "pronouns": patient.pronouns[:100],
        "time_zone": patient.time_zone,
        "accepted_privacy_policy": patient.accepted_privacy_policy,
        "archived_at": patient.archived_at,
    }


@dataclass(frozen=True)
class Weighed:
    """What comes of Cliniko's details beside ours.

    ``values`` are to be written, ``own_fields`` is what ``Client.own_fields`` says from then on, ``changes`` is what
    Cliniko says differently than it did, as ``ClientChange.fields`` keeps it.
    """

    values: dict[str, Any]
    own_fields: dict[str, Any]
    changes: list[dict[str, Any]]


def weigh(ours: Details, own_fields: Mapping[str, Any], theirs: Details) -> Weighed:
    """Decide what to take over: everything but the fields edited here, for which Cliniko's value is kept beside ours.

    A field on which both agree is Cliniko's again. One that Cliniko changes is no longer settled.
    """
    values, kept, changes = {}, {}, []
    for field, new in theirs.items():
        own = own_fields.get(field)
        before = to_data(ours[field]) if own is None else own["cliniko"]
        if before != to_data(new):
            changes.append({"field": field, "old": before, "new": to_data(new)})
        if own is None or ours[field] == new:
            values[field] = new
        else:
            kept[field] = {"cliniko": to_data(new), "settled": own["settled"] and before == to_data(new)}
    return Weighed(values, kept, changes)


def edit(ours: Details, own_fields: Mapping[str, Any], typed: Details, *, is_linked: bool) -> Weighed:
    """Decide what an edit by hand changes; fields typed as they were stay as they are.

    For a client linked to a Cliniko patient an edited field is ours from then on, unless it says what Cliniko does.
    """
    values, kept = {}, dict(own_fields)
    for field, new in typed.items():
        if ours[field] == new:
            continue
        values[field] = new
        theirs = own_fields[field]["cliniko"] if field in own_fields else to_data(ours[field])
        if is_linked and theirs != to_data(new):
            kept[field] = {"cliniko": theirs, "settled": True}
        else:
            kept.pop(field, None)
    return Weighed(values, kept, [])


def fill(ours: Details, own_fields: Mapping[str, Any], others: Details) -> Weighed:
    """Decide what a client takes from one that becomes part of it: what was typed there and is empty here."""
    found = {field: others[field] for field in EDITABLE if others[field] and not ours[field]}
    kept = {field: {"cliniko": to_data(ours[field]), "settled": True} for field in found}
    return Weighed(found, {**own_fields, **kept}, [])


def to_data(value: Any) -> Any:
    """Return a detail as JSON-able data; the same value always as the same data."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def from_data(field: str, data: Any) -> Any:
    """Return a detail from what ``to_data`` made of it."""
    return date.fromisoformat(data) if field == "date_of_birth" and data is not None else data


def write(field: str, data: Any) -> str:
    """Return a detail's data in words for the page, "" for nothing."""
    if field == "accepted_privacy_policy":
        return {True: "accepted", False: "not accepted"}.get(data, "no answer")
    if field == "archived_at":
        return "yes" if data else "no"
    if field == "phone_numbers":
        return ", ".join(": ".join(filter(None, (phone["type"], write_phone(phone["number"])))) for phone in data)
    if field == "date_of_birth" and data:
        return write_date(date.fromisoformat(data))
    return str(data or "")
