"""Who sees a client that was made of two, and who of them each again."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Access
from app.clients.models import Client, ClientCombination, ClientGrant, ClientViewer
from app.clients.sharing import Grant, Standing, carried_over
from app.clients.standings import read_standings


@dataclass
class Sight:
    """What a combination changed of who sees the survivor; ids as texts.

    ``viewers`` are memberships of which something is said for the survivor since, ``replaced`` what was said of some
    of them before, and ``owner_before`` is the survivor's owner where that changed.
    """

    viewers: list[str] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    owner_before: str | None = None


async def share(session: AsyncSession, survivor: Client, absorbed: Client, now: datetime) -> Sight:
    """Let everybody who sees either client see the one, and nobody else; who was excepted from either by name does not.

    That goes for members who are away too, for when they come back.

    The survivor's owner stays its owner, unless they have left the practice and the other has not. The other one may
    edit the client from now on whatever the owner's rule says.
    """
    sight = Sight()
    before = await _standings(session, survivor, absorbed, with_ended=True)
    here = {id_ for id_, each in before.items() if each[0].asker.is_member}
    owners = {survivor.owner_id, absorbed.owner_id}
    if survivor.owner_id not in here and absorbed.owner_id in here:
        sight.owner_before, survivor.owner_id = str(survivor.owner_id), absorbed.owner_id
    after = await _standings(session, survivor, absorbed, with_ended=True)
    for membership_id in sorted(after.keys() - {survivor.owner_id}):
        ours, theirs = before[membership_id]
        owned = membership_id in owners & here
        wanted = Grant(Access.EDIT) if owned else carried_over(ours, theirs, now)
        has = after[membership_id][0]
        # An exception stands before what was given, and also where there was nothing to see so far.
        replaces = owned or (wanted is not None and wanted.access is Access.NONE)
        if wanted is None or (has.grant == wanted if replaces else has.access(now) is wanted.access):
            continue
        if replaces:
            sight.replaced += await _read_grant(session, survivor.id, membership_id)
        if await _give(session, survivor.id, membership_id, wanted, now, replaces=replaces):
            sight.viewers.append(str(membership_id))
    return sight


async def _read_grant(session: AsyncSession, client_id: uuid.UUID, membership_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return what is said of a member and a client as data, as ``_put_back`` reads it; nothing if nothing is."""
    query = select(ClientGrant).where(ClientGrant.client_id == client_id, ClientGrant.membership_id == membership_id)
    grant = await session.scalar(query.execution_options(populate_existing=True))
    if grant is None:
        return []
    return [
        {
            "membership_id": str(membership_id),
            "access": grant.access,
            "ends_at": grant.ends_at.isoformat() if grant.ends_at else None,
            "given_by_id": str(grant.given_by_id) if grant.given_by_id else None,
            "given_at": grant.given_at.isoformat(),
        }
    ]


async def _put_back(session: AsyncSession, client_id: uuid.UUID, told: Collection[dict[str, Any]]) -> None:
    for each in told:
        values = {
            "client_id": client_id,
            "membership_id": uuid.UUID(each["membership_id"]),
            "access": each["access"],
            "ends_at": datetime.fromisoformat(each["ends_at"]) if each["ends_at"] else None,
            "given_by_id": uuid.UUID(each["given_by_id"]) if each["given_by_id"] else None,
            "given_at": datetime.fromisoformat(each["given_at"]),
        }
        await session.execute(insert(ClientGrant).values(**values).on_conflict_do_nothing())


async def _standings(
    session: AsyncSession, *clients: Client, with_ended: bool = False
) -> dict[uuid.UUID, list[Standing]]:
    pairs = [(client.id, client.owner_id) for client in clients]
    return await read_standings(session, clients[0].practice_id, pairs, with_ended=with_ended) if pairs else {}


async def _give(
    session: AsyncSession,
    client_id: uuid.UUID,
    membership_id: uuid.UUID,
    grant: Grant,
    now: datetime,
    *,
    replaces: bool,
) -> bool:
    """Say what a member may do with the survivor; what was said of it and holds stays, unless it is to be replaced."""
    adding = insert(ClientGrant).values(
        client_id=client_id, membership_id=membership_id, access=grant.access, ends_at=grant.ends_at, given_at=now
    )
    said = {name: adding.excluded[name] for name in ("access", "ends_at", "given_at", "given_by_id")}
    is_over = None if replaces else ClientGrant.ends_at <= now
    upsert = adding.on_conflict_do_update(index_elements=["client_id", "membership_id"], set_=said, where=is_over)
    return await session.scalar(upsert.returning(ClientGrant.membership_id)) is not None


async def unshare(
    session: AsyncSession, survivor: Client, absorbed: Client, found: ClientCombination, now: datetime
) -> None:
    """Take back what the combination said of the survivor, unless another one would have, or a person has since."""
    viewers, replaced = found.moved["viewers"], found.replaced
    is_other = and_(Client.combined_into_id == survivor.id, Client.id != absorbed.id)
    others = (await session.scalars(select(Client).where(is_other))).all()
    standings = await _standings(session, *others)
    still = {id_ for id_, each in standings.items() if any(one.access(now) is not Access.NONE for one in each)}
    ended = {uuid.UUID(id_) for id_ in viewers} - still
    for table in (ClientGrant, ClientViewer):  # the latter is what the previous release combined
        of_them = table.client_id == survivor.id, table.membership_id.in_(ended)
        by_nobody = ClientGrant.given_by_id.is_(None) if table is ClientGrant else true()
        await session.execute(delete(table).where(*of_them, by_nobody))
    await _put_back(session, survivor.id, [each for each in replaced if uuid.UUID(each["membership_id"]) in ended])
