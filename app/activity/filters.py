"""What the page of activity is narrowed to, and where in it a page begins. Pure."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.activity.sentences import KINDS

# The choice of what Kinebridge did by itself, or a client on their own page.
NOBODY = "nobody"


@dataclass(frozen=True)
class Filter:
    """The choices of the page; "" and None leave one open. Dates are days in the practice's time zone, both included.

    ``who`` is a practitioner's id as text, or ``NOBODY``.
    """

    who: str = ""
    kind: str = ""
    client: uuid.UUID | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def is_open(self) -> bool:
        """True when nothing is chosen."""
        return self == Filter()

    def as_query(self, **changes: object) -> dict[str, str]:
        """Return the choices as parameters of an address, with some of them changed."""
        chosen = {"who": self.who, "kind": self.kind, "client": self.client}
        days = {"from": self.first_day, "to": self.last_day}
        return {name: str(value) for name, value in (chosen | days | changes).items() if value}

    def begins_at(self, zone: ZoneInfo) -> datetime | None:
        """Return the moment (UTC) from which events are shown."""
        return _midnight(self.first_day, zone) if self.first_day else None

    def ends_at(self, zone: ZoneInfo) -> datetime | None:
        """Return the moment (UTC) before which events are shown."""
        return _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else None


def read_filter(who: str, kind: str, client: str, first_day: str, last_day: str) -> Filter:
    """Return the choices an address names; what means nothing leaves a choice open."""
    person = _read_id(who)
    return Filter(
        who=NOBODY if who == NOBODY else str(person) if person else "",
        kind=kind if kind in KINDS else "",
        client=_read_id(client),
        first_day=_read_day(first_day),
        last_day=_read_day(last_day),
    )


@dataclass(frozen=True)
class Place:
    """The last event of a page; the next page begins after it."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{round(self.at.timestamp() * 1_000_000)}-{self.id}"


def read_place(text: str) -> Place | None:
    """Return the place an address names, None where there is none to speak of."""
    moment, _, number = text.partition("-")
    if not (moment.isascii() and moment.isdecimal() and number.isascii() and number.isdecimal()):
        return None
    if len(moment) > 16 or len(number) > 18:
        return None
    return Place(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(moment)), int(number))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Others are too far off to be told in UTC.
    return day if 1900 <= day.year <= 2999 else None
