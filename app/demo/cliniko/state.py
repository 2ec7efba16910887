"""What the stand-in remembers: clinics, users and keys, patients, files and uploads, in memory only.

Date-times are time-zone aware and in UTC; ids are text. Tests change this state from their own thread while the
server's thread reads it. That needs no lock: every change is one assignment or one dict or list operation, and
readers take copies of collections before walking them.
"""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.clock import Clock, utc_now
from app.demo.cliniko.diary import AppointmentType, Booking, Business, Practitioner

# Roles that may see no patient files at all, and those that may add and list files but not open them
# (Cliniko help, "User roles and permissions").
ROLES_WITHOUT_FILES = frozenset({"scheduler", "bookkeeper"})
ROLES_THAT_CANNOT_OPEN_FILES = frozenset({"receptionist"})


@dataclass
class Account:
    """One clinic. Country and time zone are the names Cliniko gives ("Australia", "Sydney"), not codes."""

    id: str
    name: str
    subdomain: str
    shard: str = "au1"
    country: str = "Australia"
    time_zone: str = "Sydney"
    currency_symbol: str = "$"
    patient_word: str = "patient"
    requires_hipaa_compliance: bool = False
    storage_limit_bytes: int | None = None  # None: no limit; trials have a small one


@dataclass
class User:
    """A person of a clinic with their one API key. Role, key and `active` may change at any time."""

    id: str
    account_id: str
    first_name: str
    last_name: str
    email: str
    role: str
    key: str
    title: str = ""
    time_zone: str = "Sydney"
    active: bool = True
    key_archived: bool = False


@dataclass
class Patient:
    """A patient as a clinic keeps it. `date_of_birth` is text, so that a test may put nonsense there."""

    id: str
    account_id: str
    first_name: str
    last_name: str
    created_at: datetime
    updated_at: datetime
    preferred_first_name: str | None = None
    title: str | None = None
    date_of_birth: str | None = None
    email: str | None = None
    phone_numbers: list[tuple[str, str]] = field(default_factory=list)  # (phone_type, number)
    time_zone: str | None = None
    pronouns: str | None = None
    accepted_privacy_policy: bool | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    merged_at: datetime | None = None
    merged_into: str | None = None  # id of the surviving patient


@dataclass
class Attachment:
    """A file of a patient. Filename, size and type stay hidden from the API until processing is completed."""

    id: str
    account_id: str
    patient_id: str
    user_id: str
    description: str | None
    upload_url: str
    filename: str
    content_type: str
    content: bytes = field(repr=False)
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    processed_at: datetime | None = None
    polls: int = 0  # how often the record was asked for before it was processed

    @property
    def size(self) -> int:
        """Return the size of the file in bytes."""
        return len(self.content)


@dataclass
class StoredObject:
    """An upload lying in the bucket, not yet a patient's file."""

    key: str
    content: bytes = field(repr=False)
    content_type: str
    stored_at: datetime


@dataclass
class IssuedPost:
    """A presigned post handed out for one upload; `expires_at` may be pulled forward to let it expire."""

    key_prefix: str
    account_id: str
    patient_id: str
    expires_at: datetime


@dataclass(frozen=True)
class LogEntry:
    """One answered request: no query, no body. `at` is time.monotonic(); status 0 means a dropped connection."""

    at: float
    method: str
    path: str
    status: int
    user_id: str | None
    seconds: float


def _new_ids() -> Iterator[int]:
    """Yield 19-digit ids as real ones are, different in every run."""
    return itertools.count(1_700_000_000_000_000_000 + secrets.randbelow(10**15))


