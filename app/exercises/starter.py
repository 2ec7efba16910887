"""Bringing the starter library of this release into the database, where it is searched beside a practice's own."""

import hashlib
import json
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.exercises.library import Exercise, all_exercises
from app.exercises.models import ExerciseRecord
from app.exercises.search import search_vector, sort_key, weighted_words

# Any number, the same in every process: two that start together do it one after the other.
STARTER_LOCK = 7_291_446_004


async def store_starter_library(session: AsyncSession, now: datetime) -> int:
    """Add and update the starter exercises that differ from this release's, archive those it dropped; returns how many.

    Run at every start: one query when nothing changed.
    """
    await session.execute(select(func.pg_advisory_xact_lock(STARTER_LOCK)))
    rows = await session.execute(
        select(ExerciseRecord.slug, ExerciseRecord.entry_digest).where(
            ExerciseRecord.practice_id.is_(None), ExerciseRecord.archived_at.is_(None)
        )
    )
    stored = dict(rows.all())
    changed = [exercise for exercise in all_exercises() if stored.pop(exercise.slug, "") != entry_digest(exercise)]
    if changed:
        await _store(session, changed, now)
    if stored:
        await session.execute(
            update(ExerciseRecord)
            .where(ExerciseRecord.practice_id.is_(None), ExerciseRecord.slug.in_(stored))
            .values(archived_at=now, updated_at=now)
        )
    return len(changed) + len(stored)


def entry_digest(exercise: Exercise) -> str:
    """Return a SHA-256 over all that is stored of an exercise, words included."""
    made_from = json.dumps([asdict(exercise), weighted_words(exercise), sort_key(exercise)], default=str)
    return hashlib.sha256(made_from.encode()).hexdigest()


async def _store(session: AsyncSession, exercises: list[Exercise], now: datetime) -> None:
    rows = [
        {"id": uuid.uuid4(), "created_at": now, "updated_at": now, "archived_at": None}
        | record_values(exercise)
        | {"entry_digest": entry_digest(exercise)}
        for exercise in exercises
    ]
    statement = insert(ExerciseRecord)
    kept = {"id", "created_at", "slug"}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    await session.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=changed), rows)


def record_values(exercise: Exercise) -> dict[str, Any]:
    """Return the columns of an exercise's row that its content decides, the search vector included."""
    return {
        "slug": exercise.slug,
        "name": exercise.name,
        "also_known_as": list(exercise.also_known_as),
        "regions": list(exercise.regions),
        "equipment": list(exercise.equipment),
        "position": exercise.position,
        "goal": exercise.goal,
        "difficulty": exercise.difficulty,
        "purpose": exercise.purpose,
        "steps": list(exercise.steps),
        "feels_like": exercise.feels_like,
        "cautions": list(exercise.cautions),
        "dose": exercise.dose.to_data(),
        "easier": exercise.easier,
        "harder": exercise.harder,
        "figure_slug": exercise.figure_slug,
        "video_url": exercise.video_url,
        "search_words": search_vector(exercise),
        "sort_key": sort_key(exercise),
    }
