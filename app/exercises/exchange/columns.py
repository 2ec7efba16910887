"""The columns of the CSV: what they are called, what may stand in them, and an exercise as cells and back. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.accounts.forms import LONGEST_TYPED, clean_line
from app.exercises.dose_form import FORM_FIELDS, dose_texts, parse_dose
from app.exercises.exchange.filling import Filled
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS
from app.exercises.own import OwnExercise
from app.exercises.video import tidy_video_url
from app.words import words


@dataclass(frozen=True)
class Column:
    """A column: its key (a part of an OwnExercise or of a dose), its header, and what the import page says of it.

    also are further headers that are understood; choices are the values allowed, key -> label, where they are few.
    """

    key: str
    header: str
    says: str
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None


SHARED: Mapping[str, str] = {"yes": "Yes", "no": "No"}
_SHARED_WORDS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}

_TEXT_COLUMNS = (
    Column("name", "Name", "Needed in every row. At most 200 characters.", ("exercise", "title")),
    Column(
        "also_known_as", "Also known as", "Other names, divided by commas, ; or | or line ends.", ("aka", "other names")
    ),
    Column("regions", "Regions", "One or several, divided by commas, ; or |.", ("region", "body region"), REGIONS),
    Column("position", "Position", "One of these.", ("starting position",), POSITIONS),
    Column("equipment", "Equipment", "One or several, divided by commas, ; or |.", (), EQUIPMENT),
    Column("goal", "Goal", "One of these.", (), GOALS),
    Column("difficulty", "Difficulty", "One of these.", ("level",), DIFFICULTIES),
    Column("purpose", "Purpose", "What it is for, in one sentence."),
    Column("steps", "Steps", "What to do, divided by | or line ends; at most 30.", ("instructions",)),
    Column("feels_like", "Feels like", "What it feels like when it is done right."),
    Column("cautions", "Cautions", "When to stop or take care, divided by | or line ends; at most 15.", ("caution",)),
)
_DOSE_SAYS = {
    "sets": "A number, such as 3.",
    "reps": "A number or a range, such as 10 or 8-10.",
    "hold_seconds": "Seconds, or a time such as 30 s.",
    "rest_seconds": "Seconds, or a time such as 1 min.",
    "tempo": "Seconds down, pause and up, such as 3-1-2.",
    "duration": "Minutes, or a time such as 90 s.",
    "load": "Such as 2 kg, red band or body weight.",
    "times_a_day": "A number, such as 2.",
    "days_a_week": "A number from 1 to 7.",
    "days": "Days of the week, such as Mon Wed Fri, instead of their number.",
    "side": "left, right or both.",
    "effort": "A number from 0 to 10.",
}
_LAST_COLUMNS = (
    Column("figure_slug", "Drawing", "The key of a drawing in the library, such as bird-dog.", ("figure",)),
    Column("video_url", "Video", "A link that begins with https://.", ("video link", "video url")),
    Column("is_shared", "Shared", "Whether the whole practice may use it. Empty: as chosen with the file.", (), SHARED),
)
_MOST_PARTS = 1_000  # of a cell: far more than an exercise may have, which is what is then said

COLUMNS = (
    *_TEXT_COLUMNS,
    *(Column(field, label, _DOSE_SAYS[field]) for field, label in FORM_FIELDS.items()),
    *_LAST_COLUMNS,
)
"""Every column, in the order they are exported."""


def find_column(header: str) -> Column | None:
    """Return the column a header names, in any case and spelling of its spaces; None for another one."""
    return _BY_HEADER.get(_bare(header))


def write_cells(exercise: OwnExercise) -> dict[str, str]:
    """Return an exercise as the texts of its row: key of the column -> cell (not yet guarded against formulas)."""
    return {
        "name": exercise.name,
        "also_known_as": _write_list(exercise.also_known_as, ",;|"),
        "regions": "; ".join(REGIONS.get(key, key) for key in exercise.regions),
        "position": POSITIONS.get(exercise.position, exercise.position),
        "equipment": "; ".join(EQUIPMENT.get(key, key) for key in exercise.equipment),
        "goal": GOALS.get(exercise.goal, exercise.goal),
        "difficulty": DIFFICULTIES.get(exercise.difficulty, exercise.difficulty),
        "purpose": exercise.purpose,
        "steps": _write_list(exercise.steps, "|"),
        "feels_like": exercise.feels_like,
        "cautions": _write_list(exercise.cautions, "|"),
        **dose_texts(exercise.dose),
        "figure_slug": exercise.figure_slug,
        "video_url": exercise.video_url,
        "is_shared": SHARED["yes" if exercise.is_shared else "no"],
    }


def fill_from_cells(cells: Mapping[str, str], base: OwnExercise) -> Filled:
    """Return ``base`` with what the cells of a row say: key of the column -> text. Columns that are missing keep it.

    So does a cell that holds what an export of ``base`` would hold: an export that comes back changes nothing.
    """
    written = write_cells(base)
    given = {key: text for key, text in cells.items() if _line_ends(text) != written[key]}
    changes: dict[str, Any] = {}
    problems: list[str] = []
    for key, read in _READERS.items():
        if key in given:
            try:
                changes[key] = read(given[key])
            except ValueError as error:
                problems.append(f"{_HEADERS[key]}: {error}")
    if cells.get("is_shared", "x").strip() == "":
        changes.pop("is_shared", None)  # says nothing: it stays what it is
    dose_given = given.keys() & FORM_FIELDS.keys()
    if dose_given:
        dose, errors = parse_dose(dose_texts(base.dose) | {key: given[key] for key in dose_given})
        problems += errors.values()
        changes |= {"dose": dose} if dose else {}
    return Filled(replace(base, **changes), tuple(problems))


def one_line(text: str) -> str:
    """Return a text on one line, tidied as a form's; one too long to be stored keeps its length, to be refused."""
    return clean_line(text) if len(text) <= LONGEST_TYPED else text.strip()


