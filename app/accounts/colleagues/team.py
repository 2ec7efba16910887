"""The people of a practice: who they are, their roles, and the end of somebody's access.

Whoever changes the team holds the practice first, and looks then whether they still run it: of two admins who remove
each other at once, one does. That and the changes of roles keep every practice at exactly one owner.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.letters import write_access_changed
from app.accounts.models import (
    BellMark,
    BellNote,
    Ending,
    Invitation,
    Membership,
    Practice,
    Practitioner,
    Role,
    SharedColleague,
    SharingRule,
)
from app.accounts.sessions import end_sessions
from app.errors import ConflictError, ForbiddenError, NotFoundError
from app.mail.service import post

NO_LONGER_RUNS_IT = "You are no longer an owner or admin of this practice. Nothing was changed."


async def list_members(session: AsyncSession, practice_id: uuid.UUID) -> Sequence[Membership]:
    """Return the active members of a practice with their practitioners, by name."""
    return await _list(session, practice_id, Membership.ended_at.is_(None))


async def list_deactivated(session: AsyncSession, practice_id: uuid.UUID) -> Sequence[Membership]:
    """Return the members who are away, with their practitioners, by name."""
    return await _list(session, practice_id, is_deactivated())


def is_deactivated() -> ColumnElement[bool]:
    """Condition on ``Membership``: away, not removed."""
    return Membership.ended_at.is_not(None) & (Membership.ended_as == Ending.DEACTIVATED)


async def _list(session: AsyncSession, practice_id: uuid.UUID, which: ColumnElement[bool]) -> Sequence[Membership]:
    query = (
        select(Membership)
        .join(Membership.practitioner)
        .options(joinedload(Membership.practitioner))
        .where(Membership.practice_id == practice_id, which)
        .order_by(func.lower(Practitioner.name), Practitioner.email)
    )
    return (await session.scalars(query)).all()


async def hold_team(session: AsyncSession, member: Member) -> Role:
    """Let nobody else change the practice's team until the transaction ends, and return the member's role by now.

    Raises ForbiddenError when they do not run it any more. Rows of the practice can be added meanwhile.
    """
    holding = select(Practice.id).where(Practice.id == member.practice_id).with_for_update(key_share=True)
    await session.execute(holding)
    role = await session.scalar(
        select(Membership.role).where(Membership.id == member.membership_id, Membership.ended_at.is_(None))
    )
    if role not in (Role.OWNER, Role.ADMIN):
        raise ForbiddenError(NO_LONGER_RUNS_IT)
    return Role(role)


@dataclass(frozen=True)
class Colleague:
    """A member of the practice, active or away, as those who run the team see them."""

    membership_id: uuid.UUID
    practitioner_id: uuid.UUID
    name: str
    email: str
    role: Role
    is_active: bool
    is_me: bool

    @property
    def may_be_changed(self) -> bool:
        """False for the owner, who passes the ownership on first, and for oneself."""
        return self.role is not Role.OWNER and not self.is_me


async def get_colleague(session: AsyncSession, member: Member, membership_id: uuid.UUID) -> Colleague:
    """Return a member as they are now; NotFoundError for removed and unknown ones, and to who does not run the team."""
    query = (
        select(Membership)
        .join(Membership.practitioner)
        .options(joinedload(Membership.practitioner))
        .where(
            Membership.id == membership_id,
            Membership.practice_id == member.practice_id,
            or_(Membership.ended_at.is_(None), is_deactivated()),
        )
        .execution_options(populate_existing=True)
    )
    found = await session.scalar(query) if member.runs_team else None
    if found is None:
        raise NotFoundError
    return Colleague(
        found.id,
        found.practitioner_id,
        found.practitioner.name,
        found.practitioner.email,
        Role(found.role),
        is_active=found.ended_at is None,
        is_me=found.id == member.membership_id,
    )


async def get_changeable(session: AsyncSession, member: Member, membership_id: uuid.UUID) -> Colleague:
    """Return a colleague whom the member may change; raises NotFoundError and, with the reason, ForbiddenError."""
    colleague = await get_colleague(session, member, membership_id)
    if colleague.is_me:
        raise ForbiddenError("You cannot change your own role or access. Ask the owner or another admin.")
    if colleague.role is Role.OWNER:
        raise ForbiddenError("The owner needs to transfer ownership before they can be removed or given another role.")
    return colleague


async def change_role(
    session: AsyncSession, member: Member, membership_id: uuid.UUID, role: Role, now: datetime
) -> bool:
    """Make a colleague an admin or a practitioner and return True, False when they are that already.

    Who is no admin any more has invited none either. Raises NotFoundError and ForbiddenError. Nobody becomes owner by
    this.
    """
    if role is Role.OWNER:
        raise ForbiddenError("Only the owner can make somebody else the owner.")
    await hold_team(session, member)
    colleague = await get_changeable(session, member, membership_id)
    if colleague.role is role:
        return False
    await session.execute(update(Membership).where(Membership.id == membership_id).values(role=role))
    if role is not Role.ADMIN:
        await _end_invitations_of_admins(session, membership_id, now)
    audit.record_by(session, member, "member.role_changed", at=now, membership_id=str(membership_id), role=role)
    await tell_of_access(session, member, colleague, role, now)
    return True


async def tell_of_access(
    session: AsyncSession, member: Member, colleague: Colleague, change: str, now: datetime
) -> None:
    """Tell a colleague by mail what was changed about their role or access (a key of ``letters.ACCESS_CHANGES``)."""
    names = {"by": member.name, "practice": member.practice_name}
    await post(session, write_access_changed(colleague.name, colleague.email, change=change, now=now, **names), now)


async def _end_invitations_of_admins(session: AsyncSession, invited_by_id: uuid.UUID, now: datetime) -> None:
    """Withdraw what would let in as an admin whom somebody chose who may not any more, such as themselves."""
    is_open = Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.role == Role.ADMIN
    ending = update(Invitation).where(Invitation.invited_by_id == invited_by_id, *is_open)
    await session.execute(ending.values(withdrawn_at=now))


async def reactivate(session: AsyncSession, member: Member, membership_id: uuid.UUID, now: datetime) -> bool:
    """Give a deactivated colleague their access back and return True, False when they have it.

    With their role and their key, if it is still saved; what was shared with them and by them is not brought back.
    """
    await hold_team(session, member)
    colleague = await get_colleague(session, member, membership_id)
    if colleague.is_active:
        return False
    await session.execute(
        update(Membership).where(Membership.id == membership_id).values(ended_at=None, ended_as=None, handed_to_id=None)
    )
    audit.record_by(session, member, "member.reactivated", at=now, membership_id=str(membership_id))
    await tell_of_access(session, member, colleague, "reactivated", now)
    return True


async def end_access(
    session: AsyncSession, membership_id: uuid.UUID, ending: Ending, *, handed_to: uuid.UUID, now: datetime
) -> Membership:
    """End a member's access, and what was shared with them and by them; the team and the membership are held.

    They are signed out where this was their only practice, else they go on in another.
    """
    membership = await session.get_one(Membership, membership_id, populate_existing=True)
    membership.ended_at = membership.ended_at or now
    membership.ended_as, membership.handed_to_id = ending, handed_to
    membership.sharing_rule = SharingRule.NOBODY
    await session.flush()
    # Whoever handed clients to the one who leaves now, had them go on to the new colleague too.
    await session.execute(
        update(Membership).where(Membership.handed_to_id == membership_id).values(handed_to_id=handed_to)
    )
    await end_sharing(session, membership_id)
    await _lead_elsewhere(session, membership, now)
    return membership


async def end_sharing(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """End what a member chose to share, and what colleagues chose to share with them."""
    is_theirs = or_(SharedColleague.owner_id == membership_id, SharedColleague.colleague_id == membership_id)
    await session.execute(delete(SharedColleague).where(is_theirs))


async def end_bell(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Forget what the bell has for a member; once what is another's to answer has been passed on."""
    for told in (BellMark, BellNote):
        await session.execute(delete(told).where(told.membership_id == membership_id))


