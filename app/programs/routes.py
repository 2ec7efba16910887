"""Pages about a client's programs: the client's own page, a program with its versions, and their PDFs."""

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.models import Practice
from app.clients.models import Client
from app.clients.person import read_news
from app.clients.queries import get_client
from app.delivery.states import RETRYABLE, describe, is_live
from app.programs import editor_routes, pdf_routes, version_routes
from app.programs.home import member_routes
from app.programs.home.chart import draw_chart
from app.programs.home.queries import list_diaries
from app.programs.lifecycle import state_of
from app.programs.queries import get_program, list_programs, list_versions, newest_number
from app.programs.service import discard_draft, revise
from app.web.rendering import page, redirect

router = APIRouter()
router.include_router(editor_routes.router)
router.include_router(version_routes.router)
router.include_router(pdf_routes.router)
router.include_router(member_routes.router)


@router.get("/clients/{client_id}")
async def show_client(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Show a client: details, what to know before treating, and programs with their deliveries."""
    client = await get_client(session, member, client_id)
    if client.id != client_id:
        return redirect(f"/clients/{client.id}")  # it became part of this one
    now = tools.clock()
    shown = await _programs_context(session, member, client, now)
    diaries = await list_diaries(session, client.id, ZoneInfo(shown["zone"]), shown["today"])
    return page(
        request,
        "clients/show.html",
        **shown,
        news=await read_news(session, member, client, now),
        age=age_on(client.date_of_birth, now.date()),
        diaries=diaries,
        charts={program_id: draw_chart(diary, shown["today"]) for program_id, diary in diaries.items() if diary.days},
    )


@router.get("/clients/{client_id}/deliveries")
async def show_deliveries(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Answer with the client page's list of programs alone, which keeps itself up to date."""
    client = await get_client(session, member, client_id)
    shown = await _programs_context(session, member, client, tools.clock())
    return page(request, "programs/_list.html", **shown)


async def _programs_context(session: AsyncSession, member: Member, client: Client, now: datetime) -> dict[str, Any]:
    practice = await session.get_one(Practice, member.practice_id)
    programs = await list_programs(session, client.id)
    return {
        "client": client,
        "member": member,
        "programs": [row for row in programs if not row.ended_at],
        "ended": [row for row in programs if row.ended_at],
        "states": {row.delivery.id: describe(row.delivery, now) for row in programs if row.delivery},
        "is_live": any(row.delivery and is_live(row.delivery) for row in programs),
        "retryable": RETRYABLE,
        "zone": practice.time_zone or "UTC",
        "today": now.astimezone(ZoneInfo(practice.time_zone or "UTC")).date(),
    }


def age_on(born: date | None, day: date) -> int | None:
    """Return the age in whole years on a day, or None when the birthday is unknown or still to come."""
    if born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@router.get("/clients/{client_id}/programs/{program_id}")
async def show_program(
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
) -> Response:
    """Show a program: each version as it was assigned, with its PDF and delivery."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    versions = await list_versions(session, program.id)
    if not versions:
        return redirect(editor_routes.editor_path(client.id, program.id))
    practice = await session.get_one(Practice, member.practice_id)
    now = tools.clock()
    return page(
        request,
        "programs/show.html",
        client=client,
        program=program,
        versions=versions,
        states={row.delivery.id: describe(row.delivery, now) for row in versions if row.delivery},
        zone=practice.time_zone or "UTC",
        state=state_of(program),
    )


@router.post("/clients/{client_id}/programs/{program_id}/revise")
async def revise_program(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Open the editor on the next version, begun from the newest."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id, lock=True)
    await revise(session, program, tools.clock())
    return redirect(editor_routes.editor_path(client.id, program.id))


@router.get("/clients/{client_id}/programs/{program_id}/discard")
async def ask_to_discard(
    request: Request, client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database
) -> Response:
    """Ask before what was typed is lost."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    if program.draft is None:
        return redirect(f"/clients/{client.id}")
    return page(
        request,
        "programs/discard.html",
        client=client,
        program=program,
        draft=program.draft,
        newest_number=await newest_number(session, program.id),
    )


@router.post("/clients/{client_id}/programs/{program_id}/discard")
async def discard_program_draft(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database
) -> Response:
    """Drop the draft; versions already assigned stay."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id, lock=True)
    await discard_draft(session, program)
    return redirect(f"/clients/{client.id}", notice="draft-discarded")
