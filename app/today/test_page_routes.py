"""The pages of a test page: whom to send it to, are you sure, where it is by now, and taking it back."""

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.connecting.connections import find_connection, note_reached
from app.accounts.form_fields import FormText
from app.accounts.models import Connection, ConnectionState
from app.accounts.tools import Tools
from app.bridge.service import PATIENT_ID, Found, fetch_patient, open_patient, read_patient_id
from app.clients.names import display_name
from app.clients.pasted import WrongPageError, find_pasted
from app.clients.queries import find_known_patient, get_client_to_edit
from app.cliniko.errors import ClinikoError
from app.cliniko.merges import MergeTrail
from app.crypto import CannotDecryptError
from app.db import release
from app.errors import AppError, NotFoundError
from app.today.days import today_in
from app.today.kept import find_day
from app.today.queries import find_home, find_patients
from app.today.rows import make_lines
from app.today.test_page import (
    TITLE,
    archive_test_page,
    find_page_in_cliniko,
    find_test_page,
    send_test_page,
)
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter(prefix="/today/test-page")

TEST_PAGE = "/today/test-page"
LONGEST_TYPED = 400
NOT_UNDERSTOOD = (
    "This does not look like the address of a patient's page in Cliniko. Copy it there, or type the number at its end."
)
NO_KEY = "Save a working Cliniko API key first, in My account > Settings."
NOT_SHARED = "A colleague added this patient and does not share them with you. Choose another one."


class RefusedError(Exception):
    """No test page for this patient; ``args[0]`` says why, for the person."""


@dataclass(frozen=True)
class Chosen:
    """The patient somebody chose, as Cliniko has them at this moment, and the connection that was asked."""

    patient_id: str
    trail: MergeTrail
    connection: Connection

    @property
    def name(self) -> str:
        """The name as shown everywhere."""
        patient = self.trail.survivor
        return display_name(patient.first_name, patient.preferred_first_name, patient.last_name)


@router.get("")
async def choose_patient(
    request: Request, session: Database, member: SignedIn, tools: ToolsDep, patient: Annotated[str, Query()] = ""
) -> Response:
    """Ask to whom a test page is to go; for a patient, ask Cliniko who that is, and whether to send it."""
    typed = patient.strip()[:LONGEST_TYPED]
    if not typed:
        return await _choosing_page(request, session, member, tools)
    try:
        chosen = await _find_chosen(session, member, tools, typed)
    except RefusedError as refusal:
        return await _choosing_page(request, session, member, tools, typed=typed, refusal=refusal.args[0])
    return page(
        request,
        "today/test_page_confirm.html",
        member=member,
        chosen=chosen,
        patient=chosen.trail.survivor,
        title=TITLE,
    )


@router.post("")
async def send(
    request: Request, session: Database, member: SignedIn, tools: ToolsDep, patient_id: FormText = ""
) -> Response:
    """Send a test page to a patient, who becomes a client here if they are none yet."""
    wanted = read_patient_id([patient_id])
    known = await find_known_patient(session, member, wanted)
    client_id = known.client_id if known else None
    if client_id is None:
        try:
            chosen = await _find_chosen(session, member, tools, wanted)
        except RefusedError as refusal:
            return await _choosing_page(request, session, member, tools, typed=wanted, refusal=refusal.args[0])
        found = await open_patient(session, member, tools, chosen.trail, wanted, chosen.connection)
        if not isinstance(found, Found):  # a colleague was quicker
            return redirect(with_query("/open/cliniko", patient_id=wanted))
        client_id = found.client_id
    client = await get_client_to_edit(session, member, client_id)
    return redirect(f"{TEST_PAGE}/{await send_test_page(session, member, tools, client)}")


@router.get("/{test_page_id}")
async def show_test_page(
    request: Request, test_page_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep
) -> Response:
    """Show where a test page is, and once it has arrived, how to find it in Cliniko and how to take it back."""
    return await _state_page(request, session, member, tools, test_page_id, "today/test_page.html")


