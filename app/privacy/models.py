"""What is left of what was erased: that it was, when, who had asked, and how much it was."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class Erasure(WithId, Base):
    """A client, or where ``client_id`` is null a whole practice, that was erased.

    Without foreign keys and names: it outlives everybody it is about, and goes with the last line of the record on it.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_practice_id", "practice_id"),)

    practice_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID | None]
    # The practitioner's id, by then perhaps erased too.
    asked_by: Mapped[uuid.UUID | None]
    erased_at: Mapped[datetime]
    # For how long the practice had its record kept: what an erased one's lines are judged by.
    audit_years: Mapped[int]
    # How many rows went, by table.
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
