"""A dose in plain language for clients: one wording for pages, PDFs and exports. Pure."""

import re

from app.exercises.dose import DAYS, Dose

_SIDE_WORDS = {"left": "left side", "right": "right side", "both": "each side"}
_ONE_MINUTE = 60

# Loads that name one thing and so need an article: "a red band", but "2 kg" and "ankle weights" need none.
_SINGLE_THINGS = re.compile(r"\b(band|loop|tube|dumbbell|kettlebell|ball|bottle|can|backpack|towel|stick)$", re.I)
_WHOLE_PHRASE = re.compile(r"(with|without|no)\b", re.I)
_HAS_ARTICLE = re.compile(r"(a|an|the|one|your)\b|\d+ (?!(kg|g|lb|ml|l|cm)\b)", re.I)  # "the red band", "1 red band"
_SOUNDS_LIKE_A_VOWEL = re.compile(r"[aeio]|8|(11|18)\b", re.I)  # an orange band, an 8 kg ball, an 11 kg ball
_BODY_WEIGHT = re.compile(r"body ?-?weight$", re.I)

_TEMPO = re.compile(r"(\d)-(\d)-(\d)")


def word_dose(dose: Dose) -> str:
    """Word a dose, e.g. "3 sets of 8-10, each side, hold 5 seconds, twice a day, Monday Wednesday Friday".

    One line that starts with a capital and has no full stop; "As advised" when nothing is said.
    """
    amount = _word_amount(dose)
    side = _SIDE_WORDS.get(dose.side, "")
    hold = _word_time("hold ", dose.hold_seconds)
    # Without sets the hold is the exercise ("Hold 30 seconds, 3 times"); with sets it describes each repetition.
    opening = [hold, amount, side] if dose.sets is None else [amount, side, hold]
    parts = [
        *opening,
        _word_tempo(dose.tempo),
        _word_load(dose.load),
        *_word_times(dose),
        "" if dose.effort is None else f"effort {dose.effort} out of 10",
        *_word_frequency(dose),
    ]
    text = ", ".join(part for part in parts if part)
    return text[0].upper() + text[1:] if text else "As advised"


def _word_amount(dose: Dose) -> str:
    """Word sets and repetitions: "3 sets of 8-10", "3 sets of 1 minute", "3 sets", "10 times" or nothing."""
    reps = f"{dose.reps}-{dose.reps_to}" if dose.reps_to is not None else str(dose.reps)
    if dose.sets is not None:
        counted = _count(dose.sets, "set")
        if dose.reps is not None:
            return f"{counted} of {reps}"
        return counted if dose.duration_seconds is None else f"{counted} of {_time(dose.duration_seconds)}"
    if dose.reps is None:
        return ""
    return f"{reps} times" if dose.reps_to is not None else _count(dose.reps, "time")


def _word_times(dose: Dose) -> list[str]:
    """Word how long it lasts, where the sets have not said so, and how long to rest."""
    is_said = dose.sets is not None and dose.reps is None
    lasts = "" if is_said else _word_time("for ", dose.duration_seconds)
    rest = _word_time("rest ", dose.rest_seconds)
    return [lasts, f"{rest} between sets" if rest and dose.sets != 1 else rest]


def _word_time(before: str, seconds: int | None) -> str:
    return "" if seconds is None else before + _time(seconds)


def _time(seconds: int) -> str:
    """Word a time; from two whole minutes on it is said in minutes."""
    if seconds >= 2 * _ONE_MINUTE and seconds % _ONE_MINUTE == 0:
        return _count(seconds // _ONE_MINUTE, "minute")
    return _count(seconds, "second")


def _word_tempo(tempo: str) -> str:
    """Word a tempo of three numbers as what they mean, any other as it was typed."""
    text = _trimmed(tempo)
    if not (numbers := _TEMPO.fullmatch(text)):
        return f"tempo {text}" if text else ""
    spans = zip(map(int, numbers.groups()), ("down", "pause", "up"), strict=True)
    return " then ".join(f"{_count(seconds, 'second')} {what}" for seconds, what in spans if seconds) or f"tempo {text}"


def _word_load(load: str) -> str:
    """Word a load with the article it needs; punctuation left at its ends would break the sentence."""
    text = _trimmed(load)
    if not text or _WHOLE_PHRASE.match(text):
        return text
    if _BODY_WEIGHT.match(text):
        return "body weight only"
    if _HAS_ARTICLE.match(text) or not _SINGLE_THINGS.search(text):
        return f"with {text}"
    return f"with an {text}" if _SOUNDS_LIKE_A_VOWEL.match(text) else f"with a {text}"


def _trimmed(text: str) -> str:
    return " ".join(text.split()).strip(" ,;.")


def _word_frequency(dose: Dose) -> list[str]:
    """Word how often, as the parts of the sentence that are known."""
    if dose.times_a_day == 1 and dose.days_a_week == 1:
        return ["once a week"]
    parts = []
    if dose.times_a_day is not None:
        often = {1: "once", 2: "twice"}.get(dose.times_a_day) or _count(dose.times_a_day, "time")
        parts.append(f"{often} a day")
    if dose.days:
        parts.append("every day" if len(dose.days) == len(DAYS) else " ".join(DAYS[day] for day in dose.days))
    if dose.days_a_week is not None:
        parts.append("every day" if dose.days_a_week == len(DAYS) else f"{_count(dose.days_a_week, 'day')} a week")
    return parts


def _count(number: int, noun: str) -> str:
    """Put a number before its noun: "1 set", "3 sets"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
