"""What was last read of a member's day in Cliniko."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class DayReading(WithId, Base):
    """The appointments of a day as Cliniko last gave them, so that the page need not wait for it.

    Whom a practitioner treats when is health data, most of it about people who have no client here: it is encrypted,
    bound to member and day, and goes after two days (``trimming``).
    """

    __tablename__ = "day_readings"
    __table_args__ = (
        UniqueConstraint("membership_id", "day"),
        Index("ix_day_readings_tried_at", "tried_at"),  # for forgetting old ones
    )

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"))
    # In the practice's time zone.
    day: Mapped[date]
    # ``reading.Reading`` as JSON; null, as the next, until a reading has succeeded.
    encrypted_appointments: Mapped[str | None] = mapped_column(Text)
    read_at: Mapped[datetime | None]
    # When Cliniko was last asked, and a word of ``reading.TROUBLES`` where that failed.
    tried_at: Mapped[datetime]
    trouble: Mapped[str] = mapped_column(String(20), server_default="")
