"""Pages about templates: the starter set and the practice's own."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError, drop_unstorable
from app.clients.queries import get_client, get_client_to_edit, list_clients
from app.errors import NotFoundError
from app.exercises.dose_form import parse_dose
from app.exercises.dose_words import word_dose
from app.exercises.library import REGIONS
from app.exercises.pictures import picture_of
from app.exercises.queries import find_exercises
from app.programs import editor_routes
from app.programs.content import ProgramContent, draft_from
from app.programs.drafts import Draft
from app.programs.models import Program, ProgramTemplate
from app.programs.own_templates import (
    add_template,
    get_own_template,
    get_template,
    list_templates,
    may_change,
    read_details,
    read_key,
    template_key,
)
from app.programs.queries import find_newest_version
from app.programs.service import start_program
from app.programs.starts import draft_of, find_start
from app.programs.templates import all_templates, find_template
from app.web.rendering import page, redirect

router = APIRouter(prefix="/templates")

LONGEST_SEARCH = 200


@router.get("")
async def show_templates(request: Request, member: SignedIn, session: Database) -> Response:
    """Show the member's own templates, those shared in the practice, and the starter set."""
    rows = await list_templates(session, member)
    return page(
        request,
        "templates/list.html",
        mine=[row for row in rows if row.is_mine and not row.is_archived],
        shared=[row for row in rows if not row.is_mine],
        archived=[row for row in rows if row.is_archived],
        starters=all_templates(),
        regions=REGIONS,
    )


@router.get("/new")
async def show_new(request: Request, member: SignedIn, session: Database, program: uuid.UUID) -> Response:
    """Ask for the name of the template a program is to become."""
    draft, program_url = await _read_program(session, member, program)
    typed = {"name": draft.title}
    return _form_page(request, member, typed, program=program, draft=draft, back=(program_url, "Program"))


@router.post("")
async def create_template(
    request: Request,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    program: Annotated[uuid.UUID, Form()],
    name: FormText = "",
    for_whom: FormText = "",
    shared: FormText = "",
    notes: FormText = "",
) -> Response:
    """Keep a program as a template."""
    draft, program_url = await _read_program(session, member, program)
    try:
        template = await add_template(
            session,
            member,
            draft,
            name=name,
            for_whom=for_whom,
            is_shared=shared == "yes",
            keeps_notes=notes == "yes",
            now=tools.clock(),
        )
    except FormError as error:
        typed = {"name": name, "for_whom": for_whom, "shared": shared, "notes": notes}
        back = (program_url, "Program")
        return _form_page(request, member, typed, program=program, draft=draft, back=back, errors=error.fields)
    return redirect(f"/templates/{template_key(template.id)}", notice="template-saved")


async def _read_program(session: AsyncSession, member: Member, program_id: uuid.UUID) -> tuple[Draft, str]:
    """Return what stands in a (now locked) program's editor, else what its newest version says, and its page.

    Raises NotFoundError.
    """
    program = await session.scalar(
        select(Program).where(Program.id == program_id, Program.practice_id == member.practice_id).with_for_update()
    )
    if program is None:
        raise NotFoundError
    client = await get_client(session, member, program.client_id)
    if program.draft is not None:
        return Draft.from_data(program.draft), editor_routes.editor_path(client.id, program.id)
    newest = await find_newest_version(session, program.id)
    if newest is None:
        raise NotFoundError
    return draft_from(ProgramContent.from_data(newest.content)), f"/clients/{client.id}/programs/{program.id}"


def _form_page(request: Request, member: Member, typed: dict[str, Any], **more: Any) -> Response:
    errors = more.pop("errors", {})
    return page(
        request,
        "templates/form.html",
        status=422 if errors else 200,
        typed={"name": "", "for_whom": "", "shared": "", "notes": ""} | typed,
        errors=errors,
        **{"key": "", "program": "", "draft": Draft(), "may_share": True, **more},
    )


