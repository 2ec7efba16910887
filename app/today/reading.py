"""Reading a day's appointments from Cliniko with the member's own key: three requests or more, a few seconds at most.

No transaction is open meanwhile. Without the appointments there is trouble to tell of; without the names of kinds,
locations or patients they are shown without.
"""

import asyncio
import json
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app.accounts.connecting.connections import open_cliniko
from app.accounts.models import Connection
from app.accounts.tools import Tools
from app.clients.names import display_name
from app.cliniko.bookings import (
    AppointmentType,
    Booking,
    find_practitioner_id,
    list_appointment_types,
    list_bookings,
    list_business_names,
    list_patients,
)
from app.cliniko.client import Cliniko, within
from app.cliniko.errors import ClinikoError, KeyRejected, NotPermitted, RateLimited, ServerTrouble, Unreachable
from app.cliniko.types import Patient
from app.crypto import CannotDecryptError

DAY_SECONDS = 5.0
NAMES_SECONDS = 2.5
# Of a full day of classes.
MOST_APPOINTMENTS = 300

# A word for what went wrong -> what it means and what to do.
TROUBLES: Mapping[str, str] = {
    "key": "Cliniko no longer accepts your API key. Save a new one in My account > Settings.",
    "role": (
        "Your role in Cliniko cannot read appointments. Ask a Cliniko administrator for another role, such "
        "as practitioner. Until then, find a patient by name, or by the address of their page in Cliniko."
    ),
    "busy": "Cliniko is busy with other requests from your API key. Try again in a minute.",
    "away": "Cliniko does not answer. Try again in a few minutes.",
    "refused": "Cliniko did not give your appointments. Find a patient by name, or by the address of their page there.",
}

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Appointment:
    """One patient's appointment; times are UTC. ``name`` is "" where Cliniko did not give it."""

    starts_at: datetime
    ends_at: datetime | None
    patient_id: str
    name: str = field(repr=False)
    kind: str = field(repr=False)
    place: str
    is_telehealth: bool
    is_group: bool
    did_not_arrive: bool
    has_arrived: bool


@dataclass(frozen=True)
class Reading:
    """A day as Cliniko gave it to a user's key; ``is_practitioner`` is False for users whom nobody books."""

    user_id: str
    is_practitioner: bool
    appointments: tuple[Appointment, ...] = ()

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_text(cls, text: str) -> "Reading":
        """Read what ``to_text`` gave."""
        data: dict[str, Any] = json.loads(text)
        appointments = tuple(
            Appointment(
                **{
                    **each,
                    "starts_at": datetime.fromisoformat(each["starts_at"]),
                    "ends_at": datetime.fromisoformat(each["ends_at"]) if each["ends_at"] else None,
                }
            )
            for each in data["appointments"]
        )
        return cls(data["user_id"], data["is_practitioner"], appointments)


def trouble_of(error: ClinikoError | CannotDecryptError) -> str:
    """Return the word for what kept a day from being read."""
    if isinstance(error, KeyRejected | CannotDecryptError):
        return "key"
    if isinstance(error, NotPermitted):
        return "role"
    if isinstance(error, RateLimited):
        return "busy"
    if isinstance(error, Unreachable | ServerTrouble) or error.family == "transient":
        return "away"
    return "refused"


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a day of a time zone begins and ends (it has 23 hours or 25 when clocks are changed)."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


async def read_day(tools: Tools, connection: Connection, day: date, zone: ZoneInfo) -> Reading:
    """Ask Cliniko for the day of the key's user; raises ClinikoError, or CannotDecryptError for a key that is lost."""
    cliniko = open_cliniko(tools, connection, priority="interactive")
    user_id = connection.cliniko_user_id
    async with within(DAY_SECONDS):
        practitioner_id = await find_practitioner_id(cliniko, user_id)
        if practitioner_id is None:
            return Reading(user_id, is_practitioner=False)
        bookings = await list_bookings(cliniko, practitioner_id, *bounds(day, zone))
    if not bookings:
        return Reading(user_id, is_practitioner=True)
    patients, kinds, places = await _read_names(cliniko, bookings)
    appointments = [
        _appointment(booking, patient_id, patients, kinds, places)
        for booking in bookings
        for patient_id in booking.patient_ids
    ]
    return Reading(user_id, is_practitioner=True, appointments=tuple(appointments[:MOST_APPOINTMENTS]))


async def _read_names(
    cliniko: Cliniko, bookings: list[Booking]
) -> tuple[Mapping[str, Patient], Mapping[str, AppointmentType], Mapping[str, str]]:
    patient_ids = [id_ for booking in bookings for id_ in booking.patient_ids]
    patients, kinds, places = await asyncio.gather(
        _or_nothing(list_patients(cliniko, patient_ids)),
        _or_nothing(list_appointment_types(cliniko)),
        _or_nothing(list_business_names(cliniko)),
    )
    return patients or {}, kinds or {}, places or {}


async def _or_nothing(call: Awaitable[Answer]) -> Answer | None:
    try:
        async with within(NAMES_SECONDS):
            return await call
    except ClinikoError:
        return None


def _appointment(
    booking: Booking,
    patient_id: str,
    patients: Mapping[str, Patient],
    kinds: Mapping[str, AppointmentType],
    places: Mapping[str, str],
) -> Appointment:
    patient = patients.get(patient_id)
    name = booking.patient_name
    if patient is not None:
        name = display_name(patient.first_name, patient.preferred_first_name, patient.last_name)
    kind = kinds.get(booking.type_id or "")
    return Appointment(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        patient_id=patient_id,
        name=name,
        kind=kind.name if kind else "",
        # Which location it is says something only where there are several.
        place=places.get(booking.business_id or "", "") if len(places) > 1 else "",
        is_telehealth=kind is not None and kind.is_telehealth,
        is_group=booking.is_group,
        did_not_arrive=booking.did_not_arrive,
        has_arrived=booking.has_arrived,
    )
