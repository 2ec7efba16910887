"""A dose as the texts of a form, and back. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from app.exercises.dose import DAYS, DOSE_LIMITS, LOAD_MAX_LENGTH, SIDES, TEMPO_MAX_LENGTH, Dose, is_printable

FORM_FIELDS: Mapping[str, str] = {
    "sets": "Sets",
    "reps": "Reps",
    "hold_seconds": "Hold",
    "rest_seconds": "Rest",
    "tempo": "Tempo",
    "duration": "Duration",
    "load": "Load",
    "times_a_day": "Times a day",
    "days_a_week": "Days a week",
    "days": "Days",
    "side": "Side",
    "effort": "Effort",
}
"""Field of the form -> label, in the order they are shown."""

BAND_COLOURS = ("tan", "yellow", "red", "green", "blue", "black", "silver", "gold", "orange", "purple", "grey")

LOAD_SUGGESTIONS = (
    *(f"{colour} band" for colour in BAND_COLOURS[:8]),
    "body weight",
    *("1 kg", "2 kg", "3 kg", "5 kg", "2 lb", "5 lb", "10 lb"),
)
"""What a load field offers; any other text is fine too."""

_COUNTS = ("sets", "times_a_day", "days_a_week", "effort")
_LONGEST_NUMBER_TEXT = 9  # more digits than any limit needs; keeps int() away from endless text
_RANGE = re.compile(r"(\d{1,9})\s*(?:-|\u2013|to)\s*(\d{1,9})")
_TIME = re.compile(r"(\d{1,6})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}

_AMOUNT = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s*(kgs?|kilos?|lbs?|pounds?)", re.I)
_BAND = re.compile(rf"({'|'.join(BAND_COLOURS)})(\s+(thera-?band|resistance band|band))?", re.I)
_BODY_WEIGHT = re.compile(r"bw|body[ -]?weight( only)?", re.I)


def parse_dose(texts: Mapping[str, str]) -> tuple[Dose | None, dict[str, str]]:
    """Read a dose from a form's raw texts (the keys of FORM_FIELDS; blank and missing ones stay empty).

    Returns the dose and no errors, or None and a sentence for each faulty field. Digits of any script count;
    never raises, whatever the text.
    """
    errors: dict[str, str] = {}
    typed = {field: " ".join(texts.get(field, "").split()) for field in FORM_FIELDS}
    parts: dict[str, Any] = {field: _read_count(field, typed[field], errors) for field in _COUNTS}
    parts["reps"], parts["reps_to"] = _read_reps(typed["reps"], errors)
    parts["hold_seconds"] = _read_time("hold_seconds", typed["hold_seconds"], "s", errors)
    parts["rest_seconds"] = _read_time("rest_seconds", typed["rest_seconds"], "s", errors)
    parts["duration_seconds"] = _read_time("duration", typed["duration"], "m", errors)
    parts["days"] = _read_days(typed["days"], errors)
    parts["days_a_week"] = _read_days_a_week(parts["days_a_week"], parts["days"], errors)
    parts["load"] = tidy_load(typed["load"])
    parts["tempo"] = typed["tempo"].replace(" - ", "-")
    for field, longest in (("load", LOAD_MAX_LENGTH), ("tempo", TEMPO_MAX_LENGTH)):
        if len(parts[field]) > longest:
            errors[field] = f"{FORM_FIELDS[field]} must be at most {longest} characters."
        elif not is_printable(parts[field]):
            errors[field] = f"{FORM_FIELDS[field]} has characters that cannot be printed."
    parts["side"] = typed["side"].lower()
    if parts["side"] not in ("", *SIDES):
        errors["side"] = "Choose left, right or both sides, or leave the side empty."
    if errors:
        return None, errors
    return Dose(**parts), errors


def dose_texts(dose: Dose) -> dict[str, str]:
    """Return the form's texts of a dose; ``parse_dose`` reads them back to an equal one."""
    reps = "" if dose.reps is None else str(dose.reps)
    return {field: _written(getattr(dose, field, None)) for field in FORM_FIELDS} | {
        "reps": reps if dose.reps_to is None else f"{reps}-{dose.reps_to}",
        "duration": _written_time(dose.duration_seconds),
        "days": " ".join(dose.days),
    }


def tidy_load(text: str) -> str:
    """Return a load the way it is usually written: "2kg" as "2 kg", "Red theraband" as "red band"; others as typed."""
    if amount := _AMOUNT.fullmatch(text):
        return f"{amount[1].replace(',', '.')} {'kg' if amount[2][0] in 'kK' else 'lb'}"
    if band := _BAND.fullmatch(text):
        return f"{band[1].lower()} band"
    return "body weight" if _BODY_WEIGHT.fullmatch(text) else text


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _written_time(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds} s" if seconds % 60 else f"{seconds // 60} min"


def _read_count(field: str, text: str, errors: dict[str, str]) -> int | None:
    low, high = DOSE_LIMITS[field]
    number = int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER_TEXT else None
    if text and (number is None or not low <= number <= high):
        errors[field] = f"{FORM_FIELDS[field]} must be a whole number from {low} to {high}."
        return None
    return number


def _read_reps(text: str, errors: dict[str, str]) -> tuple[int | None, int | None]:
    """Read repetitions: a number, or a range such as "8-10"."""
    low, high = DOSE_LIMITS["reps"]
    if found := _RANGE.fullmatch(text):
        numbers = int(found[1]), int(found[2])
        if low <= numbers[0] < numbers[1] <= high:
            return numbers
    number = int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER_TEXT else None
    if text and (number is None or not low <= number <= high):
        errors["reps"] = f"Reps must be a whole number from {low} to {high}, or a range such as 8-10."
        return None, None
    return number, None


def _read_time(field: str, text: str, unit: str, errors: dict[str, str]) -> int | None:
    """Read a time in seconds: "30 s", "1 min", "1:30", or a bare number of ``unit`` ("s" or "m")."""
    if not text:
        return None
    part = "duration_seconds" if field == "duration" else field
    low, high = DOSE_LIMITS[part]
    seconds = None
    if clock := _CLOCK.fullmatch(text):
        seconds = int(clock[1]) * 60 + int(clock[2])
    elif found := _TIME.fullmatch(text.lower()):
        seconds = int(found[1]) * _SECONDS[(found[2] or unit)[0]]
    if seconds is None or not low <= seconds <= high:
        example = "20 min or 90 s" if unit == "m" else "30 or 1 min"
        most = f"{high // 60} minutes" if unit == "m" else f"{high} seconds"
        errors[field] = f"{FORM_FIELDS[field]} must be a time of at most {most}, such as {example}."
        return None
    return seconds


def _read_days(text: str, errors: dict[str, str]) -> tuple[str, ...]:
    """Read days of the week: their names, or at least the first three letters, in any order."""
    chosen = set()
    for word in re.findall(r"[^\W\d_]+|\S", text.casefold()):
        day = next((key for key, name in DAYS.items() if len(word) >= 3 and name.casefold().startswith(word)), None)
        if day is not None:
            chosen.add(day)
        elif word not in ("and", ",", ";", "+", "&", "/"):
            errors["days"] = "Days must be days of the week, such as Mon Wed Fri."
            return ()
    return tuple(day for day in DAYS if day in chosen)


def _read_days_a_week(count: int | None, days: tuple[str, ...], errors: dict[str, str]) -> int | None:
    """Drop a number of days that says the same as the days themselves; a different one is a slip."""
    if not days or count is None:
        return count
    if count != len(days):
        errors["days_a_week"] = f"The days you chose are {len(days)} a week, not {count}."
    return None
