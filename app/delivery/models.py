"""Deliveries and the documents they carry."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId, words_of


class DeliveryState(enum.StrEnum):
    """Where a delivery stands; ``states.py`` says which may follow which."""

    WAITING = "waiting"  # for the worker, or for the next attempt
    UPLOADING = "uploading"  # a worker has claimed it
    PROCESSING = "processing"  # the record exists in Cliniko, which is still moving the file
    DELIVERED = "delivered"
    NEEDS_KEY = "needs_key"  # no key, or Cliniko rejected it: waits for a new one
    NOT_PERMITTED = "not_permitted"  # the Cliniko role may not add files: waits for a role or key
    FAILED = "failed"  # "needs attention": tried for long enough, or refused for good; a person must look


class Document(WithId, Base):
    """The finished bytes of a program's PDF; never changed, so that a retry sends the identical file."""

    __tablename__ = "documents"

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Delivery(WithId, Base):
    """A document on its way into a patient's Files."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_client_id", "client_id"),
        Index("ix_deliveries_document_id", "document_id"),
        Index("ix_deliveries_membership_id_state", "membership_id", "state"),
        # The page of deliveries, newest first: of the practice, or of one member.
        Index("ix_deliveries_practice_id_created_at", "practice_id", "created_at"),
        Index("ix_deliveries_membership_id_created_at", "membership_id", "created_at"),
        Index("ix_deliveries_look_again_at", "look_again_at", postgresql_where=text("look_again_at IS NOT NULL")),
        # The few of a state among the practice's many, and the numbers beside its choices, read from the index alone.
        Index(
            "ix_deliveries_practice_id_state_created_at_membership_id",
            "practice_id",
            "state",
            "created_at",
            "membership_id",
        ),
        Index("ix_deliveries_delivered_at", "delivered_at"),  # for what arrived lately
        # What is under way or in trouble, which is little beside all that was ever delivered.
        Index(
            "ix_deliveries_unfinished",
            "practice_id",
            "membership_id",
            "state",
            "reason",
            postgresql_where=text("state <> 'delivered'"),
        ),
        # A member's oldest that is due, without walking through all that has arrived.
        Index(
            "ix_deliveries_backlog",
            "membership_id",
            "created_at",
            postgresql_where=text("state IN ('waiting', 'processing')"),
        ),
        CheckConstraint(
            "state IN ('waiting', 'uploading', 'processing', 'delivered', 'needs_key', 'not_permitted', 'failed')",
            name="state",
        ),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id"))
    # Whose key brings it there.
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    # The patient it was assigned for; compared with the client's current link before anything is sent.
    patient_id: Mapped[str] = mapped_column(String(19))
    # Holds the mark by which a retry recognises its own file in Cliniko.
    description: Mapped[str] = mapped_column(String(255))
    state: Mapped[DeliveryState] = mapped_column(words_of(DeliveryState))
    # A word for why it waits or failed (``reasons.REASONS``); never patient text.
    reason: Mapped[str] = mapped_column(String(40), server_default="")
    # Raised by each claim; a worker writes only while the row still carries its own number.
    claim: Mapped[int] = mapped_column(Integer, server_default="0")
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    polls: Mapped[int] = mapped_column(Integer, server_default="0")
    next_attempt_at: Mapped[datetime | None]
    # Since when it has been tried, for giving up after three days; moved on when a person or a new key starts it again.
    started_at: Mapped[datetime]
    # Set before the record is asked for: from then on a retry looks in Cliniko first.
    record_asked_at: Mapped[datetime | None]
    # Set where a second file of ours may have come to be: when to look for it at the earliest, once all is done.
    look_again_at: Mapped[datetime | None]
    attachment_id: Mapped[str | None] = mapped_column(String(20))
    recorded_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    # When it first could not go on without a person; null for one that never stopped.
    stopped_at: Mapped[datetime | None]
    # When a person said that nothing more is to be done about its failure; counts while it is not tried again.
    dealt_with_at: Mapped[datetime | None]
    # Sent only to see whether it arrives; no program was assigned. And when its file was archived in Cliniko again.
    is_test_page: Mapped[bool] = mapped_column(server_default=text("false"))
    taken_back_at: Mapped[datetime | None]
    # Follows one click through the logs, from the browser to the file: random, says nothing of anybody.
    trace_id: Mapped[str] = mapped_column(String(32), server_default="")
    created_at: Mapped[datetime]


class DeliveryAttempt(Base):
    """One attempt at a delivery: when, what was tried, what came back; words of ours and a status, no patient text."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        Index("ix_delivery_attempts_delivery_id_id", "delivery_id", "id"),
        Index("ix_delivery_attempts_started_at", "started_at"),  # for forgetting old ones
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(Integer)
    # The last thing tried (``attempts.Step``).
    step: Mapped[str] = mapped_column(String(20))
    # "done", or the family of the error: "transient", "permanent", "config"; "ours" for trouble on our side.
    result: Mapped[str] = mapped_column(String(20))
    # A word of ``reasons.REASONS``.
    reason: Mapped[str] = mapped_column(String(40), server_default="")
    error_type: Mapped[str] = mapped_column(String(60), server_default="")
    remote_status: Mapped[int | None]