@router.get("/{key}")
async def show_template(request: Request, member: SignedIn, session: Database, key: str) -> Response:
    """Show one template: its exercises with their doses, and what can be done with it."""
    template_id = read_key(key)
    if template_id is None:
        starter = find_template(key)
        if starter is None:
            raise NotFoundError
        shown: dict[str, Any] = {
            "name": starter.name,
            "for_whom": starter.for_whom,
            "draft": draft_of(starter),
            "own": None,
            "may_change": False,
        }
    else:
        template = await get_template(session, member, template_id)
        shown = {
            "name": template.name,
            "for_whom": template.for_whom,
            "draft": Draft.from_data(template.draft),
            "own": template,
            "may_change": may_change(member, template),
        }
    known = await find_exercises(session, member, shown["draft"].slugs)
    return page(
        request,
        "templates/show.html",
        key=key,
        known=known,
        doses=[_word(item.dose_texts()) for item in shown["draft"].items],
        picture_of=picture_of,
        **shown,
    )


def _word(texts: dict[str, str]) -> str:
    """Return a dose as typed in words; one that was left faulty says nothing."""
    dose, _ = parse_dose(texts)
    return word_dose(dose) if dose else ""


@router.get("/{key}/use")
async def choose_client(
    request: Request,
    member: SignedIn,
    session: Database,
    key: str,
    q: Annotated[str, Query()] = "",
) -> Response:
    """Ask for which client a program is started from the template."""
    if await find_start(session, member, key) is None:
        raise NotFoundError
    typed = drop_unstorable(q)[:LONGEST_SEARCH]
    clients = await list_clients(session, member, typed=typed)
    return page(request, "templates/use.html", key=key, typed=typed, clients=clients)


@router.post("/{key}/use")
async def use_template(
    member: SignedIn, session: Database, tools: ToolsDep, key: str, client_id: Annotated[uuid.UUID, Form()]
) -> Response:
    """Start a program for a client from the template and open it in the editor."""
    start = await find_start(session, member, key)
    if start is None:
        raise NotFoundError
    client = await get_client_to_edit(session, member, client_id)
    program = await start_program(session, member, client, tools.clock(), start=start)
    return redirect(editor_routes.editor_path(client.id, program.id))


@router.get("/{key}/edit")
async def show_edit(request: Request, member: SignedIn, session: Database, key: str) -> Response:
    """Show the form to rename a template and to share it."""
    template = await get_own_template(session, member, _own_id(key))
    typed = {
        "name": template.name,
        "for_whom": template.for_whom,
        "shared": "yes" if template.is_shared else "",
    }
    return _edit_page(request, member, template, typed)


@router.post("/{key}/edit")
async def save_template(
    request: Request,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    key: str,
    name: FormText = "",
    for_whom: FormText = "",
    shared: FormText = "",
) -> Response:
    """Rename a template, say whom it is for, share it or keep it to oneself."""
    template = await get_own_template(session, member, _own_id(key))
    try:
        template.name, template.for_whom = read_details(name, for_whom)
    except FormError as error:
        typed = {"name": name, "for_whom": for_whom, "shared": shared}
        return _edit_page(request, member, template, typed, errors=error.fields)
    if template.author_id == member.membership_id:
        template.is_shared = shared == "yes"
    template.updated_at = tools.clock()
    return redirect(f"/templates/{template_key(template.id)}", notice="template-saved")


def _edit_page(
    request: Request, member: Member, template: ProgramTemplate, typed: dict[str, Any], **more: Any
) -> Response:
    """Render the form of an own template; whether it is shared is for its author to say."""
    key = template_key(template.id)
    is_author = template.author_id == member.membership_id
    back = (f"/templates/{key}", template.name)
    return _form_page(request, member, typed, key=key, back=back, may_share=is_author, **more)


@router.post("/{key}/archive")
async def archive_template(
    member: SignedIn, session: Database, tools: ToolsDep, key: str, restore: FormText = ""
) -> Response:
    """Take a template off the lists, or bring it back; programs made from it are not touched."""
    template = await get_own_template(session, member, _own_id(key))
    template.archived_at = None if restore == "yes" else tools.clock()
    return redirect("/templates", notice="template-saved" if restore == "yes" else "template-archived")


def _own_id(key: str) -> uuid.UUID:
    """Return the id in an own template's key; raises NotFoundError for any other key."""
    template_id = read_key(key)
    if template_id is None:
        raise NotFoundError
    return template_id
