"""What the editor's page shows: the draft with its errors, the library to add from, and the templates. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exercises.dose import SIDES
from app.exercises.library import EQUIPMENT, REGIONS, Exercise, all_exercises, find_exercise, search_exercises
from app.exercises.pictures import picture_url
from app.programs.drafts import MOST_ITEMS, Draft, DraftItem
from app.programs.templates import all_templates

SIDE_OPTIONS = [("", "Not stated"), *SIDES.items()]

# Why a button did nothing, by the code in the address.
PROBLEMS = {
    "template": "Choose a template from the list first.",
    "full": f"A program holds at most {MOST_ITEMS} exercises. Nothing was added.",
}

ARCHIVED_UNCONFIRMED = "Tick this to assign a program to a client who is archived in Cliniko."


@dataclass(frozen=True)
class EditorItem:
    """One exercise of the program: its place from 0, the texts of its fields, and what the library says of it."""

    place: int
    typed: DraftItem
    name: str
    picture: str | None


@dataclass(frozen=True)
class LibraryItem:
    """One exercise to add; ``words`` is what the script searches in; hidden when it does not fit the search."""

    slug: str
    name: str
    region: str
    picture: str | None
    words: str
    is_hidden: bool


def list_items(draft: Draft) -> list[EditorItem]:
    """Return the program's exercises as shown."""
    items = []
    for place, typed in enumerate(draft.items):
        exercise = find_exercise(typed.slug)
        name = exercise.name if exercise else "An exercise that is no longer in the library"
        items.append(EditorItem(place, typed, name, picture_url(typed.slug)))
    return items


def list_library(find: str) -> list[LibraryItem]:
    """Return the whole library, what fits the search first and the rest hidden, for the script to show again."""
    found = search_exercises(find)
    fitting = {exercise.slug for exercise in found}
    rest = [exercise for exercise in all_exercises() if exercise.slug not in fitting]
    return [_library_item(exercise, exercise.slug not in fitting) for exercise in [*found, *rest]]


def _library_item(exercise: Exercise, is_hidden: bool) -> LibraryItem:
    labels = [*(REGIONS[key] for key in exercise.regions), *(EQUIPMENT[key] for key in exercise.equipment)]
    return LibraryItem(
        slug=exercise.slug,
        name=exercise.name,
        region=REGIONS[exercise.regions[0]],
        picture=picture_url(exercise.slug),
        words=" ".join([exercise.name, *exercise.also_known_as, *labels]),
        is_hidden=is_hidden,
    )


def template_options() -> list[tuple[str, str]]:
    """Return the choices of "Start from template"."""
    return [("", "Choose a template"), *((template.slug, template.name) for template in all_templates())]


def summarise(errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors for the list above the form, where each must say which exercise it is about."""
    lines = {}
    for name, sentence in errors.items():
        _, _, place = name.rpartition("-")
        lines[name] = f"Exercise {int(place) + 1}: {sentence}" if place.isdecimal() else sentence
    return lines
