"""Discount codes that whoever runs Kinebridge gives out, and which practice has entered which."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, WithId


class Discount(WithId, Base):
    """A code and what it takes off the fee; it counts from its first to its last day, both included."""

    __tablename__ = "discounts"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("first_day <= last_day", name="days"),
    )

    code: Mapped[str] = mapped_column(String(30), unique=True)  # upper case, no spaces
    percent: Mapped[int]
    # Days as a practice counts them, in its own time zone.
    first_day: Mapped[date]
    last_day: Mapped[date]
    # For whom it is meant or where it was given out, such as "cliniko".
    source: Mapped[str] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def counts_on(self, day: date) -> bool:
        """True while the code may be entered, and what was entered takes something off."""
        return self.ended_at is None and self.first_day <= day <= self.last_day


class PracticeDiscount(WithId, Base):
    """That a practice entered a code. Rows stay; only one of a practice is not ended."""

    __tablename__ = "practice_discounts"
    __table_args__ = (
        Index("uq_practice_discounts_active", "practice_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_practice_discounts_discount_id", "discount_id"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id", ondelete="CASCADE"))
    discount_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("discounts.id"))
    entered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("practitioners.id", ondelete="SET NULL"))
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    discount: Mapped[Discount] = relationship(lazy="raise")