async def _lead_elsewhere(session: AsyncSession, ended: Membership, now: datetime) -> None:
    """Let the person work in another of their practices, or sign them out everywhere if there is none."""
    # Held, since another practice may let them go at this moment.
    person = await session.get_one(
        Practitioner, ended.practitioner_id, with_for_update={"key_share": True}, populate_existing=True
    )
    other = await session.scalar(
        select(Membership.practice_id)
        .where(Membership.practitioner_id == person.id, Membership.ended_at.is_(None))
        .order_by(Membership.created_at)
        .limit(1)
    )
    if other is None:
        await end_sessions(session, person.id, now)
    elif person.active_practice_id == ended.practice_id:
        person.active_practice_id = other


async def pass_ownership_on(session: AsyncSession, member: Member, to_id: uuid.UUID, now: datetime) -> None:
    """Make a colleague the owner and the owner an admin, in one; whoever comes second finds it done.

    Raises ConflictError when the member is not the owner any more or the colleague not active any more.
    """
    if await hold_team(session, member) is not Role.OWNER:
        raise ConflictError("You are no longer the owner of this practice. Nothing was changed.")
    is_there = exists().where(
        Membership.id == to_id, Membership.practice_id == member.practice_id, Membership.ended_at.is_(None)
    )
    if to_id == member.membership_id or not await session.scalar(select(is_there)):
        raise ConflictError("This colleague no longer belongs to the practice. Nothing was changed.")
    for id_, role in ((member.membership_id, Role.ADMIN), (to_id, Role.OWNER)):
        await session.execute(update(Membership).where(Membership.id == id_).values(role=role))
    audit.record_by(session, member, "practice.ownership_passed_on", at=now, membership_id=str(to_id))
