"""Keeping what a patient noted about a day."""

import datetime
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.programs.content import ProgramContent
from app.programs.home.notes import DayNote, merge_notes
from app.programs.home.queries import note_of, read_content
from app.programs.home.shown import carry_over
from app.programs.models import DiaryDay, Program


async def keep_note(
    session: AsyncSession,
    program: Program,
    day: datetime.date,
    *,
    number: int,
    content: ProgramContent,
    base: DayNote,
    mine: DayNote,
    now: datetime.datetime,
) -> DiaryDay:
    """Keep what a page of version ``number`` changed of a day since ``base``; return the day as it is now.

    Pages that note the same day take turns on its row, and none undoes what another noted. Ticks are kept by the places
    of the newer version of the two. The same note sent again changes nothing.
    """
    row = await _lock_day(session, program, day, number, len(content.exercises), now)
    theirs = note_of(row)
    if row.version_number != number:
        other = await read_content(session, program.id, row.version_number) or content
        if row.version_number > number:
            base, mine = (replace(note, done=carry_over(note.done, content, other)) for note in (base, mine))
            number, content = row.version_number, other
        else:
            theirs = replace(theirs, done=carry_over(theirs.done, other, content))
    merged = merge_notes(base, mine, theirs)
    row.version_number, row.exercise_count = number, len(content.exercises)
    row.done, row.comment = list(merged.done), merged.comment
    row.pain_before, row.pain_after = merged.pain_before, merged.pain_after
    row.updated_at = now
    await session.flush()
    return row


async def _lock_day(
    session: AsyncSession, program: Program, day: datetime.date, number: int, count: int, now: datetime.datetime
) -> DiaryDay:
    """Return a day's row, locked; an empty one is made first where there is none."""
    await session.execute(
        insert(DiaryDay)
        .values(
            id=func.gen_random_uuid(),
            practice_id=program.practice_id,
            program_id=program.id,
            day=day,
            version_number=number,
            done=[],
            exercise_count=count,
            updated_at=now,
        )
        .on_conflict_do_nothing(index_elements=["program_id", "day"])
    )
    row = await session.scalars(
        select(DiaryDay).where(DiaryDay.program_id == program.id, DiaryDay.day == day).with_for_update()
    )
    return row.one()
