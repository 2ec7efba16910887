"""Passwords that are guessed first: common ones, runs of keys, repeats, and what is known of the person. Pure.

A password is read as pieces, each counted by how many guesses it adds: a common word as two letters, a run of keys, a
year or a repeat as one, what the person's name, email or practice holds as none, any other character as one. So
"Sunshine2026!" counts 2 + 1 + 1, while four words that are not on the list are far above the bound.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from app.words import plain, words

ENOUGH = 8
SHORTEST_KNOWN = 3  # run or repeat
SHORTEST_PERSONAL = 3
POINTS_OF_WORD = 2
# As keys lie beside each other, in rows and columns; read in both directions.
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "!@#$%^&*()",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "123qweasdzxc",
    "qweasdzxc",
)
YEAR = re.compile(r"(19|20)\d\d")
SAME = re.compile(r"(.)\1{2,}", re.DOTALL)
# What people write in the place of a letter.
LOOKS_LIKE = {"a": "a@4", "e": "e3", "i": "i1!", "l": "l1", "o": "o0", "s": "s$5", "t": "t7"}


def is_weak(password: str, about: Iterable[str] = ()) -> bool:
    """Say whether a password would be among the first guesses; ``about`` is what is known of its owner.

    Reads only as far as it takes to see that it is not.
    """
    text = plain(password)
    personal = _personal_words(about)
    points = at = 0
    while at < len(text) and points < ENOUGH:
        length, counts = max(_pieces(text, at, personal), key=lambda piece: (piece[0], -piece[1]))
        at += length
        points += counts
    return points < ENOUGH


def _pieces(text: str, at: int, personal: re.Pattern[str] | None) -> Iterable[tuple[int, int]]:
    """Yield what the text may go on with at a place, as length and points; the longest counts."""
    yield 1, 1
    if personal and (found := personal.match(text, at)):
        yield len(found[0]), 0
    if found := _common_words().match(text, at):
        yield len(found[0]), 0 if found[0] in text[:at] else POINTS_OF_WORD
    for pattern in (SAME, YEAR):
        if found := pattern.match(text, at):
            yield len(found[0]), 1
    run = _longest(text, at, lambda piece: piece in _runs())
    repeat = _longest(text, at, lambda piece: text.find(piece) < at)  # which may go on into itself
    for length in (run, repeat):
        if length >= SHORTEST_KNOWN:
            yield length, 1


def _longest(text: str, at: int, is_known: Callable[[str], bool]) -> int:
    """Return how many characters from a place on are known together."""
    length = 0
    while at + length < len(text) and is_known(text[at : at + length + 1]):
        length += 1
    return length


@cache
def _runs() -> str:
    return "\n".join([*RUNS, *(run[::-1] for run in RUNS)])


@cache
def _common_words() -> re.Pattern[str]:
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="ascii")
    return _one_of(text.split())


def _personal_words(about: Iterable[str]) -> re.Pattern[str] | None:
    found = {word for text in about for word in words(text) if len(word) >= SHORTEST_PERSONAL}
    return _one_of(found) if found else None


def _one_of(choices: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for the longest of some words, also with digits and signs in the place of letters."""
    longest_first = sorted(set(choices), key=lambda word: (-len(word), word))
    return re.compile("|".join("".join(_sign(letter) for letter in word) for word in longest_first))


def _sign(letter: str) -> str:
    return f"[{LOOKS_LIKE[letter]}]" if letter in LOOKS_LIKE else re.escape(letter)
