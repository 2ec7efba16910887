"""What a patient may note about a day, and what becomes of it when two pages note the same day. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

LONGEST_COMMENT = 500
# A page shows today and the six days before; a phone that was offline for long may still send older ones.
SHOWN_DAYS = 7
OLDEST_DAYS = 30
MOST_PAIN = 10


@dataclass(frozen=True)
class DayNote:
    """What a patient noted about a day: places (from 0) of the exercises done, pain 0-10 or None, a comment."""

    done: tuple[int, ...] = ()
    pain_before: int | None = None
    pain_after: int | None = None
    comment: str = ""


def read_note(done: Sequence[str], before: str, after: str, comment: str, exercise_count: int) -> DayNote:
    """Read a note from a form; whatever is not on the form counts as not noted, a comment too long is cut."""
    places = {int(text) for text in done if text.isascii() and text.isdecimal() and len(text) < 4}
    return DayNote(
        done=tuple(sorted(place for place in places if place < exercise_count)),
        pain_before=_read_pain(before),
        pain_after=_read_pain(after),
        comment=comment.replace("\r\n", "\n").strip()[:LONGEST_COMMENT],
    )


def _read_pain(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None
    return number if number is not None and number <= MOST_PAIN else None


def merge_notes(base: DayNote, mine: DayNote, theirs: DayNote) -> DayNote:
    """Return a day that two pages noted: what ``mine`` changed since ``base``, and all else as ``theirs`` has it."""
    changed = set(base.done) ^ set(mine.done)
    merged = replace(theirs, done=tuple(sorted((set(theirs.done) - changed) | (set(mine.done) & changed))))
    for name in ("pain_before", "pain_after", "comment"):
        if getattr(mine, name) != getattr(base, name):
            merged = replace(merged, **{name: getattr(mine, name)})
    return merged


def takes_notes(
    day: datetime.date, *, begun: datetime.date, stopped: datetime.date | None, today: datetime.date
) -> bool:
    """Say whether a day can be noted: not before the program was given, not in the future, not long ago.

    Nor after the day it was paused or ended (``stopped``). All are the practice's dates.
    """
    first = max(begun, today - datetime.timedelta(days=OLDEST_DAYS - 1))
    return first <= day <= (min(stopped, today) if stopped else today)
