"""Handing all clients of a member over to a colleague, however many, in a few statements."""

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.models import Access
from app.clients.models import Client, ClientGrant, ClientViewer
from app.clients.request_notes import pass_to_owner, settle_requests


async def count_clients(session: AsyncSession, membership_id: uuid.UUID) -> int:
    """Return how many clients a member owns; those that became part of another are not counted."""
    query = select(func.count()).where(Client.owner_id == membership_id, Client.combined_into_id.is_(None))
    return await session.scalar(query) or 0


async def lock_clients(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Lock the clients a member owns, each by id as whoever combines them does; rows can be added to them meanwhile."""
    query = select(Client.id).where(Client.owner_id == membership_id).order_by(Client.id)
    await session.execute(query.with_for_update(key_share=True))


async def hand_clients_over(
    session: AsyncSession, from_id: uuid.UUID, to_id: uuid.UUID, now: datetime, *, by: uuid.UUID | None = None
) -> None:
    """Make a colleague of the same practice the owner of all clients of a member, with a line on each in the record.

    Also of those that became part of another, which come back with their owner. ``by`` is the practitioner who does it.
    """
    theirs = select(Client.practice_id, Client.id).where(Client.owner_id == from_id, Client.combined_into_id.is_(None))
    ids = {"from_id": str(from_id), "owner_id": str(to_id)}
    await audit.record_each(session, "client.handed_over", theirs, at=now, practitioner_id=by, **ids)
    await session.execute(
        update(Client)
        .where(Client.owner_id == from_id)
        .values(owner_id=to_id)
        .execution_options(synchronize_session=False)
    )
    owned = select(Client.id).where(Client.owner_id == to_id)
    for table in (ClientViewer, ClientGrant):
        await session.execute(delete(table).where(table.membership_id == to_id, table.client_id.in_(owned)))
    await settle_requests(session, owned, to_id, now)
    await pass_to_owner(session, owned, from_id, to_id)


async def end_views(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Take from a member the sight of colleagues' clients that they were given one by one; exceptions stay."""
    await session.execute(delete(ClientViewer).where(ClientViewer.membership_id == membership_id))
    given = ClientGrant.membership_id == membership_id, ClientGrant.access != Access.NONE
    await session.execute(delete(ClientGrant).where(*given))
