"""How much of an exercise to do: the dose and its limits. Pure; no database, no web.

``dose_words`` says it to clients, ``dose_form`` reads it from a form.
"""

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
        "reps_to": (2, 100),
        "rest_seconds": (1, 600),
        "duration_seconds": (1, 14_400),
        "effort": (0, 10),
    }
)
"""Smallest and largest whole number of each counted part; the same limits hold in the form and in storage."""

LOAD_MAX_LENGTH = 40
"""Longest load, in code points."""

TEMPO_MAX_LENGTH = 20
"""Longest tempo, in code points."""

SIDES: Mapping[str, str] = MappingProxyType({"left": "Left", "right": "Right", "both": "Both sides"})
"""Side key -> label for a form; the empty string (no side) is allowed besides."""

DAYS: Mapping[str, str] = MappingProxyType(
    {
        "mon": "Monday",
        "tue": "Tuesday",
        "wed": "Wednesday",
        "thu": "Thursday",
        "fri": "Friday",
        "sat": "Saturday",
        "sun": "Sunday",
    }
)
"""Day key -> name, in the order of a week."""


@dataclass(frozen=True)
class Dose:
    """How much of one exercise: every part may be missing (None, "" or ()).

    Counts are whole numbers within DOSE_LIMITS; with reps_to, reps is the lower end of a range. Times are in seconds.
    load is free text of up to 40 characters such as "2 kg", "red band" or "body weight"; tempo is "down-pause-up" in
    seconds, such as "3-1-2", or free text; side is "", "left", "right" or "both"; days holds keys of DAYS in the order
    of a week and takes the place of days_a_week; effort is the rate of perceived exertion from 0 to 10. Raises
    ValueError on anything else; the message names the part, never its content.
    """

    sets: int | None = None
    reps: int | None = None
    hold_seconds: int | None = None
    times_a_day: int | None = None
    days_a_week: int | None = None
    load: str = ""
    side: str = ""
    reps_to: int | None = None
    rest_seconds: int | None = None
    tempo: str = ""
    duration_seconds: int | None = None
    days: tuple[str, ...] = ()
    effort: int | None = None

    def __post_init__(self) -> None:
        for part, (low, high) in DOSE_LIMITS.items():
            number = getattr(self, part)
            # bool is an int to Python, but "sets: true" is a mistake in the data.
            if number is not None and (type(number) is not int or not low <= number <= high):
                raise ValueError(f"{part} must be a whole number from {low} to {high}")
        if self.reps_to is not None and (self.reps is None or self.reps >= self.reps_to):
            raise ValueError("reps_to must be above reps")
        for part, longest in (("load", LOAD_MAX_LENGTH), ("tempo", TEMPO_MAX_LENGTH)):
            text = getattr(self, part)
            if not isinstance(text, str) or len(text) > longest or not is_printable(text):
                raise ValueError(f"{part} must be printable text of at most {longest} characters")
        if self.side not in ("", *SIDES):
            raise ValueError("side must be left, right, both or empty")
        if self.days != tuple(day for day in DAYS if day in self.days):
            raise ValueError("days must be days of the week, each once and in order")
        if self.days and self.days_a_week is not None:
            raise ValueError("days take the place of days_a_week")

    def to_data(self) -> dict[str, Any]:
        """Return the dose as a JSON-able dict that holds every part; `from_data` reads it back."""
        return asdict(self) | {"days": list(self.days)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Dose":
        """Build a dose from stored data; missing and null parts stay empty, unknown keys are ignored.

        Unknown keys may come from a later release that runs beside this one, missing ones from an earlier. Raises
        ValueError on a part out of range or of the wrong kind.
        """
        if not isinstance(data, Mapping):
            raise ValueError("a dose must be a mapping")
        counts: dict[str, Any] = {part: data.get(part) for part in DOSE_LIMITS}
        texts: dict[str, Any] = {
            part: "" if data.get(part) is None else data[part] for part in ("load", "tempo", "side")
        }
        days = data.get("days") or ()
        if not isinstance(days, list | tuple):
            raise ValueError("days must be a list")
        return cls(**counts, **texts, days=tuple(days))


def is_printable(text: str) -> bool:
    """Return True without control characters and lone surrogates: PostgreSQL and UTF-8 cannot hold all of them."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
