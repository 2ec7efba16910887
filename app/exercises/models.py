"""Exercises, their photos, and what each member likes and used."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, WithId


class ExerciseRecord(WithId, Base):
    """An exercise of the starter library (no practice) or a practice's own; read as ``library.Exercise``.

    Never deleted: what programs were made from stays, archived.
    """

    __tablename__ = "exercises"
    __table_args__ = (
        Index("ix_exercises_practice_id", "practice_id"),
        Index("ix_exercises_search_words", "search_words", postgresql_using="gin"),
        CheckConstraint("(practice_id IS NULL) = (author_id IS NULL)", name="author"),
    )

    practice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("practices.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id"))
    # The starter library's slug, or "own-" and 32 hex digits: what drafts, templates and addresses name it by.
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    also_known_as: Mapped[list[str]] = mapped_column(ARRAY(Text))
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    equipment: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[str] = mapped_column(String(20))
    goal: Mapped[str] = mapped_column(String(20))
    difficulty: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[str]] = mapped_column(ARRAY(Text))
    feels_like: Mapped[str] = mapped_column(Text)
    cautions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    dose: Mapped[dict[str, Any]] = mapped_column(JSONB)
    easier: Mapped[str] = mapped_column(String(80), server_default="")
    harder: Mapped[str] = mapped_column(String(80), server_default="")
    # Whose drawing is shown: a slug of the starter library, or "".
    figure_slug: Mapped[str] = mapped_column(String(80), server_default="")
    video_url: Mapped[str] = mapped_column(String(500), server_default="")
    # An own exercise is its author's alone until shared with the practice.
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # The plain words it is found by, weighted: A its name, B its other names, C labels, D steps (``search``).
    search_words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    # Which place in lists: region, then name.
    sort_key: Mapped[str] = mapped_column(String(300))
    # Of the starter library's entry this row was made from; "" for a practice's own.
    entry_digest: Mapped[str] = mapped_column(String(64), server_default="")


class ExercisePhoto(WithId, Base):
    """A photo of a practice's own exercise, re-encoded by us. Its bytes never change: versions name it by its id."""

    __tablename__ = "exercise_photos"
    __table_args__ = (Index("ix_exercise_photos_exercise_id", "exercise_id"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    exercise_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("exercises.id"))
    place: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # JPEG
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    # Taken off the exercise; kept for the versions that show it.
    removed_at: Mapped[datetime | None]


class FavouriteExercise(Base):
    """An exercise a member marked to find it again."""

    __tablename__ = "favourite_exercises"

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    exercise_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("exercises.id"), primary_key=True)
    created_at: Mapped[datetime]


class ExerciseUse(Base):
    """When a member last assigned an exercise."""

    __tablename__ = "exercise_uses"
    __table_args__ = (Index("ix_exercise_uses_membership_id_used_at", "membership_id", "used_at"),)

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    exercise_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("exercises.id"), primary_key=True)
    used_at: Mapped[datetime]
