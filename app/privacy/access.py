"""Whose data a member may export and erase.

Whoever may edit a client may export what is kept of them. Owners and admins of the practice may for every client of it,
shared with them or not, and erase it: whoever asks a practice for their data need not know who treated them. It opens
no other page of the client, and is recorded.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.clients.models import Client, ClientLink
from app.clients.queries import get_client_to_edit
from app.errors import NotFoundError


async def get_person(session: AsyncSession, member: Member, client_id: uuid.UUID) -> Client:
    """Return a client whose data the member may export; raises as ``get_client_to_edit``."""
    if not member.runs_team:
        return await get_client_to_edit(session, member, client_id)
    found = await session.scalar(select(Client).where(Client.id == client_id, Client.practice_id == member.practice_id))
    if found is None:
        raise NotFoundError
    return await get_person(session, member, found.combined_into_id) if found.combined_into_id else found


async def find_person(session: AsyncSession, member: Member, patient_id: str) -> uuid.UUID | None:
    """Return the client whom an id in Cliniko leads to in the practice, for its owners and admins."""
    return await session.scalar(
        select(ClientLink.client_id).where(
            ClientLink.practice_id == member.practice_id, ClientLink.patient_id == patient_id
        )
    )
