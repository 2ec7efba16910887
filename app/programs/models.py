"""Programs and their immutable versions."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class Program(WithId, Base):
    """A client's exercise program: the versions assigned so far and the draft of the next one."""

    __tablename__ = "programs"
    __table_args__ = (
        Index("ix_programs_client_id", "client_id"),
        Index("ix_programs_practice_id_updated_at", "practice_id", "updated_at"),
        CheckConstraint("paused_at IS NULL OR ended_at IS NULL", name="paused_or_ended"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    # What the editor holds, as typed (``drafts.Draft``); null once it was assigned and not touched since.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Raised by every save; assigning names the revision it saw, so that a second click assigns nothing twice.
    draft_revision: Mapped[int] = mapped_column(Integer, server_default="0")
    # Paused: to be gone on with. Ended: over. Neither: active. Never both.
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProgramVersion(WithId, Base):
    """What was assigned, word for word.

    The database refuses to change it (triggers in the migrations), and to delete it unless the waiting time of its
    client's or practice's erasure is over.
    """

    __tablename__ = "program_versions"
    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        # So that a document or delivery can go without reading all versions for one that refers to it.
        Index("ix_program_versions_document_id", "document_id"),
        Index("ix_program_versions_delivery_id", "delivery_id"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    # ``content.ProgramContent`` as data: note, exercises with steps, dose and figure as they were that day.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    # What it says differently than the version before, in words (``differences``), line by line.
    changes: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    assigned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    assigned_at: Mapped[datetime]
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id"))
    delivery_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("deliveries.id"))


class ProgramTemplate(WithId, Base):
    """A practice's own template; the starter set comes with the release (``templates``)."""

    __tablename__ = "program_templates"
    __table_args__ = (Index("ix_program_templates_practice_id", "practice_id"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    name: Mapped[str] = mapped_column(String(200))
    for_whom: Mapped[str] = mapped_column(Text, server_default="")  # to the practitioner
    # ``drafts.Draft`` as data: what a program started from it holds.
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProgramLink(WithId, Base):
    """The link to a program on the patient's phone. It stays the same through all versions, until it is revoked."""

    __tablename__ = "program_links"
    __table_args__ = (
        Index("uq_program_links_program_id", "program_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("ix_program_links_program_id", "program_id"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id", ondelete="CASCADE"))
    # The random part of the address.
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    # The code printed on the sheet, encrypted and bound to this row: later versions print it again.
    encrypted_code: Mapped[str] = mapped_column(String(300))
    # Wrong answers since the last right one, and until when no answer is looked at.
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DiaryDay(WithId, Base):
    """What a patient noted about one day of a program; days are those of the practice's time zone."""

    __tablename__ = "diary_days"
    __table_args__ = (
        UniqueConstraint("program_id", "day"),
        CheckConstraint("pain_before BETWEEN 0 AND 10", name="pain_before"),
        CheckConstraint("pain_after BETWEEN 0 AND 10", name="pain_after"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id", ondelete="CASCADE"))
    day: Mapped[date]
    # The version shown that day, the places (from 0) of the exercises ticked off, and how many it has.
    version_number: Mapped[int]
    done: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    exercise_count: Mapped[int]
    pain_before: Mapped[int | None] = mapped_column(SmallInteger)
    pain_after: Mapped[int | None] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(String(500), server_default="")
    updated_at: Mapped[datetime]
