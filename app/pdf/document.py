"""What the PDF of an assigned program says: plain, frozen data, and the texts that are made of it."""

import dataclasses
import datetime
import unicodedata
from collections.abc import Mapping
from typing import Literal

import regex

from app.locales import DEFAULT_COUNTRY, write_long_date
from app.pdf.figures import Figure

LAYOUTS: Mapping[str, str] = {
    "full": "Full: one exercise a row, with its steps",
    "compact": "Compact: two exercises a row",
    "diary": "Diary: a table to tick off by day",
}
"""Key of a way to print -> label."""

DEFAULT_STOP_WHEN = (
    "Stop and call us if pain becomes sharp or keeps getting worse, or if you feel dizzy, short of breath or unwell."
)


@dataclasses.dataclass(frozen=True)
class DocumentExercise:
    """One exercise as printed; `dose` is already worded ("3 sets of 12, twice a day") and empty texts print nothing."""

    name: str
    dose: str
    steps: tuple[str, ...]
    cautions: tuple[str, ...]
    note: str
    figure: Figure | None
    feels_like: str = ""
    photos: tuple[bytes, ...] = ()  # JPEG
    video_url: str = ""
    section: str = ""  # a heading such as "Warm-up"; printed where it differs from the one before
    superset: str = ""  # a letter shared by neighbours that are done in turn, or ""


@dataclasses.dataclass(frozen=True)
class DocumentLetterhead:
    """What a practice puts on its paper; empty texts print nothing."""

    logo: bytes | None = None  # PNG
    colour: str = ""  # "#14595a"; "" for the product's own
    address: str = ""  # lines
    phone: str = ""
    footer: str = ""


@dataclasses.dataclass(frozen=True)
class DocumentLink:
    """Where the patient finds the program on a phone, and the code that opens it ("" where a date of birth does)."""

    url: str
    code: str


@dataclasses.dataclass(frozen=True)
class ProgramDocument:
    """One version of a program as printed; dates are the practice's local dates.

    `replaces` holds the number and the assigning date of the version this one takes the place of. `layout` is full (one
    exercise a row), compact (two a row) or diary (a table to tick off by day, for the days from `starts_on`); `is_grey`
    prints without colour and `is_large` at 18 points.
    """

    title: str
    practice_name: str
    practitioner_name: str
    client_name: str
    assigned_on: datetime.date
    page_size: Literal["A4", "Letter"]
    note: str
    exercises: tuple[DocumentExercise, ...]
    version: int
    replaces: tuple[int, datetime.date] | None
    layout: Literal["full", "compact", "diary"] = "full"
    is_grey: bool = False
    is_large: bool = False
    letterhead: DocumentLetterhead = DocumentLetterhead()
    practitioner_title: str = ""
    stop_when: str = ""
    starts_on: datetime.date | None = None
    review_on: datetime.date | None = None
    link: DocumentLink | None = None
    country: str = DEFAULT_COUNTRY  # of the practice: how dates are written


def version_line(document: ProgramDocument) -> str:
    """Return "Version 2, replaces version 1 of 3 November 2026", or nothing for a first version."""
    if document.replaces is not None:
        number, date = document.replaces
        return f"Version {document.version}, replaces version {number} of {write_long_date(date, document.country)}"
    return f"Version {document.version}" if document.version > 1 else ""


def file_name(title: str, client_name: str, version: int) -> str:
    """Return an ASCII file name of at most 100 characters, as "knee-strength-jane-citizen-v2.pdf".

    The client's name is left out when any letter of it has no ASCII form: half a name would be a wrong name.
    """
    parts = [_slug(title)[:50].strip("-") or "program"]
    if _has_ascii_form(client_name):
        parts.append(_slug(client_name)[:30].strip("-"))
    return f"{'-'.join(filter(None, parts))}-v{version}.pdf"


def cut(text: str, limit: int) -> str:
    """Return `text` with at most `limit` code points, cut between graphemes and ended with an ellipsis if too long."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = ""
    for grapheme in regex.findall(r"\X", text):
        if len(kept) + len(grapheme) > limit - 1:
            break
        kept += grapheme
    return kept.rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _has_ascii_form(text: str) -> bool:
    """Say whether every letter and digit of `text` is ASCII once its accents are taken off."""
    return not any(c.isalnum() and not c.isascii() for c in unicodedata.normalize("NFKD", text))


def _slug(text: str) -> str:
    """Return the ASCII letters and digits of `text`, lower case, joined by single hyphens."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return "-".join(regex.findall(r"[a-z0-9]+", bare.lower().replace("'", "")))
