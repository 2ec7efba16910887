"""Practitioners and their practices: signing up, checking a password, working in another practice."""

import uuid

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.browsers import Browser
from app.accounts.forms import LONGEST_PASSWORD, FormError, SignUpForm, clean_line
from app.accounts.models import Membership, Practice, Practitioner, Role, SignInSession
from app.accounts.security.passwords import hash_password, verify_password
from app.accounts.tools import Tools
from app.accounts.tries import NETWORK, SIGN_UPS, Try, forgive, take, try_at_account
from app.db import release

EMAIL_TAKEN = "There is already an account with this email."
# Of signing up: it fits a wrong password of one's own account as well as somebody else's email.
NO_ACCOUNT_MADE = "No account could be made with this email and password."
# One sentence for both, so that nobody learns from it who has an account.
WRONG_CREDENTIALS = "The email and password do not match. Check both and try again."
NO_PRACTICE = "You no longer belong to a practice in Kinebridge. Ask an owner or admin there to let you in again."


async def find_practitioner(session: AsyncSession, email: str) -> Practitioner | None:
    """Return the practitioner with this email, upper and lower case alike, or None."""
    return await session.scalar(select(Practitioner).where(func.lower(Practitioner.email) == func.lower(email)))


async def sign_up(session: AsyncSession, tools: Tools, form: SignUpForm, browser: Browser) -> Practitioner:
    """Make a practice and its owner; raises FormError when the email was given an account this moment.

    TooManyTriesError where very many were made from one network.
    """
    now = tools.clock()
    tries = [Try(NETWORK, browser.network)]
    await take(tools.sessions, [Try(SIGN_UPS, browser.network), *tries], now, field="email")
    password_hash = await hash_password(form.password)
    try:
        async with session.begin_nested():
            practice, owner = await add_practice(session, form, password_hash)
    except IntegrityError as error:
        refusal = taken_email_or(error)
        raise FormError({"email": NO_ACCOUNT_MADE}) if isinstance(refusal, FormError) else refusal from None
    await forgive(session, tries)
    audit.record(session, "practice.created", at=now, practice_id=practice.id, practitioner_id=owner.id)
    return owner


async def add_practice(session: AsyncSession, form: SignUpForm, password_hash: str) -> tuple[Practice, Practitioner]:
    """Add a practice and its owner; IntegrityError when the email has an account."""
    practice = Practice(name=form.practice_name, country=form.country)
    session.add(practice)
    await session.flush()
    owner = await add_practitioner(session, form.name, form.email, password_hash, practice.id)
    session.add(Membership(practice_id=practice.id, practitioner_id=owner.id, role=Role.OWNER))
    await session.flush()
    return practice, owner


async def add_practitioner(
    session: AsyncSession, name: str, email: str, password_hash: str, practice_id: uuid.UUID
) -> Practitioner:
    """Add a person who works in the practice; IntegrityError when the email has an account."""
    practitioner = Practitioner(name=name, email=email, password_hash=password_hash, active_practice_id=practice_id)
    session.add(practitioner)
    await session.flush()
    return practitioner


def taken_email_or(error: IntegrityError) -> Exception:
    """Return a FormError if the database refused a second account with one email, else the error itself."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return FormError({"email": EMAIL_TAKEN}) if constraint == "uq_practitioners_email" else error


async def check_credentials(
    session: AsyncSession, tools: Tools, email: str, password: str, browser: Browser, *, field: str = "email"
) -> Practitioner:
    """Return whose email and password these are; raises FormError, alike and after the same time for all others.

    Wrong tries cost waits; TooManyTriesError says how long, whether or not there is such an account.
    """
    address = clean_line(email)
    practitioner = await find_practitioner(session, address)
    tries = [Try(NETWORK, browser.network), await _try_at_account(session, practitioner, address, browser)]
    await release(session)  # checking takes a moment
    await take(tools.sessions, tries, tools.clock(), field=field)
    stored_hash = practitioner.password_hash if practitioner else None
    # One letter over the limit is enough to be wrong, and bounds the work.
    fits, new_hash = await verify_password(password[: LONGEST_PASSWORD + 1], stored_hash)
    if practitioner is None or not fits or not await hold_password(session, practitioner.id, stored_hash):
        raise FormError({field: WRONG_CREDENTIALS})
    await forgive(session, tries)
    if new_hash:
        await session.execute(
            update(Practitioner).where(Practitioner.id == practitioner.id).values(password_hash=new_hash)
        )
    return practitioner


async def hold_password(session: AsyncSession, practitioner_id: uuid.UUID, stored_hash: str | None) -> bool:
    """Say whether the password that was checked still is the person's, and let nobody change it in this transaction.

    Whoever changes it ends all sign-ins: one that was being checked meanwhile must not come after that. The person is
    read anew: two-factor sign-in that was turned on meanwhile counts.
    """
    query = select(Practitioner).where(Practitioner.id == practitioner_id, Practitioner.password_hash == stored_hash)
    holding = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(holding) is not None


async def _try_at_account(
    session: AsyncSession, practitioner: Practitioner | None, address: str, browser: Browser
) -> Try:
    """Return what a try at an account counts for: those from where the person was signed in lately count apart.

    So nobody elsewhere can keep a person out of their account by trying again and again.
    """
    id_ = practitioner.id if practitioner else uuid.uuid4()
    is_known_place = await session.scalar(
        select(exists().where(SignInSession.practitioner_id == id_, SignInSession.network == browser.network))
    )
    who = str(id_) if practitioner else address.lower()
    return try_at_account(who, known_place=browser.network if is_known_place else None)


async def require_practice(session: AsyncSession, practitioner_id: uuid.UUID) -> None:
    """Raise FormError when the person belongs to no practice any more, so that signing in would lead nowhere."""
    membership = await session.scalar(
        select(Membership.id)
        .where(Membership.practitioner_id == practitioner_id, Membership.ended_at.is_(None))
        .limit(1)
    )
    if membership is None:
        raise FormError({"email": NO_PRACTICE})


async def set_active_practice(session: AsyncSession, practitioner_id: uuid.UUID, practice_id: uuid.UUID) -> None:
    """Let the person work in another of their practices from now on, in all their browsers."""
    await session.execute(
        update(Practitioner).where(Practitioner.id == practitioner_id).values(active_practice_id=practice_id)
    )
