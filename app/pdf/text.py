"""Text on a page: styles, breaking into lines, and drawing one line on a reportlab canvas."""

import dataclasses

import regex
from reportlab.lib.colors import Color, HexColor

from app.pdf import bidi, breaking, fonts
from app.pdf.paper import Paper

INK = HexColor(0x1C2B30)
QUIET = HexColor(0x53626A)
ACCENT = HexColor(0x14595A)

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@dataclasses.dataclass(frozen=True)
class Style:
    """How text looks: size and leading (line height) in points."""

    size: float
    leading: float
    bold: bool = False
    colour: Color = INK

    def width(self, text: str) -> float:
        """Return the width in points of printable text on one line."""
        return fonts.width(text, self.size, self.bold)


@dataclasses.dataclass(frozen=True)
class Line:
    """One printable line, in the order it is read; ``is_rtl`` when its paragraph runs from right to left."""

    text: str
    is_rtl: bool = False


def lines(text: str, style: Style, width: float) -> list[Line]:
    """Return the lines, at most `width` points wide, that text of any kind takes; none for blank text.

    Words longer than a line are broken between graphemes; only a single grapheme may be wider than the line.
    """
    found: list[Line] = []
    for paragraph in fonts.printable(text).strip().split("\n"):
        is_rtl = bidi.is_rtl(paragraph)
        found += [Line(line, is_rtl) for line in _paragraph_lines(paragraph.strip(), style, width)]
    return found if any(line.text for line in found) else []


def one_line(text: str, style: Style, width: float) -> Line:
    """Return text as one printable line, cut between graphemes and ended with an ellipsis if wider than `width`."""
    line = " ".join(fonts.printable(text).split())
    if style.width(line) > width:
        line = _broken(line, style, width - style.width(_ELLIPSIS))[0].rstrip() + _ELLIPSIS
    return Line(line, bidi.is_rtl(line))


def draw_line(paper: Paper, x: float, baseline: float, line: Line, style: Style) -> None:
    """Draw one printable line from `x` with its baseline at `baseline` (points, origin bottom left)."""
    # The space where a line was broken keeps its words apart for whoever reads the line and the next in one go.
    words = line.text if line.is_rtl or breaking.is_unspaced(line.text[-1:]) else line.text + " "
    paper.addLiteral(
        paper.ink.write(x, baseline, words, style.size, style.colour, is_bold=style.bold, is_rtl=line.is_rtl)
    )


def _paragraph_lines(paragraph: str, style: Style, width: float) -> list[str]:
    """Return the lines of one paragraph; an empty paragraph is one empty line."""
    found = []
    line, used = "", 0.0
    for token in breaking.split(paragraph):
        wide = fonts.piece_width(token, style.bold) * style.size / 1000
        if used + wide > width and not token.isspace():
            if line.strip():
                found.append(line.rstrip())
            line, used = "", 0.0
            *full, token = _broken(token, style, width)
            found += full
            wide = style.width(token)
        line, used = line + token, used + wide
    return [*found, line.rstrip()] if line.strip() or not found else found


def _broken(word: str, style: Style, width: float) -> list[str]:
    """Return a word in pieces of whole graphemes, each at most `width` wide unless it is a single grapheme."""
    if style.width(word) <= width:
        return [word]
    pieces = [""]
    for grapheme in regex.findall(r"\X", word):
        if pieces[-1] and style.width(pieces[-1] + grapheme) > width:
            pieces.append("")
        pieces[-1] += grapheme
    return pieces
