"""What mails about an account say: subject and text. Pure; no link of theirs comes from what a request names."""

from datetime import datetime

from app.accounts.models import Practitioner
from app.locales import write_moment_here
from app.mail.letter import Letter

RESET_PAGE = "/reset-password"


def write_reset(person: Practitioner, link: str) -> Letter:
    """Return the letter with the link for choosing a new password."""
    return _letter(
        person,
        "choose a new password",
        "Somebody asked to choose a new password for your account in Kinebridge. If it was you, open this link:",
        link,
        "It works once, for one hour. A newer link ends it.",
        "If it was not you, do nothing: your password stays as it is.",
    )


def write_sign_up_tried(person: Practitioner, public_url: str) -> Letter:
    """Return the letter that tells of an attempt to make a second account with somebody's address."""
    return _letter(
        person,
        "you have an account already",
        "Somebody tried to make an account in Kinebridge with your email and another password. You have one already, "
        "so nothing was made. If it was you, sign in, or choose a new password there:",
        public_url + "/sign-in",
        "If it was not you, there is nothing to do.",
    )


def write_password_changed(person: Practitioner, now: datetime, public_url: str) -> Letter:
    """Return the letter that tells of a changed password."""
    return _letter(
        person,
        "your password was changed",
        f"The password of your account in Kinebridge was changed {_moment(now)}. All other browsers are signed out.",
        "If it was you, there is nothing to do. If it was not, choose a new password at once:",
        public_url + RESET_PAGE,
        "Then tell whoever runs Kinebridge at your practice.",
    )


def write_email_changed(person: Practitioner, former_email: str, now: datetime) -> Letter:
    """Return the letter to the address that signed in until now; it does not name the new one."""
    return _letter(
        person,
        "your email was changed",
        f"The email of your account in Kinebridge was changed {_moment(now)}. This address no longer signs in.",
        "If it was you, there is nothing to do. If it was not, tell whoever runs Kinebridge at your practice at once.",
        to=former_email,
    )


def write_new_email(person: Practitioner, now: datetime) -> Letter:
    """Return the letter to the address that signs in from now on."""
    return _letter(
        person,
        "your email was changed",
        f"Since {_moment(now).removeprefix('on ')}, this address signs in to your account in Kinebridge.",
        (
            "If you have no account in Kinebridge, somebody entered your address in place of theirs. Tell "
            "whoever runs Kinebridge at their practice."
        ),
    )


def write_factor_changed(person: Practitioner, state: str, now: datetime) -> Letter:
    """Return the letter that tells that two-factor sign-in was turned "on" or "off"."""
    return _letter(
        person,
        f"two-factor sign-in was turned {state}",
        f"Two-factor sign-in of your account in Kinebridge was turned {state} {_moment(now)}.",
        "If it was you, there is nothing to do. If it was not, change your password, and tell whoever runs Kinebridge.",
    )


def write_codes_renewed(person: Practitioner, now: datetime) -> Letter:
    """Return the letter that tells of new recovery codes; it holds none of them."""
    return _letter(
        person,
        "new recovery codes",
        f"New recovery codes for your Kinebridge account were made {_moment(now)}. The old ones no longer work.",
        "If it was you, there is nothing to do. If it was not, change your password, and tell whoever runs Kinebridge.",
    )


def write_invitation(email: str, *, inviter: str, practice: str, link: str, until: datetime) -> Letter:
    """Return the letter that invites somebody, who may not have an account yet, to a practice."""
    text = "\n\n".join(
        [
            "Hello,",
            f"{inviter} invites you to work in the practice {practice} in Kinebridge. To join, open this link:",
            link,
            f"It works once, until {write_moment_here(until)}. It is for you only, so do not share it.",
            "If you do not know this person or practice, ignore this email.",
        ]
    )
    return Letter(email, "Kinebridge: you are invited to a practice", text + "\n")


def write_handed_over(person: Practitioner, *, by: str, leaver: str, practice: str, word: str, clients: int) -> Letter:
    """Return the letter to who takes a leaving colleague's clients over; it names none, and says ``word`` for them."""
    what = f"one {word}" if clients == 1 else f"{clients} {word}s"
    return _letter(
        person,
        f"a colleague's {word}s are now yours",
        f"{by} handed {what} of {leaver} over to you, in the practice {practice} in Kinebridge.",
        f"You will find them under {word.capitalize()}s, with their programs and drafts. PDFs still on their way to "
        "Cliniko are sent with your Cliniko API key.",
    )


ACCESS_CHANGES = {
    "admin": "made you an admin of",
    "practitioner": "made you a practitioner, no longer an admin, of",
    "deactivated": "deactivated your access to",
    "removed": "ended your access to",
    "reactivated": "gave you back your access to",
}


def write_access_changed(name: str, email: str, *, by: str, practice: str, change: str, now: datetime) -> Letter:
    """Return the letter to whose role or access somebody changed; ``change`` is a key of ``ACCESS_CHANGES``."""
    return _letter_to(
        name,
        email,
        "your access to a practice was changed",
        f"{by} {ACCESS_CHANGES[change]} the practice {practice} in Kinebridge {_moment(now)}.",
        "If you did not expect this, ask them or the owner of the practice.",
    )


def write_ownership_received(person: Practitioner, *, former: str, practice: str, now: datetime) -> Letter:
    """Return the letter to who owns a practice from now on."""
    return _letter(
        person,
        "you now own a practice",
        f"{former} transferred ownership of the practice {practice} in Kinebridge to you {_moment(now)}.",
        "Only you can transfer it again, under My account > Team.",
    )


def write_ownership_given(person: Practitioner, *, practice: str, now: datetime) -> Letter:
    """Return the letter to who owned a practice until now."""
    return _letter(
        person,
        "you transferred ownership of a practice",
        (
            f"Ownership of the practice {practice} in Kinebridge was transferred {_moment(now)}. You are now an "
            "admin there."
        ),
        "If it was you, there is nothing to do. If it was not, choose a new password at once, and tell whoever runs "
        "Kinebridge.",
    )


def write_key_changed(name: str, email: str, practice: str, what: str, now: datetime) -> Letter:
    """Return the letter that tells that somebody's Cliniko key at a practice was "saved" or "removed"."""
    return _letter_to(
        name,
        email,
        f"a Cliniko key was {what}",
        f"In your account in Kinebridge, your Cliniko key for {practice} was {what} {_moment(now)}.",
        "If it was you, there is nothing to do. If it was not, change your password, and archive your keys in Cliniko "
        "(My info > Manage API keys).",
    )


def _letter(person: Practitioner, subject: str, *parts: str, to: str = "") -> Letter:
    return _letter_to(person.name, to or person.email, subject, *parts)


def _letter_to(name: str, email: str, subject: str, *parts: str) -> Letter:
    return Letter(email, f"Kinebridge: {subject}", "\n\n".join([f"Hello {name},", *parts]) + "\n")


def _moment(now: datetime) -> str:
    return f"on {write_moment_here(now)}"
