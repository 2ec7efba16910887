"""How a document looks: text sizes for small or large print, and colours, with the practice's own or in grey."""

import dataclasses
import functools

from reportlab.lib.colors import Color, HexColor, white

from app.pdf.document import ProgramDocument
from app.pdf.text import ACCENT, INK, QUIET, Style

OUR_COLOUR = f"#{ACCENT.hexval().removeprefix('0x')}"
LARGE_PRINT = 18.0  # points; what large print asks of all that is read
_MOST_LIGHT = 0.18  # relative luminance: its contrast with white is then 4.5 or more (WCAG 2.2, 1.4.3)
_CARE = HexColor(0x9A5B00)
_CARE_FILL = HexColor(0xFBF0E0)
_LINE = HexColor(0xCBD4D6)
_NOTE_FILL = HexColor(0xF1F3F4)


@dataclasses.dataclass(frozen=True)
class Look:
    """Styles and colours of one document; lengths are points."""

    practice: Style
    title: Style
    label: Style
    heading: Style  # of a box
    value: Style
    section: Style
    name: Style
    number: Style
    dose: Style
    body: Style
    step_number: Style
    small: Style
    link: Style
    accent: Color
    line: Color  # of rules and cells
    tint: Color
    note_fill: Color
    care: Color
    care_fill: Color
    is_grey: bool
    is_large: bool


def look_of(document: ProgramDocument) -> Look:
    """Return the look a document asks for."""
    return make_look(document.letterhead.colour, document.is_grey, document.is_large)


@functools.lru_cache(maxsize=64)
def make_look(colour: str, is_grey: bool, is_large: bool) -> Look:
    """Return the styles and colours for a practice's colour ("#14595a", or "" for ours), grey or not, large or not."""
    accent = HexColor(0x333333) if is_grey else readable(colour)
    ink, quiet = (HexColor(0x111111), HexColor(0x4A4A4A)) if is_grey else (INK, QUIET)

    def style(size: float, leading: float, bold: bool = False, colour: Color = ink) -> Style:
        return Style(*_sized(size, leading, is_large), bold=bold, colour=colour)

    return Look(
        practice=style(10.5, 15, bold=True, colour=accent),
        title=Style(28, 35, bold=True, colour=ink) if is_large else style(20, 26, bold=True),
        label=style(9, 15, colour=quiet),
        heading=style(8.5, 12.5, bold=True, colour=quiet),
        value=style(10.5, 15),
        section=style(12, 17, bold=True, colour=accent),
        name=style(12, 16, bold=True),
        number=style(12, 16, bold=True, colour=accent),
        dose=style(10, 14, bold=True),
        body=style(9.5, 12.8),
        step_number=style(9.5, 12.8, bold=True, colour=accent),
        small=Style(13, 18, colour=quiet) if is_large else style(8.5, 12, colour=quiet),
        link=style(9.5, 12.8, colour=accent),
        accent=accent,
        line=HexColor(0xD0D0D0) if is_grey else _LINE,
        tint=HexColor(0xE9E9E9) if is_grey else mixed(accent, 0.88),
        note_fill=HexColor(0xF3F3F3) if is_grey else _NOTE_FILL,
        care=HexColor(0x333333) if is_grey else _CARE,
        care_fill=HexColor(0xF3F3F3) if is_grey else _CARE_FILL,
        is_grey=is_grey,
        is_large=is_large,
    )


def _sized(size: float, leading: float, is_large: bool) -> tuple[float, float]:
    if not is_large:
        return size, leading
    large = max(LARGE_PRINT, size * 1.6)
    return large, large * leading / size if leading / size < 1.4 else large * 1.34


def readable(colour: str) -> Color:
    """Return a colour as typed, made darker until it can be read on white; ours when it is no colour."""
    if len(colour) != 7 or not colour.startswith("#"):
        return ACCENT
    try:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    except ValueError:
        return ACCENT
    while _luminance(red, green, blue) > _MOST_LIGHT:
        red, green, blue = red * 0.94, green * 0.94, blue * 0.94
    return Color(red, green, blue)


def mixed(colour: Color, share_of_white: float) -> Color:
    """Return a colour mixed with white."""
    parts = zip((colour.red, colour.green, colour.blue), (white.red, white.green, white.blue), strict=True)
    return Color(*(own * (1 - share_of_white) + other * share_of_white for own, other in parts))


def _luminance(red: float, green: float, blue: float) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2.2, definition of the term)."""
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
