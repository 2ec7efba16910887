"""The public JSON format of free-exercise-db: its entries as our exercises, and ours as its entries. Pure.

A file is an array of objects, `exercises.json`; photos lie in a folder `exercises` beside it, and `images` names them
below that folder ("Air_Bike/0.jpg"). The format is described by schema.json in github.com/yuhonas/free-exercise-db.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.accounts.forms import drop_unstorable
from app.exercises.exchange.columns import one_line
from app.exercises.exchange.filling import Filled
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.own import OwnExercise

MOST_TEXTS = 100  # in one list of an entry

LEFT_OUT = "The format's force, mechanic and secondary muscles have no equal here and are left out."

# Where a muscle's exercises stand in our library; what has no region of its own is found by its words.
_MUSCLE_REGIONS: Mapping[str, str] = {
    "abdominals": "core",
    "abductors": "hip",
    "adductors": "hip",
    "biceps": "elbow-wrist-hand",
    "calves": "ankle-foot",
    "chest": "shoulder",
    "forearms": "elbow-wrist-hand",
    "glutes": "hip",
    "hamstrings": "knee",
    "lats": "shoulder",
    "lower back": "low-back",
    "middle back": "thoracic",
    "neck": "neck",
    "quadriceps": "knee",
    "shoulders": "shoulder",
    "traps": "neck",
    "triceps": "elbow-wrist-hand",
}
_REGION_MUSCLES: Mapping[str, str] = {
    "neck": "neck",
    "shoulder": "shoulders",
    "elbow-wrist-hand": "forearms",
    "thoracic": "middle back",
    "low-back": "lower back",
    "core": "abdominals",
    "hip": "glutes",
    "knee": "quadriceps",
    "ankle-foot": "calves",
}
_EQUIPMENT_HERE: Mapping[str, str] = {
    "body only": "none",
    "bands": "band",
    "dumbbell": "weight",
    "kettlebells": "weight",
    "medicine ball": "ball",
    **dict.fromkeys(("barbell", "cable", "e-z curl bar", "exercise ball", "foam roll", "machine", "other"), ""),
}
_EQUIPMENT_THERE: Mapping[str, str] = {"none": "body only", "band": "bands", "weight": "dumbbell"}
_LEVELS: Mapping[str, str] = {"beginner": "easy", "intermediate": "moderate", "expert": "hard"}
_CATEGORY_GOALS: Mapping[str, str] = {
    "strength": "strength",
    "stretching": "stretch",
    "powerlifting": "strength",
    "olympic weightlifting": "strength",
    "strongman": "strength",
    "plyometrics": "",
    "cardio": "",
}
_EQUAL_CATEGORIES = ("strength", "stretching")
_GOAL_CATEGORIES: Mapping[str, str] = {"stretch": "stretching", "mobility": "stretching"}

# Key of an entry -> whether it is a list of texts.
_KEYS: Mapping[str, bool] = {
    "name": False,
    "level": False,
    "equipment": False,
    "category": False,
    "alternateNames": True,
    "primaryMuscles": True,
    "instructions": True,
    "images": True,
}


@dataclass(frozen=True)
class JsonRow:
    """An entry: its number in the array from 1, and what of it is understood; image_notes say which photos it lacks."""

    number: int
    entry: Mapping[str, Any]
    problem: str = ""
    photos: int = 0
    image_notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The exercise's name as the file writes it."""
        return one_line(self.entry.get("name", ""))

    def fill(self, base: OwnExercise) -> Filled:
        """Return ``base`` with what this entry says."""
        filled = fill_from_entry(self.entry, base)
        return replace(filled, notes=(*filled.notes, *self.image_notes))

    def to_data(self) -> dict[str, Any]:
        """Return the row as JSON-able data; ``from_data`` reads it back."""
        parts = {"number": self.number, "entry": dict(self.entry), "problem": self.problem}
        return parts | {"image_notes": list(self.image_notes)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any], photos: int = 0) -> "JsonRow":
        """Build a row from its stored data."""
        return cls(data["number"], data["entry"], data["problem"], photos, tuple(data["image_notes"]))


