"""Forgetting jobs that have ended; what they did is kept elsewhere."""

from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import text

from app.db import Sessions
from app.jobs.queue import queue
from app.trimming import forget

ENDED_JOBS_KEPT = timedelta(days=3)

# A job's events go with it, by procrastinate's own schema; workers without a heartbeat are forgotten by the others.
_ENDED_JOBS = text("""
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT id FROM procrastinate_jobs job
        WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
        AND NOT EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - :kept)
        ORDER BY id LIMIT :rows
    )
""")


@queue.periodic(cron="17 * * * *")
@queue.task(name="jobs.forget_finished", queueing_lock="jobs.forget_finished", pass_context=True)
async def forget_finished(context: JobContext, timestamp: int) -> None:
    """Delete the queue's own rows of jobs that ended over three days ago."""
    sessions: Sessions = context.additional_context["tools"].sessions
    await forget(sessions, _ENDED_JOBS, kept=ENDED_JOBS_KEPT)
