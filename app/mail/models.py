"""Letters on their way to the mail server."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId, words_of


class MailState(enum.StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"  # for its first or next attempt
    SENDING = "sending"  # a worker has claimed it and talks to the server
    SENT = "sent"  # the server has taken it
    PRINTED = "printed"  # no server is set: it was printed, or only logged
    FAILED = "failed"  # refused for good, or tried until it was of no use any more


class OutgoingMail(WithId, Base):
    """One letter to one recipient; its text is forgotten as soon as it is sent, since it may hold a secret link."""

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        Index(
            "ix_outgoing_mails_next_attempt_at",
            "next_attempt_at",
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outgoing_mails_created_at", "created_at"),  # for forgetting old ones
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'printed', 'failed')", name="state"),
    )

    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(words_of(MailState))
    # Raised by each claim; a worker writes only while the row still carries its own number.
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    # When to try, or, while it is being sent, when to believe that whoever claimed it is gone (UTC).
    next_attempt_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    # The type of the last error, and the server's answer if there was one; no text of the server's.
    error_type: Mapped[str] = mapped_column(String(60), server_default="")
    remote_status: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
