"""What the patient's page shows, and what the client page shows of it."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Letterhead, Membership, Practitioner
from app.programs.content import ProgramContent
from app.programs.home.chart import CHART_DAYS, Diary, NotedDay
from app.programs.home.notes import SHOWN_DAYS, DayNote
from app.programs.home.shown import ShownDay, carry_over, list_days
from app.programs.models import DiaryDay, Program, ProgramLink, ProgramVersion


@dataclass(frozen=True)
class HomeProgram:
    """The newest version of a program and who gives it; empty texts are not known.

    Times are UTC; ``begun_at`` is that of the first version.
    """

    number: int
    content: ProgramContent
    assigned_at: datetime.datetime
    begun_at: datetime.datetime
    practitioner_name: str
    practitioner_title: str
    phone: str
    stop_when: str


async def read_program(session: AsyncSession, program: Program) -> HomeProgram:
    """Return what a program says now, in one query; it has been assigned at least once."""
    first = aliased(ProgramVersion)
    row = (
        await session.execute(
            select(
                ProgramVersion.number,
                ProgramVersion.content,
                ProgramVersion.assigned_at,
                first.assigned_at.label("begun_at"),
                Practitioner.name,
                Membership.title,
                Letterhead.phone,
                Letterhead.stop_when,
            )
            .join(first, (first.program_id == ProgramVersion.program_id) & (first.number == 1))
            .join(Membership, Membership.id == ProgramVersion.assigned_by_id)
            .join(Practitioner, Practitioner.id == Membership.practitioner_id)
            .outerjoin(Letterhead, Letterhead.practice_id == ProgramVersion.practice_id)
            .where(ProgramVersion.program_id == program.id)
            .order_by(ProgramVersion.number.desc())
            .limit(1)
        )
    ).one()
    content = ProgramContent.from_data(row.content)
    return HomeProgram(
        number=row.number,
        content=content,
        assigned_at=row.assigned_at,
        begun_at=row.begun_at,
        practitioner_name=row.name,
        practitioner_title=row.title,
        phone=row.phone or "",
        stop_when=content.stop_when or row.stop_when or "",
    )


async def read_content(session: AsyncSession, program_id: uuid.UUID, number: int) -> ProgramContent | None:
    """Return what a version says, or None where there is no such version."""
    data = await session.scalar(
        select(ProgramVersion.content).where(ProgramVersion.program_id == program_id, ProgramVersion.number == number)
    )
    return ProgramContent.from_data(data) if data is not None else None


async def read_days(
    session: AsyncSession, program: Program, shown: HomeProgram, *, begun: datetime.date, today: datetime.date
) -> list[ShownDay]:
    """Return the last seven days as the newest version shows them: ticks go with their exercise, not its place.

    Days before the program was given (``begun``) are left out.
    """
    rows = await session.scalars(
        select(DiaryDay).where(
            DiaryDay.program_id == program.id,
            DiaryDay.day > today - datetime.timedelta(days=SHOWN_DAYS),
            DiaryDay.day <= today,
        )
    )
    contents = {shown.number: shown.content}
    noted = {}
    for row in rows.all():
        if row.version_number not in contents:
            old = await read_content(session, program.id, row.version_number)
            contents[row.version_number] = old or shown.content
        note = note_of(row)
        if row.version_number != shown.number:
            note = replace(note, done=carry_over(note.done, contents[row.version_number], shown.content))
        noted[row.day] = (note, row.updated_at)
    return list_days(begun, today, noted)


def note_of(row: DiaryDay) -> DayNote:
    """Return what a stored day says, its places as they were in the version stored with it."""
    return DayNote(tuple(row.done), row.pain_before, row.pain_after, row.comment)


async def list_diaries(
    session: AsyncSession, client_id: uuid.UUID, zone: datetime.tzinfo, today: datetime.date
) -> dict[uuid.UUID, Diary]:
    """Return the diaries of a client's assigned programs by program, in one query."""
    begun = (
        select(func.min(ProgramVersion.assigned_at))
        .where(ProgramVersion.program_id == Program.id)
        .correlate(Program)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Program.id, begun.label("begun"), ProgramLink.id.label("link_id"), DiaryDay)
        .outerjoin(ProgramLink, (ProgramLink.program_id == Program.id) & ProgramLink.revoked_at.is_(None))
        .outerjoin(
            DiaryDay,
            (DiaryDay.program_id == Program.id) & (DiaryDay.day > today - datetime.timedelta(days=CHART_DAYS)),
        )
        .where(Program.client_id == client_id)
        .order_by(Program.id, DiaryDay.day)
    )
    diaries: dict[uuid.UUID, Diary] = {}
    days: defaultdict[uuid.UUID, list[NotedDay]] = defaultdict(list)
    for program_id, begun_at, link_id, row in rows:
        if begun_at is None:
            continue
        if row is not None:
            days[program_id].append(_noted_day(row))
        diaries[program_id] = Diary(link_id is not None, begun_at.astimezone(zone).date(), days[program_id])
    return diaries


def _noted_day(row: DiaryDay) -> NotedDay:
    share = len(row.done) / row.exercise_count if row.exercise_count else 0.0
    return NotedDay(row.day, share, row.pain_before, row.pain_after, row.comment)
