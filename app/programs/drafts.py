"""The draft of a program: what stands in the editor, as it was typed. Pure.

Nothing is judged here (``content.build_content`` does that when the program is assigned), so that a slip of the finger
is kept and shown again beside its sentence. What the editor's buttons do to a draft is in ``changes``.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.exercises.dose import Dose
from app.exercises.dose_form import FORM_FIELDS, dose_texts
from app.pdf.document import LAYOUTS

DEFAULT_TITLE = "Exercise program"
MOST_ITEMS = 40

SECTIONS: Mapping[str, str] = {"warm-up": "Warm-up", "main": "Main part", "cool-down": "Cool-down"}
"""Key of a section -> its heading, in the order of a program; "" is no section."""

# How much is kept of what was typed, in code points: well above what may be assigned, so that text pasted too long can
# be shortened where it stands.
KEPT_LINE = 1000
KEPT_TEXT = 20_000

_SLUG = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True)
class DraftItem:
    """One exercise in the editor: its slug and the texts of its fields.

    section is a key of SECTIONS or ""; joins_previous is "yes" when it is done in turn with the exercise above.
    """

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
    section: str = ""
    joins_previous: str = ""

    def dose_texts(self) -> dict[str, str]:
        """Return the texts of the dose fields, as ``dose_form.parse_dose`` reads them."""
        return {part: getattr(self, part) for part in FORM_FIELDS}


@dataclass(frozen=True)
class Draft:
    """What stands in the editor; starts_on and review_on are dates as 2026-11-24, is_grey and is_large "yes" or ""."""

    title: str = DEFAULT_TITLE
    note: str = ""
    stop_when: str = ""
    starts_on: str = ""
    review_on: str = ""
    layout: str = "full"
    is_grey: str = ""
    is_large: str = ""
    items: tuple[DraftItem, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return the draft as JSON-able data; ``from_data`` reads it back."""
        return asdict(self) | {"items": [asdict(item) for item in self.items]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Draft":
        """Read a stored draft; missing parts stay empty and unknown ones, of a later release, are left out."""
        texts = {name: str(data.get(name) or "") for name in _TEXTS}
        return cls(**_with_layout(texts), items=tuple(read_item(item) for item in data.get("items", ())))

    @property
    def slugs(self) -> set[str]:
        """The exercises in it."""
        return {item.slug for item in self.items}


_TEXTS = tuple(field.name for field in fields(Draft) if field.name != "items")
_ITEM_TEXTS = tuple(field.name for field in fields(DraftItem))


def _with_layout(texts: dict[str, str]) -> dict[str, str]:
    return texts | {"layout": texts["layout"] if texts["layout"] in LAYOUTS else "full"}


def read_item(data: Mapping[str, Any]) -> DraftItem:
    """Read a stored exercise of a draft; missing parts stay empty and unknown ones are left out."""
    return DraftItem(**{name: str(data[name]) for name in _ITEM_TEXTS if name in data})


def read_draft(form: Mapping[str, Any]) -> Draft:
    """Read the editor's form: fields ``title``, ``note``, ... and for each exercise ``slug-0``, ``sets-0``, ...

    Takes any text: what cannot be the name of an exercise and those above the 40th are left out, unprintable
    characters too. Whether the exercises exist is for ``keep_known``.
    """
    texts = {name: _line(form.get(name)) for name in _TEXTS}
    texts |= {name: _text(form.get(name)) for name in ("note", "stop_when")}
    texts |= {name: _yes(form.get(name)) for name in ("is_grey", "is_large")}
    items = [_read_item(form, number) for number in range(MOST_ITEMS)]
    return Draft(**_with_layout(texts), items=tuple(item for item in items if _SLUG.fullmatch(item.slug)))


def _read_item(form: Mapping[str, Any], number: int) -> DraftItem:
    texts = {name: _line(form.get(f"{name}-{number}")) for name in _ITEM_TEXTS}
    texts["days"] = _line(" ".join(_all_texts(form, f"days-{number}")))
    texts["note"] = _text(form.get(f"note-{number}"))
    texts["section"] = texts["section"] if texts["section"] in SECTIONS else ""
    texts["joins_previous"] = _yes(texts["joins_previous"])
    return DraftItem(**texts)


def _all_texts(form: Mapping[str, Any], name: str) -> Iterable[str]:
    """Return every value of a field that may be sent more than once: one for each box that is ticked."""
    values = form.getlist(name) if hasattr(form, "getlist") else [form.get(name)]
    return [value for value in values if isinstance(value, str)]


def keep_known(draft: Draft, known: Collection[str]) -> Draft:
    """Leave out the exercises whose slug is none of those known."""
    return replace(draft, items=tuple(item for item in draft.items if item.slug in known))


def make_item(slug: str, dose: Dose, note: str = "", *, section: str = "", joins_previous: bool = False) -> DraftItem:
    """Make the editor's texts of an exercise with a known dose."""
    joins = "yes" if joins_previous else ""
    return DraftItem(slug=slug, note=note, section=section, joins_previous=joins, **dose_texts(dose))


def is_in_turn(items: tuple[DraftItem, ...], place: int) -> bool:
    """Return True when the exercise at this place is done in turn with the one above, in the same section."""
    item = items[place]
    return place > 0 and item.joins_previous == "yes" and items[place - 1].section == item.section


def superset_letters(items: tuple[DraftItem, ...]) -> list[str]:
    """Return for each exercise the letter it shares with those it is done in turn with, or ""."""
    letters: list[str] = []
    used = 0
    for place in range(len(items)):
        is_followed = place + 1 < len(items) and is_in_turn(items, place + 1)
        if is_in_turn(items, place):
            letters.append(letters[-1])
        elif is_followed:
            letters.append(chr(ord("A") + used))
            used += 1
        else:
            letters.append("")
    return letters


def _line(value: object) -> str:
    """Return one line of typed text without what cannot be stored or printed."""
    return " ".join(_printable(value)[:KEPT_LINE].split())


def _text(value: object) -> str:
    """Return typed text with its line ends, as line feeds."""
    return _printable(value)[:KEPT_TEXT].strip()


def _yes(value: object) -> str:
    return "yes" if value == "yes" else ""


def _printable(value: object) -> str:
    """Drop control characters and lone surrogates (PostgreSQL and UTF-8 cannot hold them) but tabs and line ends."""
    text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
