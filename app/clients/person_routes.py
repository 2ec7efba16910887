"""Pages about the person: adding and editing a client, and deciding what of Cliniko's is taken over."""

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import (
    Database,
    Member,
    SignedIn,
    ToolsDep,
)
from app.accounts.form_fields import FormText, read_form, text_fields
from app.accounts.forms import FormError, drop_unstorable
from app.clients.details import EDITABLE
from app.clients.editing import EMPTY, add_client, edit_details, link_by_hand, settle_field, tell_apart
from app.clients.forms import read_details, show_fields
from app.clients.models import Client
from app.clients.person import differences_of
from app.clients.queries import get_client_to_edit, list_clients
from app.errors import BadRequestError, NotFoundError
from app.web.rendering import page, redirect

router = APIRouter()

LONGEST_SEARCH = 200


@router.get("/clients/new")
async def show_new(request: Request, member: SignedIn) -> Response:
    """Show the form for a client who is in no Cliniko."""
    return _form_page(request, member, show_fields(EMPTY), client_id=uuid.uuid4())


@router.post("/clients/new")
async def add(request: Request, member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Add a client by hand."""
    sent = dict(text_fields(await read_form(request)))
    typed, client_id = _typed(sent), _read_id(sent.get("id", ""))
    now = tools.clock()
    try:
        details = read_details(typed, {}, today=now.date())
    except FormError as error:
        return _form_page(request, member, typed, client_id=client_id, errors=error.fields)
    await add_client(session, member, client_id, details, now)
    return redirect(f"/clients/{client_id}", notice="client-added")


@router.get("/clients/{client_id}/edit")
async def show_edit(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Show a client's details for editing, with what Cliniko says of those edited before."""
    client = await get_client_to_edit(session, member, client_id)
    audit.record_by(session, member, "client.viewed", at=tools.clock(), client_id=client.id, page="edit")
    return _form_page(request, member, show_fields(client.details), client=client)


@router.post("/clients/{client_id}/edit")
async def save_edit(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Keep what was edited; fields left as the form showed them stay whatever they are by now."""
    fields = text_fields(await read_form(request))
    client = await get_client_to_edit(session, member, client_id)
    typed, shown = _typed(dict(fields)), _typed(dict(fields), prefix="was_")
    now = tools.clock()
    try:
        details = read_details(typed, shown, today=now.date())
    except FormError as error:
        return _form_page(request, member, typed, client=client, shown=shown, errors=error.fields)
    await edit_details(session, member, client, details, now)
    return redirect(f"/clients/{client.id}", notice="saved" if details else "nothing-changed")


@router.post("/clients/{client_id}/fields")
async def settle(
    client_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    field: FormText = "",
    action: FormText = "",
    theirs: FormText = "",
) -> Response:
    """Take Cliniko's value of a field, or keep ours."""
    client = await get_client_to_edit(session, member, client_id)
    if field not in EDITABLE or action not in ("take", "keep"):
        raise BadRequestError("Choose which value to use on the client's page.")
    takes_theirs = action == "take"
    await settle_field(session, member, client, field, takes_theirs=takes_theirs, seen=theirs, now=tools.clock())
    return redirect(f"/clients/{client.id}", notice="saved")


@router.post("/clients/{client_id}/same-person")
async def link(
    client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep, other: FormText = ""
) -> Response:
    """Make one client of this one and another, of whom at least one was added by hand."""
    client = await get_client_to_edit(session, member, client_id)
    one = await link_by_hand(session, member, client, await _other(session, member, other), tools.clock())
    return redirect(f"/clients/{one}", notice="clients-linked")


@router.get("/clients/{client_id}/same-person")
async def choose_same_person(
    request: Request,
    client_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    q: Annotated[str, Query()] = "",
    other: Annotated[str, Query()] = "",
) -> Response:
    """Show the member's clients, to choose which of them is the same person; with ``other``, ask once more."""
    client = await get_client_to_edit(session, member, client_id)
    if other:
        chosen = await _other(session, member, other)
        return page(request, "clients/same_person_sure.html", client=client, other=chosen)
    typed = drop_unstorable(q)[:LONGEST_SEARCH]
    clients = await list_clients(session, member, typed=typed)
    return page(
        request,
        "clients/same_person.html",
        client=client,
        typed=typed,
        clients=[row for row in clients.rows if row.id != client.id and not row.is_view_only],
        has_more=clients.has_next,
    )


@router.post("/clients/{client_id}/different-person")
async def keep_apart(
    client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep, other: FormText = ""
) -> Response:
    """Stop offering to link the two."""
    client = await get_client_to_edit(session, member, client_id)
    await tell_apart(session, member, client, await _other(session, member, other), tools.clock())
    return redirect(f"/clients/{client.id}", notice="saved")


async def _other(session: Database, member: Member, typed: str) -> Client:
    return await get_client_to_edit(session, member, _read_id(typed))


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError from None


def _typed(sent: Mapping[str, str], *, prefix: str = "") -> dict[str, str]:
    return {field: sent.get(prefix + field, "") for field in EDITABLE}


def _form_page(
    request: Request,
    member: Member,
    typed: Mapping[str, str],
    *,
    client: Client | None = None,
    client_id: uuid.UUID | None = None,
    shown: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    return page(
        request,
        "clients/edit.html",
        status=422 if errors else 200,
        client=client,
        client_id=client.id if client else client_id,
        typed=typed,
        shown=typed if shown is None else shown,
        theirs={each.field: each for each in differences_of(client, with_settled=True)}
        if client and not client.is_hand_made
        else {},
        errors=errors or {},
    )
