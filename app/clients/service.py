"""Making clients from Cliniko patients and keeping them up to date."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.models import Client, ClientLink
from app.clients.search import index_words, sort_name
from app.cliniko.types import Patient


def details_of(patient: Patient) -> dict[str, Any]:
    """Return the columns of a client that come from Cliniko, within their bounds."""
    names = {
        "first_name": patient.first_name[:255],
        "preferred_first_name": patient.preferred_first_name[:255],
        "last_name": patient.last_name[:255],
    }
    return {
        **names,
        "title": patient.title[:60],
        "date_of_birth": patient.date_of_birth,
        "email": patient.email[:254],
        "phone_numbers": [{"type": phone.type, "number": phone.number} for phone in patient.phone_numbers],
        "pronouns": patient.pronouns[:100],
        "time_zone": patient.time_zone,
        "accepted_privacy_policy": patient.accepted_privacy_policy,
        "archived_at": patient.archived_at,
        "sort_name": sort_name(first_name=names["first_name"], last_name=names["last_name"]),
        "search": func.array_to_tsvector(cast(index_words(**names), ARRAY(Text))),
    }


async def make_client(
    session: AsyncSession,
    *,
    practice_id: uuid.UUID,
    owner_id: uuid.UUID,
    patient: Patient,
    passed_ids: Iterable[str] = (),
    now: datetime,
) -> tuple[uuid.UUID, bool]:
    """Return the client of a patient and whether it was made just now; only one of any racing calls makes it.

    ``patient`` is the one who remains after merges; ``passed_ids`` are the ids merged into it, which lead to the
    same client from then on. The unique pair of practice and patient id decides races: whoever comes second waits
    for the first's transaction, takes its own row back and gets the winner's client.
    """
    known = await _linked_client(session, practice_id, [patient.id])
    # A merged id may have a client already, from before the merge: the survivor then belongs to that client.
    known = known or await _linked_client(session, practice_id, list(passed_ids))
    client_id = known or uuid.uuid4()
    if known is None:
        details = details_of(patient)
        session.add(Client(id=client_id, practice_id=practice_id, owner_id=owner_id, refreshed_at=now, **details))
        await session.flush()
    winner = await _link(session, practice_id, client_id, patient.id)
    if winner != client_id and known is None:
        await session.execute(delete(Client).where(Client.id == client_id))
    for passed_id in passed_ids:
        await _link(session, practice_id, winner, passed_id, is_current=False)
    return winner, known is None and winner == client_id


async def _linked_client(session: AsyncSession, practice_id: uuid.UUID, patient_ids: list[str]) -> uuid.UUID | None:
    return await session.scalar(
        select(ClientLink.client_id)
        .where(ClientLink.practice_id == practice_id, ClientLink.patient_id.in_(patient_ids))
        .order_by(ClientLink.created_at)
        .limit(1)
    )


async def _link(
    session: AsyncSession, practice_id: uuid.UUID, client_id: uuid.UUID, patient_id: str, *, is_current: bool = True
) -> uuid.UUID:
    """Link a patient id to a client unless it is linked already; return the client it leads to."""
    existing = await _linked_client(session, practice_id, [patient_id])
    if existing is not None:
        return existing
    if is_current:
        # Links of one client take turns, so that two survivors found at once do not both become the current one.
        await session.execute(select(Client.id).where(Client.id == client_id).with_for_update())
    values = {"practice_id": practice_id, "client_id": client_id, "patient_id": patient_id, "is_current": False}
    made: uuid.UUID | None = await session.scalar(
        insert(ClientLink)
        .values(id=uuid.uuid4(), **values)
        .on_conflict_do_nothing(index_elements=["practice_id", "patient_id"])
        .returning(ClientLink.id)
    )
    if made is not None:
        if is_current:
            await _make_current(session, client_id, made)
        return client_id
    winner = await _linked_client(session, practice_id, [patient_id])
    if winner is None:  # cannot be: links are never deleted
        raise RuntimeError("a link was refused but is not there")
    return winner


async def _make_current(session: AsyncSession, client_id: uuid.UUID, link_id: uuid.UUID) -> None:
    """Let the client's files go to this link's patient: the newly found survivor takes over from a merged one.

    Called only once the link is surely this client's; one that went to another client leaves everything as it was.
    """
    links = update(ClientLink).where(ClientLink.client_id == client_id)
    await session.execute(links.where(ClientLink.is_current).values(is_current=False))
    await session.execute(links.where(ClientLink.id == link_id).values(is_current=True))


async def refresh_client(
    session: AsyncSession, client_id: uuid.UUID, patient: Patient, passed_ids: Iterable[str], asked_at: datetime
) -> bool:
    """Take over a patient's details as of ``asked_at`` (UTC); return False when a merge's survivor has another client.

    Two clients of one person are left as they are: neither is changed. Details known from a later question stay.
    """
    client = await session.get_one(Client, client_id, with_for_update=True)
    if await _link(session, client.practice_id, client_id, patient.id) != client_id:
        return False
    for passed_id in passed_ids:
        await _link(session, client.practice_id, client_id, passed_id, is_current=False)
    values = details_of(patient)
    await session.execute(
        update(Client)
        .where(Client.id == client_id, Client.refreshed_at <= asked_at)
        .values(**values, refreshed_at=asked_at, not_visible_since=None)
        .execution_options(synchronize_session=False)
    )
    return True


async def mark_not_visible(session: AsyncSession, client_id: uuid.UUID, asked_at: datetime) -> None:
    """Note that Cliniko no longer showed the patient to the key that asked then (UTC); the first such time is kept."""
    await session.execute(
        update(Client)
        .where(Client.id == client_id, Client.refreshed_at <= asked_at)
        .values(refreshed_at=asked_at, not_visible_since=func.coalesce(Client.not_visible_since, asked_at))
        .execution_options(synchronize_session=False)
    )
