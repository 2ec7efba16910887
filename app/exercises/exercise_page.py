"""The page of one exercise: how it looks, what it is for, how to do it, and what may be done with it."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.forms import drop_unstorable
from app.accounts.models import Membership, Practitioner
from app.errors import NotFoundError
from app.exercises.dose_words import word_dose
from app.exercises.favourites import is_favourite
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.exercises.own import may_change
from app.exercises.photos import MOST_PHOTOS
from app.exercises.pictures import photo_url, picture_of
from app.exercises.queries import LONGEST_SLUG, find_exercises, get_record
from app.web.rendering import page


async def show_page(
    request: Request, session: AsyncSession, member: Member, slug: str, *, photo_error: str = ""
) -> Response:
    """Render the page, with what was wrong with the photos just sent; raises NotFoundError."""
    shown = await find_exercises(session, member, [drop_unstorable(slug)[:LONGEST_SLUG]])
    exercise = next(iter(shown.values()), None)
    if exercise is None:
        raise NotFoundError
    variants = await find_exercises(session, member, [key for key in (exercise.easier, exercise.harder) if key])
    return page(
        request,
        "exercises/show.html",
        status=422 if photo_error else 200,
        exercise=exercise,
        own=await _describe_own(session, member, exercise) if exercise.is_custom else None,
        practice_id=member.practice_id,
        photo_error=photo_error,
        most_photos=MOST_PHOTOS,
        dose=word_dose(exercise.dose),
        is_favourite=await is_favourite(session, member, exercise.slug),
        variants=[
            (label, variants[key])
            for label, key in (("Easier", exercise.easier), ("Harder", exercise.harder))
            if key in variants
        ],
        photos=[(photo_id, photo_url(photo_id)) for photo_id in exercise.photo_ids],
        picture_of=picture_of,
        details=list_details(exercise),
    )


def list_details(exercise: Exercise) -> list[tuple[str, str]]:
    """Return what the exercise is found by, as (label, words); parts left empty are left out."""
    details = [
        ("Body region", ", ".join(REGIONS[key] for key in exercise.regions if key in REGIONS)),
        ("Equipment", ", ".join(EQUIPMENT[key] for key in exercise.equipment if key in EQUIPMENT)),
        ("Position", POSITIONS.get(exercise.position, "")),
        ("Goal", GOALS.get(exercise.goal, "")),
        ("Difficulty", DIFFICULTIES.get(exercise.difficulty, "")),
    ]
    return [(label, words) for label, words in details if words]


async def _describe_own(session: AsyncSession, member: Member, exercise: Exercise) -> dict[str, Any]:
    """Return whose an own exercise is, who may use it, and what the member may do with it."""
    record = await get_record(session, member, exercise.slug)
    author = await session.scalar(
        select(Practitioner.name)
        .join(Membership, Membership.practitioner_id == Practitioner.id)
        .where(Membership.id == record.author_id)
    )
    return {
        "author": "you" if record.author_id == member.membership_id else author,
        "is_shared": record.is_shared,
        "is_archived": record.archived_at is not None,
        "may_change": may_change(member, record),
    }
