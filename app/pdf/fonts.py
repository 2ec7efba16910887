"""Which font draws what: cleaning of text, the choice of a font for each part of it, and how wide it is.

Latin, Greek, Cyrillic and Vietnamese are drawn with Noto Sans, other scripts, symbols and emoji with its sisters, all
embedded with just the glyphs that are used. Chinese, Japanese and Korean are embedded when the extra `cjk` is
installed; else they use fonts every PDF reader is to supply itself (ISO 32000-1, 9.7.5.2). Whatever is left prints as
U+FFFD, so a missing letter is seen and its neighbours stay.
"""

import functools
import unicodedata

import regex
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from app.pdf import bidi, breaking
from app.pdf.typefaces import BOLD, REGULAR, Cluster, Glyph, Shaped, Source, Typeface, open_typeface

MARK = "\N{REPLACEMENT CHARACTER}"
BOLD_OUTLINE = 0.03  # width of the outline that makes bold where a font has no bold weight, in units of the font size

NOTO = Source("NotoSans", "fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf")
_SCRIPTS = (
    *("Arabic", "Hebrew", "Devanagari", "Thai", "Tamil", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Telugu"),
    *("Kannada", "Malayalam", "Sinhala", "Khmer", "Lao", "Myanmar", "Armenian", "Georgian", "Ethiopic", "Symbols"),
)
_SISTERS = (
    *(Source(f"NotoSans{name}", "manimgx_fonts", f"NotoSans{name}[wght].ttf") for name in _SCRIPTS),
    Source("NotoEmoji", "manimgx_fonts", "NotoEmoji[wght].ttf"),
)
# Noto Sans has the letters of Devanagari too, but not what joins them.
_NOT_NOTO = frozenset(map(chr, (*range(0x0900, 0x0980), *range(0x1CD0, 0x1D00), *range(0xA8E0, 0xA900))))

_EAST_ASIAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\u3000-\u303f\uff00-\uffef]")
_COLLECTION = {
    place: Source(f"NotoSansCJK{place}", "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", index)
    for index, place in enumerate(("jp", "kr", "sc", "tc"))
}
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
# A reader's font is known to hold a character when the national encoding it was drawn for can write it.
_READERS_FONTS = (("STSong-Light", "gbk"), ("HeiseiKakuGo-W5", "cp932"), ("HYGothic-Medium", "cp949"))

_LINE_BREAKS = regex.compile(r"\r\n|[\r\x85\p{Zl}\p{Zp}]")
_SPACES = regex.compile(r"[\t\v\f\p{Zs}--\xa0]", flags=regex.V1)
# Joiners say how letters of these scripts, or the parts of an emoji, go together; a space without width says where a
# word ends in scripts that write no spaces. Other controls, marks of direction and variation selectors: nothing to
# see, and able to upset the neighbouring text.
_JOINED = (
    r"\p{Arabic}\p{Syriac}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}"
    r"\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\u064b-\u0655\p{Extended_Pictographic}"
    r"\p{Emoji_Modifier}\ufe0f"
)
_UNSEEN = regex.compile(
    rf"(?<![{_JOINED}])[\u200c\u200d]|(?<![\p{{Thai}}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}])\u200b"
    r"|[[\p{Cc}\p{Cf}\p{Variation_Selector}]--[\n\u200b-\u200d\u0600-\u0605\u06dd]]",
    flags=regex.V1,
)
_SURROGATES = regex.compile(r"\p{Cs}")
# More marks on one letter than any script writes: they would climb over the lines above.
_HEAPED_MARKS = regex.compile(r"(\p{M}{12})\p{M}+")
_NO_GLYPH = frozenset("\n\u200b\u200c\u200d")


class ReadersFont:
    """An East Asian font that is not embedded: every reader has one of that name or of that kind."""

    has_cff = is_bold = False

    def __init__(self, name: str) -> None:
        self.name = name
        pdfmetrics.registerFont(UnicodeCIDFont(name))

    def shape(self, text: str, is_rtl: bool = False) -> Shaped:
        """Return the characters of a text, which are codes in these fonts too; `is_rtl` never applies."""
        clusters = tuple(
            Cluster(each, (Glyph(ord(each)),), round(pdfmetrics.stringWidth(each, self.name, 1000))) for each in text
        )
        return Shaped(clusters, sum(cluster.advance for cluster in clusters))


Font = Source | str  # a font that is embedded, or the name of a reader's font


@functools.cache
def _readers_font(name: str) -> ReadersFont:
    return ReadersFont(name)


def open_font(font: Font, is_bold: bool = False) -> Typeface | ReadersFont:
    """Return a font ready to shape text; one without a bold weight is returned as it is."""
    if isinstance(font, str):
        return _readers_font(font)
    return open_typeface(font, BOLD if is_bold else REGULAR)


