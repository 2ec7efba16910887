"""Erasing what has waited its time: a client in one transaction, a practice in many small ones, again until it is gone.

Killed at any line, the next run goes on: what is left is found by what the rows say. A file that a worker is just
sending is waited for, so that none comes to be in Cliniko that nobody knows of.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Table, delete, exists, func, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import trimming
from app.accounts import audit
from app.accounts.models import Connection, Invitation, Membership, Practice, Practitioner
from app.accounts.tools import Tools
from app.clients.combining import tables_of_clients
from app.clients.models import Client, ClientCombination
from app.clients.queries import ids_of_client
from app.db import transaction
from app.delivery.models import Delivery, DeliveryState
from app.delivery.states import Actor, states_before
from app.mail.models import OutgoingMail
from app.mail.service import post
from app.privacy.asking import WAITING, count_under_way
from app.privacy.letters import write_client_erased, write_practice_erased
from app.privacy.models import Erasure
from app.privacy.tables import Kept, tables_in_order
from app.programs.models import ProgramLink

# They go last, in one transaction: until then they say what is left to do.
LAST = frozenset({"memberships", "practitioners", "practices"})
STOPPABLE = states_before(DeliveryState.FAILED, by=Actor.SWEEP)


async def follow_combined(tools: Tools) -> None:
    """Let the erasing of a client who became part of another be that other one's, with a waiting time of its own.

    Whoever asked meant the person; whoever treats them should have time to object. So they have where another client
    became part of one that is to be erased.
    """
    now = tools.clock()
    await _put_off(tools)
    absorbed = select(Client).where(Client.erase_at.is_not(None), Client.combined_into_id.is_not(None))
    async with transaction(tools.sessions) as session:
        for client in (await session.scalars(absorbed.with_for_update(skip_locked=True))).all():
            asked = await session.scalar(
                update(Client)
                .where(Client.id == client.combined_into_id, Client.erase_at.is_(None))
                .values(erase_at=now + WAITING, erasure_asked_by=client.erasure_asked_by)
                .returning(Client.id)
                .execution_options(synchronize_session=False)
            )
            if asked is not None:
                who = {"practice_id": client.practice_id, "practitioner_id": client.erasure_asked_by}
                audit.record(session, "data.client_erasure_asked", at=now, client_id=asked, **who)
            client.erase_at = client.erasure_asked_by = None


async def _put_off(tools: Tools) -> None:
    latest = select(func.max(ClientCombination.combined_at)).where(*_part_of(Client.id)).scalar_subquery()
    waiting = update(Client).where(Client.erase_at.is_not(None), Client.erase_at < latest + WAITING)
    async with transaction(tools.sessions) as session:
        await session.execute(waiting.values(erase_at=latest + WAITING).execution_options(synchronize_session=False))


def _part_of(survivor_id: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``ClientCombination``: by it another client is part of this one now."""
    return ClientCombination.survivor_id == survivor_id, ClientCombination.undone_at.is_(None)


async def find_due_clients(tools: Tools, after: uuid.UUID | None) -> Sequence[uuid.UUID]:
    """Return clients whose waiting time is over, by id; by the database's clock, as its triggers judge."""
    query = select(Client.id).where(Client.erase_at <= func.now(), Client.combined_into_id.is_(None))
    if after is not None:
        query = query.where(Client.id > after)
    async with transaction(tools.sessions) as session:
        return (await session.scalars(query.order_by(Client.id).limit(trimming.ROWS_AT_A_TIME))).all()


