"""A practice's own exercises: what one says, who may change it, and making, changing and archiving it.

Never deleted: drafts, templates and programs that hold an exercise keep it when it is archived.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.forms import FormError
from app.errors import ConflictError, ForbiddenError, NotFoundError
from app.exercises.dose import Dose, is_printable
from app.exercises.figures import figure_for
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.exercises.models import ExerciseRecord
from app.exercises.queries import get_record, read_record
from app.exercises.starter import record_values
from app.exercises.video import find_video_error

# In code points, each on one line.
LONGEST_NAME = 200
LONGEST_OTHER_NAME = 200
LONGEST_TEXT = 1000  # the purpose, and what it should feel like
LONGEST_STEP = 1000
LONGEST_CAUTION = 500
MOST_OTHER_NAMES = 20
MOST_STEPS = 30
MOST_CAUTIONS = 15


@dataclass(frozen=True)
class OwnExercise:
    """What a practice's own exercise says; every part but the name may be left empty.

    The parts mean what they mean in ``library.Exercise``. figure_slug names a drawing of the starter library; is_shared
    is True when the whole practice may use it, False while it is its author's alone.
    """

    name: str
    also_known_as: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    position: str = ""
    goal: str = ""
    difficulty: str = ""
    purpose: str = ""
    steps: tuple[str, ...] = ()
    feels_like: str = ""
    cautions: tuple[str, ...] = ()
    dose: Dose = field(default_factory=Dose)
    figure_slug: str = ""
    video_url: str = ""
    is_shared: bool = False


# What an own exercise and one of the library have in common.
_PARTS = tuple(part.name for part in fields(OwnExercise) if part.name != "is_shared")


def own_from(exercise: Exercise, *, is_shared: bool = False) -> OwnExercise:
    """Return what an exercise of the library or of the practice says, as an own exercise's content."""
    return OwnExercise(**{part: getattr(exercise, part) for part in _PARTS}, is_shared=is_shared)


def read_own(record: ExerciseRecord) -> OwnExercise:
    """Return what a stored own exercise says."""
    return own_from(read_record(record), is_shared=record.is_shared)


def check(exercise: OwnExercise) -> dict[str, str]:
    """Return a sentence for each field that cannot be stored as it is: field -> sentence. Pure."""
    errors = {} if any(map(str.isalnum, exercise.name)) else {"name": "Give the exercise a name."}
    for part, what, longest in (
        ("name", "name", LONGEST_NAME),
        ("purpose", "purpose", LONGEST_TEXT),
        ("feels_like", "text on how it feels", LONGEST_TEXT),
    ):
        if len(getattr(exercise, part)) > longest:
            errors[part] = f"The {what} must be at most {longest:,} characters."
    for part, what, most, longest in (
        ("also_known_as", "other name", MOST_OTHER_NAMES, LONGEST_OTHER_NAME),
        ("steps", "step", MOST_STEPS, LONGEST_STEP),
        ("cautions", "caution", MOST_CAUTIONS, LONGEST_CAUTION),
    ):
        if sentence := _list_error(getattr(exercise, part), what, most, longest):
            errors[part] = sentence
    errors |= _vocabulary_errors(exercise)
    if exercise.figure_slug and figure_for(exercise.figure_slug) is None:
        errors["figure_slug"] = "Choose a drawing from the list, or none."
    if exercise.video_url and (sentence := find_video_error(exercise.video_url)):
        errors["video_url"] = sentence
    for part in ("name", "also_known_as", "purpose", "steps", "feels_like", "cautions"):
        value = getattr(exercise, part)
        if not all(map(is_printable, [value] if isinstance(value, str) else value)):
            errors.setdefault(part, "This holds characters that cannot be printed.")
    return errors


def _list_error(texts: tuple[str, ...], what: str, most: int, longest: int) -> str:
    if len(texts) > most:
        return f"Write at most {most} {what}s; there are {len(texts)}."
    if not all(text.strip() for text in texts):
        return f"One {what} is empty."
    if any(len(text) > longest for text in texts):
        return f"Each {what} must be at most {longest:,} characters."
    return ""


