"""The lines of a day: each appointment with what its patient has here. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.accounts.models import Access
from app.today.queries import KnownPatient
from app.today.reading import Appointment

# An appointment whose end Cliniko does not say.
USUAL_LENGTH = timedelta(minutes=30)

Has = Literal["nothing", "client", "program", "not_shared"]


@dataclass(frozen=True)
class Line:
    """One appointment. ``has`` is what its patient has here: no client, a client, a current program, or a colleague's
    client that is not shared with the reader, of whom nothing else is said."""

    appointment: Appointment
    name: str
    has: Has
    client_id: uuid.UUID | None
    known: KnownPatient | None
    may_edit: bool
    is_next: bool

    @property
    def about(self) -> Sequence[str]:
        """The kind of appointment and what else is to be known of it, in words."""
        each = self.appointment
        says_class = "class" in each.kind.casefold()
        group = "class" if each.is_group and not says_class else ""
        words = (each.kind, group, "video" if each.is_telehealth else "", each.place)
        return [word for word in words if word]


def make_lines(
    appointments: Sequence[Appointment], patients: Mapping[str, KnownPatient], now: datetime, *, is_today: bool
) -> Sequence[Line]:
    """Return a day's lines by time; today's next appointment, or the one under way, is marked."""
    ahead = (each.starts_at for each in appointments if _is_ahead(each, now))
    next_at = next(ahead, None) if is_today else None
    return [_line(each, patients.get(each.patient_id), is_next=each.starts_at == next_at) for each in appointments]


def write_since(at: datetime, today: date, zone: str) -> str:
    """Write how long ago a day was, as people say it of a program: "today", "3 days ago", "2 weeks ago"."""
    days = (today - at.astimezone(ZoneInfo(zone)).date()).days
    if days < 1:
        return "today"
    if days == 1:
        return "yesterday"
    for length, unit in ((365, "year"), (61, "month"), (14, "week")):
        if days >= length:
            count = days // {"year": 365, "month": 30, "week": 7}[unit]
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return f"{days} days ago"


def _is_ahead(appointment: Appointment, now: datetime) -> bool:
    ends_at = appointment.ends_at or appointment.starts_at + USUAL_LENGTH
    return ends_at > now and not appointment.did_not_arrive


def _line(appointment: Appointment, known: KnownPatient | None, *, is_next: bool) -> Line:
    if known is None:
        return Line(appointment, appointment.name, "nothing", None, None, may_edit=False, is_next=is_next)
    if known.access is Access.NONE:
        return Line(appointment, appointment.name, "not_shared", None, None, may_edit=False, is_next=is_next)
    has: Has = "client" if known.title is None else "program"
    may_edit = known.access is Access.EDIT
    return Line(appointment, known.name, has, known.client_id, known, may_edit=may_edit, is_next=is_next)
