"""What mails about erasing say; no client is named. Pure."""

from datetime import datetime

from app.accounts.models import Practitioner
from app.locales import write_date
from app.mail.letter import Letter


def write_asked(
    lead: Practitioner, who: str, practice_name: str, erase_at: datetime, public_url: str, *, word: str
) -> Letter:
    """Return the letter that tells an owner or admin that their practice is to be erased."""
    return _letter(
        lead.name,
        lead.email,
        "a practice is due to be erased",
        f"{who} asked that everything Kinebridge keeps of {practice_name} be erased: its {word}s and programs, "
        f"keys, and the accounts of people who belong to no other practice.",
        f"That happens on {write_date(erase_at)}. Until then everything keeps working. An owner can cancel "
        "it, and export everything first:",
        public_url + "/account/data",
    )


def write_client_erased(name: str, email: str, programs: int, unsent: int, *, word: str) -> Letter:
    """Return the letter that tells whoever asked that a client was erased."""
    return _letter(
        name,
        email,
        f"a {word} was erased",
        f"Everything Kinebridge kept about a {word} was erased, as you asked: {_count(programs, 'program')}.",
        _unsent(unsent),
        "Everything in Cliniko stays there.",
    )


def write_practice_erased(name: str, email: str, practice_name: str, unsent: int) -> Letter:
    """Return the letter that tells whoever asked that a practice was erased."""
    return _letter(
        name,
        email,
        "a practice was erased",
        f"Everything Kinebridge kept of {practice_name} was erased, as you asked.",
        _unsent(unsent),
        "Everything in Cliniko stays there.",
    )


def _unsent(number: int) -> str:
    if not number:
        return "No PDF was still on its way to Cliniko."
    return f"{_count(number, 'PDF')} had not reached Cliniko and will not be sent."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _letter(name: str, email: str, subject: str, *parts: str) -> Letter:
    return Letter(email, f"Kinebridge: {subject}", "\n\n".join([f"Hello {name},", *parts]) + "\n")
