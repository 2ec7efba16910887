"""Which day a page is about, and where each day's page is. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.web.filters import with_query

TODAY_PAGE = "/today"
# A day in either direction is a click; further off is another matter than today.
FURTHEST = timedelta(days=31)


def today_in(zone: str, now: datetime) -> date:
    """Return the day it is in a time zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def read_day_text(text: str, today: date) -> date:
    """Return the day an address names, such as 2026-11-26; today for anything else, and for days far off."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= FURTHEST else today


def address_of(day: date, today: date) -> str:
    """Return the address of a day."""
    return TODAY_PAGE if day == today else with_query(TODAY_PAGE, day=day.isoformat())


def call_day(day: date, today: date) -> str:
    """Return what a day is called beside its date."""
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((day - today).days, "")
