"""For how long a practice keeps its record, and forgetting what is older, a bounded number of lines at once."""

from collections.abc import Sequence

from procrastinate import JobContext
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.models import AuditEvent, Practice
from app.accounts.tools import Tools, tools_of
from app.accounts.trimming import OLD_EVENTS
from app.jobs.queue import queue
from app.trimming import forget

# What laws on health records ask for lies between these; the database takes none below one.
YEARS = (1, 2, 3, 5, 7, 8, 10, 15, 20, 25, 30)


async def count_older(session: AsyncSession, member: Member, choices: Sequence[int]) -> dict[int, int]:
    """Return how many lines of the practice are older than each number of years, in one query: a dry run."""
    ages = [
        func.count().filter(AuditEvent.happened_at < func.now() - func.make_interval(years)).label(f"older_{years}")
        for years in choices
    ]
    youngest = func.now() - func.make_interval(min(choices))
    row = await session.execute(
        select(*ages).where(AuditEvent.practice_id == member.practice_id, AuditEvent.happened_at < youngest)
    )
    return dict(zip(choices, row.one(), strict=True))


async def save_years(session: AsyncSession, tools: Tools, member: Member, years: int) -> None:
    """Set for how many years the practice's record is kept."""
    await session.execute(update(Practice).where(Practice.id == member.practice_id).values(audit_years=years))
    audit.record_by(session, member, "practice.audit_years_saved", at=tools.clock(), years=years)


@queue.periodic(cron="11 2 * * *")
@queue.task(name="activity.forget_events", queueing_lock="activity.forget_events", pass_context=True)
async def forget_events(context: JobContext, timestamp: int) -> None:
    """Delete the lines that are older than their practice keeps them, by the only way the database leaves; nightly.

    What one night leaves over is for the next.
    """
    tools = tools_of(context)
    await forget(tools.sessions, OLD_EVENTS, tools.clock())
