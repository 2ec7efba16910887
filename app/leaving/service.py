"""Ending a member's access and handing their work over, all in one transaction.

Locks are taken in the order of everybody else: the practice, the key, deliveries, clients, and the membership last and
for good. Whoever adds something that is the member's holds the membership too (foreign keys do, and
``access.stay_member``): it is there before, and handed over, or it is refused.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.colleagues.invitations import end_invitations
from app.accounts.colleagues.team import (
    Colleague,
    end_access,
    end_bell,
    end_sharing,
    get_changeable,
    hold_team,
    list_members,
    tell_of_access,
)
from app.accounts.forms import FormError
from app.accounts.letters import write_handed_over
from app.accounts.models import Connection, Ending, Membership, Practitioner
from app.accounts.tools import Tools
from app.clients.handing import count_clients, end_views, hand_clients_over, lock_clients
from app.delivery.handing import count_waiting, hand_deliveries_on, lock_deliveries
from app.errors import ConflictError
from app.exercises.models import ExerciseRecord
from app.mail.service import post
from app.programs.models import ProgramTemplate


@dataclass(frozen=True)
class Leaver:
    """A colleague whose access may be ended, what they have, and who could take it over: (membership id, name)."""

    colleague: Colleague
    clients: int
    waiting: int
    successors: Sequence[tuple[uuid.UUID, str]]


async def find_leaver(session: AsyncSession, member: Member, membership_id: uuid.UUID) -> Leaver:
    """Return what the page before asks and says; raises NotFoundError and, with the reason, ForbiddenError."""
    colleague = await get_changeable(session, member, membership_id)
    others = [each for each in await list_members(session, member.practice_id) if each.id != membership_id]
    return Leaver(
        colleague,
        clients=await count_clients(session, membership_id),
        waiting=await count_waiting(session, membership_id),
        successors=[(each.id, f"{each.practitioner.name} ({each.practitioner.email})") for each in others],
    )


async def end_membership(
    session: AsyncSession, tools: Tools, member: Member, membership_id: uuid.UUID, ending: Ending, successor: str
) -> None:
    """End a colleague's access and hand over what they have to ``successor`` (a membership id as typed).

    Without clients nobody need be chosen: the rest goes to the member who does it. Raises NotFoundError and
    ForbiddenError as for the page, FormError (with nothing changed yet) without a colleague to take the clients,
    ConflictError when it was done, or a client came, meanwhile.
    """
    await get_changeable(session, member, membership_id)
    await hold_team(session, member)
    found = await find_leaver(session, member, membership_id)
    leaver = found.colleague
    if not leaver.is_active and ending is Ending.DEACTIVATED:
        raise ConflictError(f"{leaver.name} is already deactivated. Nothing was changed.")
    chosen = next((id_ for id_, _name in found.successors if str(id_) == successor), None)
    if found.clients and chosen is None:
        raise FormError({"successor": "Choose the colleague who takes over."})
    await _lock(session, membership_id)
    clients = await count_clients(session, membership_id)
    if clients and chosen is None:
        raise ConflictError(f"{leaver.name} was just given a client. Nothing was changed. Start again.")
    to_id, now = chosen or member.membership_id, tools.clock()
    membership = await end_access(session, membership_id, ending, handed_to=to_id, now=now)
    await end_invitations(session, membership, leaver.email, now)
    waiting = await hand_over(session, tools, membership_id, to_id, by=member.practitioner_id)
    if ending is Ending.REMOVED:
        await session.execute(delete(Connection).where(Connection.membership_id == membership_id))
    if clients and to_id != member.membership_id:
        await _tell(session, member, leaver.name, to_id, clients, now)
    who: dict[str, Any] = {"membership_id": str(membership_id), "to_id": str(to_id)}
    audit.record_by(session, member, f"member.{ending}", at=now, clients=clients, deliveries=waiting, **who)
    await tell_of_access(session, member, leaver, ending, now)


async def hand_over(
    session: AsyncSession, tools: Tools, from_id: uuid.UUID, to_id: uuid.UUID, *, by: uuid.UUID | None = None
) -> int:
    """Give a colleague what a member whose access has ended has; return how many deliveries begin again."""
    await hand_clients_over(session, from_id, to_id, tools.clock(), by=by)
    await end_views(session, from_id)
    await end_bell(session, from_id)
    for own in (ExerciseRecord, ProgramTemplate):
        # What nobody else sees would be lost, and drafts name it. What is shared keeps its author's name.
        await session.execute(update(own).where(own.author_id == from_id, ~own.is_shared).values(author_id=to_id))
    return await hand_deliveries_on(session, from_id, else_to=to_id, now=tools.clock())


async def _tell(
    session: AsyncSession, member: Member, leaver_name: str, to_id: uuid.UUID, clients: int, now: datetime
) -> None:
    """Tell a colleague by mail that clients are theirs now."""
    membership = await session.get_one(Membership, to_id)
    person = await session.get_one(Practitioner, membership.practitioner_id)
    names = {"by": member.name, "leaver": leaver_name, "practice": member.practice_name, "word": member.patient_word}
    await post(session, write_handed_over(person, clients=clients, **names), now)


async def _lock(session: AsyncSession, membership_id: uuid.UUID) -> None:
    await lock_deliveries(session, membership_id)
    await lock_clients(session, membership_id)
    # Whoever saves a choice takes its old rows away and then needs the membership for the new ones.
    await end_sharing(session, membership_id)
    await end_views(session, membership_id)
    await session.execute(select(Membership.id).where(Membership.id == membership_id).with_for_update())