def _bare(text: str) -> str:
    return " ".join(words(text[:LONGEST_TYPED].replace("_", " ")))


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _write_list(items: Iterable[str], separators: str) -> str:
    """Write items one a line; a line end after an only item says that its separators are its own."""
    joined = "\n".join(items)
    return f"{joined}\n" if "\n" not in joined and any(sign in joined for sign in separators) else joined


def _read_list(separators: str, text: str) -> tuple[str, ...]:
    text = _line_ends(text)
    parts = re.split("\n" if "\n" in text else f"[{separators}]", text, maxsplit=_MOST_PARTS)
    return tuple(line for part in parts if (line := one_line(part)))


def _read_choice(choices: Mapping[str, str], text: str) -> str:
    """Return the key of what was written, by key or label; raises ValueError with a sentence."""
    if not text.strip():
        return ""
    key = _find_choice(choices, text)
    if key is None:
        raise ValueError(f"“{one_line(text)[:40]}” is not in the list of this column.")
    return key


def _read_choices(choices: Mapping[str, str], text: str) -> tuple[str, ...]:
    """Return the keys of all that was written, each once; raises ValueError with a sentence for the first unknown."""
    if len(text) > LONGEST_TYPED:
        raise ValueError("This is too long.")
    keys: dict[str, None] = {}
    for piece in re.split(r"[;|\r\n]", text):
        parts = piece.split(",")
        while parts:
            # Some labels hold a comma, so two parts are tried before one.
            for length in (2, 1):
                key = _find_choice(choices, ",".join(parts[:length]))
                if key is not None or length == 1:
                    break
            if key is not None:
                keys[key] = None
            elif parts[0].strip():
                raise ValueError(f"“{one_line(parts[0])[:40]}” is not in the list of this column.")
            parts = parts[length:]
    return tuple(keys)


def _find_choice(choices: Mapping[str, str], text: str) -> str | None:
    wanted = _bare(text)
    return next((key for key, label in choices.items() if wanted in (_bare(key), _bare(label))), None)


def _read_shared(text: str) -> bool:
    word = _bare(text)
    if word and word not in _SHARED_WORDS:
        raise ValueError("Write yes or no, or leave it empty.")
    return _SHARED_WORDS.get(word, False)


_READERS: Mapping[str, Callable[[str], object]] = {
    "name": one_line,
    "also_known_as": partial(_read_list, ",;|"),
    "regions": partial(_read_choices, REGIONS),
    "position": partial(_read_choice, POSITIONS),
    "equipment": partial(_read_choices, EQUIPMENT),
    "goal": partial(_read_choice, GOALS),
    "difficulty": partial(_read_choice, DIFFICULTIES),
    "purpose": one_line,
    "steps": partial(_read_list, "|"),
    "feels_like": one_line,
    "cautions": partial(_read_list, "|"),
    "figure_slug": str.strip,
    "video_url": tidy_video_url,
    "is_shared": _read_shared,
}
_HEADERS = {column.key: column.header for column in COLUMNS}
_BY_HEADER = {_bare(name): column for column in COLUMNS for name in (column.key, column.header, *column.also)}
