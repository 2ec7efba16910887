"""How much of an exercise to do: the dose, its limits, its wording for clients, and its reading from a form.

Pure functions; no database, no web.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

DOSE_LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "sets": (1, 20),
        "reps": (1, 100),
        "hold_seconds": (1, 600),
        "times_a_day": (1, 24),
        "days_a_week": (1, 7),
    }
)
"""Smallest and largest whole number of each counted part; the same limits hold in the form and in storage."""

LOAD_MAX_LENGTH = 40
"""Longest load, in code points."""

SIDES: Mapping[str, str] = MappingProxyType({"left": "Left", "right": "Right", "both": "Both sides"})
"""Side key -> label for a form; the empty string (no side) is allowed besides."""

_LABELS = {
    "sets": "Sets",
    "reps": "Reps",
    "hold_seconds": "Hold seconds",
    "times_a_day": "Times a day",
    "days_a_week": "Days a week",
}
_SIDE_WORDS = {"left": "left side", "right": "right side", "both": "each side"}
_LONGEST_NUMBER_TEXT = 9  # more digits than any limit needs; keeps int() away from endless text
_ONE_MINUTE = 60

# Loads that name one thing and so need an article: "a red band", but "2 kg" and "ankle weights" need none.
_SINGLE_THINGS = re.compile(r"\b(band|loop|tube|dumbbell|kettlebell|ball|bottle|can|backpack|towel|stick)$", re.I)
_WHOLE_PHRASE = re.compile(r"(with|without|no)\b", re.I)
_HAS_ARTICLE = re.compile(r"(a|an|the|one|your)\b|\d+ (?!(kg|g|lb|ml|l|cm)\b)", re.I)  # "the red band", "1 red band"
_SOUNDS_LIKE_A_VOWEL = re.compile(r"[aeio]|8|(11|18)\b", re.I)  # an orange band, an 8 kg ball, an 11 kg ball


@dataclass(frozen=True)
class Dose:
    """How much of one exercise: every part may be missing (None or "").

    Counts are whole numbers within DOSE_LIMITS; hold_seconds is in seconds; load is free text of up to 40
    characters such as "2 kg" or "red band"; side is "", "left", "right" or "both". Raises ValueError on
    anything else; the message names the part, never its content.
    """

    sets: int | None = None
    reps: int | None = None
    hold_seconds: int | None = None
    times_a_day: int | None = None
    days_a_week: int | None = None
    load: str = ""
    side: str = ""

    def __post_init__(self) -> None:
        for part, (low, high) in DOSE_LIMITS.items():
            number = getattr(self, part)
            # bool is an int to Python, but "sets: true" is a mistake in the data.
            if number is not None and (type(number) is not int or not low <= number <= high):
                raise ValueError(f"{part} must be a whole number from {low} to {high}")
        if not isinstance(self.load, str) or _fault_in_load(self.load):
            raise ValueError(f"load must be printable text of at most {LOAD_MAX_LENGTH} characters")
        if self.side not in ("", *SIDES):
            raise ValueError("side must be left, right, both or empty")

    def to_data(self) -> dict[str, int | str | None]:
        """Return the dose as a JSON-able dict that holds every part; `from_data` reads it back."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Dose":
        """Build a dose from stored data; missing and null parts stay empty, unknown keys are ignored.

        Unknown keys may come from a later release that runs beside this one. Raises ValueError on a part
        out of range or of the wrong kind.
        """
        if not isinstance(data, Mapping):
            raise ValueError("a dose must be a mapping")
        counts = {part: data.get(part) for part in DOSE_LIMITS}
        load, side = data.get("load"), data.get("side")
        return cls(**counts, load="" if load is None else load, side="" if side is None else side)


