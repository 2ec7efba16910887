"""Text on a page: styles, breaking into lines, and drawing one line on a reportlab canvas."""

import dataclasses

import regex
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from app.pdf import fonts

INK = HexColor(0x1C2B30)
QUIET = HexColor(0x53626A)
ACCENT = HexColor(0x14595A)

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Lines break at spaces and on either side of an East Asian character.
_TOKEN = regex.compile(rf" +|[{fonts.EAST_ASIAN}]|[^ {fonts.EAST_ASIAN}]+")


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
        found += [Line(line) for line in _paragraph_lines(paragraph.strip(), style, width)]
    return found if any(line.text for line in found) else []


def one_line(text: str, style: Style, width: float) -> Line:
    """Return text as one printable line, cut between graphemes and ended with an ellipsis if wider than `width`."""
    line = " ".join(fonts.printable(text).split())
    if style.width(line) <= width:
        return Line(line)
    return Line(_broken(line, style, width - style.width(_ELLIPSIS))[0].rstrip() + _ELLIPSIS)


def draw_line(canvas: Canvas, x: float, baseline: float, line: Line, style: Style) -> None:
    """Draw one printable line from `x` with its baseline at `baseline` (points, origin bottom left)."""
    canvas.setFillColor(style.colour)
    written = canvas.beginText(x, baseline)
    if style.bold:
        canvas.setStrokeColor(style.colour)
        canvas.setLineWidth(style.size * fonts.BOLD_OUTLINE)
        written.setTextRenderMode(2)  # fill, then outline
        written.setCharSpace(style.size * fonts.BOLD_SPACING)
    for font, piece in fonts.runs(line.text):
        written.setFont(font, style.size)
        written.textOut(piece)
    if style.bold:  # the text state outlives the text object: put it back for the next one
        written.setTextRenderMode(0)
        written.setCharSpace(0)
    canvas.drawText(written)


def _paragraph_lines(paragraph: str, style: Style, width: float) -> list[str]:
    """Return the lines of one paragraph; an empty paragraph is one empty line."""
    found = []
    line, used = "", 0.0
    for token in _TOKEN.findall(paragraph):
        wide = style.width(token)
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
    pieces, used = [""], 0.0
    for grapheme in regex.findall(r"\X", word):
        wide = style.width(grapheme)
        if pieces[-1] and used + wide > width:
            pieces.append("")
            used = 0.0
        pieces[-1] += grapheme
        used += wide
    return pieces
