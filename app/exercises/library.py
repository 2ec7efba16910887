"""The starter library of exercises: texts and default doses, read once from the TOML files in `data/`.

One file a body region, named after its key in REGIONS. The texts are standard physiotherapy content in our own
words; the figure of an exercise is found by its slug in `app.exercises.figures`. Faulty data raises LibraryError
(a ValueError) on first use, so a wrong key never reaches a client.
"""

import functools
import re
import tomllib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from app.exercises.dose import Dose

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "neck": "Neck",
        "shoulder": "Shoulder",
        "elbow-wrist-hand": "Elbow, wrist and hand",
        "thoracic": "Upper back",
        "low-back": "Low back",
        "core": "Core",
        "hip": "Hip",
        "knee": "Knee",
        "ankle-foot": "Ankle and foot",
        "balance": "Balance and falls",
        "gait": "Gait",
        "breathing": "Breathing",
    }
)
"""Body region key -> label, from head to foot; lists of exercises keep this order."""

EQUIPMENT: Mapping[str, str] = MappingProxyType(
    {
        "none": "No equipment",
        "chair": "Chair",
        "wall": "Wall",
        "worktop": "Bench or worktop",
        "step": "Step or stair",
        "band": "Resistance band",
        "weight": "Hand weight",
        "ball": "Soft ball",
        "stick": "Stick",
        "towel": "Towel",
        "pillow": "Pillow or cushion",
    }
)
"""Equipment key -> label; an exercise that needs nothing has exactly ("none",)."""

POSITIONS: Mapping[str, str] = MappingProxyType(
    {
        "standing": "Standing",
        "sitting": "Sitting",
        "lying-back": "Lying on your back",
        "lying-side": "Lying on your side",
        "lying-front": "Lying on your front",
        "hands-knees": "On hands and knees",
        "kneeling": "Kneeling",
    }
)
"""Starting position key -> label."""

GOALS: Mapping[str, str] = MappingProxyType(
    {
        "mobility": "Mobility",
        "strength": "Strength",
        "control": "Control",
        "balance": "Balance",
        "stretch": "Stretch",
    }
)
"""What an exercise is for, key -> label."""

DIFFICULTIES: Mapping[str, str] = MappingProxyType({"easy": "Easy", "moderate": "Moderate", "hard": "Hard"})
"""How demanding an exercise is for an adult out of training, key -> label, from easy to hard."""

_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
_TABLE_KEYS = {
    *("slug", "name", "also_known_as", "regions", "equipment", "position", "goal", "difficulty", "purpose", "steps"),
    *("feels_like", "cautions", "dose", "easier", "harder"),
}
_DOSE_KEYS = frozenset(field.name for field in fields(Dose))


class LibraryError(ValueError):
    """The library's own data is wrong; the message names the file and the entry."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, of the starter library or a practice's own.

    regions, equipment, position, goal and difficulty hold keys of the vocabularies above; the first region is the one
    it is listed under. purpose is one sentence to the client; steps are sentences to the client, 3 to 6 in the starter
    library; feels_like says what doing it right feels like; cautions say when to stop or who should not do it. easier
    and harder are slugs of variants. figure_slug names the drawing (the exercise's own slug in the starter library).
    A practice's own exercise may leave any text but the name empty, and may have photos (ids, in order) and a video.
    """

    slug: str
    name: str
    also_known_as: tuple[str, ...]
    regions: tuple[str, ...]
    equipment: tuple[str, ...]
    position: str
    goal: str
    difficulty: str
    purpose: str
    steps: tuple[str, ...]
    feels_like: str
    cautions: tuple[str, ...]
    dose: Dose
    easier: str = ""
    harder: str = ""
    figure_slug: str = ""
    photo_ids: tuple[uuid.UUID, ...] = ()
    video_url: str = ""
    is_custom: bool = False


def all_exercises() -> tuple[Exercise, ...]:
    """Return every exercise, ordered by region (as in REGIONS), then name."""
    return tuple(_load_library().values())


def find_exercise(slug: str) -> Exercise | None:
    """Return the exercise with this slug, or None."""
    return _load_library().get(slug)


@functools.cache
def _load_library() -> Mapping[str, Exercise]:
    """Read, check and order the whole library once: slug -> exercise."""
    return build_library(read_data_files("app.exercises"))