@dataclass
class State:
    """Everything the stand-in knows, and the knobs that set its behaviour. All may be changed while it runs."""

    clock: Clock = utc_now
    rate_limit: int = 200  # requests a minute for each user
    presign_seconds: float = 3600.0
    max_upload_bytes: int = 100 * 1024 * 1024
    processing_polls: int = 1  # this many askings are answered "not yet"
    processing_seconds: float = 0.0  # and at least this long; math.inf: stuck for ever
    accounts: dict[str, Account] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    businesses: dict[str, Business] = field(default_factory=dict)
    practitioners: dict[str, Practitioner] = field(default_factory=dict)
    appointment_types: dict[str, AppointmentType] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    objects: dict[str, StoredObject] = field(default_factory=dict)
    issued: dict[str, IssuedPost] = field(default_factory=dict)  # by key prefix
    log: list[LogEntry] = field(default_factory=list)
    rate_windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # user id -> (start, count)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _ids: Iterator[int] = field(default_factory=_new_ids, repr=False)

    def new_id(self) -> str:
        """Return an id never given before in this run."""
        return str(next(self._ids))

    def add_account(self, name: str, subdomain: str, **more: Any) -> Account:
        """Add a clinic; `more` are fields of Account."""
        account = Account(id=more.pop("id", None) or self.new_id(), name=name, subdomain=subdomain, **more)
        self.accounts[account.id] = account
        return account

    def add_user(self, account: Account, first_name: str, last_name: str, role: str, **more: Any) -> User:
        """Add a user with a key (a new one unless given); `more` are fields of User."""
        user = User(
            id=more.pop("id", None) or self.new_id(),
            account_id=account.id,
            first_name=first_name,
            last_name=last_name,
            role=role,
            email=more.pop("email", "staff@example.com"),
            key=more.pop("key", None) or new_key(account.shard),
            **more,
        )
        self.users[user.id] = user
        return user

    def add_patient(self, account: Account, first_name: str, last_name: str, **more: Any) -> Patient:
        """Add a patient; `more` are fields of Patient."""
        now = self.clock()
        patient = Patient(
            id=more.pop("id", None) or self.new_id(),
            account_id=account.id,
            first_name=first_name,
            last_name=last_name,
            created_at=more.pop("created_at", now),
            updated_at=more.pop("updated_at", now),
            **more,
        )
        self.patients[patient.id] = patient
        return patient

    def add_business(self, account: Account, name: str) -> Business:
        """Add a location to a clinic."""
        business = Business(self.new_id(), account.id, name, self.clock())
        self.businesses[business.id] = business
        return business

    def add_practitioner(self, user: User) -> Practitioner:
        """Let a user be a practitioner, for whom appointments can be made."""
        practitioner = Practitioner(self.new_id(), user.account_id, user.id, self.clock())
        self.practitioners[practitioner.id] = practitioner
        return practitioner

    def add_appointment_type(self, account: Account, name: str, **more: Any) -> AppointmentType:
        """Add a kind of appointment; `more` are fields of AppointmentType."""
        kind = AppointmentType(self.new_id(), account.id, name, self.clock(), **more)
        self.appointment_types[kind.id] = kind
        return kind

    def add_booking(
        self, practitioner: Practitioner, business: Business, starts_at: datetime, *, minutes: int = 30, **more: Any
    ) -> Booking:
        """Add an appointment, a class or a block; `more` are fields of Booking."""
        booking = Booking(
            id=self.new_id(),
            account_id=practitioner.account_id,
            practitioner_id=practitioner.id,
            business_id=business.id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            created_at=self.clock(),
            **more,
        )
        self.bookings[booking.id] = booking
        return booking

    def update_patient(self, patient_id: str, **changes: Any) -> Patient:
        """Set fields of a patient and move its `updated_at`, as saving it in Cliniko does."""
        patient = self.patients[patient_id]
        for name, value in changes.items():
            if not hasattr(patient, name):
                raise AttributeError(name)  # a typing slip in a test must not pass silently
            setattr(patient, name, value)
        patient.updated_at = self.clock()
        return patient

    def archive_patient(self, patient_id: str) -> None:
        """Archive a patient: it answers 404 unless `q[]=archived_at:*` is sent."""
        self.update_patient(patient_id, archived_at=self.clock())

    def delete_patient(self, patient_id: str) -> None:
        """Delete a patient: it answers 404."""
        self.update_patient(patient_id, deleted_at=self.clock())

    def merge_patients(self, patient_id: str, into: str, *, archive: bool = False) -> None:
        """Merge a patient into another, which keeps its own details; with `archive` the merged one is archived too.

        Files move along. Whether Cliniko archives a merged patient is not documented (its one example is archived).
        """
        now = self.clock()
        changes: dict[str, Any] = {"merged_at": now, "merged_into": into}
        if archive:
            changes["archived_at"] = now
        self.update_patient(patient_id, **changes)
        for file in list(self.attachments.values()):
            if file.patient_id == patient_id:
                file.patient_id = into

    def user_for_key(self, key: str) -> User | None:
        """Return the user this key lets in, or None for an unknown or archived key or a user who is not active."""
        for user in list(self.users.values()):
            if user.key == key and user.active and not user.key_archived:
                return user
        return None

    def settle(self, attachment: Attachment, *, poll: bool) -> None:
        """Finish processing the file if it is due; `poll` counts this look as one asking for the record."""
        if attachment.processed_at is not None:
            return
        now = self.clock()
        due = (now - attachment.created_at).total_seconds() >= self.processing_seconds
        if due and attachment.polls >= self.processing_polls:
            attachment.updated_at = now
            attachment.processed_at = now
        elif poll:
            attachment.polls += 1

    def files_of(self, patient_id: str) -> list[Attachment]:
        """Return the patient's files that are not archived, oldest first."""
        files = [file for file in list(self.attachments.values()) if file.patient_id == patient_id]
        return [file for file in files if file.archived_at is None]

    def storage_used_bytes(self, account_id: str) -> int:
        """Return how many bytes of files the clinic has."""
        return sum(f.size for f in list(self.attachments.values()) if f.account_id == account_id)

    def expire_issued_posts(self) -> None:
        """Let every presigned post handed out so far expire now; later ones live as usual."""
        for post in list(self.issued.values()):
            post.expires_at = self.clock() - timedelta(seconds=1)

    def take_request(self, user: User) -> datetime | None:
        """Count a request of the user; return None if it is within the limit, else when the limit resets."""
        now = self.clock()
        start, count = self.rate_windows.get(user.id, (now, 0))
        if now - start >= timedelta(minutes=1):
            start, count = now, 0
        self.rate_windows[user.id] = (start, count + 1)
        return start + timedelta(minutes=1) if count >= self.rate_limit else None


def new_key(shard: str) -> str:
    """Return a made-up API key in Cliniko's form: a secret, a hyphen, the shard."""
    return f"{secrets.token_urlsafe(24)}-{shard}"
