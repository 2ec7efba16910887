"""Everything kept about one client: exported, and erased after a waiting time."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, SignedIn, TeamLeadElse404, ToolsDep
from app.accounts.models import Practice
from app.clients.queries import ids_of_client
from app.delivery.models import Delivery
from app.privacy.access import get_person
from app.privacy.asking import WAITING, ask_for_client, count_under_way, withdraw_for_client
from app.privacy.export import Scope
from app.privacy.sending import ExportResponse
from app.privacy.summary import count_rows
from app.web.rendering import page, redirect

router = APIRouter(prefix="/clients/{client_id}")


@router.get("/data")
async def show_data(
    request: Request, client_id: uuid.UUID, session: Database, tools: ToolsDep, member: SignedIn
) -> Response:
    """Show how much is kept about a client, to export it or have it erased."""
    client = await get_person(session, member, client_id)
    scope = Scope(client.practice_id, tuple(await ids_of_client(session, client.id)))
    now = tools.clock()
    audit.record_by(session, member, "data.client_looked_up", at=now, client_id=client.id)
    practice = await session.get_one(Practice, member.practice_id)
    return page(
        request,
        "privacy/client.html",
        client=client,
        member=member,
        practice=practice,
        counts=await count_rows(session, scope),
        under_way=await count_under_way(session, Delivery.client_id.in_(scope.client_ids)),
        erase_at=client.erase_at,
        would_erase_at=now + WAITING,
    )


@router.get("/data.zip")
async def export_data(client_id: uuid.UUID, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Send everything kept about a client."""
    client = await get_person(session, member, client_id)
    scope = Scope(client.practice_id, tuple(await ids_of_client(session, client.id)))
    audit.record_by(session, member, "data.client_exported", at=tools.clock(), client_id=client.id)
    return ExportResponse(tools, scope, tools.clock())


@router.post("/erasure")
async def ask(client_id: uuid.UUID, session: Database, tools: ToolsDep, member: TeamLeadElse404) -> Response:
    """Have everything about a client erased after the waiting time."""
    client = await get_person(session, member, client_id)
    await ask_for_client(session, member, client, tools.clock())
    return redirect(f"/clients/{client.id}/data", notice="client-erasure-asked")


@router.post("/erasure/withdraw")
async def withdraw(client_id: uuid.UUID, session: Database, tools: ToolsDep, member: TeamLeadElse404) -> Response:
    """Take that back."""
    client = await get_person(session, member, client_id)
    await withdraw_for_client(session, member, client, tools.clock())
    return redirect(f"/clients/{client.id}/data", notice="erasure-withdrawn")
