"""The page Cliniko's "Open in Kinebridge" button leads to."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.connections import find_connection, note_reached
from app.accounts.models import ConnectionState
from app.accounts.tools import Tools
from app.bridge.outcomes import Click, Following, Outcome, send_trace_along
from app.bridge.service import (
    NotShared,
    can_see_in_cliniko,
    fetch_patient,
    note_shared_opening,
    open_patient,
    read_patient_id,
)
from app.clients.jobs import defer_refresh
from app.clients.queries import find_known_patient
from app.cliniko.errors import ClinikoError, KeyRejected, NotPermitted, PatientNotFound
from app.crypto import CannotDecryptError
from app.db import release, transaction
from app.web.rendering import page, redirect

router = APIRouter()


@router.get("/open/cliniko")
@router.get("/open/cliniko/")  # an App URL that was entered with a slash at its end
async def open_from_cliniko(
    click: Following,
    request: Request,
    session: Database,
    member: SignedIn,
    tools: ToolsDep,
    patient_id: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Lead to the client of a Cliniko patient.

    A known one at once, without a call to Cliniko; an unknown one after one request with the practitioner's own key.
    """
    wanted = read_patient_id(patient_id or [])
    known = await find_known_patient(session, member, wanted)
    if known is not None and known.is_visible:
        note_shared_opening(session, member, known, tools)
        answer = _lead_to(known.client_id, click, Outcome.OPENED, tools)
        # After the answer, so that it costs the click nothing; a refresh lost with the process is only late.
        answer.background = BackgroundTask(_refresh_later, tools, known.client_id, member)
        return answer
    connection = await find_connection(session, member.membership_id)
    await release(session)
    if known is not None:
        is_seen = await can_see_in_cliniko(tools, connection, wanted)
        return _not_shared_page(request, click, known.owner_name if is_seen else None)
    if connection is None or connection.state == ConnectionState.REJECTED:
        return _no_key_page(request, click, is_rejected=connection is not None)
    try:
        trail = await fetch_patient(tools, connection, wanted)
    except CannotDecryptError:
        return _no_key_page(request, click, is_rejected=True)
    except ClinikoError as error:
        return _cliniko_error_page(request, click, error)
    await note_reached(session, connection)
    found = await open_patient(session, member, tools, trail, wanted)
    if isinstance(found, NotShared):
        return _not_shared_page(request, click, found.owner_name)
    return _lead_to(found.client_id, click, Outcome.MADE if found.is_new else Outcome.OPENED, tools)


def _lead_to(client_id: uuid.UUID, click: Click, outcome: Outcome, tools: Tools) -> Response:
    click.outcome, click.client_id = outcome, client_id
    answer = redirect(f"/clients/{client_id}")
    send_trace_along(answer, tools.settings, client_id)
    return answer


async def _refresh_later(tools: Tools, client_id: uuid.UUID, member: Member) -> None:
    async with transaction(tools.sessions) as session:
        await defer_refresh(session, client_id, member.membership_id)


def _not_shared_page(request: Request, click: Click, owner_name: str | None) -> Response:
    click.outcome = Outcome.NOT_SHARED
    return page(request, "bridge/not_shared.html", status=404, owner_name=owner_name)


def _no_key_page(request: Request, click: Click, *, is_rejected: bool) -> Response:
    click.outcome = Outcome.NO_KEY
    return page(request, "bridge/no_key.html", status=409, is_rejected=is_rejected)


def _cliniko_error_page(request: Request, click: Click, error: ClinikoError) -> Response:
    """Each cause has its own page: a new key, another role, a missing patient, or trying again."""
    if isinstance(error, KeyRejected):
        return _no_key_page(request, click, is_rejected=True)
    if isinstance(error, PatientNotFound):
        click.outcome = Outcome.NOT_VISIBLE
        return page(request, "bridge/not_visible.html", status=404)
    if isinstance(error, NotPermitted):
        click.outcome = Outcome.NOT_PERMITTED
        return page(request, "bridge/not_permitted.html", status=403)
    click.outcome = Outcome.CLINIKO_TROUBLE
    answer = page(request, "bridge/try_again.html", status=503, title=error.title, message=error.message)
    answer.headers["Retry-After"] = "30"
    return answer
