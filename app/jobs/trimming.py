"""Forgetting jobs that have ended; what they did is kept elsewhere."""

from datetime import timedelta
from typing import Any

from procrastinate import JobContext

from app.jobs.queue import queue
from app.trimming import forget, rows_rule

ENDED_JOBS_KEPT = timedelta(days=3)

# A job's events go with it, by procrastinate's own schema; workers without a heartbeat are forgotten by the others.
RULES = (
    rows_rule(
        "Background jobs, 3 days after they ended",
        "procrastinate_jobs",
        """
            SELECT id FROM procrastinate_jobs job
            WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
            AND NOT EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - :kept)
            ORDER BY id
        """,
        lambda now: {"kept": ENDED_JOBS_KEPT},
    ),
)


@queue.periodic(cron="17 * * * *")
@queue.task(name="jobs.forget_finished", queueing_lock="jobs.forget_finished", pass_context=True)
async def forget_finished(context: JobContext, timestamp: int) -> None:
    """Delete the queue's own rows of jobs that ended over three days ago."""
    tools: Any = context.additional_context["tools"]
    for rule in RULES:
        await forget(tools.sessions, rule, tools.clock())
