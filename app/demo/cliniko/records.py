"""The JSON shapes of the stand-in's answers (docs.api.cliniko.com, reference pages of each resource).

`base` is the stand-in's own API address as the request reached it, for example "http://127.0.0.1:8400/v1".
"""

from datetime import UTC, datetime
from typing import Any

from app.demo.cliniko.state import Account, Attachment, Patient, User

Record = dict[str, Any]


def stamp(moment: datetime | None) -> str | None:
    """Return a date-time as Cliniko writes it, in UTC to the second: "2014-08-30T18:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def link(base: str, *parts: str) -> Record:
    """Return the `{"links": {"self": ...}}` by which one record points at another."""
    return {"links": {"self": "/".join((base, *parts))}}


def show_user(user: User, base: str) -> Record:
    """Return a user; both spellings of the active flag, as the older and the newer reference have one each."""
    return {
        "id": user.id,
        "title": user.title,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role,
        "time_zone": user.time_zone,
        "active": user.active,
        "user_active": user.active,
        **link(base, "users", user.id),
    }


def show_settings(account: Account, base: str) -> Record:
    """Return the public settings, which every user may see."""
    return {
        "terminology": {"patient": account.patient_word},
        "account": {
            "id": account.id,
            "name": account.name,
            "subdomain": account.subdomain,
            "country": account.country,
            "time_zone": account.time_zone,
            "currency_symbol": account.currency_symbol,
        },
        "requires_hipaa_compliance": account.requires_hipaa_compliance,
        "online_bookings": {"logo_url": None},
        **link(base, "settings", "public"),
    }


def show_patient(patient: Patient, base: str) -> Record:
    """Return a patient; one that was merged names the surviving patient."""
    merged = {"merged_with_patient": link(base, "patients", patient.merged_into)} if patient.merged_into else {}
    return {
        "id": patient.id,
        "title": patient.title,
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "preferred_first_name": patient.preferred_first_name,
        "date_of_birth": patient.date_of_birth,
        "email": patient.email,
        "patient_phone_numbers": [{"phone_type": kind, "number": number} for kind, number in patient.phone_numbers],
        "time_zone": patient.time_zone,
        "pronouns": patient.pronouns,
        "accepted_privacy_policy": patient.accepted_privacy_policy,
        "archived_at": stamp(patient.archived_at),
        "deleted_at": stamp(patient.deleted_at),
        "merged_at": stamp(patient.merged_at),
        **merged,
        "created_at": stamp(patient.created_at),
        "updated_at": stamp(patient.updated_at),
        **link(base, "patients", patient.id),
    }


def show_attachment(file: Attachment, base: str) -> Record:
    """Return a file's record; name, size and type are null until processing is completed."""
    done = file.processed_at is not None
    return {
        "id": file.id,
        "description": file.description,
        "filename": file.filename if done else None,
        "size": file.size if done else None,
        "content_type": file.content_type if done else None,
        "processing_completed": done,
        "processed_at": stamp(file.processed_at),
        "archived_at": stamp(file.archived_at),
        "created_at": stamp(file.created_at),
        "updated_at": stamp(file.updated_at),
        "content": link(base, "patient_attachments", file.id, "content"),
        "patient": link(base, "patients", file.patient_id),
        "user": link(base, "users", file.user_id),
        **link(base, "patient_attachments", file.id),
    }
