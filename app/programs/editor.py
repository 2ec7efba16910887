"""What the editor's page shows: the draft with its errors, and each dose in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exercises.dose import DAYS, SIDES
from app.exercises.dose_form import parse_dose
from app.exercises.dose_words import word_dose
from app.exercises.library import Exercise
from app.exercises.pictures import picture_of
from app.pdf.document import LAYOUTS
from app.programs.changes import Undo
from app.programs.drafts import MOST_ITEMS, SECTIONS, Draft, DraftItem, superset_letters

SIDE_OPTIONS = [("", "Not stated"), *SIDES.items()]
SECTION_OPTIONS = [("", "No section"), *SECTIONS.items()]
LAYOUT_OPTIONS = list(LAYOUTS.items())
DAY_OPTIONS = list(DAYS.items())

# Why a button did nothing, by the code in the address.
PROBLEMS = {
    "template": "Choose a template from the list first.",
    "full": f"A program holds at most {MOST_ITEMS} exercises. Nothing was added.",
}

ARCHIVED_UNCONFIRMED = "Tick this to assign a program to somebody who is archived in Cliniko."
UNKNOWN_EXERCISE = "An exercise that is not in your library"

# The fields that stay folded until they hold something.
FOLDED = ("rest_seconds", "tempo", "duration", "effort", "days")


@dataclass(frozen=True)
class EditorItem:
    """One exercise of the program: its place from 0, the texts of its fields, and what the library says of it.

    ``dose_words`` is its dose as the client will read it, or what is wrong with it (``is_dose_faulty``). ``heading`` is
    that of a section that begins here; ``label`` is "A1", "A2" for those done in turn, else the number in the list.
    """

    place: int
    typed: DraftItem
    name: str
    picture: str | None
    dose_words: str
    is_dose_faulty: bool
    days: tuple[str, ...]
    heading: str
    superset: str
    label: str
    is_unfolded: bool


def list_items(
    draft: Draft, exercises: Mapping[str, Exercise], errors: Mapping[str, str] | None = None
) -> list[EditorItem]:
    """Return the program's exercises as shown; one with an error in a folded field is shown unfolded."""
    items: list[EditorItem] = []
    letters = superset_letters(draft.items)
    for place, (typed, letter) in enumerate(zip(draft.items, letters, strict=True)):
        exercise = exercises.get(typed.slug)
        words, is_faulty = dose_line(typed)
        above = draft.items[place - 1].section if place else ""
        items.append(
            EditorItem(
                place=place,
                typed=typed,
                name=exercise.name if exercise else UNKNOWN_EXERCISE,
                picture=picture_of(exercise) if exercise else None,
                dose_words=words,
                is_dose_faulty=is_faulty,
                days=tuple(typed.days.split()),
                heading=SECTIONS.get(typed.section, "") if typed.section != above else "",
                superset=letter,
                label=f"{letter}{1 + letters[:place].count(letter)}" if letter else f"{place + 1}.",
                is_unfolded=any(f"{name}-{place}" in (errors or {}) for name in FOLDED),
            )
        )
    return items


def dose_line(typed: DraftItem) -> tuple[str, bool]:
    """Return a dose in words and False, or what is wrong with it and True."""
    dose, errors = parse_dose(typed.dose_texts())
    return (word_dose(dose), False) if dose is not None else (next(iter(errors.values())), True)


def undo_words(undo: Undo, exercises: Mapping[str, Exercise]) -> str:
    """Return what the last button did, as the line beside "Undo" says it."""
    if undo.verb == "dose":
        return "Every exercise now has this dose, apart from load and side."
    exercise = exercises.get(undo.items[0].slug)
    return f"Removed {exercise.name if exercise else 'an exercise'}."


def summarise(errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors for the list above the form, where each must say which exercise it is about."""
    lines = {}
    for name, sentence in errors.items():
        _, _, place = name.rpartition("-")
        lines[name] = f"Exercise {int(place) + 1}: {sentence}" if place.isdecimal() else sentence
    return lines
