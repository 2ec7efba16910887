"""The photos of a practice's own exercises: at most four, drawn anew by us, kept once a version may show them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import ConflictError
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.images import Picture

MOST_PHOTOS = 4
LONGEST_SIDE = 1600  # pixels; sharp at 13 cm on paper


class TooManyPhotosError(ConflictError):
    """An exercise has as many photos as it may have."""

    title = "Too many photos"

    def __init__(self) -> None:
        super().__init__(f"An exercise has at most {MOST_PHOTOS} photos. Remove one first.")


async def add_photo(session: AsyncSession, record: ExerciseRecord, picture: Picture, now: datetime) -> None:
    """Add a photo (a JPEG by ``images.redraw``) after those the exercise has; one it has already is not added again.

    Raises TooManyPhotosError above four.
    """
    # Two who add at once take turns on the exercise's row, so that both see all that count.
    await session.execute(select(ExerciseRecord.id).where(ExerciseRecord.id == record.id).with_for_update())
    shown = (ExercisePhoto.exercise_id == record.id, ExercisePhoto.removed_at.is_(None))
    if await session.scalar(select(ExercisePhoto.id).where(*shown, ExercisePhoto.content == picture.content)):
        return
    count, last = (await session.execute(select(func.count(), func.max(ExercisePhoto.place)).where(*shown))).one()
    if count >= MOST_PHOTOS:
        raise TooManyPhotosError
    session.add(
        ExercisePhoto(
            practice_id=record.practice_id,
            exercise_id=record.id,
            place=(last or 0) + 1,
            content=picture.content,
            width=picture.width,
            height=picture.height,
            created_at=now,
        )
    )
    await session.flush()
