"""From a letter to the message that travels: plain text, one recipient, headers nobody can add to. Pure."""

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Letter:
    """What is to be said to whom; no patient text in it, ever. ``text`` is plain, its lines as long as they like.

    Raises ValueError for a subject or recipient that holds a line end or any other control character.
    """

    recipient: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        if not (_is_line(self.recipient) and _is_line(self.subject)):
            raise ValueError("a letter's recipient and subject are one line of text each")
        if len(self.subject) > LONGEST_SUBJECT:
            raise ValueError(f"a subject has at most {LONGEST_SUBJECT} characters")


def _is_line(text: str) -> bool:
    """Return True for one line of text: some characters, and no control or line end of any kind among them."""
    return bool(text) and not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)


def message_id(letter_id: uuid.UUID, sender: Address) -> str:
    """Return the Message-ID of a letter: the same at every attempt, so that mailboxes can drop a second copy."""
    return f"<{letter_id}@{sender.domain}>"


def build_message(letter: Letter, *, id_: uuid.UUID, sender: Address, written_at: datetime) -> EmailMessage:
    """Return the message of a letter; raises ValueError when the recipient is no address.

    ``Auto-Submitted`` keeps holiday replies away (RFC 3834, section 5).
    """
    try:
        recipient = Address(addr_spec=letter.recipient)
    except (MessageError, IndexError) as error:  # besides ValueError, what the standard library makes of such texts
        raise ValueError("the recipient is no address") from error
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = message_id(id_, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
