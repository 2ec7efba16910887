"""What leaves the server is signed, what is stored secretly is encrypted; both take a list of secrets, newest first.

Each use has a secret of its own, derived from the operator's by HKDF, so that one never helps against another.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeTimedSerializer

from app.errors import AppError

# What people read off paper and type: without 0 o 1 i l.
PLAIN_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
MARK_LENGTH = 8  # letters: 39 bits
# itsdangerous signs by HMAC-SHA1 unless told otherwise. SHA-256 is read from this release on, so that the next can
# write it beside this one.
SIGNERS_TO_COME = {"digest_method": hashlib.sha256}


class CannotDecryptError(AppError):
    """A stored secret does not belong to this row or was made with a secret that is no longer configured."""


def _derive(secret: str, use: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"kinebridge/{use}".encode()).derive(secret.encode())


class Vault:
    """Encrypts, decrypts and signs with the operator's secrets; the newest writes, all of them read."""

    def __init__(self, secret_keys: list[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(_derive(key, "encrypt"))) for key in secret_keys]
        self._fernet, self._newest = MultiFernet(fernets), fernets[0]
        # itsdangerous signs with the last key of its list, so oldest first.
        self._signing_keys = [_derive(key, "sign") for key in reversed(secret_keys)]
        self._marking_keys = [_derive(key, "mark") for key in secret_keys]

    def encrypt(self, text: str, *, row: str) -> str:
        """Encrypt ``text`` so that only the row named by ``row`` can be given it back."""
        return self._fernet.encrypt(f"{row}\n{text}".encode()).decode()

    def decrypt(self, token: str, *, row: str) -> str:
        """Return the text; raises CannotDecryptError for another row's token or a lost secret."""
        try:
            bound_row, _, text = self._fernet.decrypt(token.encode()).decode().partition("\n")
        except InvalidToken:
            raise CannotDecryptError("A saved key cannot be read. Save the key again.") from None
        if bound_row != row:
            raise CannotDecryptError("A saved key cannot be read. Save the key again.")
        return text

    def renew(self, token: str) -> str | None:
        """Return what ``encrypt`` gave under the newest secret, bound to the same row; None where it is already.

        Raises CannotDecryptError for a lost secret.
        """
        return None if self.is_newest(token) else self._fernet.rotate(token.encode()).decode()

    def is_newest(self, token: str) -> bool:
        """Say whether what ``encrypt`` gave is under the newest secret; raises CannotDecryptError for a lost secret."""
        try:
            self._newest.decrypt(token.encode())
        except InvalidToken:
            try:
                self._fernet.decrypt(token.encode())
            except InvalidToken:
                raise CannotDecryptError("A stored secret cannot be read.") from None
            return False
        return True

    def sign(self, value: str, *, purpose: str) -> str:
        """Return ``value`` in a signed, dated, URL-safe form that is good for ``purpose`` only."""
        signed = URLSafeTimedSerializer(self._signing_keys, salt=purpose).dumps(value)
        return signed if isinstance(signed, str) else signed.decode()

    def unsign(self, signed: str, *, purpose: str, max_age_seconds: int | None = None) -> str | None:
        """Return the value, or None when the signature, the purpose or the age does not fit."""
        try:
            reader = URLSafeTimedSerializer(self._signing_keys, salt=purpose, fallback_signers=[SIGNERS_TO_COME])
            value = reader.loads(signed, max_age=max_age_seconds)
        except BadData:
            return None
        return value if isinstance(value, str) else None

    def mark(self, value: str, *, purpose: str) -> str:
        """Return ``value`` with eight letters after it that only we can make, short enough to be typed from paper.

        Weaker than ``sign``: it keeps made-up values from being looked up, and what it opens must ask for more.
        """
        return value + _mark(self._marking_keys[0], value, purpose)

    def unmark(self, marked: str, *, purpose: str) -> str | None:
        """Return the value that was marked for ``purpose``, or None for anything else."""
        value, mark = marked[:-MARK_LENGTH], marked[-MARK_LENGTH:]
        fits = [hmac.compare_digest(_mark(key, value, purpose), mark) for key in self._marking_keys if marked.isascii()]
        return value if any(fits) else None


def _mark(key: bytes, value: str, purpose: str) -> str:
    number = int.from_bytes(hmac.digest(key, f"{purpose}\n{value}".encode(), "sha256"))
    letters = []
    for _ in range(MARK_LENGTH):
        number, rest = divmod(number, len(PLAIN_LETTERS))
        letters.append(PLAIN_LETTERS[rest])
    return "".join(letters)


def digest(token: str) -> str:
    """Return the SHA-256 of a random token in hex, for storing what only its holder may know."""
    return hashlib.sha256(token.encode()).hexdigest()
