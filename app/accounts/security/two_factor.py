"""Two-factor: codes of an app on the person's phone (TOTP, RFC 6238), and recovery codes for when it is lost.

The secret is encrypted and bound to its row. Each code of the app is taken once, and so is each recovery code.
"""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.forms import FormError
from app.accounts.models import Practitioner, RecoveryCode
from app.accounts.people import hold_password
from app.accounts.tools import Tools
from app.accounts.tries import SECOND_STEP, Try, forgive, take
from app.crypto import PLAIN_LETTERS, CannotDecryptError, Vault, digest
from app.db import release

TWO_FACTOR_PAGE = "/account/security/two-factor"
ISSUER = "Kinebridge"
STEP_SECONDS = 30
CODE_LENGTH = 6
# A phone's clock may be half a minute off.
STEPS_AROUND = (-1, 0, 1)
RECOVERY_CODES = 10
RECOVERY_LENGTH = 16  # letters: 79 bits, so that a plain digest is enough
LONGEST_CODE = 60
BEGUN_FOR = timedelta(minutes=30)
SECOND_STEP_PURPOSE = "second-step"
SECOND_STEP_SECONDS = 600
WRONG_CODE = "This code does not match, or has been used. Wait for the next one and try again."


def name_row(person: Practitioner) -> str:
    """Return the name by which the secret is bound to its person."""
    return f"totp:{person.id}"


def name_begun(person: Practitioner, session_id: uuid.UUID) -> str:
    """Return the name for a secret that is being set up: bound to the sign-in in which the password was given.

    Whoever finds the person signed in elsewhere does not finish it with a phone of their own.
    """
    return f"totp-begun:{person.id} {session_id}"


def begin(vault: Vault, person: Practitioner, session_id: uuid.UUID, now: datetime) -> None:
    """Give a person a new secret, which is not asked for until a code of it has been shown in the same sign-in."""
    begun = f"{int(now.timestamp())} {pyotp.random_base32()}"
    person.totp_secret = vault.encrypt(begun, row=name_begun(person, session_id))
    person.totp_since = person.totp_step = None


def read_begun(vault: Vault, person: Practitioner, session_id: uuid.UUID, now: datetime) -> str:
    """Return the secret that is being set up in a sign-in, "" when there is none or it was left for half an hour."""
    if person.totp_since is not None:
        return ""
    begun_at, _, secret = read_secret(vault, person, name_begun(person, session_id)).partition(" ")
    return secret if secret and now - datetime.fromtimestamp(int(begun_at), UTC) < BEGUN_FOR else ""


def read_secret(vault: Vault, person: Practitioner, row: str) -> str:
    """Return the secret stored under a name, "" without one or when it cannot be read any more."""
    try:
        return vault.decrypt(person.totp_secret, row=row) if person.totp_secret else ""
    except CannotDecryptError:
        return ""


def turn_on(vault: Vault, person: Practitioner, secret: str, now: datetime) -> None:
    """Ask for codes of the secret that was set up, from now on."""
    person.totp_secret, person.totp_since = vault.encrypt(secret, row=name_row(person)), now


def app_address(secret: str, email: str) -> str:
    """Return what the QR code says to the app: "otpauth://totp/...", with the issuer and whose secret it is."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def find_step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the half minute whose code was typed, if that is about now; digits of any script, spaces left out."""
    digits = "".join(str(int(letter)) for letter in typed[:LONGEST_CODE] if letter.isdecimal())
    if not secret or len(digits) != CODE_LENGTH:
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    around = [present + off for off in STEPS_AROUND]
    return next((step for step in around if pyotp.utils.strings_equal(totp.generate_otp(step), digits)), None)


async def take_code(
    session: AsyncSession, tools: Tools, person: Practitioner, typed: str, *, begun: str | None = None
) -> None:
    """Take a code of the app or a recovery code; raises FormError, after some wrong ones with a wait.

    ``begun`` is the secret that is being set up. Of two that send the same code, one is taken.
    """
    await release(session)
    now, tries = tools.clock(), [Try(SECOND_STEP, str(person.id))]
    await take(tools.sessions, tries, now, field="code")
    secret = read_secret(tools.vault, person, name_row(person)) if begun is None else begun
    step = find_step(secret, typed, now)
    is_right = await (_use_step(session, person, step) if step is not None else _use_recovery(session, person, typed))
    if not is_right or not await hold_password(session, person.id, person.password_hash):
        raise FormError({"code": WRONG_CODE})
    await forgive(session, tries)


async def _use_step(session: AsyncSession, person: Practitioner, step: int) -> bool:
    using = (
        update(Practitioner)
        .where(
            Practitioner.id == person.id,
            Practitioner.totp_secret == person.totp_secret,
            or_(Practitioner.totp_step.is_(None), Practitioner.totp_step < step),
        )
        .values(totp_step=step)
        .returning(Practitioner.id)
    )
    return await session.scalar(using) is not None


async def _use_recovery(session: AsyncSession, person: Practitioner, typed: str) -> bool:
    code = "".join(letter for letter in typed[:LONGEST_CODE].lower() if letter in PLAIN_LETTERS)
    using = delete(RecoveryCode).where(
        RecoveryCode.practitioner_id == person.id, RecoveryCode.code_digest == digest(code)
    )
    return await session.scalar(using.returning(RecoveryCode.practitioner_id)) is not None


async def make_recovery_codes(session: AsyncSession, person: Practitioner) -> list[str]:
    """Return new recovery codes in the place of all former ones, to be shown once: "abcd-efgh-jkmn-pqrs"."""
    codes = ["".join(secrets.choice(PLAIN_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    await session.execute(delete(RecoveryCode).where(RecoveryCode.practitioner_id == person.id))
    session.add_all(RecoveryCode(practitioner_id=person.id, code_digest=digest(code)) for code in codes)
    await session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for code in codes]


async def turn_off(session: AsyncSession, person: Practitioner) -> None:
    """Forget a person's secret and recovery codes."""
    person.totp_secret = person.totp_since = person.totp_step = None
    await session.execute(delete(RecoveryCode).where(RecoveryCode.practitioner_id == person.id))


def write_ticket(vault: Vault, person: Practitioner) -> str:
    """Return the proof that a person's password was right, good for the second step only; a changed one ends it."""
    return vault.sign(f"{person.id} {digest(person.password_hash)}", purpose=SECOND_STEP_PURPOSE)


async def read_ticket(session: AsyncSession, vault: Vault, ticket: str) -> Practitioner | None:
    """Return whose password was right less than ten minutes ago, or None."""
    value = vault.unsign(ticket, purpose=SECOND_STEP_PURPOSE, max_age_seconds=SECOND_STEP_SECONDS)
    if value is None:
        return None
    id_, _, password = value.partition(" ")
    person = await session.get(Practitioner, uuid.UUID(id_), populate_existing=True)
    if person is None or person.totp_since is None or digest(person.password_hash) != password:
        return None
    return person
