"""What follows for open requests, and the bell, from what is decided about a client elsewhere."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import bell
from app.accounts.access import Member
from app.accounts.models import Access
from app.accounts.tools import Tools
from app.clients.models import AccessRequest
from app.clients.request_queries import request_path

# The notes that ask somebody to answer.
ASKING = ("access_asked", "access_passed_on")


async def hush_asking(session: AsyncSession, request_id: uuid.UUID) -> None:
    """Take back what asked people to answer a request: it is answered."""
    for said in ASKING:
        await bell.take_back(session, said, request_id)


async def settle_request(
    session: AsyncSession, member: Member, client_id: uuid.UUID, asker_id: uuid.UUID, access: Access, now: datetime
) -> None:
    """Close an open request: what it asked for was given without looking at it."""
    is_it = AccessRequest.client_id == client_id, AccessRequest.asker_id == asker_id, AccessRequest.decided_at.is_(None)
    answer = {"decided_at": now, "decided_by_id": member.membership_id, "access": access}
    settled = await session.scalar(update(AccessRequest).where(*is_it).values(**answer).returning(AccessRequest.id))
    if settled is not None:
        await hush_asking(session, settled)


async def pass_to_owner(session: AsyncSession, tools: Tools, client_id: uuid.UUID, owner_id: uuid.UUID) -> None:
    """Let the bell ask a client's new owner, instead of the former, to answer what is open."""
    is_open = AccessRequest.client_id == client_id, AccessRequest.decided_at.is_(None)
    for request in (await session.scalars(select(AccessRequest).where(*is_open).order_by(AccessRequest.id))).all():
        await bell.take_back(session, "access_asked", request.id)
        await bell.note(
            session,
            "access_asked",
            [owner_id],
            about=request.id,
            actor_id=request.asker_id,
            path=request_path(tools.vault, request.id),
            now=tools.clock(),
        )
