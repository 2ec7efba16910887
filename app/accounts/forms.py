"""Reading what a person typed: cleaned, bounded, and refused in sentences that stand beside the fields."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from app.accounts.connecting.time_zones import find_time_zone
from app.accounts.models import Access, Role, SharingRule
from app.accounts.security.weak_passwords import is_weak
from app.countries import COUNTRIES
from app.errors import AppError
from app.pdf.document import LAYOUTS
from app.pdf.look import OUR_COLOUR

# More than any one line may hold. Composing letters takes the square of the length of a run of accents, so what is
# typed is cut before, still long enough to be refused as too long.
LONGEST_TYPED = 1000
LONGEST_NAME = 200
LONGEST_EMAIL = 254
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_TITLE = 100
LONGEST_ADDRESS, MOST_ADDRESS_LINES = 400, 6
LONGEST_PHONE = 40
LONGEST_FOOTER, MOST_FOOTER_LINES = 300, 3
LONGEST_STOP_WHEN = 500
TOO_EASY_TO_GUESS = (
    "This is easy to guess: it uses common words, a run of keys, or your name, email or practice. Use a few "
    "words that do not belong together."
)
INVITED_ROLES = (Role.PRACTITIONER, Role.ADMIN)


class FormError(AppError):
    """A form cannot be taken as it is; ``fields`` has a sentence for each field at fault."""

    status = 422
    title = "Check these details"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


def drop_unstorable(text: str) -> str:
    """Return the text without NUL and lone surrogates, which neither PostgreSQL nor UTF-8 can hold."""
    return "".join(letter for letter in text if letter != "\0" and unicodedata.category(letter) != "Cs")


def clean_line(text: str) -> str:
    """Return the text on one line in NFC, without control characters and surrounding or doubled white space.

    At most the first 1000 characters are taken.
    """
    spaced = " ".join(text.split())[:LONGEST_TYPED]
    return unicodedata.normalize("NFC", "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs")))


def clean_lines(text: str) -> str:
    """Return the text with each line cleaned as by ``clean_line``, and without its empty lines."""
    return "\n".join(filter(None, (clean_line(line) for line in text.splitlines())))


@dataclass(frozen=True)
class SignUpForm:
    """What makes a practice and its owner; ``country`` is an ISO 3166 code of two letters."""

    name: str
    email: str
    password: str
    practice_name: str
    country: str


def read_sign_up(*, name: str, email: str, password: str, practice_name: str, country: str) -> SignUpForm:
    """Return the form; raises FormError with a sentence for every field that cannot be taken."""
    return SignUpForm(
        **_read_all(
            name=lambda: read_name(name, "Enter your name."),
            email=lambda: read_email(email),
            password=lambda: read_new_password(password, about=(name, email, practice_name)),
            practice_name=lambda: read_name(practice_name, "Enter the name of your practice."),
            country=lambda: read_country(country),
        )
    )


@dataclass(frozen=True)
class NewcomerForm:
    """What an invited person without an account gives."""

    name: str
    password: str


def read_newcomer(*, name: str, password: str, about: Iterable[str]) -> NewcomerForm:
    """Return the form; raises FormError with a sentence for every field that cannot be taken.

    ``about`` is what else is known of the person, for judging the password.
    """
    fields = _read_all(
        name=lambda: read_name(name, "Enter your name."),
        password=lambda: read_new_password(password, about=(name, *about)),
    )
    return NewcomerForm(**fields)


def read_invitation(*, email: str, role: str) -> tuple[str, Role]:
    """Return the address and role of an invitation; raises FormError when one of them cannot be taken."""
    fields = _read_all(email=lambda: read_email(email), role=lambda: _read_invited_role(role))
    return fields["email"], Role(fields["role"])


@dataclass(frozen=True)
class LetterheadForm:
    """A practice's paper and how its new programs begin; "" in ``colour`` ("#14595a") and ``stop_when`` means ours."""

    colour: str
    address: str
    phone: str
    footer: str
    stop_when: str
    layout: str
    is_grey: bool
    is_large: bool


def read_changed_password(password: str, about: Iterable[str]) -> str:
    """Return the password of a person of whom this is known; raises FormError for one that cannot be taken."""
    return _read_all(new_password=lambda: read_new_password(password, about))["new_password"]


def read_changed_email(text: str) -> str:
    """Return the address a person wants to sign in with; raises FormError for what is none."""
    return _read_all(new_email=lambda: read_email(text))["new_email"]


def read_reset_email(text: str) -> str:
    """Return the address a link is asked for; raises FormError for what is none."""
    return _read_all(email=lambda: read_email(text))["email"]


def read_letterhead(typed: Mapping[str, str]) -> LetterheadForm:
    """Return the form; raises FormError with a sentence for every field that cannot be taken.

    ``typed`` has the fields of LetterheadForm, those that are boxes with "yes" or "", and ``our_colour``, another box.
    """
    texts = _read_all(
        colour=lambda: "" if typed["our_colour"] == "yes" else _read_colour(typed["colour"]),
        address=lambda: _read_text(typed["address"], LONGEST_ADDRESS, MOST_ADDRESS_LINES),
        phone=lambda: _read_phone(typed["phone"]),
        stop_when=lambda: _read_text(typed["stop_when"], LONGEST_STOP_WHEN),
        footer=lambda: _read_text(typed["footer"], LONGEST_FOOTER, MOST_FOOTER_LINES),
        layout=lambda: _read_layout(typed["layout"]),
    )
    return LetterheadForm(**texts, is_grey=typed["is_grey"] == "yes", is_large=typed["is_large"] == "yes")


