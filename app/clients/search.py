"""How clients are found by name: any script, accents and case ignored, by an index.

Names are cut into words in a plain form, kept as a text-search vector; what is typed is cut the same way and each word
must begin one of the name's words. Pure functions.
"""

from app.words import APOSTROPHES, UNSPACED, endings, prefix_query, words

LONGEST_SORT_NAME = 500


def index_words(*, first_name: str, preferred_first_name: str, last_name: str) -> list[str]:
    """Return every word under which a client is found, sorted and without repeats."""
    found: set[str] = set()
    for part in (first_name, preferred_first_name, last_name):
        found.update(words(part))
        # "O'Brien" also as two words, for those who type a space.
        found.update(words(APOSTROPHES.sub(" ", part)))
        found.update(words("".join(part.split("-"))))
    for whole in (last_name + first_name, first_name + last_name, last_name + preferred_first_name):
        if UNSPACED.search(whole):
            found.update(words("".join(whole.split())))
    for word in list(found):
        found.update(endings(word))
    return sorted(found)


def search_query(typed: str) -> str | None:
    """Return what was typed as a text-search query of word beginnings, or None when it holds no word."""
    return prefix_query(words(typed))


def begins_too_many(typed: str) -> bool:
    """Return True when only single letters were typed, of a script in which one letter begins many names."""
    return all(len(word) == 1 and not UNSPACED.match(word) for word in words(typed))


def sort_name(*, first_name: str, last_name: str) -> str:
    """Return what the list is ordered by: last name, then first name, in the plain form."""
    return " ".join([*words(last_name), *words(first_name)])[:LONGEST_SORT_NAME]