@router.get("/{test_page_id}/state")
async def show_state(
    request: Request, test_page_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep
) -> Response:
    """Answer with the state of a test page alone, which keeps itself up to date."""
    return await _state_page(request, session, member, tools, test_page_id, "today/_test_page.html")


@router.post("/{test_page_id}/archive")
async def archive(
    request: Request, test_page_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep
) -> Response:
    """Archive the page's file in Cliniko."""
    refusal = ""
    try:
        if await archive_test_page(session, member, tools, test_page_id) == "archived":
            return redirect(f"{TEST_PAGE}/{test_page_id}", notice="test-page-archived")
        refusal = (
            "The file was not found in Cliniko, also where patients are merged into others. If you still see it there, "
            "archive it in the patient's Files."
        )
    except NotFoundError:
        raise
    except AppError as error:  # of Cliniko, or of the key
        refusal = error.message
    return await _state_page(request, session, member, tools, test_page_id, "today/test_page.html", refusal=refusal)


async def _find_chosen(session: AsyncSession, member: Member, tools: Tools, typed: str) -> Chosen:
    """Return whom an id or a pasted address means, as Cliniko says with the member's key; raises RefusedError.

    No transaction is open while Cliniko is asked.
    """
    patient_id = await _read_typed(session, member, tools, typed)
    connection = await find_connection(session, member.membership_id)
    if connection is None or connection.state == ConnectionState.REJECTED:
        raise RefusedError(NO_KEY)
    known = await find_known_patient(session, member, patient_id)
    if known is not None and not known.is_visible:
        raise RefusedError(NOT_SHARED)
    if known is not None:
        try:
            await get_client_to_edit(session, member, known.client_id)
        except AppError as error:
            raise RefusedError(error.message) from None
    await release(session)
    trail = await _ask_cliniko(tools, connection, patient_id)
    await note_reached(session, connection)
    return Chosen(patient_id, trail, connection)


async def _read_typed(session: AsyncSession, member: Member, tools: Tools, typed: str) -> str:
    if PATIENT_ID.match(typed):
        return typed
    try:
        click = await find_pasted(session, member, typed, tools.settings.cliniko_api_url)
    except WrongPageError as error:
        raise RefusedError(error.args[0]) from None
    if click is None:
        raise RefusedError(NOT_UNDERSTOOD)
    return click["patient_id"]


async def _ask_cliniko(tools: Tools, connection: Connection, patient_id: str) -> MergeTrail:
    try:
        return await fetch_patient(tools, connection, patient_id)
    except CannotDecryptError:
        raise RefusedError(NO_KEY) from None
    except ClinikoError as error:
        raise RefusedError(error.message) from None


async def _choosing_page(
    request: Request, session: AsyncSession, member: Member, tools: Tools, *, typed: str = "", refusal: str = ""
) -> Response:
    """Show the field for an address, and today's patients as last read, but for those that are not shared."""
    now = tools.clock()
    home = await find_home(session, member)
    kept = await find_day(session, tools.vault, home.connection, today_in(home.zone, now))
    appointments = kept.reading.appointments if kept.reading else ()
    patients = await find_patients(session, member, {each.patient_id for each in appointments})
    lines = make_lines(appointments, patients, now, is_today=True)
    return page(
        request,
        "today/test_page_choose.html",
        status=422 if refusal else 200,
        home=home,
        typed=typed,
        refusal=refusal,
        lines=[line for line in lines if line.name and line.has != "not_shared"],
    )


async def _state_page(
    request: Request,
    session: AsyncSession,
    member: Member,
    tools: Tools,
    test_page_id: uuid.UUID,
    template: str,
    *,
    refusal: str = "",
) -> Response:
    sent = await find_test_page(session, member, tools.clock(), test_page_id)
    if sent is None:
        raise NotFoundError
    url = await find_page_in_cliniko(session, member, sent.delivery, tools.settings.cliniko_api_url)
    return page(request, template, member=member, sent=sent, cliniko_url=url, refusal=refusal)
