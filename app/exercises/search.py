"""How exercises are found: their words in a plain form as a weighted text-search vector, and what was typed as a query.

The same words as for clients (``app.words``): any script, accents and case ignored.
"""

from collections.abc import Mapping
from types import MappingProxyType

import regex

from app.exercises.library import EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.words import MOST_WORDS as MOST_TYPED
from app.words import UNSPACED, endings, prefix_query, words

# What a find in steps, labels, other names and the name is worth: in PostgreSQL's order, D to A.
RANK_WEIGHTS = [0.02, 0.1, 0.4, 1.0]
LONGEST_SORT_KEY = 300
# How much of the steps is searched in, in words; a vector must stay below a megabyte whatever was typed.
MOST_WORDS = 1000
MOST_PLACES = 20  # of one word; more make a vector longer and the ranking no better

# What practitioners call a region beside its label.
REGION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "neck": "cervical",
        "shoulder": "glenohumeral scapula",
        "elbow-wrist-hand": "forearm finger thumb",
        "thoracic": "thoracic middle back",
        "low-back": "lumbar lower back",
        "hip": "pelvis groin",
        "ankle-foot": "toe",
        "core": "trunk abdominal",
        "balance": "falls",
        "gait": "walking",
        "breathing": "respiratory",
    }
)
EQUIPMENT_WORDS: Mapping[str, str] = MappingProxyType(
    {"band": "theraband tubing elastic", "weight": "dumbbell kettlebell", "stick": "dowel cane wand", "step": "stepper"}
)
# "lunges" finds the lunge. Words that only look like a plural ("press", "pelvis") are left as they are.
_NO_PLURAL = ("ss", "us", "is")
_LONG_PLURAL = ("sses", "ches", "shes", "xes")
_COMPOUNDS = regex.compile(r"\w+(?:-\w+)+")


_LABELS = (REGIONS, REGION_WORDS, EQUIPMENT, EQUIPMENT_WORDS, POSITIONS, GOALS)
LABEL_WORDS = frozenset(words(" ".join(label for labels in _LABELS for label in labels.values())))
"""The words of all labels, which exercises are found by too."""


def weighted_words(exercise: Exercise) -> list[tuple[str, str]]:
    """Return (weight, plain words) pairs: A the name, B other names, C labels, D purpose and steps."""
    labels = [
        *(f"{REGIONS[key]} {REGION_WORDS.get(key, '')}" for key in exercise.regions if key in REGIONS),
        *(
            f"{EQUIPMENT[key]} {EQUIPMENT_WORDS.get(key, '')}"
            for key in exercise.equipment
            if key in EQUIPMENT and key != "none"
        ),
        POSITIONS.get(exercise.position, ""),
        GOALS.get(exercise.goal, ""),
    ]
    texts = [
        ("A", [exercise.name]),
        ("B", list(exercise.also_known_as)),
        ("C", labels),
        ("D", [exercise.purpose, *exercise.steps]),
    ]
    return [(weight, " ".join(_index_words(" ".join(parts)))) for weight, parts in texts]


def _index_words(text: str) -> list[str]:
    """Return the words a text is found by: "push-up" is also pushup, an unspaced script is found by any part."""
    found = [ending for word in words(text) for ending in endings(word)]
    joined = [word for compound in _COMPOUNDS.findall(text) for word in words(compound.replace("-", ""))]
    return [*found, *joined][:MOST_WORDS]


def search_query(typed: str) -> str | None:
    """Return what was typed as a text-search query of word beginnings, or None when it holds no word.

    A single letter begins some word of nearly every text: it is looked for in names and other names alone.
    """
    found = words(typed)[:MOST_TYPED]
    if all(len(word) == 1 and not UNSPACED.match(word) for word in found):
        return " & ".join(f"'{word}':*AB" for word in found) or None
    return prefix_query([_singular(word) for word in found])


def _singular(word: str) -> str:
    if word.endswith(_LONG_PLURAL):
        return word[:-2]
    is_plural = word == "ups" or (len(word) > 3 and word.endswith("s") and not word.endswith(_NO_PLURAL))
    return word[:-1] if is_plural else word


def exact_query(typed: str) -> str | None:
    """Return what was typed as a query for its words as they stand: "knee" is nearer to knee than to kneeling."""
    return " | ".join(f"'{word}'" for word in words(typed)[:MOST_TYPED]) or None


def search_vector(exercise: Exercise) -> str:
    """Return an exercise's vector in PostgreSQL's own notation: 'calf':1A,7D 'raise':2A ...

    The words hold letters, digits and marks only, so that quoting them is safe; the vector is still bound as a value.
    """
    places: dict[str, list[str]] = {}
    number = 0
    for weight, text in weighted_words(exercise):
        for word in text.split():
            number += 1
            found = places.setdefault(word, [])
            if len(found) < MOST_PLACES:
                found.append(f"{number}{weight}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def sort_key(exercise: Exercise) -> str:
    """Return what lists are ordered by: the first region from head to foot, then the name."""
    order = list(REGIONS)
    region = exercise.regions[0] if exercise.regions else ""
    place = order.index(region) if region in order else len(order)
    return f"{place:02} {' '.join(words(exercise.name))}"[:LONGEST_SORT_KEY]
