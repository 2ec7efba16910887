"""Starting, editing, assigning and discarding programs; each within the request's one transaction."""

import datetime
import uuid
from typing import Literal
from zoneinfo import ZoneInfo

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.models import Practice
from app.clients.models import Client
from app.clients.queries import current_patient_id
from app.delivery.models import Delivery, Document
from app.delivery.service import file_document, start_delivery
from app.pdf.document import ProgramDocument, file_name
from app.pdf.render import render
from app.programs.content import ProgramContent, build_document, draft_from
from app.programs.drafts import Draft
from app.programs.models import Program, ProgramVersion
from app.programs.queries import find_newest_version, newest_number

Saved = Literal["kept", "same", "stale"]


async def start_program(session: AsyncSession, member: Member, client: Client, now: datetime.datetime) -> Program:
    """Return a program of the client with an empty draft: a new one, or the one the member began and left untouched."""
    # Two clicks at once take turns on the client's row, so that the second finds the program of the first.
    await session.execute(select(Client.id).where(Client.id == client.id).with_for_update())
    untouched = await session.scalar(
        select(Program)
        .where(
            Program.client_id == client.id,
            Program.created_by_id == member.membership_id,
            Program.draft_revision == 0,
        )
        .limit(1)
    )
    if untouched is not None:
        return untouched
    program = Program(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        created_by_id=member.membership_id,
        draft=Draft().to_data(),
        draft_revision=0,
        created_at=now,
        updated_at=now,
    )
    session.add(program)
    await session.flush()
    return program


def keep_draft(program: Program, draft: Draft, *, revision: int, now: datetime.datetime) -> Saved:
    """Keep what was typed in a (locked) program, unless it was changed since the page of ``revision`` was made.

    "same": it says what is kept already, as a second press of the same button does. "stale": nothing was kept.
    A program without a draft takes any: what was typed then begins the next version.
    """
    data = draft.to_data()
    if program.draft == data:
        return "same"
    if program.draft is not None and program.draft_revision != revision:
        return "stale"
    program.draft = data
    program.draft_revision += 1
    program.updated_at = now
    return "kept"


async def assign(
    session: AsyncSession,
    *,
    member: Member,
    client: Client,
    program: Program,
    content: ProgramContent,
    now: datetime.datetime,
) -> ProgramVersion:
    """Assign a (locked) program: version, PDF, delivery and its job, all in the session's transaction.

    The delivery is left out where the client has no patient in Cliniko. No network; the PDF is made in a thread.
    """
    practice = await session.get_one(Practice, member.practice_id)
    previous = await find_newest_version(session, program.id)
    number = previous.number + 1 if previous else 1
    document = _document(content, practice, member, client, number, previous, now)
    stored, delivery = await _file_pdf(session, document, member, client, now)
    version = ProgramVersion(
        practice_id=client.practice_id,
        program_id=program.id,
        number=number,
        title=content.title,
        content=content.to_data(),
        assigned_by_id=member.membership_id,
        assigned_at=now,
        document_id=stored.id,
        delivery_id=delivery.id if delivery else None,
    )
    session.add(version)
    program.draft = None
    program.draft_revision += 1
    program.updated_at = now
    audit.record(
        session,
        "program.assigned",
        at=now,
        practice_id=client.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=client.id,
        program_id=str(program.id),
        version=number,
    )
    await session.flush()
    return version


async def _file_pdf(
    session: AsyncSession, document: ProgramDocument, member: Member, client: Client, now: datetime.datetime
) -> tuple[Document, Delivery | None]:
    """Make and store the PDF, and start its delivery where the client has a patient in Cliniko."""
    stored = await file_document(
        session,
        practice_id=client.practice_id,
        client_id=client.id,
        file_name=file_name(document.title, document.client_name, document.version),
        content=await anyio.to_thread.run_sync(render, document),
    )
    patient_id = await current_patient_id(session, client.id)
    if patient_id is None:
        return stored, None
    delivery = await start_delivery(
        session,
        document=stored,
        membership_id=member.membership_id,
        patient_id=patient_id,
        title=document.title,
        now=now,
    )
    return stored, delivery


def _document(
    content: ProgramContent,
    practice: Practice,
    member: Member,
    client: Client,
    number: int,
    previous: ProgramVersion | None,
    now: datetime.datetime,
) -> ProgramDocument:
    """Return what the PDF says; dates are those of the practice's own time zone."""
    zone = ZoneInfo(practice.time_zone or "UTC")
    return build_document(
        content,
        practice_name=practice.name,
        practitioner_name=member.name,
        client_name=client.name,
        page_size="Letter" if practice.page_size == "Letter" else "A4",
        assigned_on=now.astimezone(zone).date(),
        version=number,
        replaces=(previous.number, previous.assigned_at.astimezone(zone).date()) if previous else None,
    )


async def revise(session: AsyncSession, program: Program, now: datetime.datetime) -> None:
    """Begin the draft of a (locked) program's next version from its newest, unless a draft is there already."""
    newest = await find_newest_version(session, program.id)
    if program.draft is None and newest is not None:
        program.draft = draft_from(ProgramContent.from_data(newest.content)).to_data()
        program.draft_revision += 1
        program.updated_at = now


async def discard_draft(session: AsyncSession, program: Program) -> bool:
    """Drop a (locked) program's draft, and the whole program if it was never assigned; return True while it remains."""
    if not await newest_number(session, program.id):
        await session.delete(program)
        return False
    program.draft = None
    program.draft_revision += 1
    return True