def _vocabulary_errors(exercise: OwnExercise) -> dict[str, str]:
    errors = {}
    for part, what, known in (
        ("regions", "body regions", REGIONS),
        ("equipment", "equipment", EQUIPMENT),
    ):
        keys = getattr(exercise, part)
        if len(set(keys)) != len(keys) or not known.keys() >= set(keys):
            errors[part] = f"Choose {what} from the list, each once."
    if "none" in exercise.equipment and len(exercise.equipment) > 1:
        errors["equipment"] = "Choose either “No equipment” or what is needed."
    choices: Mapping[str, Mapping[str, str]] = {"position": POSITIONS, "goal": GOALS, "difficulty": DIFFICULTIES}
    for part, known in choices.items():
        if getattr(exercise, part) not in ("", *known):
            errors[part] = f"Choose a {part} from the list."
    return errors


def may_change(member: Member, record: ExerciseRecord) -> bool:
    """Return True for an own exercise's author, and for who runs the team where it is shared (people leave)."""
    return record.practice_id == member.practice_id and (
        record.author_id == member.membership_id or (member.runs_team and record.is_shared)
    )


async def get_own_record(session: AsyncSession, member: Member, slug: str) -> ExerciseRecord:
    """Return an own exercise the member may change, locked until the transaction ends.

    Raises NotFoundError for what they may not see and for the starter library's, ForbiddenError for a colleague's.
    """
    record = await get_record(session, member, slug)
    if record.practice_id is None:
        raise NotFoundError
    await session.refresh(record, with_for_update=True)
    if not may_change(member, record):
        raise ForbiddenError("Only its author, or an owner or admin of the practice, can change an exercise.")
    return record


async def create(
    session: AsyncSession, member: Member, exercise: OwnExercise, now: datetime, *, key: uuid.UUID | None = None
) -> ExerciseRecord:
    """Store a new own exercise of the member; raises FormError on what ``check`` finds.

    ``key`` is made with the form: sent twice, it gives the exercise made the first time; with another text it raises
    ConflictError.
    """
    _refuse_faults(exercise)
    slug = f"own-{(key or uuid.uuid4()).hex}"
    values = {
        "id": uuid.uuid4(),
        "practice_id": member.practice_id,
        "author_id": member.membership_id,
        "is_shared": exercise.is_shared,
        "created_at": now,
        "updated_at": now,
    }
    statement = insert(ExerciseRecord).values(values | _content_values(exercise, slug))
    await session.execute(statement.on_conflict_do_nothing(index_elements=["slug"]))
    record = await session.scalar(select(ExerciseRecord).where(ExerciseRecord.slug == slug))
    if record is None or record.author_id != member.membership_id or read_own(record) != exercise:
        raise ConflictError("This form was saved before, with another text.")
    return record


async def change(
    session: AsyncSession, member: Member, record: ExerciseRecord, exercise: OwnExercise, now: datetime
) -> None:
    """Store what a (locked) own exercise says now; raises FormError on what ``check`` finds.

    Whether it is shared is for its author to say: changed by somebody else, it stays as it is. ``updated_at`` is when
    the text last changed, by which a page knows that it shows an older one.
    """
    if not may_change(member, record):
        raise ForbiddenError("Only its author, or an owner or admin of the practice, can change an exercise.")
    _refuse_faults(exercise)
    for column, value in _content_values(exercise, record.slug).items():
        setattr(record, column, value)
    if record.author_id == member.membership_id:
        record.is_shared = exercise.is_shared
    record.updated_at = now
    await session.flush()


def archive(record: ExerciseRecord, now: datetime) -> None:
    """Take a (locked) own exercise off the lists; what holds it keeps it."""
    record.archived_at = record.archived_at or now


def bring_back(record: ExerciseRecord) -> None:
    """Offer a (locked) archived exercise again."""
    record.archived_at = None


def _refuse_faults(exercise: OwnExercise) -> None:
    if errors := check(exercise):
        raise FormError(errors)


def _content_values(exercise: OwnExercise, slug: str) -> dict[str, Any]:
    """Return the columns that the content decides; own exercises name no easier or harder variant."""
    parts = {part: getattr(exercise, part) for part in _PARTS}
    return record_values(Exercise(slug=slug, is_custom=True, **parts))
