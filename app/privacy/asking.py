"""Asking that a client or a practice be erased, and taking that back while it waits."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.forms import FormError, clean_line
from app.accounts.models import Membership, Practice, Practitioner, Role
from app.accounts.security.credentials import confirm_password
from app.accounts.tools import Tools
from app.clients.models import Client
from app.delivery.models import Delivery, DeliveryState
from app.errors import ConflictError, NotFoundError
from app.mail.service import post
from app.privacy.letters import write_asked
from app.privacy.models import Erasure

WAITING = timedelta(days=14)
OTHER_NAME = "This does not match the name of the practice. Type it as shown here."


async def ask_for_client(session: AsyncSession, member: Member, client: Client, now: datetime) -> None:
    """Have everything about a client erased after the waiting time; asked again meanwhile, nothing changes."""
    asked = await session.scalar(
        update(Client)
        .where(Client.id == client.id, Client.erase_at.is_(None))
        .values(erase_at=now + WAITING, erasure_asked_by=member.practitioner_id)
        .returning(Client.id)
    )
    if asked is not None:
        audit.record_by(session, member, "data.client_erasure_asked", at=now, client_id=client.id)


async def withdraw_for_client(session: AsyncSession, member: Member, client: Client, now: datetime) -> None:
    """Take back that a client be erased; NotFoundError where that has happened by now."""
    left = await session.scalar(
        update(Client).where(Client.id == client.id).values(erase_at=None, erasure_asked_by=None).returning(Client.id)
    )
    if left is None:
        raise NotFoundError
    audit.record_by(session, member, "data.client_erasure_withdrawn", at=now, client_id=client.id)


async def ask_for_practice(
    session: AsyncSession, tools: Tools, member: Member, *, password: str, typed_name: str
) -> None:
    """Have everything of the practice erased after the waiting time, and tell those who run it by mail.

    Raises FormError for a wrong password or name.
    """
    if clean_line(typed_name).casefold() != member.practice_name.casefold():
        raise FormError({"typed_name": OTHER_NAME})
    person = await confirm_password(session, tools, member.practitioner_id, password, field="erase_password")
    now = tools.clock()
    asked = await session.scalar(
        update(Practice)
        .where(Practice.id == member.practice_id, Practice.erase_at.is_(None))
        .values(erase_at=now + WAITING, erasure_asked_by=person.id)
        .returning(Practice.id)
    )
    if asked is None:
        return
    audit.record_by(session, member, "data.practice_erasure_asked", at=now)
    for lead in await _leads(session, member.practice_id):
        letter = write_asked(
            lead, person.name, member.practice_name, now + WAITING, tools.settings.public_url, word=member.patient_word
        )
        await post(session, letter, now)


async def withdraw_for_practice(session: AsyncSession, member: Member, now: datetime) -> None:
    """Take back that the practice be erased; raises ConflictError once that has begun."""
    # Held, since a worker may be closing the practice at this moment: what has begun is gone on with.
    practice = await session.get(Practice, member.practice_id, with_for_update=True, populate_existing=True)
    has_begun = exists().where(Erasure.practice_id == member.practice_id, Erasure.client_id.is_(None))
    if practice is None or await session.scalar(select(has_begun)):
        raise ConflictError("The erasing of this practice has begun, so it can no longer be taken back.")
    practice.erase_at = practice.erasure_asked_by = None
    audit.record_by(session, member, "data.practice_erasure_withdrawn", at=now)


async def _leads(session: AsyncSession, practice_id: uuid.UUID) -> Sequence[Practitioner]:
    query = select(Practitioner).join(Membership, Membership.practitioner_id == Practitioner.id)
    query = query.where(Membership.practice_id == practice_id, Membership.ended_at.is_(None))
    return (await session.scalars(query.where(Membership.role.in_((Role.OWNER, Role.ADMIN))))).all()


async def count_under_way(session: AsyncSession, which: ColumnElement[bool]) -> int:
    """Return how many deliveries have not arrived: those that erasing would stop."""
    query = select(func.count()).select_from(Delivery)
    return await session.scalar(query.where(which, Delivery.state != DeliveryState.DELIVERED)) or 0