async def erase_client(tools: Tools, client_id: uuid.UUID) -> bool:
    """Erase everything about a client, and who became part of them; False where it is not to be or must wait."""
    async with transaction(tools.sessions) as session:
        ids = await ids_of_client(session, client_id)
        client, is_theirs = await _lock(session, client_id, ids), Delivery.client_id.in_(ids)
        if client is None or await ids_of_client(session, client_id) != ids or await _is_sending(session, is_theirs):
            return False
        # The database lets versions go by this.
        await session.execute(update(Client).where(Client.id.in_(ids)).values(erase_at=client.erase_at))
        unsent = await count_under_way(session, is_theirs)
        practice = await session.get_one(Practice, client.practice_id)
        counts: Counter[str] = Counter()
        for table, kept in reversed(tables_in_order()):
            if kept.of_client and not kept.stays:
                counts[table.name] = await _delete(session, delete(table).where(text(kept.of_client)), client_ids=ids)
        _note(session, tools, practice, client.erasure_asked_by, counts, client_id=client_id)
        asker = await session.get(Practitioner, client.erasure_asked_by) if client.erasure_asked_by else None
        if asker is not None:
            word = practice.patient_word
            letter = write_client_erased(asker.name, asker.email, counts["programs"], unsent, word=word)
            await post(session, letter, tools.clock())
        return True


