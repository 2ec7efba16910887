"""One client's record: who has seen and changed what is kept of them, to show or hand to the client who asks."""

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, TeamLeadElse404, ToolsDep
from app.accounts.models import Practice
from app.activity.export import write_report
from app.activity.filters import Filter
from app.activity.queries import MOST_EXPORTED, Line, list_events, list_people, put_into_words
from app.clients.models import Client
from app.clients.queries import get_client, ids_of_client
from app.spreadsheet import CSV_TYPE
from app.web.files import attached
from app.web.rendering import page

MOST_SHOWN = 500

router = APIRouter(prefix="/clients/{client_id}/record")


@router.get("")
async def show_record(
    request: Request, client_id: uuid.UUID, session: Database, tools: ToolsDep, member: TeamLeadElse404
) -> Response:
    """Show who has seen a client, newest first, fit to be printed."""
    client = await get_client(session, member, client_id)
    lines, has_more = await _read(session, member, client, MOST_SHOWN)
    practice = await session.get_one(Practice, member.practice_id)
    now = tools.clock()
    audit.record_by(session, member, "client.record_viewed", at=now, client_id=client.id)
    return page(
        request,
        "activity/client.html",
        client=client,
        practice_name=practice.name,
        lines=lines,
        has_more=has_more,
        zone=practice.time_zone or "UTC",
        now=now,
        years=practice.audit_years,
    )


@router.get(".csv")
async def export_record(client_id: uuid.UUID, session: Database, tools: ToolsDep, member: TeamLeadElse404) -> Response:
    """Send a client's record as a CSV; the file's name tells nobody's."""
    client = await get_client(session, member, client_id)
    lines, _ = await _read(session, member, client, MOST_EXPORTED)
    audit.record_by(session, member, "client.record_exported", at=tools.clock(), client_id=client.id)
    content = await anyio.to_thread.run_sync(write_report, lines)
    headers = {"Cache-Control": "no-store", **attached("client-record.csv")}
    return Response(content, media_type=CSV_TYPE, headers=headers)


async def _read(session: AsyncSession, member: Member, client: Client, most: int) -> tuple[Sequence[Line], bool]:
    ids = await ids_of_client(session, client.id)
    chosen = Filter(client=client.id)
    events, following = await list_events(session, member, chosen, ZoneInfo("UTC"), client_ids=ids, most=most)
    people = await list_people(session, member)
    return await put_into_words(session, member, events, people), following is not None
