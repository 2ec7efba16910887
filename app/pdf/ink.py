"""Text as PDF operators, and the fonts that a document embeds for it with just the glyphs it uses.

Every code on a page tells a reader which text it stands for (ISO 32000-1, 9.10.3), so that text is copied, searched
and read aloud as it was typed. Where a script puts several glyphs together for what cannot be divided (a letter with
its dots and marks, a syllable), they become one glyph of the embedded font: readers know no other way to have one text
for several glyphs.
"""

import dataclasses
import functools
from collections.abc import Iterator

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfdoc import PDFDocument

from app.pdf import bidi, breaking, fonts
from app.pdf.embedding import embed
from app.pdf.typefaces import Cluster, Code, Shaped, Typeface


@dataclasses.dataclass(frozen=True)
class Stroke:
    """Neighbouring codes of one font, as the inside of a PDF array of strings and shifts (9.4.3)."""

    font: str
    array: str
    is_outlined: bool


class UsedFont:
    """A font of the document: its name on the pages, and the codes that are used so far.

    A glyph's code is its number in the font as long as it stands for its own character. Everything else (a joined or
    reordered form, a ligature, several glyphs put together) has a code beyond the font's numbers.
    """

    def __init__(self, face: Typeface, name: str) -> None:
        self.face = face
        self.name = name
        self.codes: dict[int, Code] = {}
        self._others: dict[Cluster, int] = {}

    def write(self, shaped: Shaped) -> str:
        """Return a text as the inside of a PDF array."""
        if shaped.array:
            self.codes.update(shaped.codes)
            return shaped.array
        return "".join(map(self._write_cluster, shaped.clusters))

    def _write_cluster(self, cluster: Cluster) -> str:
        code = self._others.setdefault(cluster, self.face.face.glyph_count + len(self._others))
        self.codes[code] = Code(cluster.glyphs, cluster.text, cluster.advance)
        return f"<{code:04X}>"


class Ink:
    """Writes the texts of one document, then embeds its fonts; `place` says whose Chinese characters (see fonts)."""

    def __init__(self, document: PDFDocument, place: str) -> None:
        self._document = document
        self._place = place
        self._used: dict[str, UsedFont] = {}
        self._strokes: dict[tuple[str, bool, bool], tuple[Stroke, ...]] = {}
        document.delayedFonts.append(self)  # asks for addObjects when all pages are drawn

    def write(
        self, x: float, baseline: float, text: str, size: float, colour: Color, *, is_bold: bool, is_rtl: bool
    ) -> str:
        """Return the operators that print one line from `x`; `is_rtl` when its paragraph runs from right to left."""
        paint = _paint(colour)
        out = [f"{paint} rg BT 1 0 0 1 {_n(x)} {_n(baseline)} Tm"]
        before, waiting = Stroke("", "", False), ""
        for stroke in self._line(text, is_bold, is_rtl):
            if stroke.font != before.font or stroke.is_outlined != before.is_outlined:
                out += _show(waiting)
                waiting = ""
                out.append(f"{stroke.font} {_n(size)} Tf")
                if stroke.is_outlined != before.is_outlined:
                    outline = f"{paint} RG {_n(fonts.BOLD_OUTLINE * size)} w 2 Tr"  # fill, then outline
                    out.append(outline if stroke.is_outlined else "0 Tr")
                before = stroke
            waiting += stroke.array
        out += _show(waiting)
        if before.is_outlined:
            out.append("0 Tr")  # the mode outlives the text
        return " ".join([*out, "ET"])

    def addObjects(self, document: PDFDocument) -> None:  # noqa: N802 - reportlab's name
        """Add the fonts to the document; reportlab asks when all pages are drawn."""
        for used in self._used.values():
            embed(document, used.name, used.face, used.codes)

    def _line(self, text: str, is_bold: bool, is_rtl: bool) -> Iterator[Stroke]:
        """Return the strokes of a line from left to right."""
        both_ways = is_rtl or bidi.has_rtl(text)
        for part, turned in bidi.visual_runs(text, is_rtl) if both_ways else ((text, False),):
            pieces = breaking.split(part)
            for piece in reversed(pieces) if turned else pieces:
                key = (piece, is_bold, turned)
                if key not in self._strokes:
                    self._strokes[key] = tuple(self._make_strokes(*key))
                yield from self._strokes[key]

    def _make_strokes(self, piece: str, is_bold: bool, is_rtl: bool) -> Iterator[Stroke]:
        runs = fonts.runs(piece, self._place)
        for font, run in reversed(runs) if is_rtl else runs:
            face = fonts.open_font(font, is_bold)
            shaped = face.shape(run, is_rtl)
            if isinstance(face, Typeface):
                used = self._used.setdefault(face.name, UsedFont(face, f"/K{len(self._used) + 1}"))
                name, array = used.name, used.write(shaped)
            else:
                name = self._document.getInternalFontName(face.name)
                array = "".join(f"<{cluster.glyphs[0].number:04X}>" for cluster in shaped.clusters)
            yield Stroke(name, array, is_bold and not face.is_bold)


def _show(array: str) -> list[str]:
    return [f"[{array.replace('><', '')}] TJ"] if array else []


@functools.lru_cache(maxsize=256)
def _paint(colour: Color) -> str:
    return " ".join(f"{part:.3g}" for part in (colour.red, colour.green, colour.blue))


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