async def _lock(session: AsyncSession, client_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> Client | None:
    """Return the client if it is to be erased, locked with all that hangs on it, in the order of ``combining``."""
    for table in tables_of_clients():
        rows = select(table.c.id).where(table.c.client_id.in_(ids))
        await session.execute(rows.order_by(table.c.id).with_for_update())
    await session.execute(select(Client.id).where(Client.id.in_(ids)).order_by(Client.id).with_for_update())
    lately = exists().where(*_part_of(Client.id), ClientCombination.combined_at > func.now() - WAITING)
    is_due = (Client.erase_at <= func.now(), Client.combined_into_id.is_(None), ~lately)
    query = select(Client).where(Client.id == client_id, *is_due)
    return await session.scalar(query.execution_options(populate_existing=True))


async def _is_sending(session: AsyncSession, which: ColumnElement[bool]) -> bool:
    query = select(Delivery.id).where(which, Delivery.state == DeliveryState.UPLOADING)
    return await session.scalar(query.limit(1)) is not None


async def find_due_practices(tools: Tools) -> Sequence[uuid.UUID]:
    """Return practices whose waiting time is over."""
    async with transaction(tools.sessions) as session:
        return (await session.scalars(select(Practice.id).where(Practice.erase_at <= func.now()))).all()


async def erase_practice(tools: Tools, practice_id: uuid.UUID) -> bool:
    """Erase everything of a practice; False where it is not to be, must wait, or is not wholly gone yet."""
    if not await _close(tools, practice_id):
        return False
    for table, kept in reversed(tables_in_order()):
        if not kept.stays and table.name not in LAST:
            await _empty(tools, practice_id, table, kept)
    return await _end(tools, practice_id)


async def _close(tools: Tools, practice_id: uuid.UUID) -> bool:
    """Let nobody in any more, forget the keys, and note that it has begun; from now on it cannot be taken back.

    False while a worker is sending a file: it needs nothing of this, but its row.
    """
    async with transaction(tools.sessions) as session:
        query = select(Practice).where(Practice.id == practice_id, Practice.erase_at <= func.now())
        practice = await session.scalar(query.with_for_update())
        if practice is None:
            return False
        now, of_practice = tools.clock(), {"practice_id": practice_id}
        if await _find_note(session, practice_id) is None:
            unsent = await count_under_way(session, Delivery.practice_id == practice_id)
            _note(session, tools, practice, practice.erasure_asked_by, Counter({"unsent": unsent}))
        await session.execute(update(Invitation).filter_by(**of_practice).values(withdrawn_at=now))
        await session.execute(update(ProgramLink).filter_by(**of_practice, revoked_at=None).values(revoked_at=now))
        await session.execute(delete(Connection).filter_by(**of_practice))
        await session.execute(update(Membership).filter_by(**of_practice, ended_at=None).values(ended_at=now))
        leaving = update(Practitioner).where(Practitioner.active_practice_id == practice_id)
        await session.execute(leaving.values(active_practice_id=None))
        # One of two that are one would be in the way of the other.
        await session.execute(update(Client).filter_by(**of_practice).values(combined_into_id=None))
        # Whoever is about to take one up waits for this, or is waited for.
        stopping = update(Delivery).filter_by(**of_practice).where(Delivery.state.in_(STOPPABLE))
        await session.execute(stopping.values(state=DeliveryState.FAILED, reason="gave_up", next_attempt_at=None))
        return not await _is_sending(session, Delivery.practice_id == practice_id)


async def _empty(tools: Tools, practice_id: uuid.UUID, table: Table, kept: Kept) -> None:
    """Delete a table's rows of the practice, a bounded number in a transaction, and count them."""
    keys = list(table.primary_key.columns)
    some = select(*keys).where(text(kept.of_practice)).limit(trimming.ROWS_AT_A_TIME)
    gone = trimming.ROWS_AT_A_TIME
    while gone == trimming.ROWS_AT_A_TIME:
        async with transaction(tools.sessions) as session:
            statement = delete(table).where(tuple_(*keys).in_(some))
            gone = await _delete(session, statement, practice_id=practice_id)
            if gone and (note := await _find_note(session, practice_id, lock=True)):
                note.counts = {**note.counts, table.name: note.counts.get(table.name, 0) + gone}


async def _end(tools: Tools, practice_id: uuid.UUID) -> bool:
    """Erase who belonged to the practice alone, and the practice itself."""
    async with transaction(tools.sessions) as session:
        practice = await session.get(Practice, practice_id, with_for_update=True)
        note = await _find_note(session, practice_id, lock=True)
        if practice is None or note is None:
            return False
        name, asker = practice.name, await session.get(Practitioner, note.asked_by) if note.asked_by else None
        ended = delete(Membership).filter_by(practice_id=practice_id).returning(Membership.practitioner_id)
        people = set(await session.scalars(ended))
        alone = select(Practitioner).where(
            Practitioner.id.in_(people), Practitioner.id.not_in(select(Membership.practitioner_id))
        )
        for person in (await session.scalars(alone)).all():
            is_theirs = func.lower(OutgoingMail.recipient) == person.email.lower()
            await session.execute(delete(OutgoingMail).where(is_theirs))
            await session.delete(person)
        await session.flush()
        await session.execute(delete(Practice).filter_by(id=practice_id))
        now = tools.clock()
        note.erased_at, note.counts = now, {**note.counts, "memberships": len(people)}
        audit.record(session, "data.practice_erased", at=now, practice_id=practice_id, practitioner_id=note.asked_by)
        if asker is not None:
            letter = write_practice_erased(asker.name, asker.email, name, note.counts.get("unsent", 0))
            await post(session, letter, now)
        return True


async def _find_note(session: AsyncSession, practice_id: uuid.UUID, *, lock: bool = False) -> Erasure | None:
    query = select(Erasure).where(Erasure.practice_id == practice_id, Erasure.client_id.is_(None))
    return await session.scalar(query.with_for_update() if lock else query)


def _note(
    session: AsyncSession,
    tools: Tools,
    practice: Practice,
    asked_by: uuid.UUID | None,
    counts: Counter[str],
    *,
    client_id: uuid.UUID | None = None,
) -> None:
    """Keep that something was erased; of a client in the record too, of a practice once it is wholly gone."""
    now, numbers = tools.clock(), {name: number for name, number in counts.items() if number}
    session.add(
        Erasure(
            practice_id=practice.id,
            client_id=client_id,
            asked_by=asked_by,
            erased_at=now,
            audit_years=practice.audit_years,
            counts=numbers,
        )
    )
    if client_id is not None:
        who = {"practice_id": practice.id, "practitioner_id": asked_by}
        audit.record(session, "data.client_erased", at=now, client_id=client_id, **who, rows=numbers)


async def _delete(session: AsyncSession, statement: Any, **values: Any) -> int:
    result = await session.execute(statement, values, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0
