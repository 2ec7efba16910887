"""The photos of a practice's own exercises: at most four, drawn anew by us, kept once a version may show them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.accounts.access import Member
from app.errors import ConflictError, NotFoundError
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.exercises.queries import visible_to
from app.images import MOST_BYTES, Picture, redraw
from app.web.slow import DRAWING

MOST_PHOTOS = 4
LONGEST_SIDE = 1600  # pixels; sharp at 13 cm on paper
MOST_BODY_BYTES = MOST_PHOTOS * MOST_BYTES + 1024 * 1024  # of a form with as many photos as may be


class TooManyPhotosError(ConflictError):
    """An exercise has as many photos as it may have."""

    title = "Too many photos"

    def __init__(self) -> None:
        super().__init__(f"An exercise has at most {MOST_PHOTOS} photos. Remove one first.")


def draw_photo_here(data: bytes) -> Picture:
    """Return an uploaded photo drawn anew as it is stored, by this thread; raises ImageError."""
    return redraw(data, longest_side=LONGEST_SIDE, to="JPEG")


async def draw_photo(data: bytes) -> Picture:
    """Return an uploaded photo drawn anew as it is stored, by a thread; raises ImageError. Not in a transaction."""
    return await DRAWING.run(draw_photo_here, data)


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


async def copy_photos(session: AsyncSession, source: ExerciseRecord, record: ExerciseRecord, now: datetime) -> None:
    """Give a new exercise the photos another shows; one that has photos keeps those (a form sent twice)."""
    if await session.scalar(select(ExercisePhoto.id).where(ExercisePhoto.exercise_id == record.id).limit(1)):
        return
    shown = (ExercisePhoto.exercise_id == source.id, ExercisePhoto.removed_at.is_(None))
    await insert_photos(session, record, ExercisePhoto, *shown, now=now)


async def insert_photos(
    session: AsyncSession, record: ExerciseRecord, source: Any, *where: ColumnElement[bool], now: datetime
) -> None:
    """Give an exercise that has no photos those that ``source`` holds; their bytes stay inside the database.

    ``source`` is a table with a photo's place, content, width and height. The caller sees to it that there are at most
    four.
    """
    kept = ("place", "content", "width", "height")
    chosen = select(
        func.gen_random_uuid(),
        literal(record.practice_id),
        literal(record.id),
        literal(now),
        *(getattr(source, name) for name in kept),
    ).where(*where)
    columns = ["id", "practice_id", "exercise_id", "created_at", *kept]
    await session.execute(insert(ExercisePhoto).from_select(columns, chosen, include_defaults=False))


async def find_photo(session: AsyncSession, member: Member, photo_id: uuid.UUID) -> ExercisePhoto:
    """Return a photo of an exercise the member may see, with its bytes; raises NotFoundError.

    Removed ones too: versions show them.
    """
    photo = await session.scalar(
        select(ExercisePhoto)
        .join(ExerciseRecord, ExerciseRecord.id == ExercisePhoto.exercise_id)
        .where(ExercisePhoto.id == photo_id, visible_to(member))
        .options(undefer(ExercisePhoto.content))
    )
    if photo is None:
        raise NotFoundError
    return photo


async def find_slug(session: AsyncSession, member: Member, photo_id: uuid.UUID) -> str:
    """Return the exercise that a photo belongs to, by its slug, where the member may see it; raises NotFoundError."""
    slug = await session.scalar(
        select(ExerciseRecord.slug)
        .join(ExercisePhoto, ExercisePhoto.exercise_id == ExerciseRecord.id)
        .where(ExercisePhoto.id == photo_id, visible_to(member))
    )
    if slug is None:
        raise NotFoundError
    return slug


async def remove_photo(session: AsyncSession, photo_id: uuid.UUID, now: datetime) -> None:
    """Take a photo off its (locked) exercise; its bytes stay for the versions that show it."""
    photo = await session.get_one(ExercisePhoto, photo_id)
    photo.removed_at = photo.removed_at or now


async def show_first(session: AsyncSession, photo_id: uuid.UUID) -> None:
    """Put a photo before the others of its (locked) exercise; lists show the first."""
    photo = await session.get_one(ExercisePhoto, photo_id)
    lowest = select(func.min(ExercisePhoto.place)).where(ExercisePhoto.exercise_id == photo.exercise_id)
    photo.place = (await session.execute(lowest)).scalar_one() - 1