def build_library(contents: Iterable[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Exercise]:
    """Build the ordered library (slug -> exercise) from each file's stem and parsed content.

    Raises LibraryError on a faulty entry, a repeated slug, or an exercise in another region's file.
    """
    exercises: dict[str, Exercise] = {}
    for stem, content in contents:
        check_keys(content, {"exercise"}, stem)
        for table in content["exercise"]:
            exercise = build_exercise(table)
            where = f"{stem}.toml: {exercise.slug}"
            if exercise.regions[0] != stem:
                raise LibraryError(f"{where}: its first region must be the file's name")
            if exercise.slug in exercises:
                raise LibraryError(f"{where}: this slug is already taken")
            exercises[exercise.slug] = exercise
    order = list(REGIONS)
    ordered = sorted(exercises.values(), key=lambda e: (order.index(e.regions[0]), e.name.casefold()))
    return MappingProxyType({exercise.slug: exercise for exercise in ordered})


def read_data_files(package: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (stem, parsed content) of each TOML file in a package's `data` folder, by name.

    Goes through importlib.resources, so that an installed wheel works like the source tree.
    """
    for entry in sorted((files(package) / "data").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            yield entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text(encoding="utf-8"))


def build_exercise(table: Mapping[str, Any]) -> Exercise:
    """Build one exercise from its TOML table; raises LibraryError on any missing, unknown or faulty key."""
    where = str(table.get("slug", "an exercise without a slug"))
    check_keys({"easier": "", "harder": "", **table}, _TABLE_KEYS, where)
    exercise = Exercise(
        slug=read_text(table, "slug", where),
        name=read_text(table, "name", where),
        also_known_as=_read_texts(table, "also_known_as", where),
        regions=_read_texts(table, "regions", where),
        equipment=_read_texts(table, "equipment", where),
        position=read_text(table, "position", where),
        goal=read_text(table, "goal", where),
        difficulty=read_text(table, "difficulty", where),
        purpose=read_text(table, "purpose", where),
        feels_like=read_text(table, "feels_like", where),
        easier=table.get("easier", ""),
        harder=table.get("harder", ""),
        figure_slug=read_text(table, "slug", where),
        steps=_read_texts(table, "steps", where),
        cautions=_read_texts(table, "cautions", where),
        dose=build_dose(table["dose"], where),
    )
    _check_exercise(exercise, where)
    return exercise


def _check_exercise(exercise: Exercise, where: str) -> None:
    """Raise LibraryError where an exercise uses an unknown key or has too few or too many parts."""
    if not _SLUG.fullmatch(exercise.slug):
        raise LibraryError(f"{where}: a slug is lower-case words joined by hyphens")
    for key, vocabulary in [
        *((key, REGIONS) for key in exercise.regions),
        *((key, EQUIPMENT) for key in exercise.equipment),
        (exercise.position, POSITIONS),
        (exercise.goal, GOALS),
        (exercise.difficulty, DIFFICULTIES),
    ]:
        if key not in vocabulary:
            raise LibraryError(f"{where}: unknown key {key!r}")
    if not exercise.regions or not exercise.equipment:
        raise LibraryError(f"{where}: needs a region, and equipment (or 'none')")
    if "none" in exercise.equipment and len(exercise.equipment) > 1:
        raise LibraryError(f"{where}: equipment is 'none' or things, not both")
    if not 3 <= len(exercise.steps) <= 6:
        raise LibraryError(f"{where}: needs 3 to 6 steps")
    if not exercise.cautions:
        raise LibraryError(f"{where}: needs a caution")


def check_keys(table: Mapping[str, Any], wanted: set[str], where: str) -> None:
    """Raise LibraryError unless the table has exactly the wanted keys."""
    if wrong := set(table) ^ wanted:
        raise LibraryError(f"{where}: missing or unknown keys: {', '.join(sorted(wrong))}")


def read_text(table: Mapping[str, Any], key: str, where: str) -> str:
    """Return a text of the table; raises LibraryError when it is not text, or is blank."""
    text = table[key]
    if not isinstance(text, str) or not text.strip():
        raise LibraryError(f"{where}: {key} must be text that is not blank")
    return text


def _read_texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return a list of texts of the table, none of them blank or repeated."""
    texts = table[key]
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise LibraryError(f"{where}: {key} must be a list of texts that are not blank")
    if len(set(texts)) != len(texts):
        raise LibraryError(f"{where}: {key} says the same thing twice")
    return tuple(texts)


def build_dose(table: object, where: str) -> Dose:
    """Build a dose from its TOML table; stricter than Dose.from_data, since here an unknown key is a slip."""
    if not isinstance(table, dict) or not set(table) <= _DOSE_KEYS:
        raise LibraryError(f"{where}: dose must be a table with only these keys: {', '.join(sorted(_DOSE_KEYS))}")
    try:
        return Dose.from_data(table)
    except ValueError as error:
        raise LibraryError(f"{where}: {error}") from error
