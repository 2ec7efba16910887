"""What a click on "Open in Kinebridge" means: which client it leads to, made only if missing."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member, stay_member
from app.accounts.connecting.connections import note_answer, open_cliniko
from app.accounts.models import Connection, ConnectionState, Practice
from app.accounts.tools import Tools
from app.clients.queries import KnownPatient, find_known_patient
from app.clients.service import make_client
from app.cliniko.client import within
from app.cliniko.errors import KeyRejected, RateLimited
from app.cliniko.merges import MergeTrail
from app.db import transaction
from app.errors import BadRequestError, ConflictError

# Below the ten seconds after which a page must have come, waits for the key's pace included.
CLICK_SECONDS = 8.0
PATIENT_ID = re.compile(r"[0-9]{1,19}\Z")


class BadPatientIdError(BadRequestError):
    """The address holds no patient id as Cliniko sends them (case 15)."""

    title = "This link has no patient in it"
    cause = "click.bad_id"

    def __init__(self) -> None:
        super().__init__(
            "Open the patient in Cliniko and press “Open in Kinebridge” there. "
            "Cliniko should have sent one patient_id made of 1 to 19 digits, as in /open/cliniko?patient_id=123456."
        )


def read_patient_id(values: list[str]) -> str:
    """Return the one patient id of a click's query; raises BadPatientIdError."""
    if len(values) != 1 or not PATIENT_ID.match(values[0]):
        raise BadPatientIdError
    return values[0]


@dataclass(frozen=True)
class Found:
    """The client a click leads to."""

    client_id: uuid.UUID
    is_new: bool


@dataclass(frozen=True)
class NotShared:
    """A colleague's client; ``owner_name`` is set only when the asker's own key can see the patient (case 6)."""

    client_id: uuid.UUID
    owner_name: str | None


async def note_button(session: AsyncSession, practice_id: uuid.UUID, now: datetime) -> None:
    """Note that somebody of the practice came here from Cliniko: its button, or the bookmark, is set up."""
    unseen = update(Practice).where(Practice.id == practice_id, Practice.button_seen_at.is_(None))
    await session.execute(unseen.values(button_seen_at=now))


def note_opening(session: AsyncSession, member: Member, known: KnownPatient, tools: Tools) -> None:
    """Record that a client was opened, and whose it is where a colleague owns and shares it (case 5)."""
    now, client_id = tools.clock(), known.client_id
    if known.owner_id == member.membership_id:
        audit.record_by(session, member, "client.opened", at=now, client_id=client_id)
    else:
        owner_id = str(known.owner_id)
        audit.record_by(session, member, "client.opened_shared", at=now, client_id=client_id, owner_id=owner_id)


async def can_see_in_cliniko(tools: Tools, connection: Connection | None, patient_id: str) -> bool:
    """Return True when the member's own key shows the patient; False as well when Cliniko does not say."""
    if connection is None:
        return False
    try:
        async with within(CLICK_SECONDS):
            await open_cliniko(tools, connection, priority="interactive").get_patient(patient_id)
    except Exception:
        # The answer only decides how much a refusal says; on any trouble it says less.
        return False
    return True


async def fetch_patient(
    tools: Tools, connection: Connection, patient_id: str, *, seconds: float = CLICK_SECONDS
) -> MergeTrail:
    """Ask Cliniko for the patient, in one request unless it was merged, and follow merges (case 11).

    No transaction may be open. A 429 is waited out when its time is near (case 25). Raises ClinikoError; a rejected
    key is noted on the connection first.
    """
    cliniko = open_cliniko(tools, connection, priority="interactive")
    try:
        async with within(seconds):
            try:
                return await cliniko.find_survivor(patient_id)
            except RateLimited:
                # Waits for the named time, or refuses at once if it is far.
                return await cliniko.find_survivor(patient_id)
    except KeyRejected:
        async with transaction(tools.sessions) as session:
            await note_answer(
                session,
                connection.id,
                ConnectionState.REJECTED,
                encrypted_key=connection.encrypted_key,
                at=tools.clock(),
            )
        raise


async def _stay_connected(session: AsyncSession, connection: Connection) -> None:
    """Raise ConflictError where the key that showed the patient just made a client was removed meanwhile.

    The practice may have left that clinic since, and joined another. The client's row holds the practice's (its foreign
    key), which whoever removes a key or leaves a clinic locks: they come either before or too late.
    """
    if await session.scalar(select(Connection.id).where(Connection.id == connection.id)) is None:
        raise ConflictError("The Cliniko key that showed this patient was removed meanwhile. Nothing was added.")


async def open_patient(
    session: AsyncSession, member: Member, tools: Tools, trail: MergeTrail, patient_id: str, connection: Connection
) -> Found | NotShared:
    """Return the client of a patient just fetched: known ones by the sharing rules, else a new one (cases 1, 2).

    ``connection`` is the one the patient was fetched with. Raises ConflictError where that was removed meanwhile.
    """
    client_id, is_new = await make_client(
        session,
        practice_id=member.practice_id,
        owner_id=member.membership_id,
        patient=trail.survivor,
        passed_ids=trail.passed_ids,
        now=tools.clock(),
    )
    if is_new:
        await stay_member(session, member)  # Cliniko was asked in between
        await _stay_connected(session, connection)
    known = await find_known_patient(session, member, trail.survivor.id)
    now, found_id = tools.clock(), trail.survivor.id
    if is_new:
        audit.record_by(session, member, "client.made", at=now, client_id=client_id, patient_id=found_id)
    if trail.passed_ids:
        ids = {"from_patient": patient_id, "to_patient": found_id}
        audit.record_by(session, member, "client.merge_followed", at=now, client_id=client_id, **ids)
    if known is None:  # cannot be: it was linked in this transaction
        raise RuntimeError("a client was linked but cannot be found")
    if not known.is_visible:
        # The patient was just shown to this very key, so the colleague may be named.
        return NotShared(known.client_id, known.owner_name)
    if not is_new:
        note_opening(session, member, known, tools)
    return Found(client_id, is_new)
