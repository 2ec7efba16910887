"""The program editor: one form whose every button sends all of it, so that it works without JavaScript.

What was typed is kept in the program's draft before anything else is decided; then the browser is sent back to the
editor, or, once the program is assigned, to the client.
"""

import uuid
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.connecting.connections import find_connection
from app.accounts.form_fields import FormText
from app.accounts.models import ConnectionState
from app.accounts.tools import Tools
from app.clients.models import Client
from app.clients.queries import get_client_to_edit
from app.delivery.models import Delivery, DeliveryState
from app.errors import NotFoundError
from app.exercises.library import Exercise
from app.exercises.queries import find_exercises
from app.programs import editor, editor_page
from app.programs.changes import Change, apply_action
from app.programs.content import ProgramContent, build_content
from app.programs.drafts import Draft, keep_known
from app.programs.editor_form import AskedSearch, EditorForm, SentForm, with_search
from app.programs.holding import hold_program
from app.programs.models import Program, ProgramVersion
from app.programs.queries import find_newest_version, get_program
from app.programs.service import assign, keep_draft, new_draft, read_undo, start_program
from app.programs.starts import find_start
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()


def editor_path(client_id: uuid.UUID, program_id: uuid.UUID) -> str:
    """Return the path of a program's editor."""
    return f"/clients/{client_id}/programs/{program_id}/edit"


@router.post("/clients/{client_id}/programs")
async def add_program(
    client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep, template: FormText = ""
) -> Response:
    """Start a program, from a template if one is chosen, and open it in the editor."""
    client = await get_client_to_edit(session, member, client_id)
    start = await find_start(session, member, template) if template else None
    if template and start is None:
        raise NotFoundError
    program = await start_program(session, member, client, tools.clock(), start=start)
    return redirect(editor_path(client.id, program.id))


