"""The pages of the program editor: asked of the database together, and rendered."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.clients.models import Client
from app.exercises.dose_form import LOAD_SUGGESTIONS
from app.exercises.finding import ONLY, LibrarySearch, search_library
from app.exercises.library import REGIONS, Exercise
from app.exercises.pictures import picture_of
from app.exercises.queries import find_exercises
from app.programs import editor
from app.programs.content import ProgramContent, build_content, draft_from
from app.programs.drafts import Draft
from app.programs.models import Program
from app.programs.queries import find_newest_version, newest_number
from app.programs.service import read_undo
from app.programs.starts import template_groups
from app.web.rendering import page

# The library shows so many at first, and as many more with each "Show more".
LIBRARY_LENGTH = 30


async def show_draft(
    request: Request,
    session: AsyncSession,
    member: Member,
    client: Client,
    program: Program,
    *,
    search: LibrarySearch,
    problem: str = "",
    is_checked: bool = False,
    part: str | None = None,
) -> Response:
    """Render the editor on the draft as kept; checked, with what keeps it from being assigned.

    With ``part``, the program alone; it then names what to show (``Change.anchor``).
    """
    draft = Draft.from_data(program.draft or {})
    undo = read_undo(program)
    slugs = draft.slugs | ({undo.items[0].slug} if undo else set())
    exercises = await find_exercises(session, member, slugs)
    errors = _errors(draft, exercises, client) if is_checked else {}
    values = await _program_values(session, member, client, program, draft, exercises, errors)
    values |= {
        "newest_number": await newest_number(session, program.id),
        "problem": editor.PROBLEMS.get(problem, ""),
        "undo": editor.undo_words(undo, exercises) if undo else "",
    }
    if part is not None:
        return page(request, "programs/_editor_program.html", **values | {"shown": part})
    return page(request, "programs/edit.html", **values, **await library_values(session, member, search))


async def show_conflict(
    request: Request,
    session: AsyncSession,
    member: Member,
    client: Client,
    program: Program,
    *,
    typed: Draft,
    search: LibrarySearch,
) -> Response:
    """Show the newer state of a program that another tab or a colleague changed, and beside it what was typed here."""
    newest = await find_newest_version(session, program.id)
    if program.draft is not None:
        draft = Draft.from_data(program.draft)
    else:
        draft = draft_from(ProgramContent.from_data(newest.content)) if newest else Draft()
    exercises = await find_exercises(session, member, draft.slugs | typed.slugs)
    values = await _program_values(session, member, client, program, draft, exercises, {})
    values |= {"newest_number": newest.number if newest else 0, "typed": typed}
    values |= {"typed_items": editor.list_items(typed, exercises)}
    return page(request, "programs/edit.html", status=409, **values, **await library_values(session, member, search))


def _errors(draft: Draft, exercises: Mapping[str, Exercise], client: Client) -> dict[str, str]:
    """Return all that stands in the way of assigning; the tick for an archived client is asked for each time."""
    _, errors = build_content(draft, exercises)
    if client.archived_at is not None:
        errors["confirm_archived"] = editor.ARCHIVED_UNCONFIRMED
    return errors


async def _program_values(
    session: AsyncSession,
    member: Member,
    client: Client,
    program: Program,
    draft: Draft,
    exercises: Mapping[str, Exercise],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "client": client,
        "member": member,
        "program": program,
        "draft": draft,
        "items": editor.list_items(draft, exercises, errors),
        "templates": await template_groups(session, member),
        "options": {
            "side": editor.SIDE_OPTIONS,
            "section": editor.SECTION_OPTIONS,
            "layout": editor.LAYOUT_OPTIONS,
            "day": editor.DAY_OPTIONS,
            "load": LOAD_SUGGESTIONS,
        },
        "errors": errors,
        "summary": editor.summarise(errors),
        "problem": "",
        "shown": "",
        "undo": "",
        "typed": None,
        "typed_items": [],
    }


async def library_values(session: AsyncSession, member: Member, search: LibrarySearch) -> dict[str, Any]:
    """Return what the library beside the program shows."""
    found = await search_library(session, member, search, length=LIBRARY_LENGTH)
    return {
        "search": search,
        "found": found,
        "has_next": found.has_next(LIBRARY_LENGTH),
        "only_options": list({**ONLY, "": "All exercises"}.items()),
        "regions": REGIONS,
        "picture_of": picture_of,
    }
