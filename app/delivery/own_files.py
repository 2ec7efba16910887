"""A delivery's own files in Cliniko: which one counts, which are too many, and whether one is what was sent. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cliniko.attachments import PDF
from app.cliniko.types import Attachment

BEGINNING = datetime.min.replace(tzinfo=UTC)
NOT_A_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class SentFile:
    """What was sent: the file's name and its size in bytes; always a PDF."""

    name: str
    size: int


@dataclass(frozen=True)
class OwnFiles:
    """The files that bear a delivery's mark: the one that counts, others beside it, and whether people removed all."""

    kept: Attachment | None
    extras: tuple[Attachment, ...]
    was_removed: bool


def sort_out(found: Iterable[Attachment]) -> OwnFiles:
    """Decide which of a delivery's files counts: the oldest that Cliniko has processed, else the oldest.

    Archived ones count for nothing, but they say that somebody took the file away.
    """
    found = list(found)
    live = sorted(
        (each for each in found if each.archived_at is None),
        key=lambda each: (not each.processing_completed, each.created_at or BEGINNING, int(each.id)),
    )
    if not live:
        return OwnFiles(None, (), was_removed=bool(found))
    return OwnFiles(live[0], tuple(live[1:]), was_removed=False)


def is_as_sent(file: Attachment, sent: SentFile) -> bool:
    """Return True unless what Cliniko says of a file it has processed differs from what was sent.

    What it leaves out cannot differ. A name is only tidied when its letters and digits are still there, in their order
    and before anything that was added.
    """
    if file.size is not None and file.size != sent.size:
        return False
    if file.content_type is not None and file.content_type.partition(";")[0].strip().lower() != PDF:
        return False
    stem = sent.name.rpartition(".")[0] or sent.name
    return file.filename is None or _plain(file.filename).startswith(_plain(stem))


def is_surely_ours(file: Attachment, sent: SentFile, *, mark: str, patient_id: str) -> bool:
    """Return True for a file that may be taken away as one too many.

    It is known to be this patient's, bears our exact mark and is in every way what was sent; when in doubt it is
    somebody else's.
    """
    is_theirs = file.patient_id is not None and int(file.patient_id) == int(patient_id)
    is_marked = re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", file.description) is not None
    is_known = file.processing_completed and None not in (file.size, file.content_type, file.filename)
    return is_theirs and is_marked and is_known and is_as_sent(file, sent)


def _plain(name: str) -> str:
    return NOT_A_LETTER_OR_DIGIT.sub("", name.casefold())
