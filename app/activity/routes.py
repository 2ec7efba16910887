"""My account > Activity: who did what in the practice, narrowed down, and as a CSV."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, TeamLeadElse404, ToolsDep
from app.accounts.models import Practice
from app.activity import client_routes, keeping_routes
from app.activity.export import write_lines
from app.activity.filters import NOBODY, Filter, Place, read_filter, read_place
from app.activity.queries import (
    MOST_EXPORTED,
    PAGE_LENGTH,
    Line,
    list_events,
    list_people,
    put_into_words,
)
from app.activity.sentences import KINDS, SYSTEM
from app.clients.models import Client
from app.clients.queries import get_client, ids_of_client
from app.spreadsheet import CSV_TYPE
from app.web.files import attached
from app.web.filters import with_query
from app.web.rendering import page

ACTIVITY_PAGE = "/account/activity"

router = APIRouter()
router.include_router(keeping_routes.router)
router.include_router(client_routes.router)


def _choices(
    who: str = "",
    kind: str = "",
    client: str = "",
    first_day: Annotated[str, Query(alias="from")] = "",
    last_day: Annotated[str, Query(alias="to")] = "",
) -> Filter:
    return read_filter(who, kind, client, first_day, last_day)


Choices = Annotated[Filter, Depends(_choices)]


@router.get(ACTIVITY_PAGE)
async def show_activity(
    request: Request, session: Database, member: TeamLeadElse404, chosen: Choices, after: Annotated[str, Query()] = ""
) -> Response:
    """Show what was done under the choices made, newest first."""
    practice, client = await _read_scope(session, member, chosen)
    zone = practice.time_zone or "UTC"
    place = read_place(after)
    people, lines, following = await _read(session, member, chosen, client, zone, place, PAGE_LENGTH)
    choices = chosen.as_query()
    return page(
        request,
        "activity/list.html",
        chosen=chosen,
        client=client,
        lines=lines,
        zone=zone,
        people=_offered(people, member.patient_word),
        kinds=[("", "Everything"), *(dict(KINDS) | {"client": f"{member.patient_word}s".capitalize()}).items()],
        choices=choices,
        newer=with_query(ACTIVITY_PAGE, **choices) if place else "",
        older=with_query(ACTIVITY_PAGE, **choices, after=following) if following else "",
        most_exported=MOST_EXPORTED,
    )


@router.get(ACTIVITY_PAGE + ".csv")
async def export_activity(session: Database, tools: ToolsDep, member: TeamLeadElse404, chosen: Choices) -> Response:
    """Send the newest lines under the choices made as a CSV."""
    practice, client = await _read_scope(session, member, chosen)
    zone = practice.time_zone or "UTC"
    _, lines, _ = await _read(session, member, chosen, client, zone, None, MOST_EXPORTED)
    now = tools.clock()
    audit.record_by(session, member, "activity.exported", at=now, events=len(lines))
    content = await anyio.to_thread.run_sync(write_lines, lines)
    return Response(content, media_type=CSV_TYPE, headers=_as_file("activity", now, zone))


def _as_file(name: str, now: datetime, zone: str) -> dict[str, str]:
    today = now.astimezone(ZoneInfo(zone)).date()
    return {"Cache-Control": "no-store", **attached(f"{name}-{today.isoformat()}.csv")}


async def _read_scope(session: AsyncSession, member: Member, chosen: Filter) -> tuple[Practice, Client | None]:
    """Return the practice and the chosen client; raises NotFoundError for one the member may not see."""
    practice = await session.get_one(Practice, member.practice_id)
    return practice, await get_client(session, member, chosen.client) if chosen.client else None


async def _read(
    session: AsyncSession,
    member: Member,
    chosen: Filter,
    client: Client | None,
    zone: str,
    after: Place | None,
    most: int,
) -> tuple[Sequence[tuple[uuid.UUID, uuid.UUID, str]], list[Line], Place | None]:
    ids = await ids_of_client(session, client.id) if client else []
    people = await list_people(session, member)
    events, following = await list_events(
        session, member, chosen, ZoneInfo(zone), client_ids=ids, after=after, most=most
    )
    return people, await put_into_words(session, member, events, people), following


def _offered(people: Sequence[tuple[uuid.UUID, uuid.UUID, str]], word: str) -> list[tuple[Any, str]]:
    named = [(str(practitioner_id), name) for _, practitioner_id, name in people]
    return [("", "Everybody"), *named, (NOBODY, f"{SYSTEM} itself, or {word}s")]
