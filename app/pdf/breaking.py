"""Where a line of text may end: at spaces, and inside scripts that write none between words."""

import functools
from collections.abc import Iterable, Iterator
from typing import Any

import regex

_IDEOGRAPH = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\u3000-\u303f\uff00-\uff9f\uffe0-\uffef]"
_UNSPACED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u200b"
_TOKEN = regex.compile(rf" +|{_IDEOGRAPH}\p{{M}}*|[{_UNSPACED}]+|(?:(?!{_IDEOGRAPH})[^ {_UNSPACED}])+")
_IS_SPACED = regex.compile(rf"(?:(?!{_IDEOGRAPH})[^{_UNSPACED}])*")
_WORDS = regex.compile(r" +|[^ ]+")
# No line begins with what closes or goes with the character before, nor ends with what opens (JIS X 4051).
_FOLLOWS = frozenset(
    "、。，．：；！？）」』】〕〉》〗］｝〟ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ・ๆฯ…,.:;!?)]}%°\"'’”"
)
_OPENS = regex.compile(r"[（「『【〔〈《〖［｛〝(\[{\"'‘“]+")
_SCRIPT = regex.compile(r"\p{Thai}+|\p{Lao}+|\p{Khmer}+|\p{Myanmar}+")
# What begins a syllable; breaking between syllables is right in these scripts, and better than between letters.
_SYLLABLES = {
    "Lao": regex.compile(r"(?<=.)(?=[\u0ec0-\u0ec4])"),
    "Khmer": regex.compile(r"(?<=[^\u17d2])(?=[\u1780-\u17b3][\u17b6-\u17c5\u17d2])"),
    "Myanmar": regex.compile(r"(?<=[^\u1039])(?=[\u1000-\u102a\u103f](?![\u1039\u103a]))"),
}


def split(text: str) -> list[str]:
    """Return a paragraph in pieces between which a line may end; spaces are pieces of their own.

    A space without width (U+200B), typed to show where a word ends, is left out.
    """
    if text.isascii() or _IS_SPACED.fullmatch(text):
        return _WORDS.findall(text)
    return _held_together(piece for token in _TOKEN.findall(text) for piece in _divided(token))


def is_unspaced(character: str) -> bool:
    """Say whether a character is of a script that writes no spaces between words."""
    return not _IS_SPACED.fullmatch(character)


def _held_together(pieces: Iterable[str]) -> list[str]:
    """Return the pieces, with punctuation on the side where it belongs."""
    found: list[str] = []
    for piece in pieces:
        before = found[-1] if found else " "
        follows = piece[0] in _FOLLOWS and not before.isspace()
        if follows or (_OPENS.fullmatch(before) and not piece.isspace()):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _divided(token: str) -> Iterator[str]:
    """Return the words, or else the syllables, of a token without spaces."""
    if not regex.match(f"[{_UNSPACED}]", token):
        yield token
        return
    for piece in _SCRIPT.findall(token):
        if regex.match(r"\p{Thai}", piece):
            yield from _thai_words(piece)
        else:
            name = next(name for name in _SYLLABLES if regex.match(rf"\p{{{name}}}", piece))
            yield from filter(None, _SYLLABLES[name].split(piece))


@functools.lru_cache(maxsize=1024)
def _thai_words(piece: str) -> tuple[str, ...]:
    """Return Thai text in words, as the small model that comes with budoux sees them."""
    return tuple(_thai_parser().parse(piece))


@functools.cache
def _thai_parser() -> Any:
    import budoux  # read only when there is Thai to break

    return budoux.load_default_thai_parser()
