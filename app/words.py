"""Text cut into plain words for searching: any script, accents and case ignored. Pure."""

import unicodedata

import regex

LONGEST_WORD = 60
MOST_WORDS = 8  # of a search

# Letters that Unicode does not take apart into a letter and an accent, yet people type without one.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t"}
)
APOSTROPHES = regex.compile(r"['’‘ʼ`´]")
WORDS = regex.compile(r"[\p{L}\p{N}\p{Mc}]+")
# Scripts written without spaces: there any part of a name may be what is typed first.
UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]",
)


def plain(text: str) -> str:
    """Return ``text`` in lower case without accents and other combining marks."""
    # Casefold first and last: some letters only come apart after it, some only fold once apart.
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if unicodedata.category(c) != "Mn").casefold().translate(PLAIN_LETTERS)


def words(text: str) -> list[str]:
    """Return the plain words of ``text``; an apostrophe joins ("O'Brien" is obrien), a hyphen divides."""
    return [word[:LONGEST_WORD] for word in WORDS.findall(APOSTROPHES.sub("", plain(text)))]


def endings(word: str) -> list[str]:
    """Return the word and, in a script written without spaces, what is left of it from each later letter on."""
    return [word[start:] for start in range(len(word))] if UNSPACED.search(word) else [word]


def prefix_query(found: list[str]) -> str | None:
    """Return plain words as a text-search query of word beginnings, or None when there are none.

    The words hold letters, digits and marks only, so that quoting them is safe; the query is still bound as a value.
    """
    return " & ".join(f"'{word}':*" for word in found[:MOST_WORDS]) or None