def read_json(data: bytes, *, most_rows: int) -> list[JsonRow]:
    """Return the entries of a file; raises FileRefusedError with a sentence for the whole file."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileRefusedError("The JSON is damaged, or is not in UTF-8, and cannot be read.") from error
    if not isinstance(content, list):
        raise FileRefusedError("The JSON must be an array of exercises, as in exercises.json of free-exercise-db.")
    if not content:
        raise FileRefusedError("The JSON holds no exercises.")
    if len(content) > most_rows:
        raise FileRefusedError(
            f"The file has {len(content):,} exercises. Split it: at most {most_rows:,} are imported at once."
        )
    return [_read_entry(number, entry) for number, entry in enumerate(content, start=1)]


def _read_entry(number: int, entry: object) -> JsonRow:
    """Return an entry with the keys that are understood, or with a sentence on what is of the wrong type."""
    if not isinstance(entry, dict):
        return JsonRow(number, {}, "This is not an object with the parts of an exercise.")
    found: dict[str, Any] = {}
    problem = ""
    for key, is_list in _KEYS.items():
        value = entry.get(key)
        if value is None:
            continue
        if is_list and isinstance(value, list) and len(value) > MOST_TEXTS:
            problem = problem or f"“{key}” has more than {MOST_TEXTS} texts."
        elif is_list and isinstance(value, list) and all(isinstance(text, str) for text in value):
            found[key] = [drop_unstorable(text) for text in value]
        elif not is_list and isinstance(value, str):
            found |= {key: drop_unstorable(value)} if value.strip() else {}
        else:
            problem = problem or f"“{key}” must be {'a list of texts' if is_list else 'a text'}."
    return JsonRow(number, {"name": found.get("name", "")} if problem else found, problem)


def fill_from_entry(entry: Mapping[str, Any], base: OwnExercise) -> Filled:
    """Return ``base`` with what an entry says; a base without a name is a new exercise.

    Parts that the entry leaves out stay, and so do those that an export of ``base`` would hold too: the format says
    less than we do, and an export that comes back takes nothing away.
    """
    mine = write_entry(base, "", []) if base.name else {}
    given = {key: value for key, value in entry.items() if key not in mine or value != mine[key]}
    problems: list[str] = []
    notes: list[str] = []
    changes: dict[str, Any] = {}
    if "name" in given:
        changes["name"] = one_line(given["name"])
    for key, part in (("alternateNames", "also_known_as"), ("instructions", "steps")):
        if key in given:
            changes[part] = tuple(line for text in given[key] if (line := one_line(text)))
    if "primaryMuscles" in given:
        regions = [_look_up(muscle, _MUSCLE_REGIONS, "primaryMuscles", problems) for muscle in given["primaryMuscles"]]
        changes["regions"] = tuple(dict.fromkeys(regions))
    if "level" in given:
        changes["difficulty"] = _look_up(given["level"], _LEVELS, "level", problems)
    # Of what has no equal here, nothing is taken: it would take away what somebody has chosen since.
    if thing := _look_up(given.get("equipment", ""), _EQUIPMENT_HERE, "equipment", problems):
        changes["equipment"] = (thing,)
    elif "equipment" in given:
        notes.append(f"Equipment “{one_line(given['equipment'])}” has no equal here and is left out.")
    if goal := _look_up(given.get("category", ""), _CATEGORY_GOALS, "category", problems):
        changes["goal"] = goal
    if "category" in given and given["category"] not in _EQUAL_CATEGORIES:
        taken = f"is taken as the goal {goal}" if goal else "has no equal here and is left out"
        notes.append(f"Category “{one_line(given['category'])}” {taken}.")
    return Filled(replace(base, **changes), tuple(problems), tuple(notes))


def write_entry(exercise: OwnExercise, entry_id: str, images: Sequence[str]) -> dict[str, Any]:
    """Return an exercise as an entry; its id has letters, digits, "_" and "-" only (``entry_id_of``)."""
    equipment = [_EQUIPMENT_THERE.get(key, "other") for key in exercise.equipment]
    return {
        "id": entry_id,
        "name": exercise.name,
        "alternateNames": list(exercise.also_known_as),
        "force": None,
        "level": next((there for there, here in _LEVELS.items() if here == exercise.difficulty), "beginner"),
        "mechanic": None,
        # One thing is all the format can say; the first that has a word of its own says most.
        "equipment": next((thing for thing in equipment if thing != "other"), equipment[0] if equipment else None),
        "primaryMuscles": [_REGION_MUSCLES[key] for key in exercise.regions if key in _REGION_MUSCLES],
        "secondaryMuscles": [],
        "instructions": list(exercise.steps),
        "category": _GOAL_CATEGORIES.get(exercise.goal, "strength"),
        "images": list(images),
    }


def entry_id_of(name: str, taken: Collection[str]) -> str:
    """Return an id for an exercise of this name that none of ``taken`` is: "Air_Bike", "Air_Bike_2"."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = "_".join(re.findall(r"[0-9A-Za-z-]+", ascii_name))[:80] or "Exercise"
    number, found = 1, base
    lower = {other.lower() for other in taken}
    while found.lower() in lower:  # folders that differ in case alone are one on some disks
        number += 1
        found = f"{base}_{number}"
    return found


def _look_up(text: str, known: Mapping[str, str], key: str, problems: list[str]) -> str:
    """Return what a word of the format is here, "" for one that has no equal; one unknown to it is a problem."""
    word = text.strip().lower()
    if word and word not in known and not problems:
        problems.append(f"{key}: “{one_line(text)[:40]}” is not a word of the format.")
    return known.get(word, "")
