"""Forgetting attempts: those of deliveries that arrived long ago, and the many of one that does not arrive.

Deliveries and documents themselves stay: they say what a patient was given.
"""

from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import text

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import forget

ATTEMPTS_KEPT = timedelta(days=90)
# Of a delivery that has not arrived these stay, however old: they say why.
LAST_ATTEMPTS_KEPT = 10
# Three days of failures and a day of looking at the processing make fewer; only something unforeseen makes more.
MOST_ATTEMPTS = 400

# Oldest attempts first: an attempt is older than the arrival of its delivery.
_ARRIVED = text("""
    DELETE FROM delivery_attempts WHERE id IN (
        SELECT attempt.id FROM delivery_attempts attempt JOIN deliveries ON deliveries.id = attempt.delivery_id
        WHERE attempt.started_at < :before AND deliveries.delivered_at < :before
        ORDER BY attempt.started_at LIMIT :rows
    )
""")

_NOT_ARRIVED = text("""
    DELETE FROM delivery_attempts WHERE id IN (
        SELECT attempt.id FROM deliveries
        CROSS JOIN LATERAL (
            SELECT id, started_at, row_number() OVER (ORDER BY id DESC) AS place
            FROM delivery_attempts WHERE delivery_id = deliveries.id
        ) attempt
        WHERE deliveries.state <> 'delivered'
        AND (attempt.place > :most OR (attempt.place > :last AND attempt.started_at < :before))
        LIMIT :rows
    )
""")


@queue.periodic(cron="23 * * * *")
@queue.task(name="delivery.forget_attempts", queueing_lock="delivery.forget_attempts", pass_context=True)
async def forget_attempts(context: JobContext, timestamp: int) -> None:
    """Delete attempts that nobody needs any more; every hour."""
    tools = tools_of(context)
    before = tools.clock() - ATTEMPTS_KEPT
    await forget(tools.sessions, _ARRIVED, before=before)
    await forget(tools.sessions, _NOT_ARRIVED, before=before, most=MOST_ATTEMPTS, last=LAST_ATTEMPTS_KEPT)
