"""Joining a practice by an invitation's link."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.colleagues.invitations import INVITATION_PURPOSE, is_open
from app.accounts.forms import NewcomerForm
from app.accounts.models import Invitation, Membership, Practice, Practitioner, Role
from app.accounts.people import add_practitioner, set_active_practice, taken_email_or
from app.accounts.security.passwords import hash_password
from app.crypto import Vault
from app.db import release
from app.errors import AppError, NotFoundError


class InvitationGoneError(AppError):
    """The invitation was used, withdrawn, or is too old."""

    status = 410
    title = "This invitation can no longer be used"
    cause = "invitation.gone"


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that may be accepted now, with the words its page needs."""

    id: uuid.UUID
    practice_id: uuid.UUID
    practice_name: str
    inviter_name: str
    email: str
    role: Role


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
    """Make an account for the invited email, join with it, and return the practitioner's id.

    Raises InvitationGoneError when the link was used meanwhile, FormError when the email got an account meanwhile.
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
        .where(Invitation.id == invitation_id, *is_open(now))
        .values(accepted_at=now)
        .returning(Invitation.id)
    )
    if claimed is None:
        raise InvitationGoneError("This invitation was used or withdrawn a moment ago. If you used it, sign in.")


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
                "ended_as": None,
                "handed_to_id": None,
            },
        )
    )
    who = {"practice_id": invitation.practice_id, "practitioner_id": practitioner_id}
    audit.record(session, "invitation.accepted", at=now, invitation_id=str(invitation.id), **who)


def _refuse_ended(invitation: Invitation, now: datetime) -> None:
    if invitation.accepted_at is not None:
        raise InvitationGoneError("This invitation was used. If that was you, sign in; if not, ask for a new one.")
    if invitation.withdrawn_at is not None:
        raise InvitationGoneError("This invitation was withdrawn. Ask your colleague for a new one.")
    if invitation.expires_at <= now:
        raise InvitationGoneError("This invitation is more than seven days old. Ask your colleague for a new one.")