def clean(text: str) -> str:
    r"""Return `text` composed (NFC), with plain spaces and \n only, and without what cannot be seen or encoded."""
    if text.isascii() and text.isprintable():
        return text
    text = _SPACES.sub(" ", _LINE_BREAKS.sub("\n", text))
    seen = _SURROGATES.sub(MARK, _UNSEEN.sub("", text))
    return unicodedata.normalize("NFC", _HEAPED_MARKS.sub(r"\1", seen))


def printable(text: str) -> str:
    """Return `text` cleaned, and with U+FFFD for each grapheme, or part of one, that no font here can draw."""
    cleaned = clean(text)
    if cleaned.isascii() or _is_noto(cleaned):
        return cleaned
    return "".join(map(_drawable, regex.findall(r"\X", cleaned)))


def place_of(text: str) -> str:
    """Return whose forms of Chinese characters a text asks for: "jp", "kr", "tc" (Taiwan's) or "sc"."""
    if _KANA.search(text):
        return "jp"
    if regex.search(r"\p{Hangul}", text):
        return "kr"
    han = "".join(regex.findall(r"\p{Han}", text))
    # What the mainland's first encoding cannot write, but Taiwan's can, is in traditional characters.
    return "tc" if not _can_encode(han, "gb2312") and _can_encode(han, "big5") else "sc"


def runs(text: str, place: str = "sc") -> list[tuple[Font, str]]:
    """Split printable text into (font, piece), each piece as long as one font goes."""
    if _is_noto(text):
        return [(NOTO, text)] if text else []
    found: list[tuple[Font, str]] = []
    for grapheme in regex.findall(r"\X", text):
        font = _font_of(grapheme, place) or NOTO
        if found and found[-1][0] == font:
            found[-1] = (font, found[-1][1] + grapheme)
        else:
            found.append((font, grapheme))
    return found


def width(text: str, size: float, is_bold: bool = False) -> float:
    """Return the width in points of printable text on one line at `size` points."""
    return sum(piece_width(piece, is_bold) for piece in breaking.split(text)) * size / 1000


@functools.lru_cache(maxsize=16384)
def piece_width(piece: str, is_bold: bool) -> float:
    """Return the width of a piece (see breaking) in thousandths of the font size, shaped as it will be drawn."""
    parts = bidi.visual_runs(piece, True) if bidi.has_rtl(piece) else ((piece, False),)
    return sum(open_font(font, is_bold).shape(run, is_rtl).width for part, is_rtl in parts for font, run in runs(part))


def _is_noto(text: str) -> bool:
    """Say whether Noto Sans alone draws a text."""
    return text.isascii() or (_noto_characters().issuperset(text) and "\n" not in text)


@functools.cache
def _noto_characters() -> frozenset[str]:
    return frozenset(map(chr, open_typeface(NOTO).covered)) - _NOT_NOTO


@functools.lru_cache(maxsize=8192)
def _font_of(grapheme: str, place: str = "sc") -> Font | None:
    """Return the font that draws all of a grapheme, or None."""
    characters = set(grapheme) - _NO_GLYPH
    if _noto_characters().issuperset(characters):
        return NOTO
    codes = set(map(ord, characters))
    if _EAST_ASIAN.match(grapheme):
        return _east_asian_font(codes, place) or _sister(codes)
    return _sister(codes) or _east_asian_font(codes, place)


def _sister(codes: set[int]) -> Font | None:
    """Return the first of the sisters that has all characters."""
    return next((source for source in _SISTERS if open_typeface(source).covered.issuperset(codes)), None)


def _east_asian_font(codes: set[int], place: str) -> Font | None:
    source = _COLLECTION[place]
    if _has_collection() and open_typeface(source).covered.issuperset(codes):
        return source
    text = "".join(map(chr, codes))
    if regex.search(r"\p{Co}", text):  # those encodings have room for private characters
        return None
    return next((name for name, encoding in _READERS_FONTS if _can_encode(text, encoding)), None)


@functools.cache
def _has_collection() -> bool:
    return _COLLECTION["sc"].is_installed


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@functools.lru_cache(maxsize=8192)
def _drawable(grapheme: str) -> str:
    """Return as much of a grapheme as the font of its first character draws, followed by one mark for what is lost."""
    if _font_of(grapheme) is not None:
        return grapheme
    font = _font_of(grapheme[0])
    if font is None:
        return MARK
    kept = grapheme[0]
    for character in grapheme[1:]:
        if _font_of(kept + character) == font:
            kept += character
    return kept + MARK
