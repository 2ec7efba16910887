"""Who sees a client that was made of two, and who of them each again."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, delete, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Access
from app.clients.models import Client, ClientGrant, ClientViewer
from app.clients.sharing import Grant, Standing, carried_over
from app.clients.standings import read_standings


async def share(
    session: AsyncSession, survivor: Client, absorbed: Client, now: datetime
) -> tuple[list[str], str | None]:
    """Let everybody who sees either client see the one, its absorbed owner among them, and nobody else.

    The survivor's owner stays its owner, unless they have left the practice and the other has not. Returns the
    memberships of which something was said for the survivor, and its owner before where that changed; ids as texts.
    """
    owner_before: str | None = None
    viewers: list[str] = []
    before = await _standings(session, survivor, absorbed)
    owners = {survivor.owner_id, absorbed.owner_id}
    if survivor.owner_id not in before and absorbed.owner_id in before:
        owner_before, survivor.owner_id = str(survivor.owner_id), absorbed.owner_id
    after = await _standings(session, survivor, absorbed)
    for membership_id in sorted(after.keys() - {survivor.owner_id}):
        ours, theirs = before[membership_id]
        owned = membership_id in owners
        wanted = Grant(Access.EDIT) if owned else carried_over(ours, theirs, now)
        if wanted is None or after[membership_id][0].access(now) is wanted.access:
            continue
        if await _give(session, survivor.id, membership_id, wanted, now, replaces=owned):
            viewers.append(str(membership_id))
    return viewers, owner_before


async def _standings(session: AsyncSession, *clients: Client) -> dict[uuid.UUID, list[Standing]]:
    pairs = [(client.id, client.owner_id) for client in clients]
    return await read_standings(session, clients[0].practice_id, pairs) if pairs else {}


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
    session: AsyncSession, survivor: Client, absorbed: Client, viewers: Collection[str], now: datetime
) -> None:
    """Take back what the combination said of the survivor, unless another one would have, or a person has since."""
    is_other = and_(Client.combined_into_id == survivor.id, Client.id != absorbed.id)
    others = (await session.scalars(select(Client).where(is_other))).all()
    standings = await _standings(session, *others)
    still = {id_ for id_, each in standings.items() if any(one.access(now) is not Access.NONE for one in each)}
    ended = {uuid.UUID(id_) for id_ in viewers} - still
    for table in (ClientGrant, ClientViewer):  # the latter is what the previous release combined
        of_them = table.client_id == survivor.id, table.membership_id.in_(ended)
        by_nobody = ClientGrant.given_by_id.is_(None) if table is ClientGrant else true()
        await session.execute(delete(table).where(*of_them, by_nobody))
