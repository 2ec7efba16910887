"""What the editor's buttons do to a draft: adding, moving, removing and taking back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.exercises.library import Exercise
from app.programs.drafts import (
    DEFAULT_TITLE,
    MOST_ITEMS,
    SECTIONS,
    Draft,
    DraftItem,
    make_item,
    read_item,
)

# What "Apply this dose to all" brings to the other exercises: load and side belong to each one's own body part.
COMMON_DOSE = (
    *("sets", "reps", "hold_seconds", "rest_seconds", "tempo", "duration"),
    *("times_a_day", "days_a_week", "days", "effort"),
)


@dataclass(frozen=True)
class Undo:
    """What the last button took away and can bring back.

    "remove": the exercise that stood at ``place``, and the one below it. "dose": all exercises, with the doses they
    had before that of the one at ``place`` was applied to them.
    """

    verb: str
    place: int
    items: tuple[DraftItem, ...]

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON-able data; ``from_data`` reads it back."""
        return {"verb": self.verb, "place": self.place, "items": [asdict(item) for item in self.items]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Undo":
        """Read what was stored."""
        return cls(data["verb"], data["place"], tuple(read_item(item) for item in data["items"]))


@dataclass(frozen=True)
class Change:
    """What a button did: the new draft, the part of the page to show, a problem's code or "", what can be undone."""

    draft: Draft
    anchor: str = ""
    problem: str = ""
    undo: Undo | None = None


@dataclass(eq=False)
class _Row:
    """An exercise on its way to another place, and what it shares with those it is done in turn with."""

    item: DraftItem
    group: object


def apply_action(
    draft: Draft,
    action: str,
    *,
    exercise: Exercise | None = None,
    start: Draft | None = None,
    usual_stop_when: str = "",
    undo: Undo | None = None,
) -> Change:
    """Do what a button says; any other changes no exercise.

    "add:<slug>" (of ``exercise``), "remove:<n>", "up:<n>", "down:<n>", "move:<n>:<to>", "sides:<n>" (one each for left
    and right), "dose:<n>" (that dose for all), "template" (``start``), "undo". A place that is not in the list (a
    button of an old page) changes nothing either. ``undo`` is what could be taken back until now.
    """
    verb, _, argument = action.partition(":")
    rows = _rows(draft.items)
    place, to = _places(argument, len(rows))
    meant = None if place is None else rows[place]
    draft = _with_rows(draft, rows)  # which may put an exercise whose section was changed elsewhere
    if verb == "template":
        return _start_from(draft, start, usual_stop_when)
    if verb == "add":
        return _add(draft, rows, exercise) if exercise else Change(draft, undo=undo)
    if verb == "undo":
        return _take_back(draft, rows, undo) if undo else Change(draft)
    if verb in ("search", "more"):
        return Change(draft, anchor="library", undo=undo)
    if meant is None:
        return Change(draft, undo=undo)
    place = rows.index(meant)
    match verb:
        case "remove":
            return _remove(draft, rows, place)
        case "up" | "down":
            return _step(draft, rows, place, -1 if verb == "up" else 1)
        case "move" if to is not None:
            return _move(draft, rows, place, to)
        case "sides":
            return _divide(draft, rows, place)
        case "dose":
            return _apply_dose(draft, place)
        case "arrange":
            return _changed(draft, rows, meant, undo)
    return Change(draft, undo=undo)


def _places(argument: str, count: int) -> tuple[int | None, int | None]:
    """Return the places named by a button, each None unless it is in the list."""
    first, _, second = argument.partition(":")
    numbers = [
        int(text) if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) < count else None
        for text in (first, second)
    ]
    return numbers[0], numbers[1]


def _rows(items: Sequence[DraftItem]) -> list[_Row]:
    """Return the exercises with their groups; once one has a section, those without belong to the main part."""
    has_sections = any(item.section for item in items)
    rows: list[_Row] = []
    chain = 0
    for item in items:
        chain += item.joins_previous != "yes"
        section = item.section or ("main" if has_sections else "")
        rows.append(_Row(replace(item, section=section), (chain, section)))
    return rows


def _with_rows(draft: Draft, rows: list[_Row]) -> Draft:
    """Return the draft with these exercises, each section's together, and in turn only what was so before."""
    order = ["", *SECTIONS]
    rows.sort(key=lambda row: order.index(row.item.section))
    items = []
    for place, row in enumerate(rows):
        is_joined = place > 0 and rows[place - 1].group == row.group
        items.append(replace(row.item, joins_previous="yes" if is_joined else ""))
    return replace(draft, items=tuple(items))


def _changed(draft: Draft, rows: list[_Row], shown: _Row | None, undo: Undo | None = None) -> Change:
    changed = _with_rows(draft, rows)
    return Change(changed, anchor=f"item-{rows.index(shown)}" if shown else "items", undo=undo)


