"""Inviting colleagues: making an invitation, mailing it, listing, sending it again, withdrawing it.

A link names the invitation, so that whichever of several mails is opened, it works; all of them end with it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.colleagues.team import hold_team
from app.accounts.forms import FormError
from app.accounts.letters import write_invitation
from app.accounts.models import Ending, Invitation, Membership, Practitioner, Role
from app.accounts.tools import Tools
from app.accounts.tries import Rule, TooManyTriesError, Try, take
from app.crypto import Vault
from app.errors import NotFoundError
from app.mail.service import post
from app.waits import Waits

INVITATION_LIFETIME = timedelta(days=7)
INVITATION_PURPOSE = "invitation"
# For so long one that has run out is listed, to be sent again.
RUN_OUT_LISTED = timedelta(days=30)

# Anybody may open a practice and write any address: neither a mailbox nor our name is to suffer from it.
MAILS_OF_PRACTICE = Rule(
    "invitation mails of a practice",
    Waits(30, timedelta(minutes=1), timedelta(hours=1)),
    timedelta(minutes=10),
    right_clears=False,
)
MAILS_TO_ADDRESS = Rule(
    "invitation mails to an address",
    Waits(3, timedelta(minutes=20), timedelta(hours=1)),
    timedelta(minutes=20),
    right_clears=False,
)


# What came of sending one again: mailed; not, since there were many lately; not, since it was answered or withdrawn.
Sent = Literal["mailed", "unmailed", "over"]


def is_unanswered() -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``Invitation``: neither used nor withdrawn; it may have run out."""
    return Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)


def is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``Invitation``: it may be accepted."""
    return *is_unanswered(), Invitation.expires_at > now


def join_path(vault: Vault, invitation_id: uuid.UUID) -> str:
    """Return the path of an invitation's link: its id, signed, so that nothing secret need be stored."""
    return "/join/" + vault.sign(str(invitation_id), purpose=INVITATION_PURPOSE)


async def list_unanswered(session: AsyncSession, practice_id: uuid.UUID, now: datetime) -> Sequence[Invitation]:
    """Return the practice's invitations that wait for an answer or ran out lately, the newest first."""
    query = (
        select(Invitation)
        .where(Invitation.practice_id == practice_id, *is_unanswered(), Invitation.expires_at > now - RUN_OUT_LISTED)
        .order_by(Invitation.created_at.desc())
    )
    return (await session.scalars(query)).all()


async def invite(session: AsyncSession, tools: Tools, member: Member, email: str, role: Role) -> bool:
    """Invite a colleague and say whether it is mailed; without a mail the link can still be passed on.

    Raises FormError when they are a member, deactivated, or invited already.
    """
    now = tools.clock()
    is_mailed = await _may_mail(tools, member.practice_id, email)
    await hold_team(session, member)
    await _refuse_known_colleague(session, member.practice_id, email, now)
    # The new one takes the place of those that ran out.
    await session.execute(
        update(Invitation)
        .where(Invitation.practice_id == member.practice_id, _is_for(email), *is_unanswered())
        .values(withdrawn_at=now)
    )
    invitation = Invitation(
        id=uuid.uuid4(),
        practice_id=member.practice_id,
        email=email,
        role=role,
        invited_by_id=member.membership_id,
        created_at=now,
        sent_at=now if is_mailed and has_mail_server(tools) else None,
        expires_at=now + INVITATION_LIFETIME,
    )
    session.add(invitation)
    await session.flush()
    if is_mailed:
        await _mail(session, tools, member, invitation)
    _record(session, member, "invitation.made", invitation.id, now)
    return is_mailed


