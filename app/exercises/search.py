"""How exercises are found: their words in a plain form as a weighted text-search vector, and what was typed as a query.

The same words as for clients (``app.words``): any script, accents and case ignored.
"""

from app.exercises.library import EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.words import words

LONGEST_SORT_KEY = 300
# How much of the steps is searched in, in words; a vector must stay below a megabyte whatever was typed.
MOST_WORDS = 1000
MOST_PLACES = 20  # of one word; more make a vector longer and the ranking no better


def weighted_words(exercise: Exercise) -> list[tuple[str, str]]:
    """Return (weight, plain words) pairs: A the name, B other names, C labels, D purpose and steps."""
    labels = [
        *(REGIONS[key] for key in exercise.regions if key in REGIONS),
        *(EQUIPMENT[key] for key in exercise.equipment if key in EQUIPMENT and key != "none"),
        POSITIONS.get(exercise.position, ""),
        GOALS.get(exercise.goal, ""),
    ]
    texts = [
        ("A", [exercise.name]),
        ("B", list(exercise.also_known_as)),
        ("C", labels),
        ("D", [exercise.purpose, *exercise.steps]),
    ]
    return [(weight, " ".join(words(" ".join(parts))[:MOST_WORDS])) for weight, parts in texts]


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
