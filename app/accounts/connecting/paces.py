"""The pace of each saved key, shared by all processes through one row in the database.

The row holds the times of the key's requests in the last minute and until when Cliniko takes none, all by the
database's clock, so that no two machines' clocks are compared. A turn is one statement of its own: the row is locked
only while it runs, never while somebody waits. A process killed after taking a turn has wasted it, which costs a minute
later nothing. The table is unlogged: a turn waits for no disk, and after a crash of the database the minute is counted
anew.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.cliniko.pacing import BACKGROUND_PATIENCE, LONGEST_HOLD, Limits, Pace, free_at
from app.clock import Clock, utc_now
from app.db import Sessions

# The condition is ``cliniko.pacing.free_at(...) <= now``, worked out on the row as it is once it is locked; the clock
# is read then too. Only a turn that is granted writes.
TAKE = text(
    """
    INSERT INTO connection_paces AS pace (connection_id, sent) VALUES (:id, ARRAY[clock_timestamp()])
    ON CONFLICT (connection_id) DO UPDATE
    SET sent = (
        SELECT array_agg(at ORDER BY at) FROM unnest(pace.sent || clock_timestamp()) AS at
        WHERE at > clock_timestamp() - CAST(:window AS interval) AND at <= clock_timestamp()
    )
    WHERE (
        SELECT count(*) FROM unnest(pace.sent) AS at
        WHERE at > clock_timestamp() - CAST(:window AS interval) AND at <= clock_timestamp()
    ) < :limit
    AND (
        pace.held_until IS NULL OR pace.held_until <= clock_timestamp()
        OR pace.held_until > clock_timestamp() + CAST(:longest_hold AS interval)
    )
    RETURNING 1
    """
)
LOOK = text("SELECT sent, held_until, clock_timestamp() AS now FROM connection_paces WHERE connection_id = :id")
HOLD = text(
    """
    INSERT INTO connection_paces AS pace (connection_id, sent, held_until)
    VALUES (:id, '{}', clock_timestamp() + CAST(:gap AS interval))
    ON CONFLICT (connection_id) DO UPDATE SET held_until = CASE
        WHEN pace.held_until <= clock_timestamp() + CAST(:longest_hold AS interval)
        THEN greatest(pace.held_until, excluded.held_until) ELSE excluded.held_until END
    """
)
# When the row says that a turn is free though it was just refused: somebody else took it in between.
AGAIN = 0.01


class SharedTurns:
    """The requests of one saved key from all processes."""

    def __init__(self, sessions: Sessions, connection_id: uuid.UUID, limits: Limits) -> None:
        self._sessions = sessions
        self._id = connection_id
        self._limits = limits

    async def take(self, limit: int) -> float:
        """Count one request if it may go now; see ``cliniko.pacing.Turns``."""
        values = {"id": self._id, "limit": limit, "window": self._limits.window, "longest_hold": LONGEST_HOLD}
        async with self._session() as session:
            if (await session.execute(TAKE, values)).first() is not None:
                return 0.0
            row = (await session.execute(LOOK, {"id": self._id})).one()
        now: datetime = row.now
        free = free_at(row.sent, row.held_until, limit, self._limits.window, now)
        return max((free - now).total_seconds(), AGAIN)

    async def hold(self, seconds: float) -> None:
        """Let nothing go for so long; see ``cliniko.pacing.Turns``."""
        values = {"id": self._id, "gap": timedelta(seconds=seconds), "longest_hold": LONGEST_HOLD}
        async with self._session() as session:
            await session.execute(HOLD, values)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        """A session in which each statement is a transaction of its own: one way to the database and back."""
        async with self._sessions() as session:
            await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            yield session


class Paces:
    """Makes the pace of each connection (a practitioner's stored key)."""

    def __init__(
        self, sessions: Sessions, *, limits: Limits | None = None, patience: float = 5.0, clock: Clock = utc_now
    ) -> None:
        self._sessions = sessions
        self._limits = limits or Limits()
        self._patience = patience
        self._clock = clock

    def for_connection(self, connection_id: uuid.UUID) -> Pace:
        """Return the connection's pace; any number of them share what they count."""
        return Pace(
            SharedTurns(self._sessions, connection_id, self._limits),
            limits=self._limits,
            patience=self._patience,
            background_patience=BACKGROUND_PATIENCE,
            clock=self._clock,
        )
