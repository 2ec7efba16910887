"""Holding a program for a change, with the right to edit its client looked at again once it is this request's turn."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.clients.holding import hold_client_to_edit
from app.clients.models import Client
from app.clients.queries import get_client_to_edit
from app.errors import NotFoundError
from app.programs.models import Program


async def hold_program(
    session: AsyncSession, member: Member, client_id: uuid.UUID, program_id: uuid.UUID
) -> tuple[Client, Program]:
    """Return a client and their program, locked until the transaction ends, for who may edit them by then.

    Every route that changes a program goes through here. The program's row first, then the client's, as who combines
    or erases clients does; of a client that became part of another meanwhile, it is that other one. Raises as
    ``hold_client_to_edit``, NotFoundError too for another client's program.
    """
    client = await get_client_to_edit(session, member, client_id)  # who may not, waits for nobody and holds up nobody
    theirs = select(Program).where(Program.id == program_id, Program.practice_id == member.practice_id)
    program = await session.scalar(theirs.with_for_update())
    client = await hold_client_to_edit(session, member, client.id, is_shared=True)
    if program is None or program.client_id != client.id:
        raise NotFoundError
    return client, program
