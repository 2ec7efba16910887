"""What a practitioner does with a client's page: pass its address on, renew it, turn it off. All of it is audited."""

import datetime
import uuid

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.clients.models import Client
from app.errors import NotFoundError
from app.programs.holding import hold_program
from app.programs.home.links import code_of, ensure_link, link_url, renew_link, turn_off
from app.programs.models import Program
from app.programs.queries import find_newest_version
from app.waits import word_wait
from app.web.rendering import page, redirect

router = APIRouter()

HOME_PATH = "/clients/{client_id}/programs/{program_id}/home"


@router.get(HOME_PATH)
async def show_link(
    request: Request,
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
) -> Response:
    """Show the address of the patient's page and what opens it; the first look makes it."""
    client, program, title = await _get_assigned(session, member, client_id, program_id)
    now = tools.clock()
    link = await ensure_link(session, tools.vault, program, now)
    url = link_url(tools, link.public_id) if link else None
    if link:
        _record(session, "program.link_shown", member, client, program, now)
    return page(
        request,
        "programs/home_link.html",
        client=client,
        program=program,
        title=title,
        url=url,
        code=code_of(tools.vault, link) if link and not client.date_of_birth else "",
        wait=word_wait(link.locked_until, now) if link and link.locked_until and link.locked_until > now else "",
        picture=segno.make(url, error="m").svg_data_uri(scale=4, border=2) if url else "",
    )


@router.post(HOME_PATH + "/new")
async def make_new_link(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Give the program a new address; the one before opens nothing from now on."""
    client, program, _ = await _get_assigned(session, member, client_id, program_id)
    now = tools.clock()
    await renew_link(session, tools.vault, program, now)
    _record(session, "program.link_renewed", member, client, program, now)
    return redirect(_path(client, program), notice="link-renewed")


@router.post(HOME_PATH + "/off")
async def turn_link_off(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Turn the patient's page off; what was noted stays."""
    client, program, _ = await _get_assigned(session, member, client_id, program_id)
    now = tools.clock()
    await turn_off(session, program, now)
    _record(session, "program.link_turned_off", member, client, program, now)
    return redirect(_path(client, program), notice="link-off")


async def _get_assigned(
    session: Database, member: Member, client_id: uuid.UUID, program_id: uuid.UUID
) -> tuple[Client, Program, str]:
    """Return a program that was assigned, locked, and its title; before that nobody is given a page, which is a 404."""
    client, program = await hold_program(session, member, client_id, program_id)
    newest = await find_newest_version(session, program.id)
    if newest is None:
        raise NotFoundError
    return client, program, newest.title


def _path(client: Client, program: Program) -> str:
    return f"/clients/{client.id}/programs/{program.id}/home"


def _record(
    session: Database, action: str, member: Member, client: Client, program: Program, now: datetime.datetime
) -> None:
    audit.record(
        session,
        action,
        at=now,
        practice_id=client.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=client.id,
        program_id=str(program.id),
    )
