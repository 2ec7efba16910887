"""Disconnecting a practice from a clinic in Cliniko it was connected to by mistake, before anything of it is here.

Whoever works in two clinics may paste the key of the other one first; the practice would be bound to it for good.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.colleagues.team import hold_team
from app.accounts.models import Connection, Membership
from app.accounts.practices.practice import lock_practice
from app.accounts.tools import Tools
from app.clients.models import ClientLink, PatientPoll
from app.errors import AppError
from app.today.models import DayReading
from app.web.rendering import PATIENT


class ClinicStaysError(AppError):
    """Something of the clinic is here, so the practice stays connected to it."""

    status = 409
    title = "The practice stays connected"


async def leave_clinic(session: AsyncSession, tools: Tools, member: Member) -> bool:
    """Let the next saved key decide which clinic the practice is connected to; False when it is connected to none.

    Raises ForbiddenError where the member does not run the practice any more, ClinicStaysError while a key is saved,
    and once a patient of the clinic was opened here. The practice is locked, as by who saves a key or makes a client of
    a new patient (``bridge.service``): one of the two comes first.
    """
    practice = await lock_practice(session, member.practice_id)
    await hold_team(session, member)  # who waited for that may not run it any more
    if practice.cliniko_account_id is None:
        return False
    clinic = practice.cliniko_account_name
    # Those first who can remove theirs themselves; the key of who is deactivated is kept for their coming back.
    holders = select(Membership.ended_at).join(Connection, Connection.membership_id == Membership.id)
    here = holders.where(Connection.practice_id == practice.id).order_by(Membership.ended_at.nulls_first())
    if holder := (await session.execute(here.limit(1))).first():
        raise ClinicStaysError(f"A key of {clinic} is still saved in this practice, {_whose(holder.ended_at)}")
    if await session.scalar(select(ClientLink.id).where(ClientLink.practice_id == practice.id).limit(1)):
        raise ClinicStaysError(
            f"Patients of {clinic} have been opened here, so {practice.name} stays connected to it. "
            "Another clinic needs a practice of its own."
        )
    audit.record_by(
        session, member, "connection.clinic_left", at=tools.clock(), cliniko_account_id=practice.cliniko_account_id
    )
    practice.cliniko_account_id = practice.cliniko_account_name = practice.cliniko_subdomain = None
    practice.cliniko_time_zone, practice.cliniko_patient_word = None, PATIENT
    practice.button_seen_at = None  # that was in the other clinic's Cliniko
    # There is one where patients were opened and have been erased since.
    await session.execute(delete(PatientPoll).where(PatientPoll.practice_id == practice.id))
    everybody = select(Membership.id).where(Membership.practice_id == practice.id)
    await session.execute(delete(DayReading).where(DayReading.membership_id.in_(everybody)))
    return True


def _whose(ended_at: datetime | None) -> str:
    if ended_at is None:
        return "yours or a colleague's. Remove it first."
    return "of a colleague who is deactivated. Remove them under Team first."
