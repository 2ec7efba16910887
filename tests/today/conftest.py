"""Moments of Ana's day, in the time zone of her clinic."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

At = Callable[..., datetime]
ZONE = ZoneInfo("Australia/Sydney")


@pytest.fixture
def at() -> At:
    """``at(9, 30)`` is half past nine today, ``at(9, days=1)`` nine tomorrow."""
    today = datetime.now(ZONE).date()

    def moment(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour, minute), ZONE)

    return moment
