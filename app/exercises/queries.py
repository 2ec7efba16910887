"""Finding exercises, always within what the signed-in member may see."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.errors import NotFoundError
from app.exercises.dose import Dose
from app.exercises.library import Exercise
from app.exercises.models import ExercisePhoto, ExerciseRecord

LONGEST_SLUG = 80


def visible_to(member: Member) -> ColumnElement[bool]:
    """Condition on ``ExerciseRecord``: the member may see and use it. The one place that judges this.

    The starter library is everybody's; a practice's own exercises are their author's, and its members' once shared.
    """
    return or_(
        ExerciseRecord.practice_id.is_(None),
        and_(
            ExerciseRecord.practice_id == member.practice_id,
            or_(ExerciseRecord.author_id == member.membership_id, ExerciseRecord.is_shared),
        ),
    )


async def find_exercises(session: AsyncSession, member: Member, slugs: Collection[str]) -> Mapping[str, Exercise]:
    """Return the exercises with these slugs that the member may see, archived ones too: slug -> exercise. One query."""
    if not slugs:
        return {}
    rows = await session.execute(
        with_photos(select(ExerciseRecord)).where(ExerciseRecord.slug.in_(set(slugs)), visible_to(member))
    )
    return {record.slug: read_record(record, photo_ids) for record, photo_ids in rows}


async def get_record(session: AsyncSession, member: Member, slug: str) -> ExerciseRecord:
    """Return the row of an exercise the member may see; raises NotFoundError."""
    record = await session.scalar(
        select(ExerciseRecord).where(ExerciseRecord.slug == slug[:LONGEST_SLUG], visible_to(member))
    )
    if record is None:
        raise NotFoundError
    return record


async def list_archived(session: AsyncSession, member: Member) -> Sequence[Exercise]:
    """Return the practice's archived exercises that the member may see, in the order of lists; one query."""
    rows = await session.execute(
        with_photos(select(ExerciseRecord))
        .where(ExerciseRecord.practice_id.is_not(None), ExerciseRecord.archived_at.is_not(None), visible_to(member))
        .order_by(ExerciseRecord.sort_key, ExerciseRecord.id)
    )
    return [read_record(record, photo_ids) for record, photo_ids in rows]


def with_photos(statement: Select[Any]) -> Select[Any]:
    """Add to a selection of exercises the ids of their photos, in order (None where there are none)."""
    photo_ids = (
        select(func.array_agg(aggregate_order_by(ExercisePhoto.id, ExercisePhoto.place)))
        .where(ExercisePhoto.exercise_id == ExerciseRecord.id, ExercisePhoto.removed_at.is_(None))
        .scalar_subquery()
        .label("photo_ids")
    )
    return statement.add_columns(photo_ids)


def read_record(record: ExerciseRecord, photo_ids: Collection[uuid.UUID] | None = None) -> Exercise:
    """Return a stored exercise as the plain value that pages, programs and PDFs work with."""
    return Exercise(
        slug=record.slug,
        name=record.name,
        also_known_as=tuple(record.also_known_as),
        regions=tuple(record.regions),
        equipment=tuple(record.equipment),
        position=record.position,
        goal=record.goal,
        difficulty=record.difficulty,
        purpose=record.purpose,
        steps=tuple(record.steps),
        feels_like=record.feels_like,
        cautions=tuple(record.cautions),
        dose=Dose.from_data(record.dose),
        easier=record.easier,
        harder=record.harder,
        figure_slug=record.figure_slug,
        photo_ids=tuple(photo_ids or ()),
        video_url=record.video_url,
        is_custom=record.practice_id is not None,
    )
