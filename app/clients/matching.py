"""Whether a client added by hand may be the person a Cliniko patient is (case 29). Pure.

Nothing is ever linked on this alone: a person looks at both and decides. Families share email addresses, twins their
birthday.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TypeVar

from app.words import words


@dataclass(frozen=True)
class Person:
    """What tells people apart; texts may be empty."""

    first_name: str
    preferred_first_name: str
    last_name: str
    date_of_birth: date | None
    email: str


class Likeness(IntEnum):
    """How alike two people are, the most alike last."""

    EMAIL_OTHER_BIRTH = 1
    EMAIL_OTHER_NAME = 2
    EMAIL_AND_NAME = 3
    EMAIL_AND_BIRTH = 4
    NAME_AND_BIRTH = 5
    EVERYTHING = 6

    @property
    def words(self) -> str:
        """The likeness as the page says it."""
        return _WORDS[self]

    @property
    def is_doubtful(self) -> bool:
        """True where only the email address speaks for it."""
        return self <= Likeness.EMAIL_OTHER_NAME


_WORDS = {
    Likeness.EMAIL_OTHER_BIRTH: "the same email address, but another date of birth",
    Likeness.EMAIL_OTHER_NAME: "the same email address, but another name",
    Likeness.EMAIL_AND_NAME: "the same name and email address",
    Likeness.EMAIL_AND_BIRTH: "the same email address and date of birth",
    Likeness.NAME_AND_BIRTH: "the same name and date of birth",
    Likeness.EVERYTHING: "the same name, date of birth and email address",
}


def compare(one: Person, other: Person) -> Likeness | None:
    """Return how alike two people are, None when neither the email nor name and birthday together are the same."""
    has_email = bool(plain_email(one.email)) and plain_email(one.email) == plain_email(other.email)
    has_birth = one.date_of_birth is not None and one.date_of_birth == other.date_of_birth
    has_name = is_same_name(one, other)
    if has_name and has_birth:
        return Likeness.EVERYTHING if has_email else Likeness.NAME_AND_BIRTH
    if not has_email:
        return None
    if has_birth:
        return Likeness.EMAIL_AND_BIRTH
    if one.date_of_birth is not None and other.date_of_birth is not None:
        return Likeness.EMAIL_OTHER_BIRTH
    return Likeness.EMAIL_AND_NAME if has_name else Likeness.EMAIL_OTHER_NAME


def is_same_name(one: Person, other: Person) -> bool:
    """Say whether last names agree and a first or preferred name of one is one of the other's; spelling aside."""
    last = words(one.last_name)
    return last == words(other.last_name) and bool(_first_names(one) & _first_names(other))


def _first_names(person: Person) -> set[tuple[str, ...]]:
    return {tuple(found) for name in (person.first_name, person.preferred_first_name) if (found := words(name))}


def plain_email(email: str) -> str:
    """Return an address as it is compared: case makes no difference to any mail provider that matters."""
    return email.strip().casefold()


Found = TypeVar("Found")


def rank(person: Person, candidates: Iterable[tuple[Found, Person]]) -> list[tuple[Found, Likeness]]:
    """Return the candidates that may be the person, the most alike first."""
    judged = [(found, compare(person, candidate)) for found, candidate in candidates]
    alike = [(found, likeness) for found, likeness in judged if likeness is not None]
    return sorted(alike, key=lambda pair: pair[1], reverse=True)
