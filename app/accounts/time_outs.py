"""How long a sign-in is good: by its practice's rules, and shorter on a shared computer. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

# What a practice may choose between. The database takes nothing outside.
IDLE_MINUTES = (15, 30, 60, 120, 240, 480, 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 14 * 24 * 60)
SIGN_IN_HOURS = (8, 12, 24, 3 * 24, 7 * 24, 14 * 24, 30 * 24)
LONGEST = timedelta(hours=SIGN_IN_HOURS[-1])
# Where several people use one computer, whatever the practice says.
SHARED_IDLE = timedelta(minutes=10)
# "Last seen" is written at most this often, so that most pages write nothing; with a short time-out more often.
LONGEST_SEEN_STEP = timedelta(minutes=5)
SEEN_STEPS_AN_IDLE_TIME = 20


@dataclass(frozen=True)
class TimeOuts:
    """A sign-in ends when the browser was not used for ``idle``, and in any case ``longest`` after it was made."""

    idle: timedelta
    longest: timedelta

    def on(self, *, is_shared: bool) -> Self:
        """Return the time-outs as they are on a shared computer, or on one's own."""
        return type(self)(min(self.idle, SHARED_IDLE), self.longest) if is_shared else self

    def are_over(self, created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
        """Say whether a sign-in has ended. Idle time is counted from what was written: up to a step short."""
        return now - last_seen_at >= self.idle or now - created_at >= self.longest

    @property
    def seen_step(self) -> timedelta:
        """How old "last seen" may grow before it is written again: the idle time is kept to a twentieth."""
        return min(LONGEST_SEEN_STEP, self.idle / SEEN_STEPS_AN_IDLE_TIME)


def time_outs(idle_minutes: int, sign_in_hours: int) -> TimeOuts:
    """Return the time-outs of a practice's rules."""
    return TimeOuts(timedelta(minutes=idle_minutes), timedelta(hours=sign_in_hours))


# A practice that chose nothing: as long as sign-ins lasted before there were rules.
USUAL = time_outs(14 * 24 * 60, 14 * 24)


def word_minutes(minutes: int) -> str:
    """Word a span of the rules: "15 minutes", "8 hours", "14 days"."""
    for size, noun in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            number = minutes // size
            return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
    raise ValueError("spans are whole minutes")
