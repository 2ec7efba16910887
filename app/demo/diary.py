"""The demo's day: appointments of Amara in the stand-in, some of them of patients who have a program here."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.access import Member
from app.accounts.models import Membership, Practice, Practitioner
from app.accounts.tools import Tools
from app.clients.models import Client, ClientLink
from app.db import transaction
from app.demo.cliniko.diary import AppointmentType
from app.demo.cliniko.state import State
from app.demo.colleagues import OF_AMARA, OF_BEN
from app.demo.patients import OLIVIA, DemoClinics
from app.programs.service import assign, check_draft, start_program
from app.programs.starts import draft_of
from app.programs.templates import find_template

ZONE = ZoneInfo("Australia/Sydney")
NOAH = "1618820034417750912"
PEGGY, JAMES, MING, SIOBHAN = "1404918245177431055", "52817", "1530277160945582203", "1404918245177431078"


def fill_diary(state: State, clinics: DemoClinics) -> None:
    """Book Amara's yesterday, today and tomorrow, and today of Ben and Rosa, with the stand-in's patients."""
    clinic = clinics.harbour
    here = state.add_business(clinic, "Harbour Street")
    there = state.add_business(clinic, "Manly Surf Club")
    amara, ben = (state.add_practitioner(each) for each in (clinics.practitioner_1, clinics.practitioner_2))
    first = state.add_appointment_type(clinic, "Initial consultation")
    again = state.add_appointment_type(clinic, "Standard consultation")
    video = state.add_appointment_type(clinic, "Online consultation", telehealth_enabled=True)
    strength = state.add_appointment_type(clinic, "Strength class", max_attendees=8)
    now = state.clock().astimezone(ZONE)
    # At whatever hour somebody tries the demo, some of the day is over and some is still to come.
    later = timedelta(hours=min(max(now.hour - 10, -2), 6))

    def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
        on_a_day = datetime.combine(now.date() + timedelta(days=days), time(hour, minute), ZONE)
        return (on_a_day + (timedelta() if days else later)).astimezone(UTC)

    def book(when: datetime, patient_id: str, kind: AppointmentType, **more: Any) -> None:
        state.add_booking(amara, here, when, type_id=kind.id, patient_ids=[patient_id], **more)

    book(at(8, 30), JAMES, first, did_not_arrive=True)
    book(at(9), OF_AMARA["patient_id"], again, patient_arrived=True)
    book(at(10), PEGGY, first)
    book(at(11, 30), OLIVIA, again)
    book(at(12), JAMES, again, cancelled_at=state.clock())
    state.add_booking(amara, here, at(12, 30), minutes=60)  # lunch
    book(at(14), MING, video)
    state.add_booking(
        amara,
        there,
        at(15, 30),
        minutes=60,
        type_id=strength.id,
        is_group=True,
        patient_ids=[SIOBHAN, OF_BEN["patient_id"]],
    )
    book(at(9, days=1), PEGGY, again)
    book(at(10, days=-1), OLIVIA, first)
    riverside = state.add_business(clinics.riverside, "Riverside")
    rosa = state.add_practitioner(clinics.podiatrist)
    state.add_booking(rosa, riverside, at(9), patient_ids=[NOAH])
    state.add_booking(ben, here, at(9), type_id=again.id, patient_ids=[OF_BEN["patient_id"]])


async def seed_program(tools: Tools) -> None:
    """Let Amara have assigned a program to one of today's patients; its PDF goes to the stand-in at once."""
    async with transaction(tools.sessions) as session:
        client = await session.scalar(
            select(Client).join(ClientLink).where(ClientLink.patient_id == OF_AMARA["patient_id"])
        )
        assert client is not None  # noqa: S101 - made just before
        row = await session.execute(
            select(Membership, Practitioner, Practice)
            .join(Practitioner, Practitioner.id == Membership.practitioner_id)
            .join(Practice, Practice.id == Membership.practice_id)
            .where(Membership.id == client.owner_id)
        )
        membership, practitioner, practice = row.one()
        member = Member(
            session_id=membership.id,
            practitioner_id=practitioner.id,
            membership_id=membership.id,
            practice_id=practice.id,
            role=membership.role,
            name=practitioner.name,
            email=practitioner.email,
            practice_name=practice.name,
            practices=((practice.id, practice.name),),
        )
        template = find_template("knee-osteoarthritis")
        assert template is not None  # noqa: S101 - comes with the release
        program = await start_program(session, member, client, tools.clock(), start=draft_of(template))
        content, _ = await check_draft(session, member, draft_of(template))
        assert content is not None  # noqa: S101 - a starter template can be assigned as it is
        await assign(session, member=member, client=client, program=program, content=content, tools=tools)