async def send_again(session: AsyncSession, tools: Tools, member: Member, invitation_id: uuid.UUID) -> Sent:
    """Mail an invitation again, with new seven days; unless it is mailed nothing is changed.

    Raises NotFoundError for other practices' ones.
    """
    now, email = tools.clock(), (await _get(session, member, invitation_id)).email
    if not await _may_mail(tools, member.practice_id, email):
        return "unmailed"
    await hold_team(session, member)
    invitation: Invitation | None = await session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, *is_unanswered())
        .values(sent_at=now if has_mail_server(tools) else None, expires_at=now + INVITATION_LIFETIME)
        .returning(Invitation)
        .execution_options(populate_existing=True)
    )
    if invitation is None:
        return "over"
    await _mail(session, tools, member, invitation)
    _record(session, member, "invitation.sent_again", invitation_id, now)
    return "mailed"


async def withdraw(session: AsyncSession, member: Member, invitation_id: uuid.UUID, now: datetime) -> bool:
    """End an invitation and return True, False when it had ended before; NotFoundError for other practices' ones."""
    await _get(session, member, invitation_id)
    await hold_team(session, member)
    withdrawn = await session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, *is_unanswered())
        .values(withdrawn_at=now)
        .returning(Invitation.id)
    )
    if withdrawn:
        _record(session, member, "invitation.withdrawn", invitation_id, now)
    return withdrawn is not None


async def end_invitations(session: AsyncSession, membership: Membership, email: str, now: datetime) -> None:
    """Withdraw what a leaving member has made, and what would let them in again."""
    await session.execute(
        update(Invitation)
        .where(
            Invitation.practice_id == membership.practice_id,
            *is_unanswered(),
            or_(Invitation.invited_by_id == membership.id, _is_for(email)),
        )
        .values(withdrawn_at=now)
    )


async def _get(session: AsyncSession, member: Member, invitation_id: uuid.UUID) -> Invitation:
    invitation = await session.get(Invitation, invitation_id)
    if invitation is None or invitation.practice_id != member.practice_id:
        raise NotFoundError
    return invitation


def has_mail_server(tools: Tools) -> bool:
    """Return False where mails are printed or only logged: then nobody gets any, and the link is to be passed on."""
    return tools.settings.smtp_address is not None


async def _may_mail(tools: Tools, practice_id: uuid.UUID, email: str) -> bool:
    """Count a mail about to be sent; False when the practice has sent, or the address was sent, many lately."""
    tries = [Try(MAILS_OF_PRACTICE, str(practice_id)), Try(MAILS_TO_ADDRESS, email.lower())]
    try:
        await take(tools.sessions, tries, tools.clock(), field="email")
    except TooManyTriesError:
        return False
    return True


async def _mail(session: AsyncSession, tools: Tools, member: Member, invitation: Invitation) -> None:
    link = tools.settings.public_url + join_path(tools.vault, invitation.id)
    letter = write_invitation(
        invitation.email, inviter=member.name, practice=member.practice_name, link=link, until=invitation.expires_at
    )
    await post(session, letter, tools.clock(), useful_for=INVITATION_LIFETIME)


async def _refuse_known_colleague(session: AsyncSession, practice_id: uuid.UUID, email: str, now: datetime) -> None:
    query = (
        select(Membership)
        .join(Membership.practitioner)
        .where(Membership.practice_id == practice_id, func.lower(Practitioner.email) == func.lower(email))
    )
    known = await session.scalar(query)
    if known is not None and known.ended_at is None:
        raise FormError({"email": "This colleague already belongs to the practice."})
    if known is not None and known.ended_as is Ending.DEACTIVATED:
        raise FormError({"email": "This colleague is deactivated. Reactivate them on this page instead."})
    invited = select(Invitation.id).where(Invitation.practice_id == practice_id, _is_for(email), *is_open(now))
    if await session.scalar(invited.limit(1)):
        raise FormError({"email": "This colleague is already invited: the link to pass on is on this page."})


def _is_for(email: str) -> ColumnElement[bool]:
    return func.lower(Invitation.email) == func.lower(email)


def _record(session: AsyncSession, member: Member, action: str, invitation_id: uuid.UUID, now: datetime) -> None:
    audit.record_by(session, member, action, at=now, invitation_id=str(invitation_id))
