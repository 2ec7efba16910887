"""The page Cliniko's "Open in Kinebridge" button leads to."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.connecting.connections import find_connection, note_reached
from app.accounts.form_fields import FormText
from app.accounts.models import Connection, ConnectionState, Practice
from app.accounts.signing_in.switching import switch_practice
from app.accounts.tools import Tools
from app.bridge.arriving import comes_from_cliniko
from app.bridge.outcomes import Following, Outcome, Result, send_trace_along
from app.bridge.places import FoundThere, Place, ask_there, other_places, practice_of
from app.bridge.service import (
    CLICK_SECONDS,
    NotShared,
    can_see_in_cliniko,
    fetch_patient,
    note_button,
    note_opening,
    open_patient,
    read_patient_id,
)
from app.clients.jobs import defer_refresh
from app.clients.queries import KnownPatient, find_known_patient
from app.clients.request_queries import find_asked
from app.cliniko.errors import ClinikoError, KeyRejected, NotPermitted, PatientNotFound
from app.cliniko.merges import MergeTrail
from app.crypto import CannotDecryptError
from app.db import release, transaction
from app.errors import NotFoundError
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()

# What is left to ask the other practices after a slow answer of the active one's.
LEAST_SECONDS = 1.5


@dataclass(frozen=True)
class Click:
    """One click: who made it, where, which patient it names, and what comes of it."""

    result: Result
    request: Request
    session: Database
    member: Member
    tools: Tools
    patient_id: str


@router.get("/open/cliniko")
@router.get("/open/cliniko/")  # an App URL that was entered with a slash at its end
async def open_from_cliniko(
    result: Following,
    request: Request,
    session: Database,
    member: SignedIn,
    tools: ToolsDep,
    patient_id: Annotated[list[str] | None, Query()] = None,
    practice: str = "",
) -> Response:
    """Lead to the client of a Cliniko patient.

    A known one at once, without a call to Cliniko; an unknown one after one request with the practitioner's own key.
    Not found in the active practice, it is looked for in the practitioner's others, unless ``practice`` says that the
    active one is meant.
    """
    click = Click(result, request, session, member, tools, read_patient_id(patient_id or []))
    known = await find_known_patient(session, member, click.patient_id)
    if known is not None and known.is_visible:
        return _open_known(click, member, known)
    if comes_from_cliniko(request, tools.settings.public_url):
        await note_button(session, member.practice_id, tools.clock())
    is_chosen = practice == str(member.practice_id)
    others = [] if is_chosen else await other_places(session, member, click.patient_id)
    connection = await find_connection(session, member.membership_id)
    await release(session)
    elsewhere = [place for place in others if place.opens]
    if known is not None:
        if elsewhere:
            return _ask_which(click, elsewhere)
        is_seen = await can_see_in_cliniko(tools, connection, click.patient_id)
        return await _not_shared_page(click, member, NotShared(known.client_id, known.owner_name if is_seen else None))
    began = time.monotonic()
    trail = await _ask_here(click, connection)
    if isinstance(trail, MergeTrail):
        assert connection is not None  # noqa: S101 - it showed the patient
        return _ask_which(click, elsewhere) if elsewhere else await _open_new(click, member, trail, connection)
    if others:
        is_surely_not_here = isinstance(trail, PatientNotFound)
        seconds = max(LEAST_SECONDS, CLICK_SECONDS - (time.monotonic() - began))
        answer = await _look_elsewhere(click, others, is_surely_not_here=is_surely_not_here, seconds=seconds)
        if answer is not None:
            return answer
    if trail is None:
        return _no_key_page(click, is_rejected=connection is not None)
    return _cliniko_error_page(click, trail)


@router.post("/open/cliniko/choose")
async def choose_practice(
    session: Database, member: SignedIn, tools: ToolsDep, patient_id: FormText = "", practice: FormText = ""
) -> Response:
    """Go on with the click in the practice that was chosen, which becomes the active one."""
    wanted, practice_id = read_patient_id([patient_id]), practice_of(member, practice)
    if practice_id is None:
        raise NotFoundError
    await switch_practice(session, member, practice_id, tools.clock())
    return redirect(with_query("/open/cliniko", patient_id=wanted, practice=practice_id))


async def _ask_here(click: Click, connection: Connection | None) -> MergeTrail | ClinikoError | None:
    """Return what Cliniko says in the active practice; None without a key that can be used."""
    if connection is None or connection.state == ConnectionState.REJECTED:
        return None
    try:
        trail = await fetch_patient(click.tools, connection, click.patient_id)
    except CannotDecryptError:
        return None
    except ClinikoError as error:
        return error
    await note_reached(click.session, connection)
    return trail


async def _look_elsewhere(
    click: Click, others: Sequence[Place], *, is_surely_not_here: bool, seconds: float
) -> Response | None:
    """Open the patient in the one other practice that has them, or ask which is meant; None when none of them has."""
    opening = [place for place in others if place.opens]
    found: list[FoundThere] = []
    if not opening:
        found, trouble = await ask_there(click.tools, others, click.patient_id, seconds=seconds)
        if trouble is not None and not found:
            return _cliniko_error_page(click, trouble) if is_surely_not_here else None
    places = opening or [each.place for each in found]
    if len(places) > 1 or (places and not is_surely_not_here):
        return _ask_which(click, places, is_here=not is_surely_not_here)
    if opening:
        place = opening[0]
        assert place.known is not None  # noqa: S101 - it opens
        return await _switch_to(click, place, _open_known(click, place.member, place.known))
    if found:
        place, trail = found[0].place, found[0].trail
        assert place.connection is not None  # noqa: S101 - it showed the patient
        return await _switch_to(click, place, await _open_new(click, place.member, trail, place.connection))
    return None


def _open_known(click: Click, member: Member, known: KnownPatient) -> Response:
    answer = _lead_to(click, known.client_id, Outcome.OPENED)
    # After the answer, so that it costs the click nothing. A refresh lost with the process is only late, and of the
    # client nothing was shown yet: the page that the answer leads to is recorded before it is sent.
    has_button = comes_from_cliniko(click.request, click.tools.settings.public_url)
    answer.background = BackgroundTask(_after_opening, click.tools, known, member, has_button=has_button)
    return answer


async def _open_new(click: Click, member: Member, trail: MergeTrail, connection: Connection) -> Response:
    found = await open_patient(click.session, member, click.tools, trail, click.patient_id, connection)
    if isinstance(found, NotShared):
        return await _not_shared_page(click, member, found)
    return _lead_to(click, found.client_id, Outcome.MADE if found.is_new else Outcome.OPENED)


def _lead_to(click: Click, client_id: uuid.UUID, outcome: Outcome) -> Response:
    click.result.outcome, click.result.client_id = outcome, client_id
    answer = redirect(f"/clients/{client_id}")
    send_trace_along(answer, click.tools.settings, client_id)
    return answer


async def _switch_to(click: Click, place: Place, answer: Response) -> Response:
    """Let an answer that leads to a client lead there in its practice, and the page say so."""
    if answer.status_code == 303:
        await switch_practice(click.session, click.member, place.member.practice_id, click.tools.clock())
        answer.headers["location"] = with_query(answer.headers["location"], notice="practice-switched")
    return answer


def _ask_which(click: Click, places: Sequence[Place], *, is_here: bool = True) -> Response:
    practices = [(place.member.practice_id, place.member.practice_name) for place in places]
    if is_here:
        practices.insert(0, (click.member.practice_id, click.member.practice_name))
    click.result.outcome = Outcome.ASKED
    return page(click.request, "bridge/choose.html", practices=practices, patient_id=click.patient_id)


async def _after_opening(tools: Tools, known: KnownPatient, member: Member, *, has_button: bool) -> None:
    async with transaction(tools.sessions) as session:
        if has_button:
            await note_button(session, member.practice_id, tools.clock())
        note_opening(session, member, known, tools)
        await defer_refresh(session, known.client_id, member.membership_id)


def _refuse(click: Click, outcome: Outcome, member: Member | None = None, client_id: uuid.UUID | None = None) -> None:
    """Say what came of the click, and record it."""
    click.result.outcome = outcome
    more = {"outcome": outcome, "patient_id": click.patient_id}
    audit.record_by(
        click.session, member or click.member, "client.refused", at=click.tools.clock(), client_id=client_id, **more
    )


async def _not_shared_page(click: Click, member: Member, found: NotShared) -> Response:
    _refuse(click, Outcome.NOT_SHARED, member, found.client_id)
    asked = await find_asked(click.session, member, found.client_id)
    practice = await click.session.get_one(Practice, member.practice_id)
    return page(
        click.request,
        "bridge/not_shared.html",
        status=404,
        owner_name=found.owner_name,
        patient_id=click.patient_id,
        asked=asked,
        may_ask=asked is None or not (asked.is_open or (asked.again_at and click.tools.clock() < asked.again_at)),
        zone=practice.time_zone or "UTC",
    )


def _no_key_page(click: Click, *, is_rejected: bool) -> Response:
    _refuse(click, Outcome.NO_KEY)
    return page(click.request, "bridge/no_key.html", status=409, is_rejected=is_rejected)


def _cliniko_error_page(click: Click, error: ClinikoError) -> Response:
    """Each cause has its own page: a new key, another role, a missing patient, or trying again."""
    if isinstance(error, KeyRejected):
        return _no_key_page(click, is_rejected=True)
    if isinstance(error, PatientNotFound):
        _refuse(click, Outcome.NOT_VISIBLE)
        return page(click.request, "bridge/not_visible.html", status=404)
    if isinstance(error, NotPermitted):
        _refuse(click, Outcome.NOT_PERMITTED)
        return page(click.request, "bridge/not_permitted.html", status=403)
    _refuse(click, Outcome.CLINIKO_TROUBLE)
    answer = page(click.request, "bridge/try_again.html", status=503, title=error.title, message=error.message)
    answer.headers["Retry-After"] = "30"
    return answer
