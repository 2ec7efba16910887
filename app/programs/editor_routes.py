"""The program editor: one form whose every button sends all of it, so that it works without JavaScript.

What was typed is kept in the program's draft before anything else is decided; then the browser is sent back to the
editor, or, once the program is assigned, to the client.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.forms import drop_unstorable
from app.clients.models import Client
from app.clients.queries import get_client
from app.delivery.models import Delivery, DeliveryState
from app.errors import BadRequestError
from app.programs import editor
from app.programs.content import ProgramContent, build_content, draft_from
from app.programs.drafts import Draft, apply_action, read_draft
from app.programs.models import Program, ProgramVersion
from app.programs.queries import find_newest_version, get_program, newest_number
from app.programs.service import assign, keep_draft, start_program
from app.programs.templates import find_template
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()

LONGEST_FIND = 100


def editor_path(client_id: uuid.UUID, program_id: uuid.UUID) -> str:
    """Return the path of a program's editor."""
    return f"/clients/{client_id}/programs/{program_id}/edit"


@dataclass(frozen=True)
class EditorForm:
    """The editor's form as sent: what stands in it, the button pressed, and the revision its page was made from."""

    draft: Draft
    action: str
    template: str
    find: str
    revision: int
    confirms_archived: bool


async def read_form(request: Request) -> EditorForm:
    """Read the editor's form (a FastAPI dependency); odd values count as none.

    Raises BadRequestError when the form itself cannot be read.
    """
    try:
        form = await request.form()
    except ValueError:  # the sender names a character set that is none, or that the text is not in
        raise BadRequestError("The form cannot be read. Go back and send it again.") from None
    revision = _text(form, "revision")
    return EditorForm(
        draft=read_draft(form),
        action=_text(form, "action") or "save",
        template=_text(form, "template"),
        find=_text(form, "find"),
        # Nine digits are more revisions than a draft will ever have.
        revision=int(revision) if revision.isascii() and revision.isdecimal() and len(revision) <= 9 else -1,
        confirms_archived=_text(form, "confirm_archived") == "yes",
    )


def _text(form: Mapping[str, object], name: str) -> str:
    value = form.get(name)
    return drop_unstorable(value.strip()[:LONGEST_FIND]) if isinstance(value, str) else ""


# The first parameter of its route, so that the whole form is here before the database is asked for anything.
SentForm = Annotated[EditorForm, Depends(read_form)]


@router.post("/clients/{client_id}/programs")
async def add_program(client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Start a program and open it in the editor."""
    client = await get_client(session, member, client_id)
    program = await start_program(session, member, client, tools.clock())
    return redirect(editor_path(client.id, program.id))


@router.get("/clients/{client_id}/programs/{program_id}/edit")
async def show_editor(
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    find: str = "",
    check: str = "",
    problem: str = "",
) -> Response:
    """Show the editor on the draft as kept; with ``check`` also what stands in the way of assigning it."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    if program.draft is None:
        return redirect(f"/clients/{client.id}/programs/{program.id}")
    draft = Draft.from_data(program.draft)
    errors = _errors(draft, client) if check else {}
    return _editor_page(
        request,
        client,
        program,
        draft,
        newest=await newest_number(session, program.id),
        find=find[:LONGEST_FIND],
        errors=errors,
        problem=editor.PROBLEMS.get(problem, ""),
    )


def _errors(draft: Draft, client: Client) -> dict[str, str]:
    """Return all that stands in the way of assigning; the tick for an archived client is asked for each time."""
    _, errors = build_content(draft)
    if client.archived_at is not None:
        errors["confirm_archived"] = editor.ARCHIVED_UNCONFIRMED
    return errors


def _editor_page(
    request: Request,
    client: Client,
    program: Program,
    draft: Draft,
    *,
    newest: int,
    find: str,
    errors: Mapping[str, str],
    problem: str = "",
    typed: Draft | None = None,
) -> Response:
    """Render the editor; ``typed`` is what another tab held when the draft had moved on, and makes it a 409."""
    return page(
        request,
        "programs/edit.html",
        status=409 if typed else 200,
        client=client,
        program=program,
        draft=draft,
        items=editor.list_items(draft),
        library=editor.list_library(find),
        templates=editor.template_options(),
        sides=editor.SIDE_OPTIONS,
        newest_number=newest,
        find=find,
        errors=errors,
        summary=editor.summarise(errors),
        problem=problem,
        typed=typed,
        typed_items=editor.list_items(typed) if typed else [],
    )


@router.post("/clients/{client_id}/programs/{program_id}/edit")
async def change_program(
    sent: SentForm,
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
) -> Response:
    """Keep what was typed, then do what the pressed button says."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id, lock=True)
    if sent.action == "assign" and program.draft is None:
        return await _answer_assigned(request, session, client, program, sent)
    change = apply_action(sent.draft, sent.action, find_template(sent.template))
    if keep_draft(program, change.draft, revision=sent.revision, now=tools.clock()) == "stale":
        return await _show_conflict(request, session, client, program, sent)
    if sent.action == "assign":
        return await _assign(session, member, client, program, sent, tools)
    here = editor_path(client.id, program.id)
    if sent.find:
        here = with_query(here, find=sent.find)
    if change.problem:
        here = with_query(here, problem=change.problem)
    answer = redirect(here, notice="draft-saved" if sent.action == "save" else None)
    if change.anchor:
        answer.headers["location"] += f"#{change.anchor}"
    return answer


async def _assign(
    session: AsyncSession, member: Member, client: Client, program: Program, sent: EditorForm, tools: ToolsDep
) -> Response:
    """Assign the draft just kept, or show in the editor why not."""
    content, _ = build_content(sent.draft)
    if content is None or (client.archived_at is not None and not sent.confirms_archived):
        return redirect(with_query(editor_path(client.id, program.id), check="yes"))
    version = await assign(session, member=member, client=client, program=program, content=content, now=tools.clock())
    return redirect(f"/clients/{client.id}", notice=await _assigned_notice(session, version))


async def _assigned_notice(session: AsyncSession, version: ProgramVersion) -> str:
    """Return the code of the sentence that says where the version's PDF goes."""
    delivery = await session.get(Delivery, version.delivery_id) if version.delivery_id else None
    if delivery is None:
        return "program-assigned-no-cliniko"
    return "program-assigned-needs-key" if delivery.state == DeliveryState.NEEDS_KEY else "program-assigned"


async def _answer_assigned(
    request: Request, session: AsyncSession, client: Client, program: Program, sent: EditorForm
) -> Response:
    """Answer "Assign program" when there is no draft any more: a second click has done its work, other text has not."""
    newest = await find_newest_version(session, program.id)
    content, _ = build_content(sent.draft)
    if newest is None or content == ProgramContent.from_data(newest.content):
        notice = await _assigned_notice(session, newest) if newest else None
        return redirect(f"/clients/{client.id}", notice=notice)
    return await _show_conflict(request, session, client, program, sent)


async def _show_conflict(
    request: Request, session: AsyncSession, client: Client, program: Program, sent: EditorForm
) -> Response:
    """Show the newer state of a program that another tab or a colleague changed, and beside it what was typed here."""
    newest = await find_newest_version(session, program.id)
    if program.draft is not None:
        draft = Draft.from_data(program.draft)
    else:
        draft = draft_from(ProgramContent.from_data(newest.content)) if newest else Draft()
    return _editor_page(
        request,
        client,
        program,
        draft,
        newest=newest.number if newest else 0,
        find=sent.find,
        errors={},
        typed=sent.draft,
    )
