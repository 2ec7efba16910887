"""Cliniko's records as we use them: frozen, cleaned, and quiet in logs.

`from_json` takes one decoded JSON object and raises MalformedAnswer when it is not one or has no id; unknown keys are
ignored and missing ones are empty. Times are UTC. What could identify a patient is left out of every repr.
Fields: docs.api.cliniko.com, OpenAPI reference, tags Patient, Patient Attachment, User and Settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Self

from app.cliniko.errors import MalformedAnswer
from app.cliniko.fields import (
    Record,
    as_record,
    read_birth_date,
    read_flag,
    read_id,
    read_linked_id,
    read_part,
    read_text,
    read_time,
    read_zone,
)
from app.clock import Clock, utc_now

ROLES_WITHOUT_FILES = frozenset({"scheduler", "bookkeeper"})
MOST_PHONE_NUMBERS = 20


@dataclass(frozen=True)
class User:
    """The Cliniko user a key belongs to; `role` is lower case with underscores, `time_zone` is Cliniko's own name."""

    id: str
    first_name: str
    last_name: str
    email: str
    role: str
    time_zone: str
    active: bool

    @property
    def name(self) -> str:
        """First and last name, as far as there are any."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def may_handle_files(self) -> bool:
        """False for schedulers and bookkeepers, who see no patient files (help.cliniko.com, user roles)."""
        return self.role not in ROLES_WITHOUT_FILES

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read GET /user; the role comes as "power_receptionist" or "power receptionist"."""
        record = as_record(value)
        active = read_flag(record, "active")
        if active is None:
            active = read_flag(record, "user_active")
        return cls(
            id=read_id(record),
            first_name=read_text(record, "first_name"),
            last_name=read_text(record, "last_name"),
            email=read_text(record, "email"),
            role=read_text(record, "role", limit=50).strip().lower().replace(" ", "_"),
            time_zone=read_text(record, "time_zone"),
            active=active is not False,
        )


@dataclass(frozen=True)
class Account:
    """The clinic's Cliniko account; `patient_word` is what it calls its patients."""

    id: str
    name: str
    subdomain: str
    country: str
    time_zone: str
    patient_word: Literal["patient", "client"]
    requires_hipaa: bool

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read GET /settings/public."""
        settings = as_record(value)
        account = read_part(settings, "account")
        word = read_text(read_part(settings, "terminology"), "patient").strip().lower()
        return cls(
            id=read_id(account),
            name=read_text(account, "name"),
            subdomain=read_text(account, "subdomain").strip().lower(),
            country=read_text(account, "country"),
            time_zone=read_text(account, "time_zone"),
            patient_word="client" if word == "client" else "patient",
            requires_hipaa=_requires_hipaa(settings),
        )


def _requires_hipaa(settings: Record) -> bool:
    # The flag's name is documented but not which part of the settings holds it, so each part is looked at.
    parts = [settings, *(part for part in settings.values() if isinstance(part, dict))]
    return any(part.get("requires_hipaa_compliance") is True for part in parts)


@dataclass(frozen=True)
class Phone:
    """One telephone number; `type` is Cliniko's word, such as "Mobile"."""

    type: str
    number: str = field(repr=False)


@dataclass(frozen=True)
class Patient:
    """A Cliniko patient; only ids and times show in its repr.

    `time_zone` is an IANA name or None; `accepted_privacy_policy` is None when the patient has not answered;
    `merged_with_patient_id` is set on a patient merged into another.
    """

    id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    preferred_first_name: str = field(repr=False)
    title: str = field(repr=False)
    date_of_birth: date | None = field(repr=False)
    email: str = field(repr=False)
    phone_numbers: tuple[Phone, ...] = field(repr=False)
    time_zone: str | None = field(repr=False)
    pronouns: str = field(repr=False)
    accepted_privacy_policy: bool | None = field(repr=False)
    archived_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    merged_at: datetime | None
    merged_with_patient_id: str | None

    @classmethod
    def from_json(cls, value: object, *, clock: Clock = utc_now) -> Self:
        """Read one patient; the clock says which dates of birth lie in the future."""
        record = as_record(value)
        return cls(
            id=read_id(record),
            first_name=read_text(record, "first_name"),
            last_name=read_text(record, "last_name"),
            preferred_first_name=read_text(record, "preferred_first_name"),
            title=read_text(record, "title"),
            date_of_birth=read_birth_date(record, "date_of_birth", today=clock().date()),
            email=read_text(record, "email"),
            phone_numbers=_read_phones(record),
            time_zone=read_zone(record, "time_zone"),
            pronouns=read_text(record, "pronouns"),
            accepted_privacy_policy=read_flag(record, "accepted_privacy_policy"),
            archived_at=read_time(record, "archived_at"),
            deleted_at=read_time(record, "deleted_at"),
            created_at=read_time(record, "created_at"),
            updated_at=read_time(record, "updated_at"),
            merged_at=read_time(record, "merged_at"),
            merged_with_patient_id=read_linked_id(record, "merged_with_patient"),
        )


@dataclass(frozen=True)
class PatientPage:
    """Some of a list of patients, and the address of what follows, "" after the last."""

    patients: tuple[Patient, ...]
    next_page: str


def _read_phones(record: Record) -> tuple[Phone, ...]:
    value = record.get("patient_phone_numbers")
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    phones = [Phone(read_text(entry, "phone_type"), read_text(entry, "number")) for entry in entries]
    return tuple(phone for phone in phones if phone.number)[:MOST_PHONE_NUMBERS]


@dataclass(frozen=True)
class PresignedPost:
    """Cliniko's permission for one upload: where to, and the form fields that go before the file (kept out of repr)."""

    url: str
    fields: Mapping[str, str] = field(repr=False)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read GET /patients/{id}/attachment_presigned_post; values stay exactly as sent, they are signed."""
        record = as_record(value)
        url, fields = record.get("url"), as_record(record.get("fields"))
        if not isinstance(url, str) or not fields:
            raise MalformedAnswer
        if not all(isinstance(text, str) for text in fields.values()):
            raise MalformedAnswer
        return cls(url=url, fields={name: str(text) for name, text in fields.items()})


@dataclass(frozen=True)
class Attachment:
    """A file in a patient's Files; name, size and type are None until Cliniko has processed it."""

    id: str
    patient_id: str | None
    description: str = field(repr=False)
    processing_completed: bool
    filename: str | None = field(repr=False)
    size: int | None
    content_type: str | None
    created_at: datetime | None
    archived_at: datetime | None = None

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read one patient attachment; `processed_at` (newer API) counts as `processing_completed` too."""
        record = as_record(value)
        size = record.get("size")
        return cls(
            id=read_id(record),
            patient_id=read_linked_id(record, "patient"),
            # Longer than what may be sent: escaped by Cliniko, it must not lose its end.
            description=read_text(record, "description", limit=2000),
            processing_completed=record.get("processing_completed") is True
            or read_time(record, "processed_at") is not None,
            filename=read_text(record, "filename", limit=1024) or None,
            size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
            content_type=read_text(record, "content_type") or None,
            created_at=read_time(record, "created_at"),
            archived_at=read_time(record, "archived_at"),
        )
