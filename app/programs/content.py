"""The content of an assigned version: everything as it was that day, whatever the library says later. Pure."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

from app.exercises.dose import Dose
from app.exercises.dose_form import parse_dose
from app.exercises.dose_words import word_dose
from app.exercises.figures import figure_for
from app.exercises.library import Exercise
from app.locales import DEFAULT_COUNTRY
from app.pdf.document import LAYOUTS, DocumentExercise, DocumentLetterhead, DocumentLink, ProgramDocument
from app.pdf.figures import Figure
from app.programs.drafts import SECTIONS, Draft, DraftItem, make_item, superset_letters

Layout = Literal["full", "compact", "diary"]
NO_LETTERHEAD = DocumentLetterhead()
NO_PHOTOS: Mapping[uuid.UUID, bytes] = MappingProxyType({})

LONGEST_TITLE = 200
LONGEST_NOTE = 4000
LONGEST_STOP_WHEN = 500
LONGEST_ITEM_NOTE = 1000


@dataclass(frozen=True)
class ContentExercise:
    """One exercise as assigned; ``dose_words`` are the words the client was given, ``figure`` is as data or None.

    ``section`` is a key of ``drafts.SECTIONS`` or ""; ``superset`` is a letter shared by neighbours that are done in
    turn, or "".
    """

    slug: str
    name: str
    steps: tuple[str, ...]
    cautions: tuple[str, ...]
    dose: Dose
    dose_words: str
    note: str
    figure: Mapping[str, Any] | None
    feels_like: str = ""
    photo_ids: tuple[uuid.UUID, ...] = ()
    video_url: str = ""
    section: str = ""
    superset: str = ""


@dataclass(frozen=True)
class ProgramContent:
    """One version of a program as assigned; ``layout``, ``is_grey`` and ``is_large`` say how it was printed."""

    title: str
    note: str
    exercises: tuple[ContentExercise, ...]
    stop_when: str = ""
    starts_on: datetime.date | None = None
    review_on: datetime.date | None = None
    layout: Layout = "full"
    is_grey: bool = False
    is_large: bool = False

    def to_data(self) -> dict[str, Any]:
        """Return the content as JSON-able data; ``from_data`` reads it back to an equal content."""
        return {
            "title": self.title,
            "note": self.note,
            "exercises": [_exercise_data(exercise) for exercise in self.exercises],
            "stop_when": self.stop_when,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "review_on": self.review_on.isoformat() if self.review_on else None,
            "layout": self.layout,
            "is_grey": self.is_grey,
            "is_large": self.is_large,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ProgramContent":
        """Read stored content; parts that an earlier release did not have yet stay empty."""
        starts_on, review_on = data.get("starts_on"), data.get("review_on")
        return cls(
            title=data["title"],
            note=data["note"],
            exercises=tuple(_read_exercise(exercise) for exercise in data["exercises"]),
            stop_when=data.get("stop_when", ""),
            starts_on=datetime.date.fromisoformat(starts_on) if starts_on else None,
            review_on=datetime.date.fromisoformat(review_on) if review_on else None,
            layout=_layout(data.get("layout", "")),
            is_grey=data.get("is_grey", False),
            is_large=data.get("is_large", False),
        )


def _layout(key: str) -> Layout:
    return cast(Layout, key) if key in LAYOUTS else "full"


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
        "feels_like": exercise.feels_like,
        "photo_ids": [str(photo_id) for photo_id in exercise.photo_ids],
        "video_url": exercise.video_url,
        "section": exercise.section,
        "superset": exercise.superset,
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
        feels_like=data.get("feels_like", ""),
        photo_ids=tuple(uuid.UUID(photo_id) for photo_id in data.get("photo_ids", ())),
        video_url=data.get("video_url", ""),
        section=data.get("section", ""),
        superset=data.get("superset", ""),
    )


def build_content(draft: Draft, exercises: Mapping[str, Exercise]) -> tuple[ProgramContent | None, dict[str, str]]:
    """Return what a draft would assign and no errors, or None and a sentence for each faulty field of the editor.

    ``exercises`` holds those of the draft that exist and may be used (slug -> exercise).
    """
    errors = _text_errors(draft)
    starts_on, review_on = _read_dates(draft, errors)
    if not draft.items:
        errors["items"] = "Add at least one exercise, or start from a template."
    built = []
    letters = superset_letters(draft.items)
    for number, (item, letter) in enumerate(zip(draft.items, letters, strict=True)):
        exercise, problems = _build_exercise(item, exercises.get(item.slug), letter)
        errors |= {f"{part}-{number}": sentence for part, sentence in problems.items()}
        if exercise is not None:
            built.append(exercise)
    if errors:
        return None, errors
    return ProgramContent(
        title=draft.title,
        note=draft.note,
        exercises=tuple(built),
        stop_when=draft.stop_when,
        starts_on=starts_on,
        review_on=review_on,
        layout=_layout(draft.layout),
        is_grey=draft.is_grey == "yes",
        is_large=draft.is_large == "yes",
    ), errors


def _text_errors(draft: Draft) -> dict[str, str]:
    errors = {} if draft.title else {"title": "Give the program a title."}
    for name, what, text, longest in (
        ("title", "title", draft.title, LONGEST_TITLE),
        ("note", "note", draft.note, LONGEST_NOTE),
        ("stop_when", "warning", draft.stop_when, LONGEST_STOP_WHEN),
    ):
        if len(text) > longest:
            has = f"; it has {len(text):,}" if longest > LONGEST_TITLE else ""
            errors[name] = f"The {what} must be at most {longest:,} characters{has}."
    return errors


def _read_dates(draft: Draft, errors: dict[str, str]) -> tuple[datetime.date | None, datetime.date | None]:
    """Return start and review date, None where there is none."""
    dates: list[datetime.date | None] = []
    for name, what, text in (("starts_on", "start", draft.starts_on), ("review_on", "review", draft.review_on)):
        date = read_date(text)
        if text and date is None:
            errors[name] = f"Choose the {what} date from the calendar, or enter it like 2026-11-24."
        dates.append(date)
    starts_on, review_on = dates
    if starts_on and review_on and review_on < starts_on:
        errors["review_on"] = "The review date is before the start date."
    return starts_on, review_on


def read_date(text: str) -> datetime.date | None:
    """Return the date that a date field sends (2026-11-24), or None."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _build_exercise(
    item: DraftItem, exercise: Exercise | None, superset: str
) -> tuple[ContentExercise | None, dict[str, str]]:
    """Return one exercise as it would be assigned, or None and a sentence for each faulty field."""
    dose, errors = parse_dose(item.dose_texts())
    if len(item.note) > LONGEST_ITEM_NOTE:
        errors["note"] = f"The note must be at most {LONGEST_ITEM_NOTE:,} characters; it has {len(item.note):,}."
    if exercise is None:
        errors["slug"] = "This exercise is not in your library; it may be a colleague's own. Remove it to assign."
    if exercise is None or dose is None or errors:
        return None, errors
    figure = figure_for(exercise.figure_slug)
    return ContentExercise(
        slug=exercise.slug,
        name=exercise.name,
        steps=exercise.steps,
        cautions=exercise.cautions,
        dose=dose,
        dose_words=word_dose(dose),
        note=item.note,
        figure=figure.to_data() if figure else None,
        feels_like=exercise.feels_like,
        photo_ids=exercise.photo_ids,
        video_url=exercise.video_url,
        section=item.section,
        superset=superset,
    ), errors


