"""Saving a Cliniko key: asked about at Cliniko first, then stored encrypted; the old key stays until that succeeds."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member, stay_member
from app.accounts.connecting.connections import decrypt_key, encrypt_key, find_connection, note_answer, note_reached
from app.accounts.connecting.time_zones import find_time_zone
from app.accounts.forms import FormError
from app.accounts.letters import write_key_changed
from app.accounts.models import Connection, ConnectionState, Practice
from app.accounts.practices.practice import lock_practice
from app.accounts.security.credentials import confirm_password, is_fresh
from app.accounts.tools import Tools
from app.cliniko.client import Cliniko, within
from app.cliniko.errors import (
    ClinikoError,
    KeyFormatError,
    KeyRejected,
    MalformedAnswer,
    NotPermitted,
    RateLimited,
    ServerTrouble,
    Unreachable,
)
from app.cliniko.key import ApiKey, parse_key
from app.cliniko.types import Account, User
from app.crypto import CannotDecryptError
from app.db import release
from app.errors import NotFoundError
from app.jobs.queue import defer
from app.mail.service import post

FIELD = "api_key"
CHECK_SECONDS = 8.0  # both questions together; a person is waiting
SENTENCES: dict[type[ClinikoError], str] = {
    KeyRejected: (
        "Cliniko does not accept this key. It may be incomplete or archived. Copy it again, or make a new one in "
        "Cliniko (My info > Manage API keys), and paste it here."
    ),
    NotPermitted: (
        "Cliniko knows this key but does not let its user connect other software. Ask an administrator in Cliniko to "
        "allow you to use API keys, then save it again."
    ),
    RateLimited: (
        "Cliniko is busy with this user's other requests, so the key was not checked or saved. Wait a minute, "
        "then save it again."
    ),
    Unreachable: "Cliniko did not answer, so the key could not be checked and is not saved. Try again in a minute.",
    ServerTrouble: (
        "Cliniko is having trouble, so the key could not be checked and is not saved. Try again in a few minutes."
    ),
    MalformedAnswer: (
        "Cliniko's answer could not be read, so the key could not be checked and is not saved. Try again in a "
        "few minutes."
    ),
}
OTHER_SENTENCE = (
    "Cliniko did not say whose key this is, so it could not be checked. Make a new one in Cliniko "
    "(My info > Manage API keys) and paste it here."
)
# The same of a key that is saved: it stays, and there is nothing to copy again.
AGAIN_SENTENCES: dict[type[ClinikoError], str] = {
    KeyRejected: (
        "Cliniko no longer accepts your key. Make a new one in Cliniko (My info > Manage API keys) and paste it here."
    ),
    NotPermitted: (
        "Cliniko no longer lets this key's user connect other software. Ask an administrator in Cliniko to allow you "
        "to use API keys, then press Check again."
    ),
}
OTHER_AGAIN_SENTENCE = "Your saved key could not be checked and stays as it is. "


class NotCheckedError(FormError):
    """Cliniko did not answer, or not in time: nothing is known of the key."""


@dataclass(frozen=True)
class CheckedKey:
    """A key that works, and whose it is."""

    key: ApiKey
    user: User
    account: Account


def read_key(text: str) -> ApiKey:
    """Return the key a person pasted; raises FormError with a sentence that never repeats it."""
    try:
        return parse_key(text)
    except KeyFormatError as error:
        raise FormError({FIELD: error.message}) from None


async def confirm_change(session: AsyncSession, tools: Tools, member: Member, password: str) -> None:
    """Ask for the password before a saved key is replaced or removed, unless the member has just signed in.

    A first key is taken without: there is nothing to take away. Raises FormError.
    """
    if is_fresh(member, tools.clock()) or await find_connection(session, member.membership_id) is None:
        return
    await confirm_password(session, tools, member.practitioner_id, password, field="password")


async def save_key(session: AsyncSession, tools: Tools, member: Member, key: ApiKey) -> Connection:
    """Check a key at Cliniko, store it as the member's, and let what waits for it go out.

    The first key binds the practice to its Cliniko account. Raises FormError, and leaves the old key in place, when
    Cliniko does not vouch for the key or it belongs to another account.
    """
    await release(session)
    try:
        checked = await _ask(tools, key)
    except ClinikoError as error:
        raise _refusal(error, SENTENCES.get(type(error), OTHER_SENTENCE)) from None
    return await _keep(session, tools, member, checked)


async def check_again(session: AsyncSession, tools: Tools, member: Member) -> Connection:
    """Ask Cliniko about the saved key again, note what it says, and let what waits for the key go out.

    Raises NotFoundError without a key, FormError when it cannot be read, when Cliniko does not vouch for it, and when
    the member has replaced or removed it while Cliniko was asked.
    """
    connection = await find_connection(session, member.membership_id)
    if connection is None:
        raise NotFoundError
    try:
        key = decrypt_key(tools.vault, connection)
    except CannotDecryptError as error:
        raise FormError({FIELD: error.message}) from None
    await release(session)
    try:
        checked = await _ask(tools, key)
    except ClinikoError as error:
        if isinstance(error, KeyRejected):
            used, now = connection.encrypted_key, tools.clock()
            await note_answer(session, connection.id, ConnectionState.REJECTED, encrypted_key=used, at=now)
        why = error.message if error.family == "transient" else "Cliniko did not say whose key it is."
        raise _refusal(error, AGAIN_SENTENCES.get(type(error), OTHER_AGAIN_SENTENCE + why)) from None
    return await _keep(session, tools, member, checked, only_if_saved=True)


def _refusal(error: ClinikoError, sentence: str) -> FormError:
    return (NotCheckedError if error.family == "transient" else FormError)({FIELD: sentence})


async def _keep(
    session: AsyncSession, tools: Tools, member: Member, checked: CheckedKey, *, only_if_saved: bool = False
) -> Connection:
    # Held: a racing first key is judged against the one that won.
    practice = await lock_practice(session, member.practice_id)
    await stay_member(session, member)
    if only_if_saved and not await _is_saved(session, tools, member, checked.key):
        raise FormError({FIELD: "The key was replaced or removed in the meantime. Nothing was changed."})
    _bind_practice(practice, checked.account)
    connection = await _store(session, tools, member, checked)
    if not only_if_saved:
        await _tell(session, tools, member, "saved")
    await note_reached(session, connection)
    audit.record(
        session,
        "connection.saved",
        at=tools.clock(),
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        connection_id=str(connection.id),
        cliniko_user_id=checked.user.id,
    )
    await defer(session, "delivery.resume", membership_id=str(member.membership_id))
    return connection


async def _is_saved(session: AsyncSession, tools: Tools, member: Member, key: ApiKey) -> bool:
    connection = await find_connection(session, member.membership_id)
    try:
        return connection is not None and decrypt_key(tools.vault, connection) == key
    except CannotDecryptError:
        return False


async def _ask(tools: Tools, key: ApiKey) -> CheckedKey:
    """Ask Cliniko whose key this is and of which clinic; raises ClinikoError within ten seconds when it does not say.

    Call it outside a transaction. GET /user and GET /settings/public are open to every role
    (docs.api.cliniko.com, OpenAPI reference, tags User and Settings).
    """
    cliniko = Cliniko(
        tools.http,
        key,
        api_url=tools.settings.cliniko_api_url,
        contact_email=tools.settings.contact,
        clock=tools.clock,
        timeout_seconds=CHECK_SECONDS,
        observer=tools.metrics,
    )
    async with within(CHECK_SECONDS):
        return CheckedKey(key, await cliniko.get_user(), await cliniko.get_account())


async def remove_key(session: AsyncSession, tools: Tools, member: Member) -> bool:
    """Forget the member's key and return True, False when there was none. The practice stays bound to its account."""
    await lock_practice(session, member.practice_id)  # as ``save_key``: one of the two comes first
    connection = await find_connection(session, member.membership_id)
    if connection is None:
        return False
    await session.delete(connection)
    audit.record(
        session,
        "connection.removed",
        at=tools.clock(),
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        connection_id=str(connection.id),
    )
    await _tell(session, tools, member, "removed")
    return True


