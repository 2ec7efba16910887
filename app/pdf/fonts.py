"""The fonts of the PDF: what can be drawn, by which font, and how wide it is.

Latin, Greek, Cyrillic and Vietnamese are drawn with Noto Sans, embedded as a subset. Chinese, Japanese and Korean
use fonts every PDF reader is to supply itself (ISO 32000-1, 9.7.5.2; nothing embedded). Whatever is left prints
as U+FFFD, so a missing letter is seen and its neighbours stay.

Bold is Noto Sans with a thin outline of its own colour. It looks like the semi-bold weight, needs no second
embedded font and no seconds spent on making a static bold out of the variable font file.
"""

import functools
import importlib.resources
import unicodedata
from collections.abc import Iterable

import regex
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

NOTO = "NotoSans"
MARK = "\N{REPLACEMENT CHARACTER}"
BOLD_OUTLINE = 0.03  # width of the outline that makes bold, in units of the font size
BOLD_SPACING = 0.022  # what bold adds after each character, so that outlines do not touch

EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\u3000-\u303f\uff00-\uffef"
_EAST_ASIAN = regex.compile(f"[{EAST_ASIAN}]")
# A reader's font is known to hold a character when the national encoding it was drawn for can write it.
_EAST_ASIAN_FONTS = (("STSong-Light", "gbk"), ("HeiseiKakuGo-W5", "cp932"), ("HYGothic-Medium", "cp949"))

_LINE_BREAKS = regex.compile(r"\r\n|[\r\x85\p{Zl}\p{Zp}]")
_SPACES = regex.compile(r"[\t\v\f\p{Zs}--\xa0]", flags=regex.V1)
# Controls, bidi marks, joiners and variation selectors: nothing to see, and able to upset the neighbouring text.
_UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Variation_Selector}--\n]", flags=regex.V1)
_SURROGATES = regex.compile(r"\p{Cs}")


@functools.cache
def load() -> TTFont:
    """Register the fonts with reportlab, once a process, and return Noto Sans at its regular weight."""
    file = importlib.resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
    with importlib.resources.as_file(file) as path:
        # The default instance of the variable font is the regular weight; reportlab reads just that.
        noto = TTFont(NOTO, str(path), asciiReadable=False)
    pdfmetrics.registerFont(noto)
    for name, _encoding in _EAST_ASIAN_FONTS:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return noto


def clean(text: str) -> str:
    r"""Return `text` composed (NFC), with plain spaces and \n only, and without what cannot be seen or encoded."""
    if text.isascii() and text.isprintable():
        return text
    text = _SPACES.sub(" ", _LINE_BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _SURROGATES.sub(MARK, _UNSEEN.sub("", text)))


def printable(text: str) -> str:
    """Return `text` cleaned, and with U+FFFD for each grapheme, or part of one, that no font here can draw."""
    cleaned = clean(text)
    if all(map(_font_of, cleaned)):
        return cleaned
    # Graphemes are those of the text as it came: cleaning takes out the joiners that hold an emoji together.
    return "".join(_drawable(clean(grapheme)) for grapheme in regex.findall(r"\X", text))


def runs(text: str) -> Iterable[tuple[str, str]]:
    """Split printable text into (font name, piece), each piece as long as one font goes."""
    if text.isascii():
        return [(NOTO, text)] if text else []
    found: list[tuple[str, str]] = []
    for character in text:
        font = _font_of(character) or NOTO
        if found and found[-1][0] == font:
            found[-1] = (font, found[-1][1] + character)
        else:
            found.append((font, character))
    return found


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width in points of printable text on one line at `size` points."""
    load()
    total = sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in runs(text))
    return float(total) + (len(text) * BOLD_SPACING * size if bold else 0)


@functools.lru_cache(maxsize=4096)
def _font_of(character: str) -> str | None:
    """Return the name of the font that draws one character, or None; a line break needs no font but counts as drawn."""
    if character == "\n" or ord(character) in load().face.charToGlyph:
        return NOTO
    if _EAST_ASIAN.match(character):
        for name, encoding in _EAST_ASIAN_FONTS:
            try:
                character.encode(encoding)
            except UnicodeEncodeError:
                continue
            return name
    return None


def _drawable(grapheme: str) -> str:
    """Return the characters of a grapheme that can be drawn, followed by one mark for all that cannot."""
    kept = "".join(filter(_font_of, grapheme))
    return kept if kept == grapheme else kept + MARK
