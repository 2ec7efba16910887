"""Handing all clients of a member over to a colleague, however many, in a few statements."""

import uuid

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.models import Access
from app.accounts.tools import Tools
from app.clients.models import AccessRequest, Client, ClientGrant, ClientViewer
from app.clients.request_notes import hush_asking, pass_to_owner


async def count_clients(session: AsyncSession, membership_id: uuid.UUID) -> int:
    """Return how many clients a member owns; those that became part of another are not counted."""
    query = select(func.count()).where(Client.owner_id == membership_id, Client.combined_into_id.is_(None))
    return await session.scalar(query) or 0


async def lock_clients(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Lock the clients a member owns, each by id as whoever combines them does; rows can be added to them meanwhile."""
    query = select(Client.id).where(Client.owner_id == membership_id).order_by(Client.id)
    await session.execute(query.with_for_update(key_share=True))


async def hand_clients_over(
    session: AsyncSession, tools: Tools, from_id: uuid.UUID, to_id: uuid.UUID, *, by: uuid.UUID | None = None
) -> None:
    """Make a colleague of the same practice the owner of all clients of a member, with a line on each in the record.

    Also of those that became part of another, which come back with their owner. Open requests to see one are the new
    owner's to answer. ``by`` is the practitioner who does it.
    """
    now, is_theirs = tools.clock(), Client.owner_id == from_id
    theirs = select(Client.practice_id, Client.id).where(is_theirs, Client.combined_into_id.is_(None))
    ids = {"from_id": str(from_id), "owner_id": str(to_id)}
    await audit.record_each(session, "client.handed_over", theirs, at=now, practitioner_id=by, **ids)
    is_open = AccessRequest.decided_at.is_(None)
    asking = select(AccessRequest.client_id).distinct().join(Client, Client.id == AccessRequest.client_id)
    asked_for = (await session.scalars(asking.where(is_theirs, is_open))).all()
    handing = update(Client).where(is_theirs).values(owner_id=to_id)
    await session.execute(handing.execution_options(synchronize_session=False))
    owned = select(Client.id).where(Client.owner_id == to_id)
    for sight in (ClientGrant, ClientViewer):
        await session.execute(delete(sight).where(sight.membership_id == to_id, sight.client_id.in_(owned)))
    own = update(AccessRequest).where(AccessRequest.asker_id == to_id, AccessRequest.client_id.in_(owned), is_open)
    answer = {"decided_at": now, "decided_by_id": to_id, "access": Access.EDIT}
    for request_id in (await session.scalars(own.values(**answer).returning(AccessRequest.id))).all():
        await hush_asking(session, request_id)
    for client_id in asked_for:
        await pass_to_owner(session, tools, client_id, to_id)


async def end_views(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Take from a member the sight of single clients that they were given; what was denied them stays denied."""
    of_member = ClientGrant.membership_id == membership_id
    await session.execute(delete(ClientGrant).where(of_member, ClientGrant.access != Access.NONE))
    await session.execute(delete(ClientViewer).where(ClientViewer.membership_id == membership_id))
