"""Keeping what a patient noted about a day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.programs.models import DiaryDay, Program

LONGEST_COMMENT = 500
# A page shows today and the six days before; a phone that was offline for long may still send older ones.
SHOWN_DAYS = 7
OLDEST_DAYS = 30
MOST_PAIN = 10


@dataclass(frozen=True)
class DayNote:
    """What a patient noted about a day: places (from 0) of the exercises done, pain 0-10 or None, a comment."""

    done: tuple[int, ...] = ()
    pain_before: int | None = None
    pain_after: int | None = None
    comment: str = ""


def read_note(done: Sequence[str], before: str, after: str, comment: str, exercise_count: int) -> DayNote:
    """Read a note from a form; whatever is not on the form counts as not noted, a comment too long is cut."""
    places = {int(text) for text in done if text.isascii() and text.isdecimal() and len(text) < 4}
    return DayNote(
        done=tuple(sorted(place for place in places if place < exercise_count)),
        pain_before=_read_pain(before),
        pain_after=_read_pain(after),
        comment=comment.replace("\r\n", "\n").strip()[:LONGEST_COMMENT],
    )


def _read_pain(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None
    return number if number is not None and number <= MOST_PAIN else None


def takes_notes(program: Program, day: datetime.date, today: datetime.date, zone: datetime.tzinfo) -> bool:
    """Say whether a day can be noted: not in the future, not long ago, not after the program was paused or ended."""
    stopped_at = program.ended_at or program.paused_at
    last = min(today, stopped_at.astimezone(zone).date()) if stopped_at else today
    return today - datetime.timedelta(days=OLDEST_DAYS) < day <= last


async def keep_note(
    session: AsyncSession,
    program: Program,
    day: datetime.date,
    note: DayNote,
    *,
    version_number: int,
    exercise_count: int,
    now: datetime.datetime,
) -> None:
    """Keep a day's note in place of what was there; the last one wins, and sending it again changes nothing."""
    noted = {
        "version_number": version_number,
        "done": list(note.done),
        "exercise_count": exercise_count,
        "pain_before": note.pain_before,
        "pain_after": note.pain_after,
        "comment": note.comment,
        "updated_at": now,
    }
    await session.execute(
        insert(DiaryDay)
        .values(id=func.gen_random_uuid(), practice_id=program.practice_id, program_id=program.id, day=day, **noted)
        .on_conflict_do_update(index_elements=["program_id", "day"], set_=noted)
    )
