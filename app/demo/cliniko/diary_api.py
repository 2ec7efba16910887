"""The lists about the clinic's diary, below `/v1` (docs.api.cliniko.com, reference; guide Telehealth links)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.demo.cliniko.api import answer_list
from app.demo.cliniko.diary import AppointmentType, Booking, Business, Practitioner
from app.demo.cliniko.gate import ApiError, admit, state_of
from app.demo.cliniko.records import Record, link, stamp
from app.demo.cliniko.state import State, User

# Said of no role in the documentation but by leaving it out; every other role has the diary.
ROLES_WITHOUT_DIARY = frozenset({"bookkeeper"})

_BOOKING_FIELDS: Mapping[str, type] = {
    "id": int, "practitioner_id": int, "business_id": int, "starts_at": datetime, "ends_at": datetime,
    "created_at": datetime, "cancelled_at": datetime, "archived_at": datetime,
}  # fmt: skip
_NAME_FIELDS: Mapping[str, type] = {"id": int, "user_id": int, "created_at": datetime, "archived_at": datetime}


def _admit_to_diary(request: Request) -> User:
    user = admit(request)
    if user.role in ROLES_WITHOUT_DIARY:
        raise ApiError(403, "Your role does not allow this.")
    return user


async def list_practitioners(request: Request) -> Response:
    """GET /practitioners: the active ones."""
    user, state = _admit_to_diary(request), state_of(request)
    mine = [each for each in list(state.practitioners.values()) if each.account_id == user.account_id and each.active]

    def show(each: Practitioner, base: str) -> Record:
        return _practitioner(state.users[each.user_id], each, base)

    return answer_list(request, "practitioners", mine, _NAME_FIELDS, show)


async def list_appointment_types(request: Request) -> Response:
    """GET /appointment_types: the clinic's."""
    user, state = _admit_to_diary(request), state_of(request)
    mine = [each for each in list(state.appointment_types.values()) if each.account_id == user.account_id]
    return answer_list(request, "appointment_types", mine, _NAME_FIELDS, _appointment_type)


async def list_businesses(request: Request) -> Response:
    """GET /businesses: the clinic's locations."""
    user, state = _admit_to_diary(request), state_of(request)
    mine = [each for each in list(state.businesses.values()) if each.account_id == user.account_id]
    return answer_list(request, "businesses", mine, _NAME_FIELDS, _business)


async def list_bookings(request: Request) -> Response:
    """GET /bookings: appointments, classes and blocks; cancelled ones only when asked for."""
    user, state = _admit_to_diary(request), state_of(request)
    mine = [each for each in list(state.bookings.values()) if each.account_id == user.account_id]
    return answer_list(request, "bookings", mine, _BOOKING_FIELDS, lambda each, base: _booking(state, each, base))


def _practitioner(user: User, each: Practitioner, base: str) -> Record:
    return {
        "id": each.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "title": user.title,
        "active": each.active,
        "user": link(base, "users", each.user_id),
        "created_at": stamp(each.created_at),
        **link(base, "practitioners", each.id),
    }


def _appointment_type(each: AppointmentType, base: str) -> Record:
    return {
        "id": each.id,
        "name": each.name,
        "max_attendees": each.max_attendees,
        "telehealth_enabled": each.telehealth_enabled,
        "archived_at": stamp(each.archived_at),
        "created_at": stamp(each.created_at),
        **link(base, "appointment_types", each.id),
    }


def _business(each: Business, base: str) -> Record:
    return {
        "id": each.id,
        "business_name": each.business_name,
        "display_name": None,
        "archived_at": stamp(each.archived_at),
        "created_at": stamp(each.created_at),
        **link(base, "businesses", each.id),
    }


def _booking(state: State, each: Booking, base: str) -> Record:
    """Return a booking; which keys it has depends on what it is."""
    record: dict[str, Any] = {
        "id": each.id,
        "notes": None,
        "starts_at": stamp(each.starts_at),
        "ends_at": stamp(each.ends_at),
        "archived_at": stamp(each.archived_at),
        "deleted_at": stamp(each.deleted_at),
        "created_at": stamp(each.created_at),
        "business": link(base, "businesses", each.business_id),
        "practitioner": link(base, "practitioners", each.practitioner_id),
        **link(base, "bookings", each.id),
    }
    if each.type_id:
        record["appointment_type"] = link(base, "appointment_types", each.type_id)
    if each.is_group:
        return record | {"max_attendees": 10, "patient_ids": list(each.patient_ids)}
    if not each.patient_ids:
        return record
    patient = state.patients[each.patient_ids[0]]
    return record | {
        "patient": link(base, "patients", patient.id),
        "patient_name": f"{patient.first_name} {patient.last_name}",
        "did_not_arrive": each.did_not_arrive,
        "patient_arrived": each.patient_arrived,
        "cancelled_at": stamp(each.cancelled_at),
        "telehealth_url": f"{base.removesuffix('/v1')}/appointments/{each.id}/connect",
    }


routes = [
    Route("/practitioners", list_practitioners),
    Route("/appointment_types", list_appointment_types),
    Route("/businesses", list_businesses),
    Route("/bookings", list_bookings),
]
