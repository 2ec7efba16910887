"""Making one client of several, and taking that back (cases 12 and 29).

Everything that belongs to a client hangs on its row by a column ``client_id``, in whatever room's table: those rows go
over to the surviving client, and their ids are remembered. The absorbed client's row stays, empty, and leads on.

Locks are taken in one order by everyone: first the rows of other rooms' tables, since who assigns a program holds it
while adding to its client; then the clients; each by id. So neither two combinations nor an assigning can wait for
each other in a ring.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member, stay_member
from app.clients.combined_sight import share, unshare
from app.clients.details import Weighed, fill, from_data, to_data
from app.clients.models import (
    AccessRequest,
    Client,
    ClientChange,
    ClientCombination,
    ClientGrant,
    ClientLink,
    ClientsKeptApart,
    ClientViewer,
)
from app.clients.request_notes import pass_to_owner, settle_requests
from app.clients.writing import note_correction, write_details
from app.db import Base
from app.errors import ConflictError, ForbiddenError, NotFoundError

UNDO_FOR = timedelta(days=30)
# Told apart from what other rooms keep of a client: these have rules of their own.
OF_THIS_ROOM = frozenset(
    model.__table__ for model in (ClientLink, ClientChange, ClientGrant, ClientViewer, AccessRequest)
)


@dataclass
class Moved:
    """What a combination changed; all ids as texts.

    ``rows`` are ids by table, links among them; ``current_link`` is the absorbed client's link that said where its
    files go; ``viewers`` are memberships of which something was said for the survivor; ``owner_before`` is the
    survivor's owner where that changed; ``filled`` are details taken over, as data.
    """

    rows: dict[str, list[str]] = field(default_factory=dict)
    current_link: str | None = None
    viewers: list[str] = field(default_factory=list)
    owner_before: str | None = None
    filled: dict[str, Any] = field(default_factory=dict)


def tables_of_clients() -> list[Table]:
    """Return the other rooms' tables whose rows belong to a client, by name."""
    return [
        table
        for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name)
        if table not in OF_THIS_ROOM
        and "client_id" in table.columns
        and any(key.column.table.name == Client.__tablename__ for key in table.columns["client_id"].foreign_keys)
    ]


async def combine(
    session: AsyncSession,
    survivor_id: uuid.UUID,
    absorbed_ids: Collection[uuid.UUID],
    *,
    reason: str,
    now: datetime,
    practitioner_id: uuid.UUID | None = None,
) -> list[uuid.UUID]:
    """Make clients part of another of the same practice and return which were; what is done already is left alone.

    Two that a person keeps apart stay two. The caller has judged who may do this, and holds no lock of theirs yet but
    by ``hold_clients``.
    """
    clients = await hold_clients(session, [survivor_id, *absorbed_ids])
    survivor = clients.get(survivor_id)
    if survivor is None or survivor.combined_into_id is not None:
        return []
    apart = await _kept_apart_from(session, survivor_id)
    done = []
    for absorbed_id in sorted(set(absorbed_ids) - apart - {survivor_id}):
        absorbed = clients.get(absorbed_id)
        if absorbed is None or absorbed.combined_into_id is not None or absorbed.practice_id != survivor.practice_id:
            continue
        moved, replaced = await _move_all(session, survivor, absorbed, now)
        session.add(
            ClientCombination(
                practice_id=survivor.practice_id,
                survivor_id=survivor_id,
                absorbed_id=absorbed_id,
                reason=reason,
                combined_at=now,
                moved=asdict(moved),
                replaced=replaced,
            )
        )
        audit.record(
            session,
            "client.combined",
            at=now,
            practice_id=survivor.practice_id,
            practitioner_id=practitioner_id,
            client_id=survivor_id,
            absorbed_id=str(absorbed_id),
            absorbed_owner_id=str(absorbed.owner_id),
            owner_id=str(survivor.owner_id),
            reason=reason,
            rows={name: len(ids) for name, ids in moved.rows.items()},
        )
        done.append(absorbed_id)
    await session.flush()
    return done


