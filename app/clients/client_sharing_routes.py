"""Who can see this client: what the owner says of one client, and handing it over to a colleague."""

import uuid
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError
from app.clients.forms import read_colleague, read_grant
from app.clients.granting import (
    get_managed_client,
    hand_over,
    list_colleagues,
    preview_hand_over,
    set_grant,
    zone_of,
)
from app.clients.models import Client
from app.clients.sharing import last_day
from app.errors import NotFoundError
from app.web.rendering import page, redirect

router = APIRouter(prefix="/clients/{client_id}")

# What the form says for taking back what was said of a colleague.
BY_RULE = "rule"


@router.get("/sharing")
async def show_sharing(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Show who of the practice may do what with the client, to its owner; to who runs the practice, handing it over."""
    client = await get_managed_client(session, member, client_id, leads=True)
    return await _sharing_page(request, session, member, client, tools.clock())


@router.post("/sharing")
async def save_sharing(
    request: Request,
    client_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    colleague: FormText = "",
    access: FormText = "",
    until: FormText = "",
) -> Response:
    """Say what one colleague may do with the client."""
    client = await get_managed_client(session, member, client_id, leads=False)
    now = tools.clock()
    try:
        colleague_id = read_colleague(colleague)
        grant = (
            None if access == BY_RULE else read_grant(access, until, now, await zone_of(session, client.practice_id))
        )
    except FormError as error:
        typed = {"colleague": colleague, "access": access, "until": until}
        return await _sharing_page(request, session, member, client, now, typed=typed, errors=error.fields)
    await set_grant(session, member, client, colleague_id, grant, now)
    return redirect(f"/clients/{client.id}/sharing", notice="saved")


@router.get("/hand-over")
async def confirm_hand_over(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep, to: str = ""
) -> Response:
    """Show what handing the client over to a colleague would mean."""
    client = await get_managed_client(session, member, client_id, leads=True)
    try:
        to_id = read_colleague(to)
    except FormError:
        return redirect(f"/clients/{client.id}/sharing")
    found = await preview_hand_over(session, client, to_id, tools.clock())
    names = {each.id: each.name for each in await list_colleagues(session, client, tools.clock())}
    return page(
        request,
        "clients/hand_over.html",
        client=client,
        is_mine=client.owner_id == member.membership_id,
        to_id=to_id,
        to_name=names[to_id],
        consequences=found,
    )


@router.post("/hand-over")
async def do_hand_over(
    client_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    to: FormText = "",
    keeps_sight: FormText = "",
) -> Response:
    """Make a colleague the client's owner."""
    client = await get_managed_client(session, member, client_id, leads=True)
    try:
        to_id = read_colleague(to)
    except FormError:
        raise NotFoundError from None
    await hand_over(session, member, client, to_id, keeps_sight=keeps_sight == "yes", now=tools.clock())
    return redirect("/clients", notice="client-handed-over")


async def _sharing_page(
    request: Request,
    session: Database,
    member: Member,
    client: Client,
    now: datetime,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    zone = await zone_of(session, client.practice_id)
    colleagues = await list_colleagues(session, client, now)
    return page(
        request,
        "clients/sharing.html",
        status=422 if errors else 200,
        client=client,
        is_mine=client.owner_id == member.membership_id,
        colleagues=[
            {
                "id": each.id,
                "name": each.name,
                "access": each.access,
                "is_told": each.told is not None,
                "by_rule": each.by_rule,
                "until": last_day(each.told.ends_at, zone) if each.told and each.told.ends_at else None,
            }
            for each in colleagues
        ],
        typed=typed or {"colleague": "", "access": "", "until": ""},
        errors=errors or {},
    )
