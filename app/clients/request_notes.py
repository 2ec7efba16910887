"""What follows for open requests, and the bell, from what is decided about a client elsewhere."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import bell
from app.accounts.models import Access, BellNote
from app.clients.models import AccessRequest

# The notes that ask somebody to answer.
ASKING = ("access_asked", "access_passed_on")


async def hush_asking(session: AsyncSession, request_id: uuid.UUID) -> None:
    """Take back what asked people to answer a request: it is answered."""
    for said in ASKING:
        await bell.take_back(session, said, request_id)


async def settle_requests(
    session: AsyncSession,
    client_ids: Collection[uuid.UUID] | Select[uuid.UUID],
    asker_id: uuid.UUID,
    now: datetime,
    *,
    access: Access = Access.EDIT,
    by: uuid.UUID | None = None,
) -> None:
    """Close a member's open requests for these clients: what they asked for was given without looking at it."""
    is_it = AccessRequest.client_id.in_(client_ids), AccessRequest.asker_id == asker_id
    answer = {"decided_at": now, "decided_by_id": by, "access": access}
    closing = update(AccessRequest).where(*is_it, AccessRequest.decided_at.is_(None)).values(**answer)
    for request_id in (await session.scalars(closing.returning(AccessRequest.id))).all():
        await hush_asking(session, request_id)


async def pass_to_owner(
    session: AsyncSession, client_ids: Collection[uuid.UUID] | Select[uuid.UUID], from_id: uuid.UUID, to_id: uuid.UUID
) -> None:
    """Let the bell ask the new owner of clients, instead of the former, to answer what is open."""
    is_open = AccessRequest.client_id.in_(client_ids), AccessRequest.decided_at.is_(None)
    notes = BellNote.said == "access_asked", BellNote.about.in_(select(AccessRequest.id).where(*is_open))
    moving = update(BellNote).where(BellNote.membership_id == from_id, *notes).values(membership_id=to_id)
    moved = await session.scalars(moving.returning(BellNote.about).execution_options(synchronize_session=False))
    for request_id in sorted(moved.all()):
        await bell.hush(session, request_id, from_id)
        await bell.ring(session, request_id, [to_id])
