"""Forgetting sign-ins that nobody can use any more, and wrong tries that cost no wait any more."""

from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import text

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import forget

# Long enough to look into what a practice asks about; revoked ones expire like all others.
EXPIRED_SESSIONS_KEPT = timedelta(days=30)

_EXPIRED_SESSIONS = text(
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < :before LIMIT :rows)"
)


# By then, every rule has forgotten all of them.
WRONG_TRIES_KEPT = timedelta(days=1)

_OLD_TRIES = text(
    "DELETE FROM wrong_tries WHERE about IN "
    "(SELECT about FROM wrong_tries WHERE counted_at < :before LIMIT :rows FOR UPDATE SKIP LOCKED)"
)


@queue.periodic(cron="41 3 * * *")
@queue.task(name="accounts.forget_sessions", queueing_lock="accounts.forget_sessions", pass_context=True)
async def forget_sessions(context: JobContext, timestamp: int) -> None:
    """Delete sign-ins that expired over thirty days ago; once a day."""
    tools = tools_of(context)
    await forget(tools.sessions, _EXPIRED_SESSIONS, before=tools.clock() - EXPIRED_SESSIONS_KEPT)


@queue.periodic(cron="11 * * * *")
@queue.task(name="accounts.forget_tries", queueing_lock="accounts.forget_tries", pass_context=True)
async def forget_tries(context: JobContext, timestamp: int) -> None:
    """Delete counts of wrong tries to which none was added for a day; once an hour."""
    tools = tools_of(context)
    await forget(tools.sessions, _OLD_TRIES, before=tools.clock() - WRONG_TRIES_KEPT)
