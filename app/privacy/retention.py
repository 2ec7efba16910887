"""For how long everything is kept: the rules of all rooms, and clients who were not seen for long."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from procrastinate import JobContext
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import trimming
from app.accounts import audit
from app.accounts import trimming as accounts_trimming
from app.accounts.access import Member
from app.accounts.models import Practice
from app.accounts.tools import Tools, tools_of
from app.alerts import jobs as alerts_jobs
from app.clients.models import Client
from app.clients.names import display_name
from app.clients.trimming import OLD_REQUESTS
from app.db import transaction
from app.delivery import trimming as delivery_trimming
from app.jobs import trimming as jobs_trimming
from app.jobs.queue import queue
from app.mail import jobs as mail_jobs
from app.privacy.jobs import erase_all_due
from app.today import trimming as today_trimming
from app.trimming import Rule, rows_rule

# The lines that say so are gone by then; of a client's, those on that client.
OLD_ERASURES = rows_rule(
    "Notes that something was erased: with the last line of the record about it",
    "erasures",
    """
        SELECT id FROM erasures WHERE erased_at < :before AND CASE
            WHEN client_id IS NULL
            THEN NOT EXISTS (SELECT FROM audit_events WHERE audit_events.practice_id = erasures.practice_id)
            ELSE NOT EXISTS (SELECT FROM audit_events WHERE audit_events.client_id = erasures.client_id)
        END
    """,
    lambda now: {"before": now - timedelta(days=366)},
)
RULES: Sequence[Rule] = (
    *accounts_trimming.RULES,
    OLD_ERASURES,
    OLD_REQUESTS,
    *delivery_trimming.RULES,
    *alerts_jobs.RULES,
    *mail_jobs.RULES,
    *jobs_trimming.RULES,
    *today_trimming.RULES,
)
WAITED = "Practices and clients due to be erased: 14 days after the request"
YEARS = (1, 2, 3, 5, 7, 8, 10, 15, 20, 25, 30)
MOST_OFFERED = 50


async def apply_rules(tools: Tools, *, is_dry_run: bool) -> list[tuple[str, int]]:
    """Remove what has had its time, or only count it; return what in words, and how many rows, for each rule."""
    now, told = tools.clock(), []
    async with transaction(tools.sessions) as session:
        due = [
            await session.scalar(select(func.count()).select_from(table).where(table.erase_at <= func.now())) or 0
            for table in (Client, Practice)
        ]
    told.append((WAITED, sum(due)))
    if not is_dry_run:
        await erase_all_due(tools)
    for rule in RULES:
        work = trimming.count if is_dry_run else trimming.forget
        told.append((rule.words, await work(tools.sessions, rule, now)))
    return told


async def save_unseen_years(session: AsyncSession, member: Member, years: int | None, now: datetime) -> None:
    """Set after how many years without a sign of them clients are offered for erasure; None: never."""
    await session.execute(update(Practice).where(Practice.id == member.practice_id).values(unseen_years=years))
    audit.record_by(session, member, "data.unseen_years_saved", at=now, years=years)


@queue.periodic(cron="21 2 * * *")
@queue.task(name="privacy.forget_erasures", queueing_lock="privacy.forget_erasures", pass_context=True)
async def forget_erasures(context: JobContext, timestamp: int) -> None:
    """Delete what says that something was erased, once nothing else does; nightly."""
    tools = tools_of(context)
    await trimming.forget(tools.sessions, OLD_ERASURES, tools.clock())


@dataclass(frozen=True)
class Unseen:
    """A client of whom nothing was seen for long."""

    id: uuid.UUID
    name: str
    date_of_birth: date | None
    added_at: datetime


# Nothing was done for them, nothing noted by them, and nobody looked, as far as the record goes back.
_UNSEEN = text("""
    clients.created_at < :before
    AND NOT EXISTS (SELECT FROM programs WHERE client_id = clients.id AND updated_at >= :before)
    AND NOT EXISTS (
        SELECT FROM programs JOIN diary_days ON program_id = programs.id
        WHERE client_id = clients.id AND diary_days.updated_at >= :before
    )
    AND NOT EXISTS (
        SELECT FROM audit_events WHERE client_id = clients.id AND happened_at >= :before
        AND practitioner_id IS NOT NULL AND split_part(action, '.', 1) <> 'data'
    )
""")


async def list_unseen(session: AsyncSession, practice: Practice, now: datetime) -> list[Unseen]:
    """Return clients whom nobody has seen for as long as the practice says, at most fifty, the first added first."""
    if practice.unseen_years is None:
        return []
    before = now - timedelta(days=365.25 * practice.unseen_years)
    query = (
        select(Client)
        .where(Client.practice_id == practice.id, Client.combined_into_id.is_(None), Client.erase_at.is_(None), _UNSEEN)
        .order_by(Client.created_at, Client.id)
        .limit(MOST_OFFERED)
    )
    return [
        Unseen(
            client.id,
            display_name(client.first_name, client.preferred_first_name, client.last_name),
            client.date_of_birth,
            client.created_at,
        )
        for client in await session.scalars(query, {"before": before})
    ]
