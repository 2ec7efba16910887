"""The jobs that tell people: every minute what is new, every day what is left.

They look for what is to be done in the database and put it into the post in one transaction a practice, so it does no
harm when a worker of the previous release takes one and fails, or when two run at once. The locks only spare two the
same work.
"""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from procrastinate import JobContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tools import Tools, tools_of
from app.alerts.hours import digest_of, is_quiet, local_day
from app.alerts.queries import find_practices_to_tell, find_practices_with_alerts
from app.alerts.telling import due_now, send_digest, tell_practice
from app.db import transaction
from app.jobs.queue import queue
from app.trimming import Rule, forget, rows_rule

log = structlog.get_logger()

KEPT_FOR = timedelta(days=90)
RULES = (
    rows_rule(
        "Alerts: 90 days after they end",
        "alerts",
        "SELECT id FROM alerts WHERE recovered_at < :before",
        lambda now: {"before": now - KEPT_FOR},
    ),
    rows_rule(
        "Notes of which morning summaries were sent: after 90 days",
        "alert_digests",
        "SELECT practice_id, day FROM alert_digests WHERE day < :before",
        lambda now: {"before": (now - KEPT_FOR).date()},
        key="(practice_id, day)",
    ),
    Rule(
        "News in the bell: after 90 days",
        text("""
            WITH gone AS (
                DELETE FROM bell_notes WHERE id IN (SELECT id FROM bell_notes WHERE created_at < :before LIMIT :rows)
                RETURNING membership_id, about
            ), hushed AS (
                DELETE FROM bell_marks USING gone
                WHERE bell_marks.membership_id = gone.membership_id AND bell_marks.about = gone.about
            )
            SELECT count(*) FROM gone
        """),
        text("SELECT count(*) FROM bell_notes WHERE created_at < :before"),
        lambda now: {"before": now - KEPT_FOR},
    ),
)

Work = Callable[[AsyncSession, uuid.UUID, str, datetime], Awaitable[int]]


@queue.periodic(cron="* * * * *")
@queue.task(name="alerts.tell", lock="alerts.tell", queueing_lock="alerts.tell", pass_context=True)
async def tell(context: JobContext, timestamp: int) -> None:
    """Tell people what has begun and what is over, practice by practice."""
    tools = tools_of(context)
    last: uuid.UUID | None = None
    while True:
        async with transaction(tools.sessions) as session:
            practices = await find_practices_to_tell(session, due_now(tools.clock()), last)
        for practice in practices:
            if not _is_quiet(practice, tools.clock()):
                await _do(tools, tell_practice, practice.id)
        if not practices:
            return
        last = practices[-1].id


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="alerts.digest", lock="alerts.digest", queueing_lock="alerts.digest", pass_context=True)
async def digest(context: JobContext, timestamp: int) -> None:
    """Send the digests whose hour has come."""
    tools = tools_of(context)
    last: uuid.UUID | None = None
    while True:
        async with transaction(tools.sessions) as session:
            practices = await find_practices_with_alerts(session, last)
        for practice in practices:
            moment = digest_of(tools.clock(), practice.time_zone)
            is_due = moment is not None and practice.last_day != local_day(moment, practice.time_zone)
            if is_due and not _is_quiet(practice, tools.clock()):
                await _do(tools, send_digest, practice.id)
        if not practices:
            return
        last = practices[-1].id


@queue.periodic(cron="23 3 * * *")
@queue.task(name="alerts.forget_old", queueing_lock="alerts.forget_old", pass_context=True)
async def forget_old(context: JobContext, timestamp: int) -> None:
    """Delete alerts that have been over for ninety days, and days of digests and notes as old."""
    tools = tools_of(context)
    for rule in RULES:
        await forget(tools.sessions, rule, tools.clock())


def _is_quiet(practice: Any, now: datetime) -> bool:
    return is_quiet(now, practice.time_zone, practice.quiet_from, practice.quiet_until)


async def _do(tools: Tools, work: Work, practice_id: uuid.UUID) -> None:
    """Do the work for one practice in a transaction of its own; its trouble is no other practice's."""
    try:
        async with transaction(tools.sessions) as session:
            sent = await work(session, practice_id, tools.settings.public_url, tools.clock())
    except Exception as error:
        log.error("alerts_not_told", practice_id=str(practice_id), error_type=type(error).__name__)
        return
    if sent:
        log.info("alerts_told", practice_id=str(practice_id), letters=sent)
