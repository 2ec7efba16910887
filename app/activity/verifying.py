"""Looking whether the record of who did what is guarded, and whether anything in it shows that it was not.

What can be known: that the triggers are there, on, and unaltered; that what a program or practice leaves behind has its
line; that no line was put in with a time long past. What cannot: a line that the owner of the database took out leaves
the same gap in the numbers as a transaction that was rolled back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tools import Tools
from app.db import transaction
from app.findings import Finding, fail, ok, warn

# SHA-256 of the functions' text as the newest migration of each makes them; a test compares them with a new database.
FUNCTIONS = {
    "keep_audit_events": "32ca92a68734d1f63ebae422c8119e2620c8f4a860eb9b7773f23e38f34cd9ec",
    "refuse_change": "a5f51c15d252c8b4ac369ae54d882da8fe88cd1e3a337bd6001739980266ac06",
    "forget_audit_events": "058da4f70a88f2e10e4762f150c97334c8aacc3251f633594ce10e275127ad42",
}
# By trigger: its function and when it fires (bits of pg_trigger.tgtype: row 1, before 2, delete 8, update 16,
# truncate 32; PostgreSQL's source, catalog/pg_trigger.h).
TRIGGERS = {"keep_audit_events": ("keep_audit_events", 27), "keep_all_audit_events": ("refuse_change", 34)}

_FUNCTIONS = text("""
    SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname = ANY(:names)
""")
# "O" fires in usual sessions, "A" in all; "D" is off, and "R" in a replica's only.
_TRIGGERS = text("""
    SELECT tgname, proname, tgtype::int FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = 'audit_events'::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')
    AND tgqual IS NULL AND tgattr = ''  -- for every line, whatever is changed of it
""")
_LINES = text("""
    SELECT count(*) AS lines, min(happened_at) AS oldest, max(happened_at) AS newest,
           count(*) FILTER (WHERE happened_at > now() + interval '1 hour') AS to_come,
           count(*) FILTER (WHERE id > edge.first) AS numbered,
           coalesce(max(id) - min(edge.first), 0) AS numbers
    FROM audit_events, (
        SELECT coalesce(min(id), 0) AS first FROM audit_events WHERE happened_at > now() - interval '1 year'
    ) edge
""")
# A line's time is that of the request; so long a request none is.
_BACKDATED = text("""
    SELECT count(*) FROM (
        SELECT happened_at, max(happened_at) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS latest FROM audit_events
    ) line WHERE happened_at < latest - interval '1 hour'
""")
# What was forgotten while a practice kept its record for less than now.
_FORGOTTEN = """
    WITH forgotten AS (
        SELECT practice_id, max(until - make_interval(years => years)) AS before FROM (
            SELECT practice_id, CAST(detail->>'years' AS int) AS years,
                   lead(happened_at, 1, now()) OVER (PARTITION BY practice_id ORDER BY id) AS until
            FROM audit_events
            WHERE split_part(action, '.', 1) = 'practice' AND action = 'practice.audit_years_saved'
        ) spell GROUP BY practice_id
    )
"""
_PRACTICES = text(f"""
    {_FORGOTTEN} SELECT count(*) FROM practices practice LEFT JOIN forgotten ON forgotten.practice_id = practice.id
    WHERE created_at > greatest(now() - make_interval(years => audit_years), forgotten.before)
    AND NOT EXISTS (SELECT FROM audit_events WHERE practice_id = practice.id
                    AND action IN ('practice.created', 'practice.created_for_them'))
""")  # noqa: S608 - words of our own code
# Each version was assigned in the transaction of its line. Those of before the record's first line have none.
_VERSIONS = text(f"""
    {_FORGOTTEN} SELECT count(*) FROM program_versions version
    JOIN practices practice ON practice.id = version.practice_id
    LEFT JOIN forgotten ON forgotten.practice_id = version.practice_id
    WHERE version.assigned_at > greatest(
        now() - make_interval(years => practice.audit_years),
        forgotten.before,
        (SELECT min(happened_at) FROM audit_events WHERE action = 'program.assigned')
    ) AND NOT EXISTS (
        SELECT FROM audit_events event WHERE event.practice_id = version.practice_id
        AND split_part(event.action, '.', 1) = 'program' AND event.action = 'program.assigned'
        AND event.happened_at = version.assigned_at AND event.detail->>'program_id' = version.program_id::text
    )
