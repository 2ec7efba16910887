"""Forgetting the days that were read from Cliniko, two days after."""

from datetime import timedelta

from procrastinate import JobContext

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import forget, rows_rule

READINGS_KEPT = timedelta(days=2)

RULES = (
    rows_rule(
        "Appointments read from Cliniko: after two days",
        "day_readings",
        "SELECT id FROM day_readings WHERE tried_at < :before",
        lambda now: {"before": now - READINGS_KEPT},
    ),
)


@queue.periodic(cron="7 * * * *")
@queue.task(name="today.forget_days", queueing_lock="today.forget_days", pass_context=True)
async def forget_days(context: JobContext, timestamp: int) -> None:
    """Delete what was read of days and not looked at again; once an hour."""
    tools = tools_of(context)
    for rule in RULES:
        await forget(tools.sessions, rule, tools.clock())
