"""The people of a practice: who they are, inviting a colleague, joining by an invitation's link."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.forms import FormError, NewcomerForm
from app.accounts.models import Invitation, Membership, Practice, Practitioner, Role
from app.accounts.passwords import hash_password
from app.accounts.people import add_practitioner, set_active_practice, taken_email_or
from app.crypto import Vault
from app.db import release
from app.errors import AppError, NotFoundError

INVITATION_LIFETIME = timedelta(days=7)
INVITATION_PURPOSE = "invitation"


class InvitationGoneError(AppError):
    """The invitation was used, withdrawn, or is too old."""

    status = 410
    title = "This invitation can no longer be used"


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that may be accepted now, with the words its page needs."""

    id: uuid.UUID
    practice_id: uuid.UUID
    practice_name: str
    inviter_name: str
    email: str
    role: Role


async def list_members(session: AsyncSession, practice_id: uuid.UUID) -> Sequence[Membership]:
    """Return the active members of a practice with their practitioners, by name."""
    query = (
        select(Membership)
        .join(Membership.practitioner)
        .options(joinedload(Membership.practitioner))
        .where(Membership.practice_id == practice_id, Membership.ended_at.is_(None))
        .order_by(func.lower(Practitioner.name), Practitioner.email)
    )
    return (await session.scalars(query)).all()


async def list_open_invitations(session: AsyncSession, practice_id: uuid.UUID, now: datetime) -> Sequence[Invitation]:
    """Return the practice's invitations that may still be accepted, the newest first."""
    query = (
        select(Invitation)
        .where(Invitation.practice_id == practice_id, *_is_open(now))
        .order_by(Invitation.created_at.desc())
    )
    return (await session.scalars(query)).all()


async def invite(session: AsyncSession, member: Member, email: str, role: Role, now: datetime) -> None:
    """Invite a colleague; raises FormError when they are a member or invited already."""
    await _refuse_known_colleague(session, member.practice_id, email, now)
    invitation = Invitation(
        practice_id=member.practice_id,
        email=email,
        role=role,
        invited_by_id=member.membership_id,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    session.add(invitation)
    await session.flush()
    _record(session, "invitation.made", invitation.id, member.practice_id, member.practitioner_id, now)


async def withdraw(session: AsyncSession, member: Member, invitation_id: uuid.UUID, now: datetime) -> bool:
    """End an invitation and return True, False when it had ended before; NotFoundError for other practices' ones."""
    invitation = await session.get(Invitation, invitation_id)
    if invitation is None or invitation.practice_id != member.practice_id:
        raise NotFoundError
    withdrawn = await session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, *_is_open(now))
        .values(withdrawn_at=now)
        .returning(Invitation.id)
    )
    if withdrawn:
        _record(session, "invitation.withdrawn", invitation_id, member.practice_id, member.practitioner_id, now)
    return withdrawn is not None


def join_path(vault: Vault, invitation_id: uuid.UUID) -> str:
    """Return the path of an invitation's link: its id, signed, so that nothing secret need be stored."""
    return "/join/" + vault.sign(str(invitation_id), purpose=INVITATION_PURPOSE)


async def find_open_invitation(session: AsyncSession, vault: Vault, token: str, now: datetime) -> OpenInvitation:
    """Return the invitation a link was made for.

    Raises NotFoundError for a link that is not ours and InvitationGoneError for one that has served.
    """
    invitation_id = vault.unsign(token, purpose=INVITATION_PURPOSE)
    row = None
    if invitation_id is not None:
        query = (
            select(Invitation, Practice.name, Practitioner.name)
            .join(Practice, Practice.id == Invitation.practice_id)
            .join(Membership, Membership.id == Invitation.invited_by_id)
            .join(Practitioner, Practitioner.id == Membership.practitioner_id)
            .where(Invitation.id == uuid.UUID(invitation_id))
        )
        row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError(
            "This invitation link is not complete. Copy the whole link again, or ask your colleague for a new one."
        )
    invitation, practice_name, inviter_name = row
    _refuse_ended(invitation, now)
    role = Role(invitation.role)
    return OpenInvitation(invitation.id, invitation.practice_id, practice_name, inviter_name, invitation.email, role)


