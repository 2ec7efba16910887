"""What can be done with a program: pausing, ending, going on, beginning again from an old version, copying into it."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import drop_unstorable
from app.clients.queries import get_client_to_edit
from app.errors import BadRequestError, ConflictError, NotFoundError
from app.programs.copying import copy_into, list_sources
from app.programs.editor_routes import editor_path
from app.programs.holding import hold_program
from app.programs.lifecycle import begin_again, set_state
from app.programs.pdf_routes import VersionNumber
from app.programs.queries import get_program
from app.programs.service import send_version
from app.web.rendering import page, redirect

router = APIRouter(prefix="/clients/{client_id}/programs/{program_id}")

STATES = ("active", "paused", "ended")
LONGEST_SEARCH = 200


@router.post("/state")
async def change_state(
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    state: FormText = "",
) -> Response:
    """Pause or end a program, or go on with it."""
    client, program = await hold_program(session, member, client_id, program_id)
    if state not in STATES:
        raise BadRequestError("Choose whether the program is active, paused or ended.")
    set_state(session, member, program, state, tools.clock())
    return redirect(f"/clients/{client.id}/programs/{program.id}", notice=f"program-{state}")


@router.post("/versions/{number}/send")
async def send_to_cliniko(
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    number: VersionNumber,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    confirm_archived: FormText = "",
) -> Response:
    """Send a version's PDF to the patient the client was linked to after it was assigned."""
    client, program = await hold_program(session, member, client_id, program_id)
    if client.archived_at is not None and confirm_archived != "yes":
        raise ConflictError(
            "This patient is archived in Cliniko, so nothing was sent. Open the program's page: Send to Cliniko "
            "asks you to confirm there."
        )
    await send_version(session, member=member, client=client, program=program, number=number, now=tools.clock())
    return redirect(f"/clients/{client.id}", notice="version-sent")


@router.post("/versions/{number}/again")
async def assign_again(
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    number: VersionNumber,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    replaces: FormText = "",
) -> Response:
    """Open the editor on the next version, begun from an old one."""
    client, program = await hold_program(session, member, client_id, program_id)
    await begin_again(session, program, number, tools.clock(), replaces=replaces == "yes")
    return redirect(editor_path(client.id, program.id))


@router.get("/copy")
async def choose_source(
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    q: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """Show programs of the member's other clients to copy exercises from."""
    client = await get_client_to_edit(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    if program.draft is None:
        return redirect(f"/clients/{client.id}/programs/{program.id}")
    typed = drop_unstorable(q)[:LONGEST_SEARCH]
    sources, has_next = await list_sources(session, member, client.id, typed=typed, number=number)
    return page(
        request,
        "programs/copy.html",
        client=client,
        program=program,
        sources=sources,
        has_next=has_next,
        number=number,
        typed=typed,
        editor_url=editor_path(client.id, program.id),
    )


@router.post("/copy")
async def copy_program(
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    source: FormText = "",
    notes: FormText = "",
    revision: Annotated[int, Form()] = 0,
) -> Response:
    """Append another client's exercises to this program and go back to the editor."""
    client, program = await hold_program(session, member, client_id, program_id)
    await copy_into(
        session,
        member,
        program,
        _read_id(source),
        revision=revision,
        keeps_notes=notes == "yes",
        now=tools.clock(),
    )
    audit.record_by(
        session,
        member,
        "program.copied",
        at=tools.clock(),
        client_id=client.id,
        program_id=str(program.id),
        source_id=str(_read_id(source)),
    )
    return redirect(editor_path(client.id, program.id), notice="program-copied")


def _read_id(text: str) -> uuid.UUID:
    """Return the id a button sends; raises NotFoundError for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError from None
