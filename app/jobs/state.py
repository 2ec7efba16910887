"""How the queue stands: what waits in it, who works on it, and whether it is stuck. By the database's own clock."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Well above a restart of all workers, or an upgrade; and above the longest a worker takes to replace a killed one.
STUCK_AFTER_MINUTES = 10
# A worker without a sign of life for so long is taken for dead.
ALIVE_WITHIN_SECONDS = 60

# The states are written out, not parameters, so that the partial indexes of procrastinate's table serve.
_JOBS = text("""
    SELECT task_name, CASE WHEN status = 'doing' THEN 'running' WHEN scheduled_at > now() THEN 'later' ELSE 'due' END,
           count(*)
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2
""")

_WORKERS = text("""
    SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :alive_within)
""")

# The first two questions are cheap and nearly always say no; PostgreSQL then does not ask the third. A job is due since
# the last of its events: put in, put back, or the time it was to wait for.
_STUCK = text("""
    SELECT (
        NOT EXISTS (
            SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :alive_within)
        )
        OR coalesce((
            SELECT at FROM procrastinate_events WHERE type IN ('succeeded', 'failed', 'aborted', 'deferred_for_retry')
            ORDER BY id DESC LIMIT 1
        ) < now() - make_interval(mins => :minutes), true)
    ) AND EXISTS (
        SELECT FROM procrastinate_jobs job
        WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
        AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id) < now() - make_interval(mins => :minutes)
        AND NOT EXISTS (
            SELECT FROM procrastinate_jobs holder JOIN procrastinate_workers worker ON worker.id = holder.worker_id
            WHERE holder.lock = job.lock AND holder.status = 'doing'
            AND worker.last_heartbeat > now() - make_interval(secs => :alive_within)
        )
    )
""")


@dataclass(frozen=True)
class QueueDepth:
    """How many jobs of a task are "due", for "later" or "running"."""

    task: str
    status: str
    jobs: int


async def list_depths(session: AsyncSession) -> list[QueueDepth]:
    """Return what is in the queue by task; ended jobs are not counted."""
    return [QueueDepth(*row) for row in await session.execute(_JOBS)]


async def count_workers(session: AsyncSession) -> int:
    """Return how many workers gave a sign of life in the last minute."""
    return int((await session.scalar(_WORKERS, {"alive_within": ALIVE_WITHIN_SECONDS})) or 0)


async def is_stuck(session: AsyncSession) -> bool:
    """Return True when a job has been due for ten minutes while no worker lives, or none has ended any job.

    A job behind another of its lock that a living worker runs does not count, nor does one that waits for its time.
    """
    minutes = {"minutes": STUCK_AFTER_MINUTES, "alive_within": ALIVE_WITHIN_SECONDS}
    return bool(await session.scalar(_STUCK, minutes))
