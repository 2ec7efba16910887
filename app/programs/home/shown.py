"""A version and its diary as the patient's page shows them. Pure."""

import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.locales import write_day, write_weekday
from app.programs.content import ContentExercise, ProgramContent
from app.programs.drafts import SECTIONS
from app.programs.home.notes import SHOWN_DAYS, DayNote


@dataclass(frozen=True)
class ShownExercise:
    """An exercise at its place (from 0); ``mark`` is "A1" where exercises are done in turn, else its number."""

    place: int
    mark: str
    exercise: ContentExercise


@dataclass(frozen=True)
class Group:
    """Neighbours under one heading ("" for none); ``is_in_turn`` where they are a superset."""

    heading: str
    is_in_turn: bool
    exercises: tuple[ShownExercise, ...]


def group_exercises(content: ProgramContent) -> list[Group]:
    """Return the exercises in their order, grouped by section and superset; a heading stands over its first group."""
    groups: list[Group] = []
    section = ""
    numbered = list(enumerate(content.exercises))
    for (name, letter), members in groupby(numbered, key=lambda pair: (pair[1].section, pair[1].superset)):
        found = list(members)
        shown = tuple(
            ShownExercise(place, f"{letter}{turn}" if letter else str(place + 1), exercise)
            for turn, (place, exercise) in enumerate(found, 1)
        )
        heading = SECTIONS.get(name, "") if name != section else ""
        section = name
        groups.append(Group(heading, bool(letter) and len(shown) > 1, shown))
    return groups


@dataclass(frozen=True)
class ShownDay:
    """A day that can be looked at and noted; ``saved_at`` (UTC) is None where nothing was noted yet."""

    date: datetime.date
    note: DayNote
    saved_at: datetime.datetime | None

    @property
    def short(self) -> str:
        """The weekday in three letters."""
        return write_weekday(self.date)[:3]

    @property
    def words(self) -> str:
        """The day in words: "Monday 23 November"."""
        return write_day(self.date)


def list_days(
    begun: datetime.date,
    today: datetime.date,
    noted: Mapping[datetime.date, tuple[DayNote, datetime.datetime]],
) -> list[ShownDay]:
    """Return the last seven days since the program was given, the oldest first and at least today, with their notes."""
    dates = [today - datetime.timedelta(days=back) for back in reversed(range(SHOWN_DAYS))]
    return [ShownDay(date, *noted.get(date, (DayNote(), None))) for date in dates if date >= begun or date == today]


def carry_over(done: Collection[int], old: ProgramContent, new: ProgramContent) -> tuple[int, ...]:
    """Return the places in the new version of the exercises ticked off in the old one.

    The same exercise twice in a program is told apart by which time it stands there.
    """
    ticked = {key for place, key in enumerate(_keys(old)) if place in done}
    return tuple(place for place, key in enumerate(_keys(new)) if key in ticked)


def _keys(content: ProgramContent) -> list[tuple[str, int]]:
    slugs = [exercise.slug for exercise in content.exercises]
    return [(slug, slugs[:place].count(slug)) for place, slug in enumerate(slugs)]


def photo_ids(content: ProgramContent) -> set[uuid.UUID]:
    """Return the photos that a version shows."""
    return {photo_id for exercise in content.exercises for photo_id in exercise.photo_ids}


def note_as_data(note: DayNote) -> dict[str, Any]:
    """Return a note for the page's script, JSON-able."""
    return {"done": list(note.done), "before": note.pain_before, "after": note.pain_after, "comment": note.comment}


def days_as_data(days: Sequence[ShownDay]) -> dict[str, dict[str, Any]]:
    """Return the days for the page's script: date -> what was noted and when that was saved, JSON-able."""
    return {
        day.date.isoformat(): note_as_data(day.note) | {"savedAt": day.saved_at.isoformat() if day.saved_at else None}
        for day in days
    }
