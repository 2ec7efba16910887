"""The current time, in one place so that tests can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time, time-zone aware, in UTC."""
    return datetime.now(UTC)