def word_dose(dose: Dose) -> str:
    """Word a dose in plain language, e.g. "3 sets of 10, each side, hold 5 seconds, twice a day".

    One line that starts with a capital and has no full stop; "As advised" when nothing is said.
    """
    amount = _word_amount(dose.sets, dose.reps)
    hold = _word_hold(dose.hold_seconds)
    # Without sets the hold is the exercise ("Hold 30 seconds, 3 times"); with sets it describes each repetition.
    opening = [amount, _SIDE_WORDS.get(dose.side, ""), hold]
    if dose.sets is None:
        opening = [hold, amount, _SIDE_WORDS.get(dose.side, "")]
    parts = [*opening, _word_load(dose.load), *_word_frequency(dose.times_a_day, dose.days_a_week)]
    text = ", ".join(part for part in parts if part)
    return text[0].upper() + text[1:] if text else "As advised"


def _word_amount(sets: int | None, reps: int | None) -> str:
    """Word sets and repetitions: "3 sets of 10", "3 sets", "10 times" or nothing."""
    if sets is not None:
        counted = _count(sets, "set")
        return counted if reps is None else f"{counted} of {reps}"
    return "" if reps is None else _count(reps, "time")


def _word_hold(seconds: int | None) -> str:
    """Word a hold; from two whole minutes on it is said in minutes."""
    if seconds is None:
        return ""
    if seconds >= 2 * _ONE_MINUTE and seconds % _ONE_MINUTE == 0:
        return f"hold {_count(seconds // _ONE_MINUTE, 'minute')}"
    return f"hold {_count(seconds, 'second')}"


def _word_load(load: str) -> str:
    """Word a load with the article it needs; punctuation left at its ends would break the sentence."""
    text = " ".join(load.split()).strip(" ,;.")
    if not text or _WHOLE_PHRASE.match(text):
        return text
    if _HAS_ARTICLE.match(text) or not _SINGLE_THINGS.search(text):
        return f"with {text}"
    return f"with an {text}" if _SOUNDS_LIKE_A_VOWEL.match(text) else f"with a {text}"


def _word_frequency(times_a_day: int | None, days_a_week: int | None) -> list[str]:
    """Word how often, as the parts of the sentence that are known."""
    if times_a_day == 1 and days_a_week == 1:
        return ["once a week"]
    parts = []
    if times_a_day is not None:
        often = {1: "once", 2: "twice"}.get(times_a_day) or _count(times_a_day, "time")
        parts.append(f"{often} a day")
    if days_a_week is not None:
        parts.append("every day" if days_a_week == 7 else f"{_count(days_a_week, 'day')} a week")
    return parts


def _count(number: int, noun: str) -> str:
    """Put a number before its noun: "1 set", "3 sets"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def parse_dose(fields: Mapping[str, str]) -> tuple[Dose | None, dict[str, str]]:
    """Read a dose from a form's raw texts (the keys of Dose; blank and missing ones stay empty).

    Returns the dose and no errors, or None and a sentence for each faulty field. Digits of any script count;
    never raises, whatever the text.
    """
    errors: dict[str, str] = {}
    counts: dict[str, int | None] = {}
    for part, (low, high) in DOSE_LIMITS.items():
        text = fields.get(part, "").strip()
        counts[part] = _read_whole_number(text)
        number = counts[part]
        if text and (number is None or not low <= number <= high):
            errors[part] = f"{_LABELS[part]} must be a whole number from {low} to {high}."
    load = " ".join(fields.get("load", "").split())
    if fault := _fault_in_load(load):
        errors["load"] = fault
    side = fields.get("side", "").strip().lower()
    if side not in ("", *SIDES):
        errors["side"] = "Choose left, right or both sides, or leave the side empty."
    if errors:
        return None, errors
    return Dose(**counts, load=load, side=side), errors


def _read_whole_number(text: str) -> int | None:
    """Return the number a text of decimal digits stands for, or None."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER_TEXT else None


def _fault_in_load(load: str) -> str:
    """Say what is wrong with a load, or nothing.

    Control characters and lone surrogates are refused because PostgreSQL and UTF-8 cannot hold all of them.
    """
    if len(load) > LOAD_MAX_LENGTH:
        return f"Load must be at most {LOAD_MAX_LENGTH} characters."
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in load):
        return "Load has characters that cannot be printed."
    return ""
