"""The form of a practice's own exercise: what was typed, what it means, and back. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.accounts.forms import drop_unstorable
from app.exercises import own
from app.exercises.dose import Dose
from app.exercises.dose_form import FORM_FIELDS, dose_texts, parse_dose
from app.exercises.own import OwnExercise
from app.exercises.video import tidy_video_url

_TEXTS = (
    *("name", "also_known_as", "position", "goal", "difficulty", "purpose", "steps", "feels_like", "cautions"),
    *("figure_slug", "video_url", "shared"),
    *(part for part in FORM_FIELDS if part != "days"),
)
_CHOICES = ("regions", "equipment", "days")  # boxes, any number of them ticked

# Lists are often pasted with their own numbers or signs.
_LIST_SIGN = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*\u2022\u2013])\s+(?=\S)")
_TWICE = 2  # a letter and its accent, typed apart, become one


def read_typed(form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what was typed: a text for each field, and for boxes (regions, equipment, days) the keys of those ticked.

    Missing fields are empty. The same is what the page shows again.
    """
    typed: dict[str, Any] = {name: drop_unstorable(next(iter(form.get(name, ())), "")) for name in _TEXTS}
    return typed | {name: [drop_unstorable(key) for key in form.get(name, ())] for name in _CHOICES}


def typed_from(exercise: OwnExercise) -> dict[str, Any]:
    """Return what would be typed to get this exercise."""
    doses = dose_texts(exercise.dose)
    return {
        **{name: getattr(exercise, name) for name in _TEXTS if name not in doses and name != "shared"},
        **doses,
        "also_known_as": ", ".join(exercise.also_known_as),
        "steps": "\n".join(exercise.steps),
        "cautions": "\n".join(exercise.cautions),
        "regions": list(exercise.regions),
        "equipment": list(exercise.equipment),
        "days": doses["days"].split(),
        "shared": "yes" if exercise.is_shared else "",
    }


def parse_typed(typed: Mapping[str, Any]) -> tuple[OwnExercise, dict[str, str]]:
    """Return the exercise that was typed and a sentence for each faulty field (none when it can be stored)."""
    dose, dose_errors = parse_dose({**{part: typed[part] for part in FORM_FIELDS}, "days": " ".join(typed["days"])})
    exercise = OwnExercise(
        name=_line(typed["name"], own.LONGEST_NAME),
        also_known_as=_unique(_lines(re.split(r"[,،、，\n]", typed["also_known_as"]), own.LONGEST_OTHER_NAME)),
        regions=tuple(typed["regions"]),
        equipment=tuple(typed["equipment"]),
        position=typed["position"],
        goal=typed["goal"],
        difficulty=typed["difficulty"],
        purpose=_line(typed["purpose"], own.LONGEST_TEXT),
        steps=_listed(typed["steps"], own.LONGEST_STEP),
        feels_like=_line(typed["feels_like"], own.LONGEST_TEXT),
        cautions=_listed(typed["cautions"], own.LONGEST_CAUTION),
        dose=dose or Dose(),
        figure_slug=typed["figure_slug"],
        video_url=tidy_video_url(typed["video_url"]),
        is_shared=typed["shared"] == "yes",
    )
    return exercise, own.check(exercise) | dose_errors


def _listed(text: str, longest: int) -> tuple[str, ...]:
    """Return the lines of a list, without the numbers or signs they may begin with."""
    return _lines((_LIST_SIGN.sub("", line, count=1) for line in text.splitlines()), longest)


def _lines(texts: Iterable[str], longest: int) -> tuple[str, ...]:
    return tuple(line for line in (_line(text, longest) for text in texts) if line)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _line(text: str, longest: int) -> str:
    """Return the text on one line in NFC without control characters.

    Composing letters takes the square of the length of a run of accents, so what is far too long is cut before, still
    long enough to be refused.
    """
    spaced = " ".join(text.split())
    if len(spaced) > longest * _TWICE:
        return spaced[: longest * _TWICE]
    return unicodedata.normalize("NFC", "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs")))
