"""A page that is sent to see whether the whole way works, from here into a patient's Files in Cliniko.

It goes as programs' PDFs go: a document, a delivery, its job. It is no program: nothing is assigned by it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import anyio.to_thread
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.connecting.connections import find_connection, open_cliniko
from app.accounts.models import Access, Membership, Practice
from app.accounts.practices.letterheads import get_letterhead, get_title
from app.accounts.tools import Tools
from app.clients.holding import hold_client_to_edit
from app.clients.models import Client
from app.clients.queries import current_patient_id, find_patient_page
from app.clients.visibility import access_to
from app.cliniko.client import Cliniko, within
from app.cliniko.types import Attachment
from app.db import release
from app.delivery.models import Delivery, DeliveryState
from app.delivery.own_files import SentFile, is_surely_ours
from app.delivery.service import file_document, mark_of, start_delivery
from app.delivery.shown import look_at
from app.delivery.tidying import DONE, find_sent
from app.errors import ConflictError, NotFoundError
from app.pdf.document import ProgramDocument, file_name
from app.pdf.render import render

TITLE = "Kinebridge test page, may be deleted"
NOTE = (
    "This page was sent to see whether files from Kinebridge arrive in Cliniko. It is no exercise program and says "
    "nothing about anybody's care. Whoever finds it may delete it."
)
# Pressed twice, or again before the first has arrived, it is one page.
SAME_PAGE = timedelta(minutes=1)
ARCHIVE_SECONDS = 8.0

Archived = Literal["archived", "not_found"]


@dataclass(frozen=True)
class TestPage:
    """A test page and how it stands: the pill's look, its words, a sentence.

    ``client_name`` is "" where the client is not shared with the sender any more.
    """

    __test__ = False  # for pytest, which takes it for tests

    delivery: Delivery
    client_name: str
    look: str
    words: str
    sentence: str
    is_live: bool


async def find_test_page(
    session: AsyncSession, member: Member, now: datetime, delivery_id: uuid.UUID | None = None
) -> TestPage | None:
    """Return the member's newest test page, or the one asked for; None where they have sent none of that id."""
    query = (
        select(Delivery, Client, access_to(member))
        .join(Client, Client.id == Delivery.client_id)
        .join(Membership, Membership.id == Client.owner_id)
        .where(Delivery.membership_id == member.membership_id, Delivery.is_test_page)
        .order_by(Delivery.created_at.desc())
        .limit(1)
    )
    row = (await session.execute(query if delivery_id is None else query.where(Delivery.id == delivery_id))).first()
    if row is None:
        return None
    delivery, client, access = row
    standing = await look_at(session, [delivery], now)
    name = "" if access == Access.NONE else client.name
    return TestPage(delivery, name, *standing.describe(delivery), standing.is_live)


async def send_test_page(session: AsyncSession, member: Member, tools: Tools, client: Client) -> uuid.UUID:
    """Send a test page to a client's patient with the member's key and return the delivery's id; no network.

    It is the one under way, or sent just now, where there is one. Raises ConflictError without a patient in Cliniko.
    """
    now = tools.clock()
    client = await hold_client_to_edit(session, member, client.id)
    patient_id = await current_patient_id(session, client.id)
    if patient_id is None:
        raise ConflictError("This client is not linked to a patient in Cliniko, so nothing was sent.")
    same = await session.scalar(
        select(Delivery.id).where(
            Delivery.membership_id == member.membership_id,
            Delivery.client_id == client.id,
            Delivery.is_test_page,
            or_(Delivery.state.not_in(DONE), Delivery.created_at > now - SAME_PAGE),
        )
    )
    if same is not None:
        return same
    document = await file_document(
        session,
        practice_id=client.practice_id,
        client_id=client.id,
        file_name=file_name("Kinebridge test page", "", 1),
        content=await anyio.to_thread.run_sync(render, await _gather(session, member, client, now)),
    )
    delivery = await start_delivery(
        session,
        document=document,
        membership_id=member.membership_id,
        patient_id=patient_id,
        title=TITLE,
        now=now,
    )
    delivery.is_test_page = True
    _record(session, "delivery.test_page_sent", member, delivery, now)
    return delivery.id


async def _gather(session: AsyncSession, member: Member, client: Client, now: datetime) -> ProgramDocument:
    practice = await session.get_one(Practice, member.practice_id)
    return ProgramDocument(
        title=TITLE,
        practice_name=practice.name,
        practitioner_name=member.name,
        practitioner_title=await get_title(session, member.membership_id),
        client_name=client.name,
        assigned_on=now.astimezone(ZoneInfo(practice.time_zone or "UTC")).date(),
        page_size="Letter" if practice.page_size == "Letter" else "A4",
        note=NOTE,
        exercises=(),
        version=1,
        replaces=None,
        letterhead=await get_letterhead(session, practice.id),
        country=practice.country,
    )


async def archive_test_page(session: AsyncSession, member: Member, tools: Tools, delivery_id: uuid.UUID) -> Archived:
    """Take a test page that has arrived out of the patient's Files again, with the member's own key.

    Only what is surely this very file, also where a merge took it; "not_found" where none is. Done twice, it does
    nothing. Raises NotFoundError for what is no arrived test page of the member's, ConflictError without a key, and
    ClinikoError.
    """
    delivery = await session.get(Delivery, delivery_id)
    is_theirs = delivery is not None and delivery.is_test_page and delivery.membership_id == member.membership_id
    if delivery is None or not is_theirs or delivery.state is not DeliveryState.DELIVERED:
        raise NotFoundError
    connection = await find_connection(session, member.membership_id)
    if connection is None:
        raise ConflictError("Save your Cliniko API key first, in My account > Settings.")
    sent, mark, patient_id = await find_sent(session, delivery.document_id), mark_of(delivery.id), delivery.patient_id
    await release(session)
    cliniko = open_cliniko(tools, connection, priority="interactive")
    async with within(ARCHIVE_SECONDS):
        ours = await _find_ours(cliniko, patient_id, sent, mark)
        if not ours and (survivor := (await cliniko.find_survivor(patient_id)).survivor.id) != patient_id:
            ours = await _find_ours(cliniko, survivor, sent, mark)
        for each in ours:
            if each.archived_at is None:
                await cliniko.archive_attachment(each.id)
    if not ours:
        return "not_found"
    row = await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if row is not None and row.taken_back_at is None:
        row.taken_back_at = tools.clock()
        _record(session, "delivery.test_page_archived", member, row, tools.clock())
    return "archived"


async def _find_ours(cliniko: Cliniko, patient_id: str, sent: SentFile, mark: str) -> list[Attachment]:
    found = await cliniko.find_attachments(patient_id, mark)
    return [each for each in found if is_surely_ours(each, sent, mark=mark, patient_id=patient_id)]


async def find_page_in_cliniko(session: AsyncSession, member: Member, delivery: Delivery, api_url: str) -> str | None:
    """Return the address of the patient in Cliniko whose Files the page is in; None while it is not known."""
    return await find_patient_page(session, member, delivery.client_id, api_url)


def _record(session: AsyncSession, action: str, member: Member, delivery: Delivery, now: datetime) -> None:
    audit.record_by(session, member, action, at=now, client_id=delivery.client_id, delivery_id=str(delivery.id))
