"""What the PDF of a program says, gathered from where it is kept; the same for a preview and for what is assigned."""

import datetime
import uuid
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Practice
from app.accounts.practices.letterheads import get_letterhead, get_title
from app.accounts.tools import Tools
from app.clients.models import Client
from app.exercises.models import ExercisePhoto
from app.pdf.document import ProgramDocument
from app.programs.content import ProgramContent, build_document
from app.programs.home.links import document_link, ensure_link
from app.programs.models import Program, ProgramVersion


async def gather_document(
    session: AsyncSession,
    tools: Tools,
    *,
    member: Member,
    client: Client,
    program: Program,
    content: ProgramContent,
    previous: ProgramVersion | None,
    now: datetime.datetime,
) -> ProgramDocument:
    """Return the document of the version that follows ``previous``; dates are those of the practice's time zone.

    Makes the link to the patient's page if the program never had one, so that a preview shows the one to be sent.
    """
    practice = await session.get_one(Practice, member.practice_id)
    zone = ZoneInfo(practice.time_zone or "UTC")
    link = await ensure_link(session, tools.vault, program, now)
    return build_document(
        content,
        practice_name=practice.name,
        practitioner_name=member.name,
        practitioner_title=await get_title(session, member.membership_id),
        client_name=client.name,
        page_size="Letter" if practice.page_size == "Letter" else "A4",
        country=practice.country,
        assigned_on=now.astimezone(zone).date(),
        version=previous.number + 1 if previous else 1,
        replaces=(previous.number, previous.assigned_at.astimezone(zone).date()) if previous else None,
        letterhead=await get_letterhead(session, practice.id),
        photos=await _read_photos(session, practice.id, content),
        link=document_link(tools, link, client),
    )


async def _read_photos(
    session: AsyncSession, practice_id: uuid.UUID, content: ProgramContent
) -> Mapping[uuid.UUID, bytes]:
    """Return the photos a version names: id -> JPEG; no query where it names none."""
    ids = {photo_id for exercise in content.exercises for photo_id in exercise.photo_ids}
    if not ids:
        return {}
    rows = await session.execute(
        select(ExercisePhoto.id, ExercisePhoto.content).where(
            ExercisePhoto.id.in_(ids), ExercisePhoto.practice_id == practice_id
        )
    )
    return dict(rows.tuples().all())
