"""Pages about a client's programs: the client's own page, a program with its versions, and their PDFs."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.models import Access, Practice
from app.clients.models import Client
from app.clients.person import read_news
from app.clients.queries import find_patient_page, get_client_and_access, get_client_to_edit
from app.delivery.outages import describe_outage
from app.delivery.shown import Standing, look_at, show
from app.programs import editor_routes, pdf_routes, taking_back, version_routes
from app.programs.holding import hold_program
from app.programs.home import member_routes
from app.programs.home.chart import draw_chart
from app.programs.home.queries import list_diaries
from app.programs.lifecycle import state_of
from app.programs.queries import ProgramRow, get_program, list_programs, list_versions, newest_number
from app.programs.service import discard_draft, revise
from app.programs.starts import template_groups
from app.web.rendering import page, redirect

router = APIRouter()
router.include_router(editor_routes.router)
router.include_router(version_routes.router)
router.include_router(pdf_routes.router)
router.include_router(member_routes.router)
router.include_router(taking_back.router)


@router.get("/clients/{client_id}")
async def show_client(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Show a client: details, what to know before treating, and programs with their deliveries."""
    client, access = await get_client_and_access(session, member, client_id)
    if client.id != client_id:
        return redirect(f"/clients/{client.id}")  # it became part of this one
    now = tools.clock()
    audit.record_by(session, member, "client.viewed", at=now, client_id=client.id)
    programs, standing = await _look_at_programs(session, client, now)
    shown = await _programs_context(session, member, client, access, programs, standing)
    diaries = await list_diaries(session, client.id, ZoneInfo(shown["zone"]), shown["today"])
    return page(
        request,
        "clients/show.html",
        **shown,
        news=await read_news(session, member, client, now),
        templates=await template_groups(session, member) if shown["may_edit"] else [],
        age=age_on(client.date_of_birth, now.date()),
        cliniko_url=await find_patient_page(session, member, client.id, tools.settings.cliniko_api_url),
        diaries=diaries,
        charts={program_id: draw_chart(diary, shown["today"]) for program_id, diary in diaries.items() if diary.days},
    )


@router.get("/clients/{client_id}/deliveries")
async def show_deliveries(
    request: Request, client_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Answer with the client page's list of programs alone, which keeps itself up to date.

    While it would say the same as the one whose tag comes along, there is nothing but the answer's head (304).
    """
    client, access = await get_client_and_access(session, member, client_id)
    programs, standing = await _look_at_programs(session, client, tools.clock())
    headers = {"ETag": standing.tag(access, [(row.program_id, row.updated_at) for row in programs])}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    shown = await _programs_context(session, member, client, access, programs, standing)
    answer = page(request, "programs/_list.html", **shown)
    answer.headers.update(headers)
    return answer


async def _look_at_programs(
    session: AsyncSession, client: Client, now: datetime
) -> tuple[Sequence[ProgramRow], Standing]:
    programs = await list_programs(session, client.id)
    return programs, await look_at(session, [row.delivery for row in programs if row.delivery], now)


async def _programs_context(
    session: AsyncSession,
    member: Member,
    client: Client,
    access: Access,
    programs: Sequence[ProgramRow],
    standing: Standing,
) -> dict[str, Any]:
    practice = await session.get_one(Practice, member.practice_id)
    zone = practice.time_zone or "UTC"
    return {
        "client": client,
        "member": member,
        "may_edit": access is Access.EDIT,
        "programs": [row for row in programs if not row.ended_at],
        "ended": [row for row in programs if row.ended_at],
        "deliveries": await show(session, standing),
        "outages": [describe_outage(outage, standing.now, zone) for outage in standing.outages.values()],
        "is_live": standing.is_live,
        "zone": zone,
        "today": standing.now.astimezone(ZoneInfo(zone)).date(),
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
    client, access = await get_client_and_access(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    versions = await list_versions(session, program.id)
    if not versions:
        return redirect(editor_routes.editor_path(client.id, program.id))
    practice = await session.get_one(Practice, member.practice_id)
    audit.record_by(
        session, member, "program.viewed", at=tools.clock(), client_id=client.id, program_id=str(program.id)
    )
    standing = await look_at(session, [row.delivery for row in versions if row.delivery], tools.clock())
    return page(
        request,
        "programs/show.html",
        client=client,
        may_edit=access is Access.EDIT,
        program=program,
        versions=versions,
        deliveries=await show(session, standing),
        zone=practice.time_zone or "UTC",
        state=state_of(program),
    )


@router.post("/clients/{client_id}/programs/{program_id}/revise")
async def revise_program(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Open the editor on the next version, begun from the newest."""
    client, program = await hold_program(session, member, client_id, program_id)
    await revise(session, program, tools.clock())
    return redirect(editor_routes.editor_path(client.id, program.id))


@router.get("/clients/{client_id}/programs/{program_id}/discard")
async def ask_to_discard(
    request: Request, client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database
) -> Response:
    """Ask before what was typed is lost."""
    client = await get_client_to_edit(session, member, client_id)
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
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Drop the draft; versions already assigned stay."""
    client, program = await hold_program(session, member, client_id, program_id)
    await discard_draft(session, program)
    audit.record_by(
        session, member, "program.discarded", at=tools.clock(), client_id=client.id, program_id=str(program_id)
    )
    return redirect(f"/clients/{client.id}", notice="draft-discarded")
