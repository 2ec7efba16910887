"""Forgetting answered requests for access; the record of who did what has them for longer."""

from datetime import timedelta

from procrastinate import JobContext

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import forget, rows_rule

ANSWERED_REQUESTS_KEPT = timedelta(days=90)

OLD_REQUESTS = rows_rule(
    "Requests for access: 90 days after they are answered",
    "access_requests",
    "SELECT id FROM access_requests WHERE decided_at < :before",
    lambda now: {"before": now - ANSWERED_REQUESTS_KEPT},
)


@queue.periodic(cron="31 3 * * *")
@queue.task(name="clients.forget_requests", queueing_lock="clients.forget_requests", pass_context=True)
async def forget_requests(context: JobContext, timestamp: int) -> None:
    """Delete requests for access that were answered over ninety days ago; once a day."""
    tools = tools_of(context)
    await forget(tools.sessions, OLD_REQUESTS, tools.clock())
