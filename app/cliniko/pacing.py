"""Keeping one key below Cliniko's limit of 200 requests a minute, people's clicks before background work.

Limit and header: docs.api.cliniko.com, Developer portal "Rate limiting".
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.cliniko.errors import RateLimited
from app.clock import Clock, utc_now

Priority = Literal["interactive", "background"]
Sleep = Callable[[float], Awaitable[None]]

REQUESTS_A_MINUTE = 200
# The rest is kept free for clicks, however much background work there is.
BACKGROUND_REQUESTS_A_MINUTE = 180
MINUTE = timedelta(minutes=1)
LONGEST_HOLD = timedelta(minutes=10)
# A job that waits occupies its worker: beyond so many seconds it makes room for jobs of other keys and comes back.
BACKGROUND_PATIENCE = 10.0


def read_reset(header: str | None, now: datetime) -> datetime:
    """Return the moment (UTC) a 429's X-RateLimit-Reset names, a UNIX time in seconds.

    Missing or nonsense: a minute from now. Over ten minutes ahead: ten minutes from now. Just past (their clock
    and ours differ, or it was rounded down): a second from now.
    """
    try:
        reset = datetime.fromtimestamp(float(header or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return now + MINUTE
    if reset <= now - MINUTE:
        return now + MINUTE
    return min(max(reset, now + timedelta(seconds=1)), now + LONGEST_HOLD)


class Pace:
    """The requests of one key in the last minute, and until when Cliniko takes no more.

    An idle key's first requests go at once. `patience` is how many seconds a click waits at most, `background_patience`
    any other request; when it would be longer, it is told to try again.
    Not shared between processes: a 429 tells each of them the truth.
    """

    def __init__(
        self,
        *,
        patience: float = 5.0,
        background_patience: float = math.inf,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._patience: dict[Priority, float] = {"interactive": patience, "background": background_patience}
        self._clock = clock
        self._sleep = sleep
        self._sent: deque[datetime] = deque()
        self._held_until = datetime.min.replace(tzinfo=UTC)

    async def wait_turn(self, priority: Priority) -> None:
        """Return when one request may go, and count it.

        Raises RateLimited when the wait is over what this kind of request has patience for.
        """
        # Nothing is awaited between the last look and the count, so two waiters cannot take the same turn.
        while (seconds := self._seconds_to_wait(priority)) > 0:
            if seconds > self._patience[priority]:
                raise RateLimited(self._clock() + timedelta(seconds=seconds))
            await self._sleep(seconds)
        self._sent.append(self._clock())

    def hold_until(self, moment: datetime) -> None:
        """Remember that Cliniko answered 429 and takes requests again at `moment` (UTC)."""
        self._held_until = max(self._held_until, moment)

    def _seconds_to_wait(self, priority: Priority) -> float:
        now = self._clock()
        # A stamp from the future means the clock was set back; it says nothing about the last minute.
        while self._sent and not now - MINUTE < self._sent[0] <= now:
            self._sent.popleft()
        free_at = max(now, self._held_until)
        limit = REQUESTS_A_MINUTE if priority == "interactive" else BACKGROUND_REQUESTS_A_MINUTE
        if len(self._sent) >= limit:
            free_at = max(free_at, self._sent[-limit] + MINUTE)
        return (free_at - now).total_seconds()


class Paces:
    """The paces of this process, one for each connection (a practitioner's stored key)."""

    def __init__(self, *, patience: float = 5.0, clock: Clock = utc_now) -> None:
        self._patience = patience
        self._clock = clock
        self._by_connection: dict[str, Pace] = {}

    def for_connection(self, connection_id: str) -> Pace:
        """Return the connection's pace, the same one each time."""
        if connection_id not in self._by_connection:
            self._by_connection[connection_id] = Pace(
                patience=self._patience, background_patience=BACKGROUND_PATIENCE, clock=self._clock
            )
        return self._by_connection[connection_id]
