"""Forgetting rows that have had their time, a bounded number at once.

Each room has a periodic task for its own; what one run leaves over is for the next.
"""

from typing import Any

from sqlalchemy import CursorResult, TextClause

from app.db import Sessions, transaction

ROWS_AT_A_TIME = 1000
MOST_ROUNDS = 100


async def forget(sessions: Sessions, statement: TextClause, **values: Any) -> int:
    """Run a deletion of at most ``:rows`` rows until nothing is left, or 100 times; return how many rows went.

    Each time is a transaction of its own, so that none holds locks for long.
    """
    total = 0
    for _ in range(MOST_ROUNDS):
        async with transaction(sessions) as session:
            result = await session.execute(statement, {"rows": ROWS_AT_A_TIME, **values})
        gone = result.rowcount if isinstance(result, CursorResult) else 0
        total += gone
        if gone < ROWS_AT_A_TIME:
            break
    return total