async def hold_clients(session: AsyncSession, client_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Client]:
    """Lock what belongs to the clients and then the clients, and return them as they are now, without erased ones."""
    for table in tables_of_clients():
        of_them = select(table.c.id).where(table.c.client_id.in_(client_ids))
        await session.execute(of_them.order_by(table.c.id).with_for_update())
    rows = await session.scalars(
        select(Client)
        .where(Client.id.in_(client_ids))
        .order_by(Client.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {client.id: client for client in rows}


async def _kept_apart_from(session: AsyncSession, client_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the clients that a person keeps apart from this one, or from what became part of it."""
    of_it = or_(Client.id == client_id, Client.combined_into_id == client_id)
    ours = select(Client.id).where(of_it)
    pairs = await session.execute(
        select(ClientsKeptApart.first_id, ClientsKeptApart.second_id).where(
            or_(ClientsKeptApart.first_id.in_(ours), ClientsKeptApart.second_id.in_(ours))
        )
    )
    return {id_ for pair in pairs for id_ in pair} - {client_id}


async def keep_apart(session: AsyncSession, one: uuid.UUID, other: uuid.UUID, *, member: Member, now: datetime) -> None:
    """Remember that two clients are different people; nothing combines them by itself from now on."""
    first, second = sorted((one, other))
    await session.execute(
        insert(ClientsKeptApart)
        .values(first_id=first, second_id=second, decided_by_id=member.membership_id, decided_at=now)
        .on_conflict_do_nothing()
    )


async def _move_all(
    session: AsyncSession, survivor: Client, absorbed: Client, now: datetime
) -> tuple[Moved, list[dict[str, Any]]]:
    moved = Moved()
    for table in tables_of_clients():
        ids = await session.scalars(
            update(table).where(table.c.client_id == absorbed.id).values(client_id=survivor.id).returning(table.c.id)
        )
        moved.rows[table.name] = [str(id_) for id_ in ids]
    links = (await session.scalars(select(ClientLink).where(ClientLink.client_id == absorbed.id))).all()
    moved.rows[ClientLink.__tablename__] = [str(link.id) for link in links]
    moved.current_link = next((str(link.id) for link in links if link.is_current), None)
    # The survivor's own link says where files go, the absorbed one's too (case 27).
    await session.execute(
        update(ClientLink)
        .where(ClientLink.client_id == absorbed.id)
        .values(client_id=survivor.id, is_current=False)
        .execution_options(synchronize_session=False)
    )
    sight = await share(session, survivor, absorbed, now)
    # Who owns it now answers what its owner was asked, and has what they had asked for themselves.
    await settle_requests(session, [absorbed.id], survivor.owner_id, now)
    await settle_requests(session, [survivor.id], absorbed.owner_id, now)
    if survivor.owner_id != absorbed.owner_id:
        await pass_to_owner(session, [absorbed.id], absorbed.owner_id, survivor.owner_id)
    moved.viewers, moved.owner_before = sight.viewers, sight.owner_before
    _fill_in(survivor, absorbed, moved)
    await note_correction(session, survivor, absorbed.date_of_birth)
    absorbed.combined_into_id = survivor.id
    await session.flush()
    return moved, sight.replaced


def _fill_in(survivor: Client, absorbed: Client, moved: Moved) -> None:
    """Keep what was typed for the absorbed client where nothing is known of the survivor."""
    if not absorbed.is_hand_made:
        return
    weighed = fill(survivor.details, survivor.own_fields, absorbed.details)
    moved.filled = {name: to_data(value) for name, value in weighed.values.items()}
    write_details(survivor, weighed)


async def gather_strays(session: AsyncSession) -> int:
    """Bring what was added to a client after it became part of another to that other one; return how many rows.

    A release that knows nothing of combined clients may do so while it runs beside this one.
    """
    count = 0
    for table in tables_of_clients():
        strays = await session.scalars(
            update(table)
            .where(table.c.client_id == Client.id, Client.combined_into_id.is_not(None))
            .values(client_id=Client.combined_into_id)
            .returning(table.c.id)
        )
        count += len(strays.all())
    return count


async def undo(
    session: AsyncSession, member: Member, survivor_id: uuid.UUID, combination_id: uuid.UUID, *, now: datetime
) -> ClientCombination:
    """Give the absorbed client back what was taken from it and is still there; what came since stays.

    The two are kept apart from then on. Raises NotFoundError, ForbiddenError for a member who owned neither client,
    ConflictError when it was undone before, was too long ago, the survivor has become part of another itself, or is to
    be erased.
    """
    found = await session.get(ClientCombination, combination_id)
    if found is None or found.practice_id != member.practice_id or found.survivor_id != survivor_id:
        raise NotFoundError
    clients = await hold_clients(session, [found.survivor_id, found.absorbed_id])
    if len(clients) < 2:  # erased just now
        raise NotFoundError
    await stay_member(session, member)
    await session.refresh(found)
    survivor, absorbed = clients[found.survivor_id], clients[found.absorbed_id]
    if not may_undo(member.membership_id, found.moved, survivor.owner_id, absorbed.owner_id):
        raise ForbiddenError("Only the colleagues whose clients were combined can undo it. Ask the client's owner.")
    if found.undone_at is not None or absorbed.combined_into_id != survivor.id or survivor.combined_into_id is not None:
        raise ConflictError("These clients are not combined any more. Nothing was changed.")
    if now - found.combined_at > UNDO_FOR:
        raise ConflictError("Combining clients can be undone for 30 days. These were combined before that.")
    if survivor.erase_at is not None:
        # Asked of the one client or of the other: the wrong person would be erased, for good.
        raise ConflictError(
            "This client is due to be erased, and it is not clear which of the two is meant. Ask an owner or "
            "admin to cancel the erasure first. Once the two are apart, erase the right one."
        )
    await _move_back(session, survivor, absorbed, found, now)
    await note_correction(session, absorbed, survivor.date_of_birth)
    absorbed.combined_into_id = None
    found.undone_at, found.undone_by_id = now, member.membership_id
    await keep_apart(session, survivor.id, absorbed.id, member=member, now=now)
    audit.record(
        session,
        "client.combining_undone",
        at=now,
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=survivor.id,
        absorbed_id=str(absorbed.id),
    )
    await session.flush()
    return found


def may_take(member: Member, survivor_owner_id: uuid.UUID, absorbed_owner_id: uuid.UUID) -> bool:
    """Say whether a member may make the one part of the other: not where it takes a client from a colleague.

    Whoever runs the practice may.
    """
    return member.runs_team or absorbed_owner_id in (member.membership_id, survivor_owner_id)


def may_undo(
    membership_id: uuid.UUID, moved: Mapping[str, Any], survivor_owner_id: uuid.UUID, absorbed_owner_id: uuid.UUID
) -> bool:
    """Say whether a member may undo a combination: who owns or owned one of the two."""
    return str(membership_id) in {str(survivor_owner_id), str(absorbed_owner_id), moved["owner_before"]}


async def _move_back(
    session: AsyncSession, survivor: Client, absorbed: Client, found: ClientCombination, now: datetime
) -> None:
    moved = Moved(**found.moved)
    tables: Sequence[Any] = [*tables_of_clients(), ClientLink.__table__]
    for table in tables:
        ids = moved.rows.get(table.name, [])
        kind = table.c.id.type.python_type
        still_there = and_(table.c.id.in_([kind(id_) for id_ in ids]), table.c.client_id == survivor.id)
        if table is ClientLink.__table__:
            still_there = and_(still_there, ~table.c.is_current)  # merged the other way meanwhile
        await session.execute(update(table).where(still_there).values(client_id=absorbed.id))
    if moved.current_link is not None:
        await session.execute(
            update(ClientLink)
            .where(ClientLink.id == uuid.UUID(moved.current_link), ClientLink.client_id == absorbed.id)
            .values(is_current=True)
            .execution_options(synchronize_session=False)
        )
    await unshare(session, survivor, absorbed, found, now)
    if survivor.owner_id != absorbed.owner_id:
        await pass_to_owner(session, [absorbed.id], survivor.owner_id, absorbed.owner_id)
    if moved.owner_before is not None and survivor.owner_id == absorbed.owner_id:
        survivor.owner_id = uuid.UUID(moved.owner_before)
    own = survivor.own_fields
    untouched = {name for name, data in moved.filled.items() if name in own and to_data(survivor.details[name]) == data}
    emptied = {name: from_data(name, own[name]["cliniko"]) for name in untouched}
    write_details(survivor, Weighed(emptied, {name: own[name] for name in own.keys() - untouched}, []))
