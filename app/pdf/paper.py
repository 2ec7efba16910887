"""The canvas of a program's PDF."""

import functools
import io
import re

from reportlab.pdfbase.pdfdoc import PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from app.pdf.ink import Ink
from app.pdf.packing import pack
from app.pdf.structure import Structure

_LONG = 2000  # characters; figures are longer, lines of text are not
_COLOURS = re.compile(r"^((?:[\d.]+ (?:[\d.]+ [\d.]+ rg|g) )?(?:[\d.]+ (?:[\d.]+ [\d.]+ RG|G) )?)", re.MULTILINE)
_FIFTHS = ((".0 ", " "), (".1 ", " "), (".3 ", ".2 "), (".5 ", ".4 "), (".7 ", ".6 "), (".9 ", ".8 "))


class Paper(Canvas):  # type: ignore[misc]  # reportlab ships no types
    """A reportlab canvas whose texts are written with embedded fonts, and which knows what they are."""

    def __init__(self, size: tuple[float, float], language: str, place: str) -> None:
        self._target = io.BytesIO()
        # invariant: no clock and no random number in this file; nothing global is switched.
        super().__init__(self._target, pagesize=size, invariant=1, pageCompression=0, lang=language)
        # Plain deflate. Asking for pageCompression would wrap it in ASCII85, by a slow loop in Python and for a quarter
        # more bytes, which only a switch for the whole process turns off.
        self._doc.defaultStreamFilters = [PDFZCompress]
        self.ink = Ink(self._doc, place)
        self.structure = Structure(self)

    def addLiteral(self, s: str, escaped: int = 1) -> None:  # noqa: N802 - reportlab's name
        """Add operators to the page, in as few bytes as they can be written with."""
        super().addLiteral(_shortened(s) if len(s) > _LONG else s, escaped)

    def finish(self) -> bytes:
        """Return the file; nothing can be drawn any more."""
        self.structure.write(self._doc)
        self.save()
        numbers = {name: number for name, (number, _) in self._doc.idToObjectNumberAndVersion.items()}
        offsets = {numbers[name]: offset for name, offset in self._doc.idToOffset.items()}
        root, info = (numbers[self._doc.Reference(each).name] for each in (self._doc.Catalog, self._doc.info))
        return pack(self._target.getvalue(), offsets, root, info)

    def _make_preamble(self) -> None:
        """Begin pages with nothing: reportlab would set a font that no reader needs and no file embeds."""
        self._preamble = ""


@functools.lru_cache(maxsize=512)
def _shortened(operators: str) -> str:
    """Return operators with 2 for 2.0, .8 for 0.8 and lengths to a fifth instead of a tenth, but colours as they are.

    A tenth of a figure's unit is thinner than a hair on paper, and leaving it out makes its page a tenth shorter.
    """
    pieces = _COLOURS.split(operators)  # a figure's paths begin with their colours
    for i in range(0, len(pieces), 2):
        for long, short in _FIFTHS:
            pieces[i] = pieces[i].replace(long, short)
    return "".join(pieces).replace(" 0.", " .").replace("\n0.", "\n.").replace("-0.", "-.")
