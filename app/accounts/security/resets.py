"""Choosing a new password by a link that comes by mail.

The link is the id of a person's newest reset, signed: it ends by its use, by a newer one, by a changed password or
email, and after an hour. Asking takes the same way for every address, known or not: a job looks it up.
"""

import uuid
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.browsers import Browser
from app.accounts.forms import read_changed_password
from app.accounts.letters import RESET_PAGE, write_reset
from app.accounts.models import Practitioner
from app.accounts.people import find_practitioner
from app.accounts.security.credentials import follow_password_change, record_own, what_is_known
from app.accounts.security.passwords import hash_password
from app.accounts.tools import Tools
from app.accounts.tries import NETWORK, Rule, TooManyTriesError, Try, take
from app.crypto import CannotDecryptError
from app.db import release, transaction
from app.errors import AppError, NotFoundError
from app.jobs.queue import defer
from app.mail.service import post
from app.waits import Waits

RESET_LIFETIME = timedelta(hours=1)
RESET_PURPOSE = "password-reset"
# A stranger who asks again and again neither fills a mailbox nor ends the newest link all the time.
MAILS = Rule(
    "reset mails", Waits(3, timedelta(minutes=20), timedelta(hours=1)), timedelta(minutes=20), right_clears=False
)


class ResetGoneError(AppError):
    """The link was used, replaced by a newer one, or is too old."""

    status = 410
    title = "This link can no longer be used"
    template = "accounts/reset_gone.html"

    def __init__(self) -> None:
        super().__init__("A link works once, for one hour, and only the newest one. Ask for another.")


async def ask_for_reset(session: AsyncSession, tools: Tools, email: str, browser: Browser) -> None:
    """Have a link mailed to an address if it has an account; raises TooManyTriesError when one network asks a lot."""
    await take(tools.sessions, [Try(NETWORK, browser.network)], tools.clock(), field="email")
    # Encrypted, since rows of jobs are read by others than the table of people is.
    await defer(session, "accounts.mail_reset", asked_for=tools.vault.encrypt(email, row=RESET_PURPOSE))


async def mail_reset(tools: Tools, asked_for: str) -> None:
    """Mail the link to the address that was asked for; nothing for an unknown one, or one that got three lately."""
    try:
        email = tools.vault.decrypt(asked_for, row=RESET_PURPOSE)
    except CannotDecryptError:  # the secrets were changed in between: it has to be asked for again
        return
    async with transaction(tools.sessions) as session:
        person = await find_practitioner(session, email)
    if person is None:
        return
    now = tools.clock()
    try:
        await take(tools.sessions, [Try(MAILS, str(person.id))], now, field="email")
    except TooManyTriesError:
        return
    async with transaction(tools.sessions) as session:
        person = await session.get(Practitioner, person.id, with_for_update=True)
        if person is None:
            return
        link = begin_reset(tools, person)
        await post(session, write_reset(person, link), now, useful_for=RESET_LIFETIME)
        record_own(session, person, "account.reset_mailed", now)


def begin_reset(tools: Tools, person: Practitioner) -> str:
    """Give a person a new link for choosing a password, in the place of any former one, and return it."""
    person.reset_id, person.reset_until = uuid.uuid4(), tools.clock() + RESET_LIFETIME
    signed = tools.vault.sign(str(person.reset_id), purpose=RESET_PURPOSE)
    return f"{tools.settings.public_url}{RESET_PAGE}/{signed}"


async def find_reset(session: AsyncSession, tools: Tools, token: str) -> Practitioner:
    """Return whose password a link changes; NotFoundError for one that is not ours, ResetGoneError for an ended one."""
    reset_id = tools.vault.unsign(token, purpose=RESET_PURPOSE)
    if reset_id is None:
        raise NotFoundError("This link is not complete. Copy the whole link from the mail again.")
    query = select(Practitioner).where(
        Practitioner.reset_id == uuid.UUID(reset_id), Practitioner.reset_until > tools.clock()
    )
    person = await session.scalar(query)
    if person is None:
        raise ResetGoneError
    return person


async def use_reset(session: AsyncSession, tools: Tools, token: str, password: str, browser: Browser) -> Practitioner:
    """Set the password by a link, which is used up by it, and sign the person out everywhere.

    Raises FormError for a password that cannot be taken; of racing calls one succeeds, ResetGoneError for the others.
    """
    person = await find_reset(session, tools, token)
    new_password = read_changed_password(password, await what_is_known(session, person))
    await release(session)  # hashing takes a moment
    password_hash = await hash_password(new_password)
    changed: Practitioner | None = await session.scalar(
        update(Practitioner)
        .where(Practitioner.reset_id == person.reset_id, Practitioner.reset_until > tools.clock())
        .values(password_hash=password_hash, reset_id=None, reset_until=None)
        .returning(Practitioner)
    )
    if changed is None:
        raise ResetGoneError
    await follow_password_change(session, tools, changed, browser)
    return changed
