"""Changing what a person signs in with, and all that has to follow."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.letters import write_password_changed
from app.accounts.models import Membership, Practice, Practitioner, SignInSession, WrongTries
from app.accounts.tools import Tools
from app.accounts.tries import ACCOUNT, Try
from app.mail.service import post


async def what_is_known(session: AsyncSession, person: Practitioner) -> tuple[str, ...]:
    """Return what a person's password must not be made of: their name, e-mail and practices."""
    practices = await session.scalars(
        select(Practice.name).join(Membership).where(Membership.practitioner_id == person.id)
    )
    return (person.name, person.email, *practices)


async def follow_password_change(session: AsyncSession, tools: Tools, person: Practitioner) -> None:
    """Sign a person out everywhere, forget wrong tries at their account, and tell them by mail.

    To be called in the transaction that changed the password.
    """
    now = tools.clock()
    await end_sessions(session, person.id, now)
    await session.execute(delete(WrongTries).where(WrongTries.about == Try(ACCOUNT, str(person.id)).about))
    await post(session, write_password_changed(person, now, tools.settings.public_url), now)
    audit.record(
        session,
        "account.password_changed",
        at=now,
        practice_id=person.active_practice_id,
        practitioner_id=person.id,
    )


async def end_sessions(
    session: AsyncSession, practitioner_id: uuid.UUID, now: datetime, *, but: uuid.UUID | None = None
) -> None:
    """Revoke every sign-in of a person, but for one if asked."""
    ending = update(SignInSession).where(
        SignInSession.practitioner_id == practitioner_id, SignInSession.revoked_at.is_(None)
    )
    if but is not None:
        ending = ending.where(SignInSession.id != but)
    await session.execute(ending.values(revoked_at=now))
