"""The photos of own exercises: shown, added, put first and removed."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.form_fields import open_files
from app.accounts.forms import drop_unstorable
from app.db import release
from app.exercises.exercise_page import show_page
from app.exercises.own import get_own_record
from app.exercises.photos import (
    MOST_PHOTOS,
    TooManyPhotosError,
    add_photo,
    draw_photo,
    find_photo,
    find_slug,
    remove_photo,
    show_first,
)
from app.exercises.queries import LONGEST_SLUG
from app.images import MOST_BYTES, ImageError, Picture
from app.web.assets import KEEP_A_YEAR
from app.web.rendering import redirect

router = APIRouter(prefix="/exercises")

MOST_FILES = 100  # of a form that is read at all, so that a fifth photo gets its sentence
LONGEST_FILE_NAME = 80  # shown of a file


@router.get("/photos/{photo_id}.jpg")
async def show_photo(member: SignedIn, session: Database, photo_id: uuid.UUID) -> Response:
    """Answer with a photo of an exercise the member may see, removed ones too; the bytes of one never change."""
    photo = await find_photo(session, member, photo_id)
    # Kept for who is signed in: after a sign-out or a switch the cookie is another.
    headers = {"Cache-Control": KEEP_A_YEAR, "Vary": "Cookie"}
    return Response(photo.content, media_type="image/jpeg", headers=headers)


@router.post("/{slug}/photos")
async def add_photos(request: Request, member: SignedIn, session: Database, tools: ToolsDep, slug: str) -> Response:
    """Add the photos that were chosen: all of them, or none and a sentence for each that cannot be taken."""
    slug = drop_unstorable(slug)[:LONGEST_SLUG]
    await get_own_record(session, member, slug)
    # Many megabytes arrive and are drawn anew: not while a transaction waits, and not for who may not add any.
    await release(session)
    async with open_files(request, member, most=MOST_FILES) as form:
        pictures, error = await _draw_all(form)
    record = await get_own_record(session, member, slug)
    if not error:
        try:
            async with session.begin_nested():
                for picture in pictures:
                    await add_photo(session, record, picture, tools.clock())
        except TooManyPhotosError as refusal:
            error = refusal.message
    if error:
        return await show_page(request, session, member, slug, photo_error=error)
    return redirect(f"/exercises/{slug}", notice="photos-added")


async def _draw_all(form: FormData) -> tuple[list[Picture], str]:
    """Return the photos drawn anew, or what is wrong with those that cannot be."""
    # An empty file field sends one file without name and content.
    files = [file for file in form.getlist("photos") if isinstance(file, UploadFile) and (file.filename or file.size)]
    if not files:
        return [], "Choose one or more photos first."
    if len(files) > MOST_PHOTOS:
        return [], f"Choose at most {MOST_PHOTOS} photos; these were {len(files)}. Nothing was added."
    pictures, faults = [], []
    for file in files:
        data = await file.read(MOST_BYTES + 1)
        try:
            pictures.append(await draw_photo(data))
        except ImageError as error:
            faults.append(f"{drop_unstorable(file.filename or 'A file')[:LONGEST_FILE_NAME]}: {error.message}")
    return pictures, " ".join([*faults, "Nothing was added."]) if faults else ""


@router.post("/photos/{photo_id}/remove")
async def remove(member: SignedIn, session: Database, tools: ToolsDep, photo_id: uuid.UUID) -> Response:
    """Take a photo off its exercise."""
    record = await get_own_record(session, member, await find_slug(session, member, photo_id))
    await remove_photo(session, photo_id, tools.clock())
    return redirect(f"/exercises/{record.slug}", notice="photo-removed")


@router.post("/photos/{photo_id}/first")
async def put_first(member: SignedIn, session: Database, photo_id: uuid.UUID) -> Response:
    """Put a photo before the others of its exercise."""
    record = await get_own_record(session, member, await find_slug(session, member, photo_id))
    await show_first(session, photo_id)
    return redirect(f"/exercises/{record.slug}")
