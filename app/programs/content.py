"""The content of an assigned version: everything as it was that day, whatever the library says later. Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.exercises.dose import Dose
from app.exercises.dose_form import parse_dose
from app.exercises.dose_words import word_dose
from app.exercises.figures import figure_for
from app.exercises.library import find_exercise
from app.pdf.document import DocumentExercise, ProgramDocument
from app.pdf.figures import Figure
from app.programs.drafts import Draft, DraftItem, make_item

LONGEST_TITLE = 200
LONGEST_NOTE = 4000
LONGEST_ITEM_NOTE = 1000


@dataclass(frozen=True)
class ContentExercise:
    """One exercise as assigned; ``dose_words`` are the words the client was given, ``figure`` is as data or None."""

    slug: str
    name: str
    steps: tuple[str, ...]
    cautions: tuple[str, ...]
    dose: Dose
    dose_words: str
    note: str
    figure: Mapping[str, Any] | None


@dataclass(frozen=True)
class ProgramContent:
    """One version of a program as assigned."""

    title: str
    note: str
    exercises: tuple[ContentExercise, ...]

    def to_data(self) -> dict[str, Any]:
        """Return the content as JSON-able data; ``from_data`` reads it back to an equal content."""
        return {
            "title": self.title,
            "note": self.note,
            "exercises": [_exercise_data(exercise) for exercise in self.exercises],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ProgramContent":
        """Read stored content."""
        exercises = tuple(_read_exercise(exercise) for exercise in data["exercises"])
        return cls(title=data["title"], note=data["note"], exercises=exercises)


def _exercise_data(exercise: ContentExercise) -> dict[str, Any]:
    return {
        "slug": exercise.slug,
        "name": exercise.name,
        "steps": list(exercise.steps),
        "cautions": list(exercise.cautions),
        "dose": exercise.dose.to_data(),
        "dose_words": exercise.dose_words,
        "note": exercise.note,
        "figure": exercise.figure,
    }


def _read_exercise(data: Mapping[str, Any]) -> ContentExercise:
    return ContentExercise(
        slug=data["slug"],
        name=data["name"],
        steps=tuple(data["steps"]),
        cautions=tuple(data["cautions"]),
        dose=Dose.from_data(data["dose"]),
        dose_words=data["dose_words"],
        note=data["note"],
        figure=data["figure"],
    )


def build_content(draft: Draft) -> tuple[ProgramContent | None, dict[str, str]]:
    """Return what a draft would assign and no errors, or None and a sentence for each faulty field of the editor."""
    errors: dict[str, str] = {}
    if not draft.title:
        errors["title"] = "Give the program a title."
    elif len(draft.title) > LONGEST_TITLE:
        errors["title"] = f"The title must be at most {LONGEST_TITLE} characters."
    if len(draft.note) > LONGEST_NOTE:
        errors["note"] = f"The note must be at most {LONGEST_NOTE:,} characters; it has {len(draft.note):,}."
    if not draft.items:
        errors["items"] = "Add at least one exercise, or start from a template."
    exercises = []
    for number, item in enumerate(draft.items):
        exercise, problems = _build_exercise(item)
        errors |= {f"{part}-{number}": sentence for part, sentence in problems.items()}
        if exercise is not None:
            exercises.append(exercise)
    if errors:
        return None, errors
    return ProgramContent(draft.title, draft.note, tuple(exercises)), errors


def _build_exercise(item: DraftItem) -> tuple[ContentExercise | None, dict[str, str]]:
    """Return one exercise as it would be assigned, or None and a sentence for each faulty field."""
    exercise = find_exercise(item.slug)
    dose, errors = parse_dose(item.dose_texts())
    if len(item.note) > LONGEST_ITEM_NOTE:
        errors["note"] = f"The note must be at most {LONGEST_ITEM_NOTE:,} characters; it has {len(item.note):,}."
    if exercise is None:
        errors["slug"] = "This exercise is no longer in the library. Remove it to assign the program."
    if exercise is None or dose is None or errors:
        return None, errors
    figure = figure_for(item.slug)
    return ContentExercise(
        slug=exercise.slug,
        name=exercise.name,
        steps=exercise.steps,
        cautions=exercise.cautions,
        dose=dose,
        dose_words=word_dose(dose),
        note=item.note,
        figure=figure.to_data() if figure else None,
    ), errors


def draft_from(content: ProgramContent) -> Draft:
    """Return an editor's draft that would assign the same again."""
    items = tuple(make_item(exercise.slug, exercise.dose, exercise.note) for exercise in content.exercises)
    return Draft(title=content.title, note=content.note, items=items)


def build_document(
    content: ProgramContent,
    *,
    practice_name: str,
    practitioner_name: str,
    client_name: str,
    page_size: Literal["A4", "Letter"],
    assigned_on: datetime.date,
    version: int,
    replaces: tuple[int, datetime.date] | None,
) -> ProgramDocument:
    """Return what the PDF of a version says; dates are the practice's local dates."""
    return ProgramDocument(
        title=content.title,
        practice_name=practice_name,
        practitioner_name=practitioner_name,
        client_name=client_name,
        assigned_on=assigned_on,
        page_size=page_size,
        note=content.note,
        exercises=tuple(_document_exercise(exercise) for exercise in content.exercises),
        version=version,
        replaces=replaces,
    )


def _document_exercise(exercise: ContentExercise) -> DocumentExercise:
    return DocumentExercise(
        name=exercise.name,
        dose=exercise.dose_words,
        steps=exercise.steps,
        cautions=exercise.cautions,
        note=exercise.note,
        figure=Figure.from_data(exercise.figure) if exercise.figure else None,
    )
