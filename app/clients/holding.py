"""Holding a client for a change: what was looked at before may be over once it is this request's turn."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member, stay_member
from app.clients.models import Client
from app.clients.queries import get_client_to_edit
from app.errors import NotFoundError


async def lock_client(session: AsyncSession, client_id: uuid.UUID, *, is_shared: bool = False) -> uuid.UUID | None:
    """Lock a client until the transaction ends and return its id: that of the one it has become part of, if it has.

    None for one that is not there, as when it was just erased. ``is_shared``: others may hold it so at once, and rows
    be added to it; who changes whose it is, combines or erases it waits.
    """
    while True:
        query = select(Client.id, Client.combined_into_id).where(Client.id == client_id)
        held = (await session.execute(query.with_for_update(read=is_shared, key_share=is_shared))).one_or_none()
        if held is None or held.combined_into_id is None:
            return held.id if held else None
        client_id = held.combined_into_id


async def hold_client_to_edit(
    session: AsyncSession, member: Member, client_id: uuid.UUID, *, is_shared: bool = False
) -> Client:
    """Lock a client (see ``lock_client``) and return it as ``get_client_to_edit`` does, by what holds from then on.

    For whoever looked at the right before, and then had to wait: access may have been withdrawn meanwhile, the client
    handed over, combined or erased. The membership is held too, after the client, as who ends it does. Raises as
    ``get_client_to_edit``, and SignInRequiredError where the membership has ended.
    """
    locked = await lock_client(session, client_id, is_shared=is_shared)
    if locked is None:
        raise NotFoundError
    await stay_member(session, member)
    return await get_client_to_edit(session, member, locked)
