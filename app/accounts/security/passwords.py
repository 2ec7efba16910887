"""Passwords: hashed with argon2id, in threads, a few at a time."""

import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.web.slow import Turns

hasher = PasswordHash((Argon2Hasher(),))

# Each hash takes 64 MiB and several cores for a moment: more at once would only slow each other down.
_turns = Turns("passwords", 4)


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return await _turns.run(hasher.hash, _normalise(password))


async def verify_password(password: str, stored_hash: str | None) -> tuple[bool, str | None]:
    """Return whether the password fits, and a new hash to store when the old one was made with weaker settings.

    None as the stored hash takes as long as a real one and never fits, so that the time does not tell
    whether an account exists.
    """
    return await _turns.run(_verify, _normalise(password), stored_hash)


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
