"""Programs and their immutable versions."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class Program(WithId, Base):
    """A client's exercise program: the versions assigned so far and the draft of the next one."""

    __tablename__ = "programs"
    __table_args__ = (Index("ix_programs_client_id", "client_id"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    # What the editor holds, as typed (``drafts.Draft``); null once it was assigned and not touched since.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Raised by every save; assigning names the revision it saw, so that a second click assigns nothing twice.
    draft_revision: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProgramVersion(WithId, Base):
    """What was assigned, word for word. The database refuses to change or delete it (a trigger in the migration)."""

    __tablename__ = "program_versions"
    __table_args__ = (UniqueConstraint("program_id", "number"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    # ``content.ProgramContent`` as data: note, exercises with steps, dose and figure as they were that day.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    assigned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    assigned_at: Mapped[datetime]
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id"))
    delivery_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("deliveries.id"))
