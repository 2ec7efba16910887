"""Alerts: what keeps programs from reaching Cliniko, whom it concerns, and who was told."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId, words_of


class Cause(enum.StrEnum):
    """Why programs wait; in words in ``causes.py``. Stored as text, so that an older release can read a newer one's."""

    CLINIKO_DOWN = "cliniko_down"
    STORAGE_FULL = "storage_full"
    NEEDS_KEY = "needs_key"
    NOT_PERMITTED = "not_permitted"
    NEEDS_ATTENTION = "needs_attention"


class Telling(enum.StrEnum):
    """How far one recipient has been told of one alert."""

    TO_TELL = "to_tell"
    TOLD = "told"
    TO_TELL_RECOVERY = "to_tell_recovery"
    OVER = "over"


class Alert(WithId, Base):
    """One outage or cause in a practice, from when it was noticed until it was gone."""

    __tablename__ = "alerts"
    __table_args__ = (
        # One while it is open, however many files fail and whoever notices.
        Index(
            "uq_alerts_open",
            "practice_id",
            "cause",
            "membership_id",
            unique=True,
            postgresql_where=text("recovered_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_alerts_practice_id_opened_at", "practice_id", "opened_at"),
        Index("ix_alerts_recovered_at", "recovered_at"),  # for forgetting old ones
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    cause: Mapped[str] = mapped_column(String(40))
    # Whose key or programs; null where the whole practice has the same trouble.
    membership_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id"))
    opened_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]


class AlertMember(Base):
    """A member whose programs wait because of an alert, and how many."""

    __tablename__ = "alert_members"

    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    programs: Mapped[int] = mapped_column(Integer)


class AlertRecipient(Base):
    """A member who is to be told of an alert by email, and how far that has come."""

    __tablename__ = "alert_recipients"
    __table_args__ = (
        Index(
            "ix_alert_recipients_waiting",
            "alert_id",
            postgresql_where=text("telling IN ('to_tell', 'to_tell_recovery')"),
        ),
        CheckConstraint("telling IN ('to_tell', 'told', 'to_tell_recovery', 'over')", name="telling"),
    )

    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    telling: Mapped[Telling] = mapped_column(words_of(Telling))
    told_at: Mapped[datetime | None]


class AlertDigest(Base):
    """A day (in the practice's time zone) whose digest has been put into the post, so that it is sent once."""

    __tablename__ = "alert_digests"

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
