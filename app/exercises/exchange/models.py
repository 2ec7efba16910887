"""Files that were sent for an import and wait for the person's word."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class ExerciseImport(WithId, Base):
    """What one file holds, read and judged but not yet imported; its member's alone.

    Once imported its rows are emptied and its photos deleted; what was done stays to be shown until it is trimmed.
    """

    __tablename__ = "exercise_imports"
    __table_args__ = (
        Index("ix_exercise_imports_membership_id", "membership_id"),
        CheckConstraint("kind IN ('csv', 'json')", name="kind"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    notes: Mapped[list[str]] = mapped_column(JSONB)
    # Whether what is added is shared with the practice, where its row does not say.
    shares: Mapped[bool]
    # The plan made when the file came, by which later ones show what changed meanwhile; after the import what was done.
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]


class ExerciseImportPhoto(WithId, Base):
    """A photo of a row, drawn anew by us."""

    __tablename__ = "exercise_import_photos"
    __table_args__ = (Index("ix_exercise_import_photos_import_id_row_number", "import_id", "row_number"),)

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("exercise_imports.id", ondelete="CASCADE"))
    row_number: Mapped[int]
    place: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
