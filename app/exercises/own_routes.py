"""A practice's own exercises: making one, copying, changing, archiving and bringing it back."""

import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import (
    Database,
    Member,
    SignedIn,
    ToolsDep,
)
from app.accounts.form_fields import FormText, read_form, text_fields
from app.accounts.forms import drop_unstorable
from app.errors import ConflictError, NotFoundError
from app.exercises import own_form
from app.exercises.dose import DAYS, SIDES
from app.exercises.dose_form import LOAD_SUGGESTIONS
from app.exercises.figures import figure_for
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise, all_exercises
from app.exercises.models import ExerciseRecord
from app.exercises.own import (
    OwnExercise,
    archive,
    bring_back,
    change,
    create,
    get_own_record,
    own_from,
    read_own,
)
from app.exercises.photos import copy_photos
from app.exercises.pictures import picture_of
from app.exercises.queries import LONGEST_SLUG, find_exercises, get_record, list_archived
from app.web.rendering import page, redirect

router = APIRouter(prefix="/exercises")

LONGEST_NAME_COPIED = 190  # what "(copy)" can be added to


async def read_fields(request: Request) -> dict[str, list[str]]:
    """Return every field of the form as texts that can be stored and shown (a FastAPI dependency)."""
    sent: dict[str, list[str]] = {}
    for name, value in text_fields(await read_form(request)):
        sent.setdefault(name, []).append(value)
    return sent


# The first parameter of its routes, so that the whole form is here before the database is asked for anything.
SentFields = Annotated[dict[str, list[str]], Depends(read_fields)]


@router.get("/new")
async def show_new(request: Request, member: SignedIn, session: Database, copy: str = "") -> Response:
    """Show the form of a new exercise: empty, or with what another one says."""
    source = await _find_source(session, member, copy)
    if source is None:
        if copy:
            raise NotFoundError
        return _new_page(request, member, own_form.typed_from(OwnExercise(name="")))
    exercise = own_from(source)
    named = replace(exercise, name=f"{exercise.name[:LONGEST_NAME_COPIED]} (copy)")
    return _new_page(request, member, own_form.typed_from(named), copied=source)


@router.post("/new")
async def create_exercise(
    sent: SentFields, request: Request, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Make an exercise of the practice's own, with the photos of the one it is copied from."""
    typed = own_form.read_typed(sent)
    exercise, errors = own_form.parse_typed(typed)
    copied_from = _first(sent, "copied_from")
    source = await _find_source(session, member, copied_from)
    if copied_from and source is None:
        errors["copied_from"] = "The exercise you copied is no longer open to you. Save again to go on without photos."
    if errors:
        return _new_page(request, member, typed, errors=errors, copied=source, key=_first(sent, "key"))
    try:
        record = await create(session, member, exercise, tools.clock(), key=_read_key(_first(sent, "key")))
    except ConflictError:
        return _new_page(request, member, typed, status=409, copied=source)
    if source is not None:
        await copy_photos(session, await get_record(session, member, source.slug), record, tools.clock())
    return redirect(f"/exercises/{record.slug}", notice="exercise-saved")


@router.get("/archived")
async def show_archived(request: Request, member: SignedIn, session: Database) -> Response:
    """Show the practice's archived exercises."""
    found = await list_archived(session, member)
    return page(request, "exercises/archived.html", exercises=found, regions=REGIONS, picture_of=picture_of)


@router.get("/{slug}/edit")
async def show_edit(request: Request, member: SignedIn, session: Database, slug: str) -> Response:
    """Show the form with what the exercise says now."""
    record = await get_own_record(session, member, _slug(slug))
    typed = own_form.typed_from(read_own(record))
    return _edit_page(request, member, record, typed, version=_version(record))


@router.post("/{slug}/edit")
async def save_exercise(
    sent: SentFields, request: Request, member: SignedIn, session: Database, tools: ToolsDep, slug: str
) -> Response:
    """Store what was typed, unless somebody stored another text since the form was opened."""
    record = await get_own_record(session, member, _slug(slug))
    typed = own_form.read_typed(sent)
    exercise, errors = own_form.parse_typed(typed)
    version = _first(sent, "version")
    if errors:
        return _edit_page(request, member, record, typed, errors=errors, version=version)
    if record.author_id != member.membership_id:
        exercise = replace(exercise, is_shared=record.is_shared)
    if exercise != read_own(record):
        if version != _version(record):
            return _edit_page(request, member, record, typed, status=409, version=_version(record))
        await change(session, member, record, exercise, tools.clock())
    return redirect(f"/exercises/{record.slug}", notice="exercise-saved")


@router.post("/{slug}/archive")
async def archive_exercise(
    member: SignedIn, session: Database, tools: ToolsDep, slug: str, restore: FormText = ""
) -> Response:
    """Take an exercise off the lists, or bring it back; what holds it keeps it either way."""
    record = await get_own_record(session, member, _slug(slug))
    if restore == "yes":
        bring_back(record)
    else:
        archive(record, tools.clock())
    return redirect(f"/exercises/{record.slug}", notice="exercise-saved" if restore == "yes" else "exercise-archived")


async def _find_source(session: AsyncSession, member: Member, slug: str) -> Exercise | None:
    """Return the exercise to copy, or None where the member sees none of this name."""
    found = await find_exercises(session, member, [_slug(slug)] if slug else [])
    return next(iter(found.values()), None)


def _new_page(
    request: Request,
    member: Member,
    typed: dict[str, Any],
    *,
    copied: Exercise | None = None,
    key: str = "",
    **more: Any,
) -> Response:
    return _form_page(
        request, member, typed, copied=copied, key=key or uuid.uuid4(), slug="", text_version="", may_share=True, **more
    )


def _edit_page(
    request: Request, member: Member, record: ExerciseRecord, typed: dict[str, Any], *, version: str, **more: Any
) -> Response:
    is_author = record.author_id == member.membership_id
    return _form_page(
        request, member, typed, copied=None, key="", slug=record.slug, text_version=version, may_share=is_author, **more
    )


def _form_page(
    request: Request,
    member: Member,
    typed: dict[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    """Render the form with what was typed; a status of 409 says that another text was stored meanwhile."""
    return page(
        request,
        "exercises/own_form.html",
        status=422 if errors else status,
        typed=typed,
        errors=errors or {},
        is_late=status == 409,
        options=OPTIONS,
        drawings=list_drawings(),
        **more,
    )


OPTIONS = {
    "region": list(REGIONS.items()),
    "equipment": list(EQUIPMENT.items()),
    "position": [("", "Not stated"), *POSITIONS.items()],
    "goal": [("", "Not stated"), *GOALS.items()],
    "difficulty": [("", "Not stated"), *DIFFICULTIES.items()],
    "side": [("", "Not stated"), *SIDES.items()],
    "day": list(DAYS.items()),
    "load": LOAD_SUGGESTIONS,
}


@functools.cache
def list_drawings() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Return the drawings of the starter library by body region: (region, [(slug, name)])."""
    drawn = [exercise for exercise in all_exercises() if figure_for(exercise.slug)]
    return [
        (label, [(exercise.slug, exercise.name) for exercise in drawn if exercise.regions[0] == region])
        for region, label in REGIONS.items()
    ]


def _version(record: ExerciseRecord) -> str:
    """Return what a form names the text by that it was made from."""
    return record.updated_at.isoformat()


def _read_key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _first(sent: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(sent.get(name, ())), "")


def _slug(text: str) -> str:
    return drop_unstorable(text)[:LONGEST_SLUG]
