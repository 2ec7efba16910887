"""A practitioner's appointments of a day: what is asked of Cliniko, and its records as we use them.

All lists, filters and fields are documented (docs.api.cliniko.com, OpenAPI reference, tags Booking, Practitioner,
Appointment Type, Business, Patient; github.com/redguava/cliniko-api, pages of the same names), except what is marked
(?): nothing breaks where it is otherwise, a name or a detail is missing then.

- ``/bookings`` gives individual appointments, group appointments and unavailable blocks together; it can be filtered by
  practitioner_id and starts_at. Cancelled ones are left out unless asked for (Filtering Results, the operator ``*``).
- "All practitioners have an associated user account. Not all users are practitioners": ``/practitioners`` can be
  filtered by user_id, and gives active ones only.
- An individual appointment has a patient's link, patient_name, did_not_arrive and patient_arrived; a group one has
  max_attendees and patient_ids. Who of a group cancelled is said by its attendees alone (?), which are not asked for.
- ``telehealth_url`` is in every answer, so that only the appointment type says (telehealth_enabled) whether it leads
  anywhere (guide Telehealth links).
- Schedulers, receptionists, practitioners and those above see appointments (help.cliniko.com, User security roles);
  bookkeepers do not (?).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from app.cliniko.client import Cliniko
from app.cliniko.errors import MalformedAnswer
from app.cliniko.fields import Record, as_record, read_flag, read_id, read_linked_id, read_text, read_time
from app.cliniko.key import is_record_id
from app.cliniko.types import Patient

# A day of one practitioner; and how many kinds of appointment and locations a clinic has, at most.
MOST_BOOKING_PAGES = 3
MOST_NAMES_PAGES = 2
MOST_IN_ONE_FILTER = 100
MOST_IN_A_GROUP = 100


@dataclass(frozen=True)
class Booking:
    """An individual or group appointment that was not cancelled; times are UTC.

    ``patient_name`` is as Cliniko writes it, "" for a group, which may be for nobody yet.
    """

    id: str
    starts_at: datetime
    ends_at: datetime | None
    patient_ids: tuple[str, ...]
    patient_name: str = field(repr=False)
    type_id: str | None
    business_id: str | None
    is_group: bool
    did_not_arrive: bool
    has_arrived: bool


@dataclass(frozen=True)
class AppointmentType:
    """A kind of appointment: its name, and whether it is held over video."""

    name: str
    is_telehealth: bool


async def find_practitioner_id(cliniko: Cliniko, user_id: str) -> str | None:
    """Return the practitioner that a user is, or None where they are none (any more)."""
    for value in await cliniko.list_records("practitioners", [("q[]", f"user_id:={user_id}")], most_pages=1):
        record = as_record(value)
        linked = read_linked_id(record, "user")
        # A filter that is not known might be left out rather than refused (?): somebody else's day is not shown.
        if linked is None or int(linked) == int(user_id):
            return read_id(record)
    return None


async def list_bookings(cliniko: Cliniko, practitioner_id: str, since: datetime, until: datetime) -> list[Booking]:
    """Return a practitioner's appointments that begin from ``since`` on and before ``until`` (UTC), by time.

    Records that cannot be read are left out, and those of others or other times, should the filters not be known (?).
    """
    query = [
        ("q[]", f"practitioner_id:={practitioner_id}"),
        ("q[]", f"starts_at:>={_stamp(since)}"),
        ("q[]", f"starts_at:<{_stamp(until)}"),
    ]
    found = []
    for value in await cliniko.list_records("bookings", query, most_pages=MOST_BOOKING_PAGES):
        try:
            booking = read_booking(as_record(value), practitioner_id)
        except MalformedAnswer:
            continue
        if booking is not None and since <= booking.starts_at < until:
            found.append(booking)
    return sorted(found, key=lambda each: (each.starts_at, int(each.id)))


async def list_appointment_types(cliniko: Cliniko) -> dict[str, AppointmentType]:
    """Return the clinic's kinds of appointment by id."""
    return {
        id_: AppointmentType(read_text(record, "name"), read_flag(record, "telehealth_enabled") is True)
        for id_, record in await _by_id(cliniko, "appointment_types")
    }


async def list_business_names(cliniko: Cliniko) -> dict[str, str]:
    """Return the names of the clinic's locations by id."""
    return {
        id_: read_text(record, "business_name") or read_text(record, "display_name")
        for id_, record in await _by_id(cliniko, "businesses")
    }


async def list_patients(cliniko: Cliniko, patient_ids: Iterable[str]) -> dict[str, Patient]:
    """Return patients by id, archived ones too; at most 100, in one request.

    The operator = takes a list of numbers (Filtering Results, Numeric Filter Operators); that a patient's id is a
    number in this sense is not said (?).
    """
    wanted = ",".join(islice(dict.fromkeys(patient_ids), MOST_IN_ONE_FILTER))
    if not wanted:
        return {}
    query = [("q[]", f"id:={wanted}"), ("q[]", "archived_at:*")]
    found = {}
    for value in await cliniko.list_records("patients", query, most_pages=1):
        try:
            patient = Patient.from_json(value)
        except MalformedAnswer:
            continue
        found[patient.id] = patient
    return found


def read_booking(record: Record, practitioner_id: str) -> Booking | None:
    """Return an appointment; None for a block without patients, one that is off, and one of another practitioner."""
    linked = read_linked_id(record, "practitioner")
    if linked is not None and int(linked) != int(practitioner_id):
        return None
    starts_at = read_time(record, "starts_at")
    if starts_at is None or any(read_time(record, name) for name in ("cancelled_at", "archived_at", "deleted_at")):
        return None
    patient_id = read_linked_id(record, "patient")
    is_group = patient_id is None and ("max_attendees" in record or "patient_ids" in record)
    if patient_id is None and not is_group:
        return None
    return Booking(
        id=read_id(record),
        starts_at=starts_at,
        ends_at=read_time(record, "ends_at"),
        patient_ids=_read_ids(record) if patient_id is None else (patient_id,),
        patient_name="" if is_group else read_text(record, "patient_name"),
        type_id=read_linked_id(record, "appointment_type"),
        business_id=read_linked_id(record, "business"),
        is_group=is_group,
        did_not_arrive=read_flag(record, "did_not_arrive") is True,
        has_arrived=read_flag(record, "patient_arrived") is True,
    )


def _read_ids(record: Record) -> tuple[str, ...]:
    """Return a group's patients: a list of ids, as numbers or texts."""
    value = record.get("patient_ids")
    texts = [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []
    return tuple(dict.fromkeys(text for text in texts if is_record_id(text)))[:MOST_IN_A_GROUP]


async def _by_id(cliniko: Cliniko, resource: str) -> list[tuple[str, Mapping[str, object]]]:
    found = []
    for value in await cliniko.list_records(resource, [], most_pages=MOST_NAMES_PAGES):
        try:
            record = as_record(value)
            found.append((read_id(record), record))
        except MalformedAnswer:
            continue
    return found


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
