"""The draft of a program: what stands in the editor, as it was typed, and what its buttons do to it. Pure.

Nothing is judged here (``content.build_content`` does that when the program is assigned), so that a slip of the finger
is kept and shown again beside its sentence.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.exercises.dose import Dose
from app.exercises.dose_form import FORM_FIELDS, dose_texts
from app.exercises.library import Exercise, find_exercise
from app.programs.templates import Template

DEFAULT_TITLE = "Exercise program"
MOST_ITEMS = 40

# How much is kept of what was typed, in code points: well above what may be assigned, so that text pasted too long can
# be shortened where it stands.
KEPT_LINE = 1000
KEPT_TEXT = 20_000


@dataclass(frozen=True)
class DraftItem:
    """One exercise in the editor: its slug and the texts of its fields."""

    slug: str
    sets: str = ""
    reps: str = ""
    hold_seconds: str = ""
    rest_seconds: str = ""
    tempo: str = ""
    duration: str = ""
    times_a_day: str = ""
    days_a_week: str = ""
    days: str = ""
    load: str = ""
    side: str = ""
    effort: str = ""
    note: str = ""

    def dose_texts(self) -> dict[str, str]:
        """Return the texts of the dose fields, as ``dose.parse_dose`` reads them."""
        return {part: getattr(self, part) for part in FORM_FIELDS}


@dataclass(frozen=True)
class Draft:
    """What stands in the editor."""

    title: str = DEFAULT_TITLE
    note: str = ""
    items: tuple[DraftItem, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return the draft as JSON-able data; ``from_data`` reads it back."""
        return {"title": self.title, "note": self.note, "items": [asdict(item) for item in self.items]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Draft":
        """Read a stored draft; missing parts stay empty and unknown ones, of a later release, are left out."""
        known = {field.name for field in fields(DraftItem)}
        items = (DraftItem(**{key: str(item[key]) for key in item.keys() & known}) for item in data.get("items", ()))
        return cls(title=str(data.get("title", "")), note=str(data.get("note", "")), items=tuple(items))


@dataclass(frozen=True)
class Change:
    """What a button of the editor did: the new draft, the part of the page to show, and a problem's code or ""."""

    draft: Draft
    anchor: str = ""
    problem: str = ""


def read_draft(form: Mapping[str, Any]) -> Draft:
    """Read the editor's form: fields ``title`` and ``note``, and for each exercise ``slug-0``, ``sets-0``, ...

    Takes any text: unknown exercises and those above the 40th are left out, unprintable characters too.
    """
    items = []
    for number in range(MOST_ITEMS):
        slug = _line(form.get(f"slug-{number}"))
        if find_exercise(slug) is not None:
            texts = {part: _line(form.get(f"{part}-{number}")) for part in FORM_FIELDS}
            items.append(DraftItem(slug=slug, note=_text(form.get(f"note-{number}")), **texts))
    return Draft(title=_line(form.get("title")), note=_text(form.get("note")), items=tuple(items))


def apply_action(draft: Draft, action: str, template: Template | None) -> Change:
    """Do what a button says: "add:<slug>", "remove:<n>", "up:<n>", "down:<n>", "template"; any other changes nothing.

    A place that is not in the list (a button of an old page) changes nothing either.
    """
    verb, _, argument = action.partition(":")
    if verb == "template":
        return _start_from(draft, template)
    if verb == "add":
        exercise = find_exercise(argument)
        return _add(draft, exercise) if exercise else Change(draft)
    if verb == "search":
        return Change(draft, anchor="library")
    place = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 4 else -1
    if 0 <= place < len(draft.items):
        if verb == "remove":
            return _remove(draft, place)
        if verb in ("up", "down"):
            return _move(draft, place, place - 1 if verb == "up" else place + 1)
    return Change(draft)


def _add(draft: Draft, exercise: Exercise) -> Change:
    if len(draft.items) >= MOST_ITEMS:
        return Change(draft, anchor="problem", problem="full")
    items = (*draft.items, make_item(exercise.slug, exercise.dose, ""))
    return Change(replace(draft, items=items), anchor=f"item-{len(items) - 1}")


def _start_from(draft: Draft, template: Template | None) -> Change:
    """Append a template's exercises; its title and note are taken where nobody has written others."""
    if template is None:
        return Change(draft, anchor="problem", problem="template")
    added = tuple(make_item(item.slug, item.dose, item.note) for item in template.items)
    if len(draft.items) + len(added) > MOST_ITEMS:
        return Change(draft, anchor="problem", problem="full")
    is_named = draft.title.strip() not in ("", DEFAULT_TITLE)
    title = draft.title if is_named else template.name
    note = draft.note if draft.note.strip() else f"{template.note}\n{template.stop_when}"
    return Change(Draft(title, note, draft.items + added), anchor="items")


def _remove(draft: Draft, place: int) -> Change:
    items = draft.items[:place] + draft.items[place + 1 :]
    return Change(replace(draft, items=items), anchor=f"item-{min(place, len(items) - 1)}" if items else "items")


def _move(draft: Draft, place: int, to: int) -> Change:
    if not 0 <= to < len(draft.items):
        return Change(draft)
    items = list(draft.items)
    items[place], items[to] = items[to], items[place]
    return Change(replace(draft, items=tuple(items)), anchor=f"item-{to}")


def make_item(slug: str, dose: Dose, note: str) -> DraftItem:
    """Make the editor's texts of an exercise with a known dose."""
    return DraftItem(slug=slug, note=note, **dose_texts(dose))


def _line(value: object) -> str:
    """Return one line of typed text without what cannot be stored or printed."""
    return " ".join(_printable(value)[:KEPT_LINE].split())


def _text(value: object) -> str:
    """Return typed text with its line ends, as line feeds."""
    return _printable(value)[:KEPT_TEXT].strip()


def _printable(value: object) -> str:
    """Drop control characters and lone surrogates (PostgreSQL and UTF-8 cannot hold them) but tabs and line ends."""
    text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
