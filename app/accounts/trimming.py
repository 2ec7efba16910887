"""Forgetting sign-ins that nobody can use any more, wrong tries that cost no wait any more, old lines of the record."""

from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import text

from app.accounts.tools import tools_of
from app.jobs.queue import queue
from app.trimming import Rule, forget, rows_rule

# Long enough to look into what a practice asks about; revoked ones expire like all others.
EXPIRED_SESSIONS_KEPT = timedelta(days=30)
# By then, every rule has forgotten all of them.
WRONG_TRIES_KEPT = timedelta(days=1)

OLD_SESSIONS = rows_rule(
    "Sign-ins: 30 days after they end",
    "sessions",
    "SELECT id FROM sessions WHERE expires_at < :before",
    lambda now: {"before": now - EXPIRED_SESSIONS_KEPT},
)
OLD_TRIES = rows_rule(
    "Tries of a password that did not match: after a day",
    "wrong_tries",
    "SELECT about FROM wrong_tries WHERE counted_at < :before",
    lambda now: {"before": now - WRONG_TRIES_KEPT},
    key="about",
    lock="FOR UPDATE SKIP LOCKED",
)
# The only way the database leaves (the function in the migrations), and how it judges.
OLD_EVENTS = Rule(
    "The record of who did what: after the number of years you choose",
    text("SELECT forget_audit_events(:rows)"),
    text("""
        SELECT count(*) FROM audit_events LEFT JOIN (
            SELECT id, audit_years FROM practices
            UNION ALL SELECT practice_id, audit_years FROM erasures WHERE client_id IS NULL
        ) practice ON practice.id = practice_id
        WHERE happened_at < now() - interval '1 year' AND (practice.id IS NOT NULL OR practice_id IS NULL)
        AND happened_at < now() - make_interval(years => coalesce(practice.audit_years, 7))
    """),
    lambda now: {},
)
RULES = (OLD_SESSIONS, OLD_TRIES, OLD_EVENTS)


@queue.periodic(cron="41 3 * * *")
@queue.task(name="accounts.forget_sessions", queueing_lock="accounts.forget_sessions", pass_context=True)
async def forget_sessions(context: JobContext, timestamp: int) -> None:
    """Delete sign-ins that expired over thirty days ago; once a day."""
    tools = tools_of(context)
    await forget(tools.sessions, OLD_SESSIONS, tools.clock())


@queue.periodic(cron="11 * * * *")
@queue.task(name="accounts.forget_tries", queueing_lock="accounts.forget_tries", pass_context=True)
async def forget_tries(context: JobContext, timestamp: int) -> None:
    """Delete counts of wrong tries to which none was added for a day; once an hour."""
    tools = tools_of(context)
    await forget(tools.sessions, OLD_TRIES, tools.clock())