@router.get("/clients/{client_id}/programs/{program_id}/edit")
async def show_editor(
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    search: AskedSearch,
    check: str = "",
    problem: str = "",
) -> Response:
    """Show the editor on the draft as kept; with ``check`` also what stands in the way of assigning it."""
    client = await get_client_to_edit(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    if program.draft is None:
        return redirect(f"/clients/{client.id}/programs/{program.id}")
    return await editor_page.show_draft(
        request, session, member, client, program, search=search, problem=problem, is_checked=bool(check)
    )


@router.get("/programs/library")
async def show_library(request: Request, member: SignedIn, session: Database, search: AskedSearch) -> Response:
    """Answer with the editor's library alone, as it is searched while typing."""
    values = await editor_page.library_values(session, member, search)
    return page(request, "programs/_editor_library.html", **values)


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
    client, program = await hold_program(session, member, client_id, program_id)
    added = sent.action.removeprefix("add:") if sent.action.startswith("add:") else ""
    exercises = await find_exercises(session, member, sent.draft.slugs | ({added} if added else set()))
    stored = Draft.from_data(program.draft) if program.draft else Draft()
    draft = keep_known(sent.draft, exercises.keys() | stored.slugs)
    if sent.action == "autosave":
        return _autosave(program, draft, exercises, sent, tools)
    if await _is_outdated(session, program, draft, exercises, sent):
        return await editor_page.show_conflict(
            request, session, member, client, program, typed=draft, search=sent.search
        )
    change = await _apply(session, member, program, draft, sent, exercises.get(added))
    if sent.action == "assign" and program.draft is None:
        return await _answer_assigned(request, session, member, client, program, sent, change.draft, exercises)
    now = tools.clock()
    saved = keep_draft(program, change.draft, revision=sent.revision, now=now, undo=change.undo, tab=sent.tab)
    if saved == "stale":
        return await editor_page.show_conflict(
            request, session, member, client, program, typed=draft, search=sent.search
        )
    if sent.action == "assign":
        return await _assign(session, member, client, program, change.draft, exercises, sent, tools)
    if sent.is_part:
        return await editor_page.show_draft(
            request, session, member, client, program, search=sent.search, problem=change.problem, part=change.anchor
        )
    return _send_on(client, program, sent, change)


async def _is_outdated(
    session: AsyncSession, program: Program, draft: Draft, exercises: Mapping[str, Exercise], sent: EditorForm
) -> bool:
    """Return True for a page that would begin the next version with another text than the newest one's, unseen.

    It was made before the draft was assigned or discarded elsewhere. "Assign program" judges that by itself.
    """
    if program.draft is not None or sent.action == "assign" or sent.revision == program.draft_revision:
        return False
    newest = await find_newest_version(session, program.id)
    return newest is not None and build_content(draft, exercises)[0] != ProgramContent.from_data(newest.content)


async def _apply(
    session: AsyncSession, member: Member, program: Program, draft: Draft, sent: EditorForm, added: Exercise | None
) -> Change:
    """Do to the draft what the pressed button says."""
    is_start = sent.action == "template"
    return apply_action(
        draft,
        sent.action,
        exercise=added,
        start=await find_start(session, member, sent.template) if is_start else None,
        usual_stop_when=(await new_draft(session, member)).stop_when if is_start else "",
        undo=read_undo(program),
    )


def _send_on(client: Client, program: Program, sent: EditorForm, change: Change) -> Response:
    """Lead on to where the pressed button goes: the editor again, or another page about this draft."""
    here = editor_path(client.id, program.id)
    match sent.action:
        case "preview":
            return redirect(f"/clients/{client.id}/programs/{program.id}/preview.pdf")
        case "copy":
            return redirect(f"/clients/{client.id}/programs/{program.id}/copy")
        case "save-template":
            return redirect(with_query("/templates/new", program=program.id))
    here = with_search(here, sent.search)
    if change.problem:
        here = with_query(here, problem=change.problem)
    answer = redirect(here, notice="draft-saved" if sent.action == "save" else None)
    if change.anchor:
        answer.headers["location"] += f"#{change.anchor}"
    return answer


def _autosave(
    program: Program, draft: Draft, exercises: Mapping[str, Exercise], sent: EditorForm, tools: Tools
) -> Response:
    """Keep what stands on the page while it is being written, and answer with the doses in words.

    Nothing is begun by it: a program that was assigned meanwhile stays without a draft until a button is pressed.
    """
    saved = (
        "stale"
        if program.draft is None
        else keep_draft(
            program, draft, revision=sent.revision, now=tools.clock(), undo=read_undo(program), tab=sent.tab
        )
    )
    if saved == "stale":
        return JSONResponse({"problem": "changed"}, status_code=409)
    doses = [editor.dose_line(item) for item in draft.items]
    is_ready = not build_content(draft, exercises)[1]
    return JSONResponse({"revision": program.draft_revision, "doses": doses, "is_ready": is_ready})


async def _assign(
    session: AsyncSession,
    member: Member,
    client: Client,
    program: Program,
    draft: Draft,
    exercises: Mapping[str, Exercise],
    sent: EditorForm,
    tools: Tools,
) -> Response:
    """Assign the draft just kept, or show in the editor why not."""
    content, _ = build_content(draft, exercises)
    if content is None or (client.archived_at is not None and not sent.confirms_archived):
        return redirect(with_query(editor_path(client.id, program.id), check="yes"))
    version = await assign(session, member=member, client=client, program=program, content=content, tools=tools)
    return redirect(f"/clients/{client.id}", notice=await _assigned_notice(session, version))


async def _assigned_notice(session: AsyncSession, version: ProgramVersion) -> str:
    """Return the code of the sentence that says where the version's PDF goes."""
    delivery = await session.get(Delivery, version.delivery_id) if version.delivery_id else None
    if delivery is None:
        return "program-assigned-no-cliniko"
    if delivery.state == DeliveryState.NEEDS_KEY:
        return "program-assigned-needs-key"
    connection = await find_connection(session, delivery.membership_id)
    is_limited = connection is not None and connection.state == ConnectionState.NOT_PERMITTED
    return "program-assigned-limited" if is_limited else "program-assigned"


async def _answer_assigned(
    request: Request,
    session: AsyncSession,
    member: Member,
    client: Client,
    program: Program,
    sent: EditorForm,
    draft: Draft,
    exercises: Mapping[str, Exercise],
) -> Response:
    """Answer "Assign program" when there is no draft any more: a second click has done its work, other text has not."""
    newest = await find_newest_version(session, program.id)
    content, _ = build_content(draft, exercises)
    if newest is None or content == ProgramContent.from_data(newest.content):
        notice = await _assigned_notice(session, newest) if newest else None
        return redirect(f"/clients/{client.id}", notice=notice)
    return await editor_page.show_conflict(request, session, member, client, program, typed=draft, search=sent.search)
