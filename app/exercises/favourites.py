"""What each member marks to find again, and what they last used."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.exercises.models import ExerciseRecord, ExerciseUse, FavouriteExercise
from app.exercises.queries import get_record, visible_to


async def is_favourite(session: AsyncSession, member: Member, slug: str) -> bool:
    """Return True when the member marked the exercise."""
    marked = select(FavouriteExercise.exercise_id).join(
        ExerciseRecord, ExerciseRecord.id == FavouriteExercise.exercise_id
    )
    found = await session.scalar(
        marked.where(ExerciseRecord.slug == slug, FavouriteExercise.membership_id == member.membership_id)
    )
    return found is not None


async def set_favourite(session: AsyncSession, member: Member, slug: str, *, is_marked: bool, now: datetime) -> None:
    """Mark an exercise, or take the mark off; pressing twice changes nothing. Raises NotFoundError."""
    record = await get_record(session, member, slug)
    ours = {"membership_id": member.membership_id, "exercise_id": record.id}
    if is_marked:
        await session.execute(insert(FavouriteExercise).values(created_at=now, **ours).on_conflict_do_nothing())
    else:
        await session.execute(delete(FavouriteExercise).filter_by(**ours))


async def note_uses(session: AsyncSession, member: Member, slugs: Collection[str], now: datetime) -> None:
    """Remember that the member used these exercises just now; one statement."""
    used = select(ExerciseRecord.id).where(ExerciseRecord.slug.in_(set(slugs)), visible_to(member))
    # In one order for everybody, so that two who assign at once never wait for each other's rows in a ring.
    ids = sorted(await session.scalars(used))
    if ids:
        statement = insert(ExerciseUse).values(
            [{"membership_id": member.membership_id, "exercise_id": id_, "used_at": now} for id_ in ids]
        )
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["membership_id", "exercise_id"], set_={"used_at": statement.excluded.used_at}
            )
        )