async def join_as_newcomer(
    session: AsyncSession, invitation: OpenInvitation, form: NewcomerForm, now: datetime
) -> uuid.UUID:
    """Make an account for the invited e-mail, join with it, and return the practitioner's id.

    Raises InvitationGoneError when the link was used meanwhile, FormError when the e-mail got an account meanwhile.
    """
    await release(session)  # hashing takes a moment
    password_hash = await hash_password(form.password)
    try:
        # A savepoint: when the account cannot be made, the invitation stays open.
        async with session.begin_nested():
            await _claim(session, invitation.id, now)
            newcomer = await add_practitioner(
                session, form.name, invitation.email, password_hash, invitation.practice_id
            )
            await _add_member(session, invitation, newcomer.id, now)
    except IntegrityError as error:
        raise taken_email_or(error) from None
    return newcomer.id


async def join_with_login(
    session: AsyncSession, invitation: OpenInvitation, practitioner_id: uuid.UUID, now: datetime
) -> None:
    """Let someone with an account join; the practice becomes their active one.

    Raises InvitationGoneError when the link was used meanwhile. Who is a member already keeps their role.
    """
    await _claim(session, invitation.id, now)
    await _add_member(session, invitation, practitioner_id, now)
    await set_active_practice(session, practitioner_id, invitation.practice_id)


async def _claim(session: AsyncSession, invitation_id: uuid.UUID, now: datetime) -> None:
    """Mark the invitation accepted; of racing calls one succeeds and the others raise InvitationGoneError."""
    claimed = await session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, *_is_open(now))
        .values(accepted_at=now)
        .returning(Invitation.id)
    )
    if claimed is None:
        raise InvitationGoneError("This invitation was used a moment ago. If that was you, sign in.")


async def _add_member(
    session: AsyncSession, invitation: OpenInvitation, practitioner_id: uuid.UUID, now: datetime
) -> None:
    adding = insert(Membership).values(
        practice_id=invitation.practice_id, practitioner_id=practitioner_id, role=invitation.role
    )
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["practice_id", "practitioner_id"],
            set_={
                "role": case((Membership.ended_at.is_(None), Membership.role), else_=adding.excluded.role),
                "ended_at": None,
            },
        )
    )
    _record(session, "invitation.accepted", invitation.id, invitation.practice_id, practitioner_id, now)


async def _refuse_known_colleague(session: AsyncSession, practice_id: uuid.UUID, email: str, now: datetime) -> None:
    member = await session.scalar(
        select(Membership.id)
        .join(Membership.practitioner)
        .where(
            Membership.practice_id == practice_id,
            Membership.ended_at.is_(None),
            func.lower(Practitioner.email) == func.lower(email),
        )
    )
    if member:
        raise FormError({"email": "This colleague already belongs to the practice."})
    invitation = await session.scalar(
        select(Invitation.id)
        .where(Invitation.practice_id == practice_id, func.lower(Invitation.email) == func.lower(email), *_is_open(now))
        .limit(1)
    )
    if invitation:
        raise FormError({"email": "This colleague is already invited: the link to pass on is on this page."})


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now


def _refuse_ended(invitation: Invitation, now: datetime) -> None:
    if invitation.accepted_at is not None:
        raise InvitationGoneError("This invitation was used. If that was you, sign in; if not, ask for a new one.")
    if invitation.withdrawn_at is not None:
        raise InvitationGoneError("This invitation was withdrawn. Ask your colleague for a new one.")
    if invitation.expires_at <= now:
        raise InvitationGoneError("This invitation is more than seven days old. Ask your colleague for a new one.")


def _record(
    session: AsyncSession,
    action: str,
    invitation_id: uuid.UUID,
    practice_id: uuid.UUID,
    practitioner_id: uuid.UUID,
    now: datetime,
) -> None:
    audit.record(
        session,
        action,
        at=now,
        practice_id=practice_id,
        practitioner_id=practitioner_id,
        invitation_id=str(invitation_id),
    )
