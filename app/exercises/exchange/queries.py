"""Selecting the exercises that are exported and compared, and the member's own imports."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.errors import NotFoundError
from app.exercises.exchange.models import ExerciseImport, ExerciseImportPhoto
from app.exercises.exchange.plan import Existing
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.exercises.own import may_change, read_own
from app.exercises.queries import visible_to


async def list_own(session: AsyncSession, member: Member, *, lock: bool = False) -> Sequence[ExerciseRecord]:
    """Return the practice's own exercises in use that the member may see, in the order of lists; locked if asked."""
    statement = (
        select(ExerciseRecord)
        .where(
            ExerciseRecord.practice_id == member.practice_id, visible_to(member), ExerciseRecord.archived_at.is_(None)
        )
        .order_by(ExerciseRecord.sort_key, ExerciseRecord.id)
    )
    if lock:
        # In one order for everybody, so that no two wait for each other's rows in a ring.
        statement = statement.order_by(None).order_by(ExerciseRecord.id).with_for_update(key_share=True)
        statement = statement.execution_options(populate_existing=True)
    return (await session.scalars(statement)).all()


async def list_existing(session: AsyncSession, member: Member, *, lock: bool = False) -> list[Existing]:
    """Return the practice's own exercises in use as the plan compares them; two queries."""
    records = await list_own(session, member, lock=lock)
    counted = await session.execute(
        select(ExercisePhoto.exercise_id, func.count())
        .where(ExercisePhoto.practice_id == member.practice_id, ExercisePhoto.removed_at.is_(None))
        .group_by(ExercisePhoto.exercise_id)
    )
    photos = dict(counted.all())
    return [
        Existing(
            slug=record.slug,
            exercise=read_own(record),
            updated_at=record.updated_at,
            photos=photos.get(record.id, 0),
            may_change=may_change(member, record),
            is_author=record.author_id == member.membership_id,
        )
        for record in records
    ]


async def get_import(
    session: AsyncSession, member: Member, import_id: uuid.UUID, *, lock: bool = False
) -> ExerciseImport:
    """Return a file that the member sent in this practice; raises NotFoundError."""
    statement = select(ExerciseImport).where(
        ExerciseImport.id == import_id, ExerciseImport.membership_id == member.membership_id
    )
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFoundError
    return found


async def count_photos(session: AsyncSession, import_id: uuid.UUID) -> dict[int, int]:
    """Return how many photos wait for each row: its number -> photos."""
    counted = await session.execute(
        select(ExerciseImportPhoto.row_number, func.count())
        .where(ExerciseImportPhoto.import_id == import_id)
        .group_by(ExerciseImportPhoto.row_number)
    )
    return dict(counted.all())
