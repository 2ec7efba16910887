"""When to try again: a pure decision."""

import random
from datetime import datetime, timedelta

FIRST_GAP = timedelta(seconds=5)
LONGEST_GAP = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=72)


def next_attempt(
    now: datetime, *, failures: int, not_before: datetime | None = None, jitter: float | None = None
) -> datetime:
    """Return when to try after the ``failures``-th failure in a row (1 is the first), in UTC.

    Gaps double from 5 seconds to 1 hour; jitter spreads each over 75 to 125 per cent so that a crowd that failed
    together does not return together. Never before ``not_before``, the time a remote named itself.
    """
    gap = min(FIRST_GAP * (1 << min(failures - 1, 20)), LONGEST_GAP)
    spread = random.random() if jitter is None else jitter  # noqa: S311 - spreads load, keeps no secret
    at = now + gap * (0.75 + spread / 2)
    return max(at, not_before) if not_before else at


def has_tried_long_enough(now: datetime, since: datetime) -> bool:
    """Return True when attempts have gone on for 72 hours and a person should be told instead."""
    return now - since >= GIVE_UP_AFTER
