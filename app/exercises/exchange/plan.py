"""What an import would do, row by row: add, change, leave as it is, or refuse with a sentence. Pure."""

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from app.exercises.exchange.columns import COLUMNS
from app.exercises.exchange.filling import FileRow, Filled
from app.exercises.own import LONGEST_NAME, OwnExercise, check
from app.words import PLAIN_LETTERS

Action = Literal["add", "change", "same", "refuse"]

_LONGEST_COMPARED = LONGEST_NAME + 1
_ACCENTS = 200  # combining classes from here on are accents; below are vowels of Indic scripts, points and the like
_PART_NAMES = {column.key: column.header for column in COLUMNS} | {"dose": "Dose"}


@dataclass(frozen=True)
class Existing:
    """An own exercise that the member may see; ``may_change`` says whether they may change it too."""

    slug: str
    exercise: OwnExercise
    updated_at: datetime
    photos: int
    may_change: bool
    is_author: bool


@dataclass(frozen=True)
class Decision:
    """What becomes of a row. ``exercise`` is what is stored by add and change; ``slug`` whose exercise is changed.

    why says why a row is refused; changed names the parts that differ; notes say what has no equal here; photos is how
    many are added; is_shared whether what is added is for the whole practice. The fingerprint differs from another
    plan's where the outcome would.
    """

    number: int
    name: str
    action: Action
    why: str = ""
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    photos: int = 0
    is_shared: bool = False
    slug: str = ""
    exercise: OwnExercise | None = None
    fingerprint: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return what is shown of it as JSON-able data; ``from_data`` reads it back, without the exercise."""
        parts = ("number", "name", "action", "why", "changed", "notes", "photos", "is_shared", "slug", "fingerprint")
        return {part: getattr(self, part) for part in parts}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Decision":
        """Build from stored data what is shown of a decision."""
        return cls(**{**data, "changed": tuple(data["changed"]), "notes": tuple(data["notes"])})


def make_plan(rows: Sequence[FileRow], existing: Sequence[Existing], *, shares: bool) -> list[Decision]:
    """Return what becomes of each row; exercises that are added are shared with the practice where ``shares`` says so.

    A row means the own exercise of the same name, whatever its case and accents. Of two rows with one name the second
    is refused.
    """
    known: dict[str, list[Existing]] = defaultdict(list)
    for one in existing:
        known[name_key(one.exercise.name)].append(one)
    first_rows: dict[str, int] = {}
    decisions = []
    for row in rows:
        key = name_key(row.name)
        if row.problem:
            decision = _refuse(row, row.problem)
        elif key in first_rows:
            decision = _refuse(row, f"Row {first_rows[key]} has the same name.")
        else:
            decision = _decide(row, known.get(key, []), shares=shares)
            first_rows |= {key: row.number} if key else {}
        decisions.append(decision)
    return decisions


def plan_digest(decisions: Sequence[Decision]) -> str:
    """Return a SHA-256 that another plan has only if it would do the same."""
    return _digest([decision.fingerprint for decision in decisions])


def name_key(name: str) -> str:
    """Return a name without case, accents and doubled spaces; vowel signs, which make another word, are kept.

    Of a name that is too long to be taken, the beginning: taking letters apart takes the square of a run of accents.
    """
    apart = unicodedata.normalize("NFKD", name[:_LONGEST_COMPARED].casefold())
    bare = "".join(letter for letter in apart if unicodedata.combining(letter) < _ACCENTS)
    return " ".join(unicodedata.normalize("NFC", bare.casefold().translate(PLAIN_LETTERS)).split())


def _decide(row: FileRow, known: Sequence[Existing], *, shares: bool) -> Decision:
    """Return what becomes of a row whose name these own exercises have."""
    if not known:
        filled = row.fill(OwnExercise("", is_shared=shares))
        if problem := _problem(filled):
            return _refuse(row, problem)
        exercise = filled.exercise
        decision = Decision(row.number, row.name, "add", notes=filled.notes, photos=row.photos, exercise=exercise)
        return _fingerprinted(replace(decision, is_shared=exercise.is_shared))
    changes = [_change(row, one) for one in known]
    # Several may have the name: one that is just so already means that there is nothing to do.
    if same := next((change for change in changes if change.action == "same"), None):
        return same
    mine = [change for change, one in zip(changes, known, strict=True) if one.may_change]
    if not mine:
        return _refuse(row, "A colleague's exercise has this name, and only they can change it. Use another name.")
    if len(mine) > 1:
        return _refuse(row, "Several of the practice's exercises have this name. Rename them, so that one is meant.")
    return mine[0]


def _change(row: FileRow, one: Existing) -> Decision:
    """Return what the row would do to this exercise."""
    filled = row.fill(one.exercise)
    if problem := _problem(filled):
        return _refuse(row, problem)
    exercise, notes = filled.exercise, filled.notes
    if exercise.is_shared != one.exercise.is_shared and not one.is_author:
        exercise = replace(exercise, is_shared=one.exercise.is_shared)
        notes = (*notes, "Only its author can say whether it is shared.")
    # An exercise that has photos keeps them: which of them a file means to replace cannot be known.
    photos = 0 if one.photos else row.photos
    changed = tuple(
        _PART_NAMES[part.name]
        for part in fields(OwnExercise)
        if getattr(exercise, part.name) != getattr(one.exercise, part.name)
    )
    if not changed and not photos:
        return _fingerprinted(Decision(row.number, row.name, "same", notes=notes, slug=one.slug))
    decision = Decision(
        row.number, row.name, "change", "", changed, notes, photos=photos, slug=one.slug, exercise=exercise
    )
    return _fingerprinted(decision, one.updated_at.isoformat())


def _problem(filled: Filled) -> str:
    problems = [*filled.problems] or list(check(filled.exercise).values())
    return " ".join(problems)


def _refuse(row: FileRow, why: str) -> Decision:
    return _fingerprinted(Decision(row.number, row.name[:200], "refuse", why))


def _fingerprinted(decision: Decision, changes_from: str = "") -> Decision:
    """Return the decision with what tells it from another; a change also by which state of the exercise it changes."""
    told = [decision.action, decision.slug, decision.why, decision.changed, decision.photos, changes_from]
    return replace(decision, fingerprint=_digest(told))


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