def _add(draft: Draft, rows: list[_Row], exercise: Exercise) -> Change:
    if len(rows) >= MOST_ITEMS:
        return Change(draft, anchor="problem", problem="full")
    section = rows[-1].item.section if rows else ""
    added = _Row(make_item(exercise.slug, exercise.dose, section=section), object())
    return _changed(draft, [*rows, added], added)


def _start_from(draft: Draft, start: Draft | None, usual_stop_when: str) -> Change:
    """Append a template's exercises; its title, note and warning are taken where nobody has written others."""
    if start is None:
        return Change(draft, anchor="problem", problem="template")
    if len(draft.items) + len(start.items) > MOST_ITEMS:
        return Change(draft, anchor="problem", problem="full")
    is_named = draft.title.strip() not in ("", DEFAULT_TITLE)
    is_warned = draft.stop_when.strip() not in ("", usual_stop_when)
    items = tuple(replace(item, joins_previous="") if place == 0 else item for place, item in enumerate(start.items))
    draft = replace(
        draft,
        title=draft.title if is_named else start.title,
        note=draft.note or start.note,
        stop_when=draft.stop_when if is_warned or not start.stop_when else start.stop_when,
        items=draft.items + items,
    )
    return Change(_with_rows(draft, _rows(draft.items)), anchor="items")


def _remove(draft: Draft, rows: list[_Row], place: int) -> Change:
    undo = Undo("remove", place, draft.items[place : place + 2])
    left = rows[:place] + rows[place + 1 :]
    return _changed(draft, left, left[min(place, len(left) - 1)] if left else None, undo)


def _take_back(draft: Draft, rows: list[_Row], undo: Undo) -> Change:
    if undo.verb == "remove":
        if len(rows) >= MOST_ITEMS:
            return Change(draft, anchor="problem", problem="full")
        return _bring_back(draft, undo)
    if [item.slug for item in undo.items] != [item.slug for item in draft.items]:
        return Change(draft)
    items = tuple(replace(item, **_common_dose(old)) for item, old in zip(draft.items, undo.items, strict=True))
    return Change(replace(draft, items=items), anchor=f"item-{undo.place}")


def _bring_back(draft: Draft, undo: Undo) -> Change:
    """Put a removed exercise back before the one that stood below it, with what the two were done in turn with."""
    items = [*draft.items[: undo.place], undo.items[0], *draft.items[undo.place :]]
    place = min(undo.place, len(items) - 1)
    for below in undo.items[1:]:
        if place + 1 < len(items) and items[place + 1].slug == below.slug:
            items[place + 1] = replace(items[place + 1], joins_previous=below.joins_previous)
    rows = _rows(items)
    return _changed(draft, rows, rows[place])


def _step(draft: Draft, rows: list[_Row], place: int, step: int) -> Change:
    """Move one place up or down: into the next section, past a whole superset, or within one's own."""
    to = place + step
    if not 0 <= to < len(rows):
        return Change(draft)
    moved, other = rows[place], rows[to]
    if moved.item.section != other.item.section:
        moved.item, moved.group = replace(moved.item, section=other.item.section), object()
        return _changed(draft, rows, moved)
    if moved.group != other.group:
        while 0 <= to + step < len(rows) and rows[to + step].group == other.group:
            to += step
    rows.insert(to, rows.pop(place))
    return _changed(draft, rows, moved)


def _move(draft: Draft, rows: list[_Row], place: int, to: int) -> Change:
    """Move to a place of the list as it is then; between two that are done in turn, it joins them."""
    moved = rows.pop(place)
    rows.insert(to, moved)
    if 0 < to < len(rows) - 1 and rows[to - 1].group == rows[to + 1].group:
        moved.group = rows[to - 1].group
    return _changed(draft, rows, moved)


def _divide(draft: Draft, rows: list[_Row], place: int) -> Change:
    """Make of one exercise two, the left side and the right; both belong to its superset, if it has one."""
    if len(rows) >= MOST_ITEMS:
        return Change(draft, anchor="problem", problem="full")
    left = rows[place]
    is_in_superset = sum(row.group == left.group for row in rows) > 1
    right = _Row(replace(left.item, side="right"), left.group if is_in_superset else object())
    left.item = replace(left.item, side="left")
    rows.insert(place + 1, right)
    return _changed(draft, rows, left)


def _common_dose(item: DraftItem) -> dict[str, str]:
    return {part: getattr(item, part) for part in COMMON_DOSE}


def _apply_dose(draft: Draft, place: int) -> Change:
    dose = _common_dose(draft.items[place])
    items = tuple(replace(item, **dose) for item in draft.items)
    undo = Undo("dose", place, draft.items)
    return Change(replace(draft, items=items), anchor=f"item-{place}", undo=undo)
