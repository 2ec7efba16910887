"""Keeping one key below Cliniko's limit of 200 requests a minute, people's clicks before background work.

Limit and header: docs.api.cliniko.com, Developer portal "Rate limiting". Where the requests of a key are counted is
another matter (``Turns``): in this process for a key that is only being checked, in the database for a saved one
(``accounts.paces``).
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from app.cliniko.errors import RateLimited
from app.clock import Clock, utc_now

Priority = Literal["interactive", "background"]
Sleep = Callable[[float], Awaitable[None]]

MINUTE = timedelta(minutes=1)
LONGEST_HOLD = timedelta(minutes=10)
# A job that waits occupies its worker: beyond so many seconds it makes room for jobs of other keys and comes back.
BACKGROUND_PATIENCE = 10.0


@dataclass(frozen=True)
class Limits:
    """How many requests of a key may go in any window of time; all of them, and what background work may use of it.

    Cliniko takes 200 a minute: below that in all, and what background work leaves is kept free for clicks. The window
    is a second longer than the minute, since requests are counted here as they leave and there as they arrive.
    """

    all: int = 199
    background: int = 179
    window: timedelta = MINUTE + timedelta(seconds=1)

    def of(self, priority: Priority) -> int:
        """Return how many requests there may have been in the window for one more of this kind to be too many."""
        return self.all if priority == "interactive" else self.background


def free_at(
    sent: Sequence[datetime], held_until: datetime | None, limit: int, window: timedelta, now: datetime
) -> datetime:
    """Return when one more request may go: ``now``, or later.

    ``sent`` are the times of earlier ones, oldest first; those from the future mean that the clock was set back and
    say nothing. No hold is believed that is longer than ten minutes, for the same reason.
    """
    counted = [at for at in sent if now - window < at <= now]
    free = now
    if held_until is not None and held_until - now <= LONGEST_HOLD:
        free = max(free, held_until)
    return max(free, counted[-limit] + window) if len(counted) >= limit else free


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


class Turns(Protocol):
    """Where the requests of one key are counted."""

    async def take(self, limit: int) -> float:
        """Count one request and return 0 if it may go now, else return after how many seconds to ask again."""

    async def hold(self, seconds: float) -> None:
        """Let nothing go for so long, as Cliniko asked with a 429; a shorter hold does not shorten a longer one."""


class OwnTurns:
    """The requests of one key from this process."""

    def __init__(self, *, limits: Limits | None = None, clock: Clock = utc_now) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._sent: deque[datetime] = deque(maxlen=self._limits.all)
        self._held_until: datetime | None = None

    async def take(self, limit: int) -> float:
        """Count one request if it may go now; see ``Turns``."""
        # Nothing is awaited between the look and the count, so two waiters cannot take the same turn.
        now = self._clock()
        seconds = (free_at(self._sent, self._held_until, limit, self._limits.window, now) - now).total_seconds()
        if seconds <= 0:
            self._sent.append(now)
        return seconds

    async def hold(self, seconds: float) -> None:
        """Let nothing go for so long; see ``Turns``."""
        until = self._clock() + timedelta(seconds=seconds)
        self._held_until = max(self._held_until or until, until)


class Pace:
    """Lets the requests of one key go when it is their turn.

    An idle key's first requests go at once. `patience` is how many seconds a click waits at most, `background_patience`
    any other request; when it would be longer, it is told to try again. Nothing is locked while one waits.
    """

    def __init__(
        self,
        turns: Turns | None = None,
        *,
        limits: Limits | None = None,
        patience: float = 5.0,
        background_patience: float = math.inf,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._turns = turns or OwnTurns(limits=self._limits, clock=clock)
        self._patience: dict[Priority, float] = {"interactive": patience, "background": background_patience}
        self._clock = clock
        self._sleep = sleep

    async def wait_turn(self, priority: Priority) -> None:
        """Return when one request may go, and count it.

        Raises RateLimited when the wait is over what this kind of request has patience for.
        """
        while (seconds := await self._turns.take(self._limits.of(priority))) > 0:
            if seconds > self._patience[priority]:
                raise RateLimited(self._clock() + timedelta(seconds=seconds))
            await self._sleep(seconds)

    async def hold_until(self, moment: datetime) -> None:
        """Remember that Cliniko answered 429 and takes requests again at `moment` (UTC)."""
        await self._turns.hold(max((moment - self._clock()).total_seconds(), 0))
