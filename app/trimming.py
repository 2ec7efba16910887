"""Forgetting rows that have had their time, a bounded number at once.

Each room has rules and a periodic task for its own; what one run leaves over is for the next. ``privacy.retention``
gathers the rules, to show them and to count what they would remove.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, TextClause, text

from app.db import Sessions, transaction

ROWS_AT_A_TIME = 1000
MOST_ROUNDS = 100


@dataclass(frozen=True)
class Rule:
    """Which rows have had their time.

    ``words`` say it to a person: "Sign-ins, 30 days after they expired". ``removal`` removes at most ``:rows`` rows, or
    is a SELECT of a function that does and returns how many; ``count`` counts all. ``values`` gives what both ask for,
    at a moment (UTC).
    """

    words: str
    removal: TextClause
    count: TextClause
    values: Callable[[datetime], Mapping[str, Any]]


def rows_rule(
    words: str,
    table: str,
    which: str,
    values: Callable[[datetime], Mapping[str, Any]],
    *,
    key: str = "id",
    lock: str = "",
) -> Rule:
    """Return the rule for rows of a table whose ``key`` is in ``which``, a SELECT; ``lock`` ends it when removing."""
    return Rule(
        words,
        text(f"DELETE FROM {table} WHERE {key} IN ({which} LIMIT :rows {lock})"),  # noqa: S608 - words of our own code
        text(f"SELECT count(*) FROM ({which}) old"),  # noqa: S608 - words of our own code
        values,
    )


async def forget(sessions: Sessions, rule: Rule, now: datetime) -> int:
    """Remove what a rule says until nothing is left, or 100 times; return how many rows went.

    Each time is a transaction of its own, so that none holds locks for long.
    """
    total = 0
    for _ in range(MOST_ROUNDS):
        async with transaction(sessions) as session:
            result = await session.execute(rule.removal, {"rows": ROWS_AT_A_TIME, **rule.values(now)})
            cursor = cast(CursorResult[Any], result)  # what a text always gives
            gone = int(cursor.scalar_one()) if cursor.returns_rows else cursor.rowcount
        total += gone
        if gone < ROWS_AT_A_TIME:
            break
    return total


async def count(sessions: Sessions, rule: Rule, now: datetime) -> int:
    """Return how many rows a rule would remove, and remove none."""
    async with transaction(sessions) as session:
        return int((await session.execute(rule.count, rule.values(now))).scalar_one())