async def _tell(session: AsyncSession, tools: Tools, member: Member, what: str) -> None:
    """Tell the member by mail that their key was "saved" or "removed"; never which."""
    letter = write_key_changed(member.name, member.email, member.practice_name, what, tools.clock())
    await post(session, letter, tools.clock())


def _bind_practice(practice: Practice, account: Account) -> None:
    """Bind the practice to the account and note the account's details; FormError when bound to another one."""
    if practice.cliniko_account_id not in (None, account.id):
        raise FormError({FIELD: _other_account_sentence(practice, account)})
    practice.cliniko_account_id = account.id
    practice.cliniko_account_name = account.name or account.subdomain or account.id
    # A name cut to fit would lead to somebody else's clinic; host names have at most 63 characters.
    practice.cliniko_subdomain = account.subdomain if 0 < len(account.subdomain) <= 63 else None
    practice.cliniko_patient_word = account.patient_word
    practice.cliniko_time_zone = find_time_zone(account.time_zone)


def _other_account_sentence(practice: Practice, account: Account) -> str:
    new_name, bound_name = account.name or account.subdomain or account.id, practice.cliniko_account_name
    if new_name == bound_name:
        new_name, bound_name = f"{new_name} ({account.subdomain})", f"{bound_name} ({practice.cliniko_subdomain})"
    return (
        f'This key belongs to "{new_name}", but {practice.name} is connected to "{bound_name}" in Cliniko. '
        f'Sign in to Cliniko at "{bound_name}", copy your key there and paste it here. Nothing was changed.'
    )


async def _store(session: AsyncSession, tools: Tools, member: Member, checked: CheckedKey) -> Connection:
    connection = await find_connection(session, member.membership_id)
    if connection is None:
        connection = Connection(id=uuid.uuid4(), practice_id=member.practice_id, membership_id=member.membership_id)
        session.add(connection)
    connection.encrypted_key = encrypt_key(tools.vault, connection.id, checked.key)
    connection.last_four = checked.key.last_four
    connection.shard = checked.key.shard
    connection.cliniko_user_id = checked.user.id
    connection.cliniko_user_name = checked.user.name[:255]
    connection.cliniko_role = checked.user.role
    connection.state = ConnectionState.WORKING if checked.user.may_handle_files else ConnectionState.NOT_PERMITTED
    connection.checked_at = tools.clock()
    await session.flush()
    return connection
