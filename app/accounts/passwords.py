"""Passwords: hashed with argon2id, in threads, a few at a time."""

import unicodedata
from functools import cache

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

hasher = PasswordHash((Argon2Hasher(),))

# Each hash takes 64 MiB and several cores for a moment: more at once would only slow each other down.
AT_ONCE = 4
_limiter: RunVar[CapacityLimiter] = RunVar("accounts_password_limiter")


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return await to_thread.run_sync(hasher.hash, _normalise(password), limiter=_get_limiter())


async def verify_password(password: str, stored_hash: str | None) -> tuple[bool, str | None]:
    """Return whether the password fits, and a new hash to store when the old one was made with weaker settings.

    None as the stored hash takes as long as a real one and never fits, so that the time does not tell
    whether an account exists.
    """
    return await to_thread.run_sync(_verify, _normalise(password), stored_hash, limiter=_get_limiter())


def _verify(password: str, stored_hash: str | None) -> tuple[bool, str | None]:
    try:
        fits, new_hash = hasher.verify_and_update(password, stored_hash or _hash_of_nothing())
    except UnknownHashError:
        return False, None
    return (fits, new_hash) if stored_hash else (False, None)


@cache
def _hash_of_nothing() -> str:
    return hasher.hash("no account has this password")


def _normalise(password: str) -> str:
    # The same letters typed on a Mac and on Windows may arrive as different code points.
    return unicodedata.normalize("NFC", password)


def _get_limiter() -> CapacityLimiter:
    # One for each event loop: a limiter belongs to the loop it was made in.
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _limiter.set(limiter)
        return limiter
