"""When mails may go out: quiet hours and the hour of the digest, in the practice's own time. Pure.

Wall-clock times are compared as the zone has them on that day, so that summer time needs no care.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST_AT = time(7, 30)
# What somebody was told of less than this before the digest is news, not something that still waits.
STILL_AFTER = timedelta(hours=12)


def is_quiet(now: datetime, zone: str | None, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Return True while no mail may go out; ``quiet_from`` belongs to the quiet hours, ``quiet_until`` does not.

    Never for a practice without quiet hours, or whose time zone is not known yet: its nights cannot be told.
    """
    if quiet_from is None or quiet_until is None or zone is None or quiet_from == quiet_until:
        return False
    local = now.astimezone(ZoneInfo(zone)).time()
    if quiet_from < quiet_until:
        return quiet_from <= local < quiet_until
    return local >= quiet_from or local < quiet_until


def digest_of(now: datetime, zone: str | None) -> datetime | None:
    """Return the moment (UTC) of today's digest where the practice is, or None before it has come."""
    local = now.astimezone(ZoneInfo(zone or "UTC"))
    due = datetime.combine(local.date(), DIGEST_AT, local.tzinfo)
    return due.astimezone(now.tzinfo) if due <= local else None


def local_day(moment: datetime, zone: str | None) -> date:
    """Return the day that a moment falls on where the practice is."""
    return moment.astimezone(ZoneInfo(zone or "UTC")).date()
