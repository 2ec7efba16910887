"""Forgetting attempts: those of deliveries that arrived long ago, and the many of one that does not arrive.

Deliveries and documents themselves stay: they say what a patient was given.
"""

from datetime import timedelta

from procrastinate import JobContext

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import forget, rows_rule

ATTEMPTS_KEPT = timedelta(days=90)
# Of a delivery that has not arrived these stay, however old: they say why.
LAST_ATTEMPTS_KEPT = 10
# Three days of failures and a day of looking at the processing make fewer; only something unforeseen makes more.
MOST_ATTEMPTS = 400

RULES = (
    rows_rule(
        "Tries of sending a PDF: 90 days after it arrives",
        "delivery_attempts",
        # Oldest attempts first: an attempt is older than the arrival of its delivery.
        """
            SELECT attempt.id FROM delivery_attempts attempt JOIN deliveries ON deliveries.id = attempt.delivery_id
            WHERE attempt.started_at < :before AND deliveries.delivered_at < :before
            ORDER BY attempt.started_at
        """,
        lambda now: {"before": now - ATTEMPTS_KEPT},
    ),
    rows_rule(
        "Tries of sending a PDF that has not arrived: after 90 days, except the last ten",
        "delivery_attempts",
        """
            SELECT attempt.id FROM deliveries
            CROSS JOIN LATERAL (
                SELECT id, started_at, row_number() OVER (ORDER BY id DESC) AS place
                FROM delivery_attempts WHERE delivery_id = deliveries.id
            ) attempt
            WHERE deliveries.state <> 'delivered'
            AND (attempt.place > :most OR (attempt.place > :last AND attempt.started_at < :before))
        """,
        lambda now: {"before": now - ATTEMPTS_KEPT, "most": MOST_ATTEMPTS, "last": LAST_ATTEMPTS_KEPT},
    ),
)


@queue.periodic(cron="23 * * * *")
@queue.task(name="delivery.forget_attempts", queueing_lock="delivery.forget_attempts", pass_context=True)
async def forget_attempts(context: JobContext, timestamp: int) -> None:
    """Delete attempts that nobody needs any more; every hour."""
    tools = tools_of(context)
    for rule in RULES:
        await forget(tools.sessions, rule, tools.clock())
