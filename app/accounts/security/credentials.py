"""Changing what a person signs in with, and all that has to follow."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.browsers import Browser
from app.accounts.forms import LONGEST_PASSWORD, FormError, read_changed_email, read_changed_password
from app.accounts.letters import write_email_changed, write_new_email, write_password_changed
from app.accounts.models import Membership, Practice, Practitioner
from app.accounts.people import EMAIL_TAKEN, hold_password, taken_email_or
from app.accounts.security.passwords import hash_password, verify_password
from app.accounts.sessions import end_sessions
from app.accounts.tools import Tools
from app.accounts.tries import CONFIRMING, NETWORK, Try, forgive, take, try_at_account
from app.db import release
from app.mail.service import post

# So long after signing in, the password just given is not asked for again where nothing but a key is at stake.
FRESH_FOR = timedelta(minutes=15)
WRONG_PASSWORD = "This does not match your password. Try again."  # noqa: S105 - a sentence, not a password


async def what_is_known(session: AsyncSession, person: Practitioner) -> tuple[str, ...]:
    """Return what a person's password must not be made of: their name, email and practices."""
    practices = await session.scalars(
        select(Practice.name).join(Membership).where(Membership.practitioner_id == person.id)
    )
    return (person.name, person.email, *practices)


async def follow_password_change(session: AsyncSession, tools: Tools, person: Practitioner, browser: Browser) -> None:
    """Sign a person out everywhere, forget wrong tries at their account, and tell them by mail.

    To be called in the transaction that changed the password.
    """
    now = tools.clock()
    await end_sessions(session, person.id, now)
    account = str(person.id)
    await forgive(session, [try_at_account(account), try_at_account(account, known_place=browser.network)])
    await post(session, write_password_changed(person, now, tools.settings.public_url), now)
    record_own(session, person, "account.password_changed", now)


async def confirm_password(
    session: AsyncSession, tools: Tools, practitioner_id: uuid.UUID, password: str, *, field: str
) -> Practitioner:
    """Return the signed-in person if this is their password; raises FormError, after some wrong ones with a wait.

    It stays theirs until the transaction ends.
    """
    person = await session.get_one(Practitioner, practitioner_id, populate_existing=True)
    stored_hash = person.password_hash
    await release(session)  # checking takes a moment
    tries = [Try(CONFIRMING, str(practitioner_id))]
    await take(tools.sessions, tries, tools.clock(), field=field)
    fits, _new_hash = await verify_password(password[: LONGEST_PASSWORD + 1], stored_hash)
    if not fits or not await hold_password(session, practitioner_id, stored_hash):
        raise FormError({field: WRONG_PASSWORD})
    await forgive(session, tries)
    return person


def is_fresh(member: Member, now: datetime) -> bool:
    """Say whether a member signed in a moment ago: then nobody else is likely to sit before their browser."""
    return member.signed_in_at is not None and now - member.signed_in_at < FRESH_FOR


async def change_password(
    session: AsyncSession, tools: Tools, practitioner_id: uuid.UUID, present: str, wanted: str, browser: Browser
) -> None:
    """Change a signed-in person's password and sign them out everywhere; raises FormError."""
    person = await confirm_password(session, tools, practitioner_id, present, field="current_password")
    new_password = read_changed_password(wanted, await what_is_known(session, person))
    former_hash = person.password_hash
    await release(session)  # hashing takes a moment
    password_hash = await hash_password(new_password)
    if not await hold_password(session, practitioner_id, former_hash):
        raise FormError({"current_password": WRONG_PASSWORD})
    await session.execute(
        update(Practitioner)
        .where(Practitioner.id == practitioner_id)
        .values(password_hash=password_hash, reset_id=None, reset_until=None)
    )
    await follow_password_change(session, tools, person, browser)


async def change_email(
    session: AsyncSession, tools: Tools, practitioner_id: uuid.UUID, wanted: str, password: str, browser: Browser
) -> bool:
    """Change the address a person signs in with and tell both by mail; False when it is theirs already.

    Raises FormError. Asking for many addresses that have an account is slowed, as at signing up.
    """
    email = read_changed_email(wanted)
    person = await confirm_password(session, tools, practitioner_id, password, field="password")
    former = person.email
    if email == former:
        return False
    now, tries = tools.clock(), [Try(NETWORK, browser.network)]
    await take(tools.sessions, tries, now, field="new_email")
    try:
        async with session.begin_nested():
            await session.execute(
                update(Practitioner)
                .where(Practitioner.id == practitioner_id)
                .values(email=email, reset_id=None, reset_until=None)
            )
    except IntegrityError as error:
        refusal = taken_email_or(error)
        raise FormError({"new_email": EMAIL_TAKEN}) if isinstance(refusal, FormError) else refusal from None
    await forgive(session, tries)
    await session.refresh(person)
    await post(session, write_email_changed(person, former, now), now)
    await post(session, write_new_email(person, now), now)
    record_own(session, person, "account.email_changed", now)
    return True


def record_own(session: AsyncSession, person: Practitioner, action: str, now: datetime) -> None:
    """Record what happened to a person's own account, in the practice they work in at the moment."""
    audit.record(session, action, at=now, practice_id=person.active_practice_id, practitioner_id=person.id)
