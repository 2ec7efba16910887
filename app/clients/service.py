"""Making clients from Cliniko patients and keeping them up to date."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.combining import combine
from app.clients.details import details_of, weigh
from app.clients.holding import lock_client
from app.clients.models import Client, ClientChange, ClientLink
from app.clients.writing import index_values, note_correction, write_details
from app.cliniko.types import Patient

# Kept of each client: some years of corrections.
MOST_CHANGES = 20


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
    same client from then on; where they led to others, those are combined (case 12). The unique pair of practice and
    patient id decides races: whoever comes second waits for the first's transaction, takes its own row back and gets
    the winner's client.
    """
    passed = sorted(set(passed_ids))  # everyone links them in one order, so that two never wait for each other
    known, others = await _clients_of(session, practice_id, patient.id, passed)
    if known is not None and others:
        await combine(session, known, others, reason="merged", now=now)
    # Erased just now, while the lock was waited for: then it is somebody new.
    locked = await lock_client(session, known) if known else None
    if locked is None:
        client_id = uuid.uuid4()
        details = details_of(patient)
        values = {**details, **index_values(details)}
        session.add(Client(id=client_id, practice_id=practice_id, owner_id=owner_id, refreshed_at=now, **values))
        await session.flush()
    else:
        client_id = locked
    winner = await _link(session, practice_id, client_id, patient.id)
    if winner != client_id and locked is None:
        await session.execute(delete(Client).where(Client.id == client_id))
    for passed_id in passed:
        await _link(session, practice_id, winner, passed_id, is_current=False)
    return winner, locked is None and winner == client_id


async def _clients_of(
    session: AsyncSession, practice_id: uuid.UUID, survivor: str, passed: Collection[str]
) -> tuple[uuid.UUID | None, set[uuid.UUID]]:
    """Return the client that patients merged into one belong to, and the other clients they have.

    It is the surviving patient's where there is one, else the one linked first.
    """
    links = (
        await session.execute(
            select(ClientLink.client_id)
            .where(ClientLink.practice_id == practice_id, ClientLink.patient_id.in_([survivor, *passed]))
            .order_by(ClientLink.patient_id != survivor, ClientLink.created_at, ClientLink.id)
        )
    ).scalars()
    found = list(links)
    return (found[0], set(found) - {found[0]}) if found else (None, set())


async def _linked_client(session: AsyncSession, practice_id: uuid.UUID, patient_id: str) -> uuid.UUID | None:
    return await session.scalar(
        select(ClientLink.client_id).where(ClientLink.practice_id == practice_id, ClientLink.patient_id == patient_id)
    )


async def _link(
    session: AsyncSession, practice_id: uuid.UUID, client_id: uuid.UUID, patient_id: str, *, is_current: bool = True
) -> uuid.UUID:
    """Link a patient id to a (new or locked) client unless it is linked already; return the client it leads to.

    The lock makes links of one client take turns, so that two survivors found at once do not both become the current
    one.
    """
    existing = await _linked_client(session, practice_id, patient_id)
    if existing is not None:
        return existing
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
    winner = await _linked_client(session, practice_id, patient_id)
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
) -> uuid.UUID | None:
    """Take over a patient's details as of ``asked_at`` (UTC) and return whose they are.

    That is another client where the patient was merged into one who has a client already: the two are combined, or
    stay apart where a person wants that. None when another transaction linked the survivor at this moment: to be
    done again in a transaction of its own, as where it was erased just now. Details known from a later question stay,
    and those edited here.
    """
    practice_id = await session.scalar(select(Client.practice_id).where(Client.id == client_id))
    if practice_id is None:
        return None
    passed = sorted(set(passed_ids))
    known, others = await _clients_of(session, practice_id, patient.id, passed)
    if known is not None and others:
        await combine(session, known, others, reason="merged", now=asked_at)
    locked = await lock_client(session, known or client_id)
    if locked is None or await _link(session, practice_id, locked, patient.id) != locked:
        return None
    for passed_id in passed:
        await _link(session, practice_id, locked, passed_id, is_current=False)
    client = await session.get_one(Client, locked, populate_existing=True)
    if client.refreshed_at <= asked_at:
        await _take_details(session, client, patient, asked_at)
    return locked


async def _take_details(session: AsyncSession, client: Client, patient: Patient, asked_at: datetime) -> None:
    weighed, born = weigh(client.details, client.own_fields, details_of(patient)), client.date_of_birth
    write_details(client, weighed)
    await note_correction(session, client, born)
    client.refreshed_at, client.not_visible_since = asked_at, None
    if not weighed.changes:
        return
    session.add(ClientChange(client_id=client.id, seen_at=asked_at, fields=weighed.changes))
    await session.flush()
    of_client = ClientChange.client_id == client.id
    oldest_kept = select(ClientChange.id).where(of_client).order_by(ClientChange.id.desc())
    too_old = ClientChange.id <= oldest_kept.offset(MOST_CHANGES).limit(1).scalar_subquery()
    await session.execute(delete(ClientChange).where(of_client, too_old))


async def take_over_page(
    session: AsyncSession, practice_id: uuid.UUID, patients: Collection[Patient], asked_at: datetime
) -> list[uuid.UUID]:
    """Take over those of many patients who have a client here; return the clients whose patient was merged away.

    For these, the merge is to be followed by a refresh of their own. Clients are locked in the order of their ids, as
    whoever combines them does.
    """
    by_id = {patient.id: patient for patient in patients}
    links = await session.execute(
        select(ClientLink.client_id, ClientLink.patient_id).where(
            ClientLink.practice_id == practice_id, ClientLink.is_current, ClientLink.patient_id.in_(by_id)
        )
    )
    patient_of = {client_id: by_id[patient_id] for client_id, patient_id in links}
    clients = await session.scalars(
        select(Client)
        .where(Client.id.in_(patient_of), Client.combined_into_id.is_(None))
        .order_by(Client.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    merged = []
    for client in clients.all():
        patient = patient_of[client.id]
        if patient.merged_with_patient_id is not None:
            merged.append(client.id)
        elif patient.deleted_at is not None:
            await mark_not_visible(session, client.id, asked_at)
        elif client.refreshed_at <= asked_at:
            await _take_details(session, client, patient, asked_at)
    return merged


async def mark_not_visible(session: AsyncSession, client_id: uuid.UUID, asked_at: datetime) -> None:
    """Note that Cliniko no longer showed the patient to the key that asked then (UTC); the first such time is kept."""
    await session.execute(
        update(Client)
        .where(Client.id == client_id, Client.refreshed_at <= asked_at)
        .values(refreshed_at=asked_at, not_visible_since=func.coalesce(Client.not_visible_since, asked_at))
        .execution_options(synchronize_session=False)
    )