""")  # noqa: S608 - words of our own code
_LOGIN = text("""
    SELECT current_setting('session_replication_role') AS role,
           pg_has_role(current_user, relowner, 'MEMBER') AS owns,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser
    FROM pg_class WHERE oid = 'audit_events'::regclass
""")


@dataclass(frozen=True)
class Lines:
    """What the lines themselves show; ``unused`` counts numbers of the last year that no line has."""

    lines: int
    oldest: str
    newest: str
    unused: int
    to_come: int
    backdated: int
    practices_without: int
    versions_without: int


async def verify_record(tools: Tools) -> Sequence[Finding]:
    """Look at the guards and at the lines, and return what was found. Changes nothing."""
    async with transaction(tools.sessions) as session:
        sources = (await session.execute(_FUNCTIONS, {"names": list(FUNCTIONS)})).all()
        triggers = {name: (function, kind) for name, function, kind in await session.execute(_TRIGGERS)}
        login = (await session.execute(_LOGIN)).one()
        lines = await _look_at_lines(session)
    return [
        judge_guards({row.proname: row.prosrc for row in sources}, triggers),
        judge_login(login.role, may_switch_off=login.owns or login.is_superuser),
        *judge_lines(lines),
    ]


async def _look_at_lines(session: AsyncSession) -> Lines:
    row = (await session.execute(_LINES)).one()
    oldest, newest = (f"{moment:%Y-%m-%d}" if moment else "never" for moment in (row.oldest, row.newest))

    async def count(query: TextClause) -> int:
        return int((await session.execute(query)).scalar_one())

    return Lines(
        row.lines,
        oldest,
        newest,
        unused=row.numbers - row.numbered,
        to_come=row.to_come,
        backdated=await count(_BACKDATED),
        practices_without=await count(_PRACTICES),
        versions_without=await count(_VERSIONS),
    )


def judge_guards(functions: dict[str, str], triggers: dict[str, tuple[str, int]]) -> Finding:
    """Say whether the database refuses what it should. Pure."""
    missing = [name for name, made in TRIGGERS.items() if triggers.get(name) != made]
    altered = [name for name, known in FUNCTIONS.items() if digest_of(functions.get(name, "")) != known]
    if missing or altered:
        mend = (
            "Find out who owns the database's login and what was done since. What was taken out meanwhile is in "
            "backups only. Then put them back as alembic/versions makes them (0010 and later)."
        )
        words = [f"the trigger {name} is off or altered" for name in missing]
        words += [f"the function {name} is altered" for name in altered]
        return fail("guards", f"{', '.join(words)}: lines can be changed or deleted.", mend)
    return ok("guards", "no line can be changed, or deleted before its time: the triggers are on and unaltered.")


def digest_of(source: str) -> str:
    """Return the SHA-256 of a function's text."""
    return hashlib.sha256(source.encode()).hexdigest()


def judge_login(replication_role: str, *, may_switch_off: bool) -> Finding:
    """Say whether the login that the service uses could take the guards away. Pure."""
    if replication_role != "origin":
        return fail("login", f"its triggers do not fire (session_replication_role is {replication_role}).",
                    "ALTER ROLE ... RESET session_replication_role, and look who set it.")  # fmt: skip
    if may_switch_off:
        return ok("login", "owns the table, so whoever has it could switch the guards off; keep it to the service.")
    return ok("login", "does not own the table, and cannot switch the guards off.")


def judge_lines(seen: Lines) -> list[Finding]:
    """Say what the lines show. Pure."""
    found = [ok("lines", f"{seen.lines}, from {seen.oldest} to {seen.newest}.")]
    mend = "Compare with a backup of before; only the owner of the database can have done this."
    if seen.versions_without or seen.practices_without:
        words = f"{seen.versions_without} assigned versions and {seen.practices_without} practices have no line"
        found.append(fail("missing", f"{words} of their making.", mend))
    else:
        found.append(ok("missing", "every assigned version and practice has the line of its making."))
    if seen.backdated or seen.to_come:
        words = f"{seen.backdated} lines come after later ones, {seen.to_come} are in the future"
        found.append(warn("times", f"{words}.", "A clock that was wrong does this, or a line put in by hand."))
    else:
        found.append(ok("times", "no line comes more than an hour after later ones."))
    found.append(
        ok("numbers", f"{seen.unused} of the last year have no line. Rolled back transactions leave such gaps, and so "
           "would lines taken out by the owner of the database: this cannot tell them apart.")
    )  # fmt: skip
    return found