@dataclass(frozen=True)
class PracticeForm:
    """What a practice says of itself; None leaves time zone and word to Cliniko, and the paper to the country."""

    name: str
    country: str
    own_time_zone: str | None
    paper: str | None
    own_patient_word: str | None


def read_practice(*, name: str, country: str, time_zone: str, paper: str, patient_word: str) -> PracticeForm:
    """Return the form; raises FormError with a sentence for every field that cannot be taken."""
    fields = _read_all(
        name=lambda: read_name(name, "Enter the name of your practice."),
        country=lambda: read_country(country),
        time_zone=lambda: _read_time_zone(time_zone),
        paper=lambda: _read_choice(paper, ("", "A4", "Letter")),
        patient_word=lambda: _read_choice(patient_word, ("", "patient", "client")),
    )
    return PracticeForm(
        name=fields["name"],
        country=fields["country"],
        own_time_zone=fields["time_zone"] or None,
        paper=fields["paper"] or None,
        own_patient_word=fields["patient_word"] or None,
    )


def read_title(text: str) -> str:
    """Return what stands after a practitioner's name, or ""; raises FormError when it is too long."""
    return _read_all(title=lambda: _read_line(text, LONGEST_TITLE))["title"]


def read_sharing_rule(rule: str) -> SharingRule | None:
    """Return the chosen rule, None for following the practice; raises FormError when none was chosen."""
    if rule == "default":
        return None
    try:
        return SharingRule(rule)
    except ValueError:
        raise FormError({"rule": "Choose who you share your clients with."}) from None


def read_sharing_access(access: str) -> Access:
    """Return what a rule lets others do; raises FormError when nothing was chosen."""
    if access not in (Access.VIEW, Access.EDIT):
        raise FormError({"access": "Choose what they may do."})
    return Access(access)


def read_name(text: str, sentence_if_empty: str) -> str:
    """Return a person's or a practice's name; raises ValueError with a sentence."""
    name = clean_line(text)
    if not any(letter.isalnum() for letter in name):
        raise ValueError(sentence_if_empty)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"This is too long: use at most {LONGEST_NAME} characters.")
    return name


def read_email(text: str) -> str:
    """Return an email address with its domain in lower case; raises ValueError with a sentence."""
    address = clean_line(text)
    if not address:
        raise ValueError("Enter an email address.")
    if len(address) > LONGEST_EMAIL:
        raise ValueError(f"This is too long: an email address has at most {LONGEST_EMAIL} characters.")
    try:
        # No look-up of the domain: signing up must work without a network, and in a network of its own (name@it.local).
        email = validate_email(address, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError:
        raise ValueError("This does not look like an email address, such as name@practice.com.") from None
    if len(email) > LONGEST_EMAIL:
        raise ValueError(f"This is too long: an email address has at most {LONGEST_EMAIL} characters.")
    return email


def read_new_password(password: str, about: Iterable[str] = ()) -> str:
    """Return a password of 12 to 1,000 characters in NFC, white space included; raises ValueError with a sentence.

    ``about`` is what is known of the person: a password made of that, or of what everybody takes, is refused.
    """
    if len(password) > LONGEST_PASSWORD:
        raise ValueError(f"This is too long: use at most {LONGEST_PASSWORD} characters.")
    password = unicodedata.normalize("NFC", password)
    if not password:
        raise ValueError(f"Choose a password of at least {SHORTEST_PASSWORD} characters.")
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"This is too short: use at least {SHORTEST_PASSWORD} characters, such as a few words.")
    if is_weak(password, about):
        raise ValueError(TOO_EASY_TO_GUESS)
    return password


def read_country(code: str) -> str:
    """Return the code if it is a country's; raises ValueError with a sentence."""
    if code not in dict(COUNTRIES):
        raise ValueError("Choose a country from the list.")
    return code


def _read_invited_role(role: str) -> str:
    if role not in INVITED_ROLES:
        raise ValueError("Choose a role from the list.")
    return role


def _read_colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("Choose a colour, or enter it as # and six digits or letters from a to f, such as #14595a.")
    # A colour field always sends a colour: ours, when nobody touched it.
    return "" if text.lower() == OUR_COLOUR else text.lower()


def _read_phone(text: str) -> str:
    phone = _read_line(text, LONGEST_PHONE)
    if phone and not any(letter.isdigit() for letter in phone):
        raise ValueError("Enter a phone number, such as 02 5550 1234.")
    return phone


def _read_layout(key: str) -> str:
    if key not in LAYOUTS:
        raise ValueError("Choose how new programs are laid out.")
    return key


def _read_time_zone(text: str) -> str:
    name = clean_line(text)
    zone = find_time_zone(name) or find_time_zone(name.title()) if name else ""
    if zone is None:
        raise ValueError("This time zone is not known. Enter a city such as Perth, or a name such as Australia/Perth.")
    return zone


def _read_choice(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError("Choose one from the list.")
    return text


def _read_line(text: str, longest: int) -> str:
    line = clean_line(text)
    if len(line) > longest:
        raise ValueError(f"This is too long: use at most {longest} characters.")
    return line


def _read_text(text: str, longest: int, most_lines: int | None = None) -> str:
    cleaned = clean_lines(text)
    if len(cleaned) > longest:
        raise ValueError(f"This is too long: use at most {longest} characters.")
    if most_lines is not None and len(cleaned.splitlines()) > most_lines:
        raise ValueError(f"This has too many lines: use at most {most_lines}.")
    return cleaned


def _read_all(**readings: Callable[[], str]) -> dict[str, str]:
    """Return what each reading gives, by field; raises one FormError with the sentences of all that failed."""
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field, read in readings.items():
        try:
            values[field] = read()
        except ValueError as error:
            errors[field] = str(error)
    if errors:
        raise FormError(errors)
    return values
