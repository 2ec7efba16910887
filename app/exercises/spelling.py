"""Putting slips right: typed words that begin nothing known become the known word nearest to them. Pure."""

from collections.abc import Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

# How many slips are forgiven in a word of so many letters or more. A swap of two neighbours is one slip.
SLIPS = ((8, 2), (4, 1))


def nearest_word(word: str, vocabulary: Collection[str]) -> str:
    """Return the word itself where it begins a known one, else the known word nearest to it, else itself.

    Near is a whole word, or the beginning of one that is still being typed; of equals the one with the same first
    letter, then the one of the most equal length.
    """
    slips = slips_forgiven(word)
    if not slips or any(known.startswith(word) for known in vocabulary):
        return word
    known_words = sorted(vocabulary)
    beginnings = [known[: len(word)] for known in known_words]
    near = [
        (slips_made, known_words[place][:1] != word[:1], is_begun, abs(len(known_words[place]) - len(word)), place)
        for is_begun, choices in ((False, known_words), (True, beginnings))
        for _, slips_made, place in process.extract(word, choices, scorer=OSA.distance, score_cutoff=slips, limit=None)
    ]
    return known_words[min(near)[-1]] if near else word


def slips_forgiven(word: str) -> int:
    """Return how many slips a word may hold: none in a short one, two in a long one."""
    return next((slips for letters, slips in SLIPS if len(word) >= letters), 0)
