"""The clinic's diary as the stand-in keeps it: locations, practitioners, kinds of appointment, bookings.

Date-times are time-zone aware and in UTC; ids are text.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Business:
    """A location of a clinic."""

    id: str
    account_id: str
    business_name: str
    created_at: datetime
    archived_at: datetime | None = None


@dataclass
class Practitioner:
    """What a user who treats is beside their user; inactive ones are in no list."""

    id: str
    account_id: str
    user_id: str
    created_at: datetime
    active: bool = True


@dataclass
class AppointmentType:
    """A kind of appointment; with more than one attendee it is a class."""

    id: str
    account_id: str
    name: str
    created_at: datetime
    max_attendees: int = 1
    telehealth_enabled: bool = False
    archived_at: datetime | None = None


@dataclass
class Booking:
    """An appointment of one patient, a class (``is_group``), or with neither a block without patients."""

    id: str
    account_id: str
    practitioner_id: str
    business_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    type_id: str | None = None
    patient_ids: list[str] = field(default_factory=list)
    is_group: bool = False
    did_not_arrive: bool = False
    patient_arrived: bool = False
    cancelled_at: datetime | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
