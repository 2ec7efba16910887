"""A program's life after it was assigned: pausing, ending and going on, and beginning again from an old version."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.accounts import audit
from app.accounts.access import Member
from app.errors import ConflictError, NotFoundError
from app.programs.content import ProgramContent, draft_from
from app.programs.models import Program, ProgramVersion


def set_state(session: AsyncSession, member: Member, program: Program, state: str, now: datetime) -> None:
    """Make a (locked) program "paused", "ended" or "active" again. Audited; the same again is nothing."""
    if state == state_of(program):
        return
    program.paused_at = now if state == "paused" else None
    program.ended_at = now if state == "ended" else None
    program.updated_at = now
    audit.record(
        session,
        f"program.{state}",
        at=now,
        practice_id=program.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=program.client_id,
        program_id=str(program.id),
    )


def state_of(program: Program) -> str:
    """Return "ended", "paused" or "active"."""
    return "ended" if program.ended_at else "paused" if program.paused_at else "active"


async def begin_again(session: AsyncSession, program: Program, number: int, now: datetime, *, replaces: bool) -> None:
    """Begin the next version of a (locked) program from an old one.

    Raises NotFoundError without such a version, and ConflictError when a draft would be lost and ``replaces`` is False.
    """
    version = await session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program.id, ProgramVersion.number == number)
        .options(undefer(ProgramVersion.content))
    )
    if version is None:
        raise NotFoundError
    if program.draft is not None and not replaces:
        raise ConflictError("This program has changes that are not assigned yet. Assign or discard them first.")
    program.draft = draft_from(ProgramContent.from_data(version.content)).to_data()
    program.draft_revision += 1
    program.updated_at = now
