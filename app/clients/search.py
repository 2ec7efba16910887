"""How clients are found by name: any script, accents and case ignored, by an index.

Names are cut into words in a plain form, kept as a text-search vector; what is typed is cut the same way and each word
must begin one of the name's words. Pure functions.
"""

import regex

from app.words import APOSTROPHES, prefix_query, words

LONGEST_SORT_NAME = 500

# Scripts written without spaces: there any part of a name may be what is typed first.
UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]",
)


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
        if UNSPACED.search(word):
            found.update(word[start:] for start in range(1, len(word)))
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