def draft_from(content: ProgramContent) -> Draft:
    """Return an editor's draft that would assign the same again."""
    items = []
    above: ContentExercise | None = None
    for exercise in content.exercises:
        joins = bool(exercise.superset) and above is not None and above.superset == exercise.superset
        items.append(
            make_item(exercise.slug, exercise.dose, exercise.note, section=exercise.section, joins_previous=joins)
        )
        above = exercise
    return Draft(
        title=content.title,
        note=content.note,
        stop_when=content.stop_when,
        starts_on=content.starts_on.isoformat() if content.starts_on else "",
        review_on=content.review_on.isoformat() if content.review_on else "",
        layout=content.layout,
        is_grey="yes" if content.is_grey else "",
        is_large="yes" if content.is_large else "",
        items=tuple(items),
    )


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
    practitioner_title: str = "",
    letterhead: DocumentLetterhead = NO_LETTERHEAD,
    photos: Mapping[uuid.UUID, bytes] = NO_PHOTOS,
    link: DocumentLink | None = None,
    country: str = DEFAULT_COUNTRY,
) -> ProgramDocument:
    """Return what the PDF of a version says; dates are the practice's local dates, ``photos`` are id -> JPEG."""
    return ProgramDocument(
        title=content.title,
        practice_name=practice_name,
        practitioner_name=practitioner_name,
        client_name=client_name,
        assigned_on=assigned_on,
        page_size=page_size,
        note=content.note,
        exercises=tuple(_document_exercise(exercise, photos) for exercise in content.exercises),
        version=version,
        replaces=replaces,
        layout=content.layout,
        is_grey=content.is_grey,
        is_large=content.is_large,
        stop_when=content.stop_when,
        starts_on=content.starts_on,
        review_on=content.review_on,
        practitioner_title=practitioner_title,
        letterhead=letterhead,
        link=link,
        country=country,
    )


def _document_exercise(exercise: ContentExercise, photos: Mapping[uuid.UUID, bytes]) -> DocumentExercise:
    return DocumentExercise(
        name=exercise.name,
        dose=exercise.dose_words,
        steps=exercise.steps,
        cautions=exercise.cautions,
        note=exercise.note,
        figure=Figure.from_data(exercise.figure) if exercise.figure else None,
        feels_like=exercise.feels_like,
        photos=tuple(photos[photo_id] for photo_id in exercise.photo_ids if photo_id in photos),
        video_url=exercise.video_url,
        section=SECTIONS.get(exercise.section, ""),
        superset=exercise.superset,
    )
